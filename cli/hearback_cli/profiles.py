"""Who one is to which service: profiles, kept in the user's configuration by `hearback login`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click

from hearback_cli import files
from hearback_cli.edge import Edge
from hearback_cli.errors import NotLoggedIn

DEFAULT = "default"
URL, KEY, PROFILE = "HEARBACK_URL", "HEARBACK_KEY", "HEARBACK_PROFILE"
ALLOW_HTTP = "HEARBACK_ALLOW_HTTP"
_LOCAL = ("localhost", "127.0.0.1", "::1")


class Profile(NamedTuple):
    """A service, the key that opens it, and whose key that is (as `account` says it; empty where nobody asked yet)."""

    name: str
    url: str
    key: str
    account: str = ""

    def __repr__(self) -> str:
        """Without the key: it is not for logs."""
        return f"Profile({self.name!r}, {self.url!r})"


def path(home: Path) -> Path:
    return home / "profiles.json"


def names(home: Path) -> list[str]:
    return sorted(files.read(path(home)))


def find(edge: Edge, name: str | None) -> Profile:
    """The named profile; without a name, what HEARBACK_URL and HEARBACK_KEY say together, or the default."""
    url, key = edge.environ.get(URL), edge.environ.get(KEY)
    if name is None and url and key:
        _demand_safe(clean(url), edge)
        return Profile("(environment)", clean(url), key.strip())
    name = name or DEFAULT
    found = files.read(path(edge.home)).get(name)
    if not isinstance(found, dict) or not {"url", "key"} <= found.keys():
        wanted = "" if name == DEFAULT else f" --profile {name}"
        raise NotLoggedIn(f"You are not logged in. Do so with: hearback login URL{wanted}")
    return Profile(name, found["url"], found["key"], found.get("account", ""))


def _demand_safe(url: str, edge: Edge) -> None:
    """Nobody was asked about the environment's address, as `login` asks: it says itself that http is meant."""
    if not is_address(url):
        raise click.UsageError(f"{URL} is no address of a service: {url}")
    if not (is_private(url) or edge.environ.get(ALLOW_HTTP) == "1"):
        raise click.UsageError(
            f"The key could be read on its way to {url}: take https, or set {ALLOW_HTTP}=1."
        )


def keep(home: Path, profile: Profile) -> None:
    kept = {"url": profile.url, "key": profile.key, "account": profile.account}
    files.write(path(home), files.read(path(home)) | {profile.name: kept})


def forget(home: Path, name: str) -> bool:
    """Whether there was such a profile."""
    known = files.read(path(home))
    was_there = known.pop(name, None) is not None
    if was_there:
        files.write(path(home), known)
    return was_there


def account(caller: dict[str, Any]) -> str:
    """Which account the service says it is: the same for each of its keys."""
    return f"{caller['organizationId']}/{caller['accountId']}"


def clean(url: str) -> str:
    """The address as requests begin with it."""
    return url.strip().rstrip("/")


def is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_clean = url.isprintable() and " " not in url
    return (
        is_clean
        and parts.scheme in ("https", "http")
        and bool(parts.hostname)
        and not (parts.query or parts.fragment)
    )


def is_private(url: str) -> bool:
    """Whether a key sent there cannot be read on the way: by https, or because it stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _LOCAL
