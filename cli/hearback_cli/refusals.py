"""What the service's refusals, and a missing connection, mean for the person at the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from hearback_cli.errors import NoConnection, NotLoggedIn, Refused
from hearback_cli.text import plain

if TYPE_CHECKING:
    import httpx

    from hearback_cli.profiles import Profile

_MOST = 1_000
"""Characters of a message of the service's that are shown."""


def refusal(answer: httpx.Response, profile: Profile) -> click.ClickException:
    """The error for an answer that is none of success."""
    status, said = answer.status_code, message(answer)
    if status == 401:
        return NotLoggedIn(
            f"The service does not accept the credentials of the profile {profile.name}: {said}\n"
            f"The key may be mistyped or revoked, or the session over. Log in again: hearback login {profile.url}"
        )
    if status == 403:
        return Refused(
            f"{said}\nLog in with a key that may do this: hearback whoami says whose this one is.", 403
        )
    if status == 429:
        return Refused(f"The service is asked too much at the moment: {said}\nTry again in a minute.", 429)
    if status >= 500:
        return Refused(
            f"The service failed ({status}): {said}\n"
            f"It is not your fault. Try again in a minute; if it stays so, tell its operators{_request_id(answer)}.",
            status,
        )
    return Refused(f"The service refused this ({status}): {said}", status)


def permission_is_over(answer: httpx.Response) -> bool:
    """Whether an address of S3's serves no longer: its time is over (403), or, by a code of its own (400), the
    credentials have ended that signed it, which may be long before."""
    return answer.status_code in (401, 403) or (
        answer.status_code == 400 and "<Code>ExpiredToken</Code>" in answer.text
    )


def message(answer: httpx.Response) -> str:
    """What the answer says, in whichever of the forms of the service's families, or of S3."""
    with suppress(ValueError):
        found = "; ".join(_messages(answer.json()))
        if found:
            return plain(found[:_MOST])
    in_xml = re.search(r"<Message>(.*?)</Message>", answer.text, re.DOTALL)
    return plain(in_xml[1][:_MOST]) if in_xml else answer.reason_phrase or "no reason given"


def _messages(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        return
    error, errors = document.get("error"), document.get("errors")
    if isinstance(error, dict):
        yield " ".join(str(error[name]) for name in ("message", "details") if error.get(name))
    elif isinstance(document.get("message"), str):
        yield document["message"]  # the gateway's own
    for each in errors if isinstance(errors, list) else []:
        if isinstance(each, dict):
            yield str(each.get("message") or each.get("detail") or each.get("title") or "")


def _request_id(answer: httpx.Response) -> str:
    found = answer.headers.get("x-amzn-requestid") or answer.headers.get("x-amzn-trace-id")
    return f" of the request {plain(found)}" if found else ""


def unreadable(answer: httpx.Response) -> Refused:
    return Refused(
        f"{answer.request.url.host} answers ({answer.status_code}) something that is no JSON.\n"
        "Is the address that of a Hearback service, with its stage?",
        answer.status_code,
    )


def lasts(error: httpx.TransportError) -> bool:
    """Whether trying again cannot help."""
    import httpx

    return isinstance(error, httpx.UnsupportedProtocol) or _is_about_trust(error)


def _is_about_trust(error: BaseException) -> bool:
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def no_connection(url: str, error: httpx.TransportError) -> NoConnection:
    """The error for a service that does not answer."""
    import httpx

    if isinstance(error, httpx.UnsupportedProtocol):
        return NoConnection(f"{url} is no address of a service: it begins with https:// or http://")
    if _is_about_trust(error):
        return NoConnection(
            f"The certificate of {url} is not to be trusted: {plain(error)}\n"
            "If it is your organization's own, name its authority in SSL_CERT_FILE."
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return NoConnection(
            f"{url} cannot be reached: {plain(error)}\nIs the address right, and the service running?"
        )
    return NoConnection(
        f"The connection to {url} was lost: {plain(error) or type(error).__name__}\n"
        "It is not known whether the request was carried out: look, and then try again."
    )
