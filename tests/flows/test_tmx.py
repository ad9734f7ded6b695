"""TMX in a request: what an import takes and reports, and an export that brings everything back."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from local.stack import Stack
from tests.flows.organizations import (
    ENG_FRA,
    FEEDBACK,
    Organization,
    Person,
    answer,
    found_by,
    install,
    refusal,
)
from tests.tmx_fixtures import Fixture, fixtures

IMPORT = f"{FEEDBACK}/import"
WARNING = re.compile(r"translation unit \d+ \(line \d+\): \S.*", re.DOTALL)
LARGEST = 4 << 20
"""Bytes that the import route takes."""

FIXTURES = {fixture.name: fixture for fixture in fixtures()}
READ = [name for name, fixture in FIXTURES.items() if not fixture.reason]
REFUSED = [name for name, fixture in FIXTURES.items() if fixture.reason]

Entry = dict[str, Any]


def tmx(*units: str, header: str = '<header srclang="en"/>') -> bytes:
    return f'<tmx version="1.4">{header}<body>\n{chr(10).join(units)}\n</body></tmx>'.encode()


def tu(source: str, target: str, more: str = "", language: str = "fr") -> str:
    sides = ((f'xml:lang="{tag}"', text) for tag, text in (("en", source), (language, target)))
    return f"<tu>{more}{''.join(f'<tuv {tag}><seg>{text}</seg></tuv>' for tag, text in sides)}</tu>"


def prop(kind: str, value: str) -> str:
    return f'<prop type="{kind}">{value}</prop>'


# ── Files of every kind ──


@pytest.mark.parametrize("name", READ)
def test_a_readable_file_is_counted_exactly(stack: Stack, http: requests.Session, name: str) -> None:
    fixture = FIXTURES[name]
    admin = found_by(stack, http, fixture.pairs)
    reported = answer(_send(admin, fixture))
    warnings = reported.pop("warnings")
    counts = {"successful": fixture.successful, "duplicate": fixture.duplicate, "invalid": fixture.invalid}
    assert reported == counts, warnings
    assert len(warnings) == min(10, fixture.invalid)
    assert all(WARNING.fullmatch(warning) for warning in warnings)
    assert len(admin.entries()) == fixture.successful


def _send(person: Person, fixture: Fixture) -> requests.Response:
    return person.import_tmx(fixture.data, applyAll=str(fixture.options.apply_all).lower())


@pytest.mark.parametrize("name", [name for name in REFUSED if len(FIXTURES[name].data) <= LARGEST])
def test_an_unreadable_file_is_refused_with_the_reason(bystanders: Organization, name: str) -> None:
    fixture = FIXTURES[name]
    said = refusal(_send(bystanders.admin, fixture), 400)
    assert re.search(fixture.reason, said)
    assert bystanders.admin.entries() == []


@pytest.mark.parametrize("name", [name for name in REFUSED if len(FIXTURES[name].data) > LARGEST])
def test_an_unreadable_file_that_is_too_large_for_a_request_fails_as_an_upload(
    bystanders: Organization, name: str
) -> None:
    fixture = FIXTURES[name]
    upload = answer(bystanders.admin.post(f"{IMPORT}/uploads"))
    sent = requests.post(upload["url"], data=upload["fields"], files={"file": fixture.data}, timeout=60)
    assert sent.status_code == 204
    outcome = bystanders.admin.outcome(upload["importId"])
    assert (outcome["state"], outcome["successful"]) == ("failed", 0)
    assert re.search(fixture.reason, outcome["error"])


def test_a_warning_names_the_unit_its_line_and_the_reason(organization: Organization) -> None:
    units = [tu("a", "b"), tu("c", "d", language="ja"), tu(" ", "e"), tu("f", "<ph/>"), tu("a", "b")]
    reported = answer(organization.user.import_tmx(tmx(*units)))
    assert reported == {
        "successful": 1,
        "duplicate": 1,
        "invalid": 3,
        "warnings": [
            "translation unit 2 (line 3): no valid language pairs could be determined",
            "translation unit 3 (line 4): the source segment is blank",
            "translation unit 4 (line 5): the segment in 'fr' is blank",
        ],
    }


def test_at_most_ten_warnings_are_listed(organization: Organization) -> None:
    reported = answer(organization.user.import_tmx(tmx(*[tu("a", "b", language="ja")] * 12)))
    assert (reported["invalid"], len(reported["warnings"])) == (12, 10)


# ── Requests that hold no file ──


@pytest.mark.parametrize("size", [LARGEST + 1, 5_500_000, 9_000_000])
def test_a_file_that_is_too_large_is_told_where_to_go(bystanders: Organization, size: int) -> None:
    said = refusal(bystanders.user.import_tmx(b" " * size), 413)
    assert "/api/v2/feedback/import/uploads" in said


def test_the_route_takes_what_the_limits_promise(bystanders: Organization) -> None:
    limits = answer(bystanders.user.get("/api/v2/system/input-size-limits"))
    assert limits["importFeedbackMaxSizeInMB"] << 20 == LARGEST
    comment = f"<!--{' ' * 900_000}-->"
    data = tmx(comment * 4)
    padded = data.replace(b"</tmx>", b" " * (LARGEST - len(data)) + b"</tmx>")
    assert len(padded) == LARGEST
    assert answer(bystanders.user.import_tmx(padded))["successful"] == 0


def _multipart(body: bytes, content_type: str = "multipart/form-data; boundary=b") -> dict[str, Any]:
    return {"data": body, "headers": {"Content-Type": content_type}}


FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.tmx"\r\n\r\n' + tmx(tu("a", "b"))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (FILE, "truncated"),
        (FILE + b"\r\n--b", "truncated"),
        (FILE + b"\r\n--b\r\n", "truncated"),
        (FILE.replace(b"name=", b"nome=") + b"\r\n--b--\r\n", "no file"),
        (FILE.replace(b' filename="a.tmx"', b"") + b"\r\n--b--\r\n", "no file"),
        (FILE + b"\r\n" + FILE + b"\r\n--b--\r\n", "more than once"),
        (b"--b--\r\n", ""),
        (b"", ""),
        (b"hello", "malformed"),
        (FILE.replace(b"--b", b"--c") + b"\r\n--c--\r\n", "malformed"),
    ],
)
def test_a_broken_multipart_body_is_refused(bystanders: Organization, body: bytes, fault: str) -> None:
    assert fault in refusal(bystanders.user.post(IMPORT, **_multipart(body)), 400)
    assert bystanders.admin.entries() == []


@pytest.mark.parametrize(
    "name", [b"filename=a.tmx", b"filename*=utf-8''%C3%BC.tmx", 'FileName="ü;.tmx"'.encode()]
)
def test_a_file_may_have_any_name(organization: Organization, name: bytes) -> None:
    body = FILE.replace(b'filename="a.tmx"', name) + b"\r\n--b--\r\n"
    assert answer(organization.user.post(IMPORT, **_multipart(body)))["successful"] == 1


def test_an_import_is_multipart_and_nothing_else(bystanders: Organization) -> None:
    refusal(bystanders.user.post(IMPORT, data={"file": "x"}), 400)
    refusal(bystanders.user.post(IMPORT, json={"file": "x"}), 400)
    refusal(bystanders.user.post(IMPORT), 400)
    assert "boundary" in refusal(bystanders.user.post(IMPORT, **_multipart(FILE, "multipart/form-data")), 400)


@pytest.mark.parametrize("name", ["applyAll", "approveAll"])
def test_an_option_is_a_boolean(bystanders: Organization, name: str) -> None:
    for wrong in ("perhaps", "2"):
        assert name in refusal(bystanders.admin.import_tmx(tmx(), **{name: wrong}), 400)
    for right in ("true", "false", "TRUE", "1", "0"):
        assert answer(bystanders.admin.import_tmx(tmx(), **{name: right}))["invalid"] == 0


# ── What becomes of the entries ──


RESTORED = (
    prop("language_pair_id", ENG_FRA)
    + prop("username", "ann@example.org")
    + prop("approval_state", "rejected")
    + prop("reviewer", "bob@example.org")
    + prop("review_date", "2021-08-11 21:06:57.242039142Z")
    + prop("creation_date", "2021-08-11 21:06:47.393801674Z")
    + prop("last_modification_date", "2021-08-12 21:06:47.393801674Z")
)


def test_an_admins_import_restores_what_the_file_says(organization: Organization) -> None:
    answer(organization.admin.import_tmx(tmx(tu("a", "b", "<note>n</note>" + RESTORED))))
    [entry] = organization.admin.entries()
    assert (entry["username"], entry["reviewer"]) == ("ann@example.org", "bob@example.org")
    assert (entry["approvalState"], entry["comment"]) == ("rejected", "n")
    assert entry["timestamps"] == {
        "reviewed": "2021-08-11 21:06:57.242039142Z",
        "created": "2021-08-11 21:06:47.393801674Z",
        "modified": "2021-08-12 21:06:47.393801674Z",
    }


def test_a_users_import_is_their_own_new_and_unreviewed(organization: Organization) -> None:
    sent = tmx(tu("a", "b", RESTORED))
    assert answer(organization.user.import_tmx(sent, approveAll="true"))["successful"] == 1
    [entry] = organization.user.entries()
    assert (entry["username"], entry["reviewer"]) == (organization.user.email, "")
    assert entry["approvalState"] == "awaitingApproval"
    assert entry["timestamps"]["reviewed"] == ""
    assert entry["timestamps"]["created"] > "2022"


def test_approve_all_spares_sources_that_have_an_approved_entry(organization: Organization) -> None:
    admin = organization.admin
    admin.give("known", "connu", approvalState="approved")
    units = [tu("known", "su"), tu("new", "neuf"), tu("new", "nouveau"), tu("own", "propre", RESTORED)]
    assert answer(admin.import_tmx(tmx(*units), approveAll="true"))["successful"] == 4
    states = {entry["suggestedTranslation"]: entry["approvalState"] for entry in admin.entries()}
    assert states == {
        "connu": "approved",
        "su": "awaitingApproval",
        "neuf": "approved",
        "nouveau": "awaitingApproval",
        "propre": "approved",
    }
    approved = admin.entries(approvalStates="approved", sourceText="new")
    assert [entry["reviewer"] for entry in approved] == [admin.email]


def test_apply_all_gives_an_entry_to_every_pair_of_the_languages(organization: Organization) -> None:
    install(organization.admin, ("EngFra_Legal", "eng", "fra"))
    sent = tmx(tu("a", "b"))
    assert answer(organization.admin.import_tmx(sent))["successful"] == 1
    again = answer(organization.admin.import_tmx(sent, applyAll="true"))
    assert (again["successful"], again["duplicate"]) == (1, 1)
    pairs = [entry["languagePairId"] for entry in organization.admin.entries()]
    assert sorted(pairs) == [ENG_FRA, "EngFra_Legal"]


def test_a_duplicate_has_the_same_pair_source_and_suggestion(organization: Organization) -> None:
    organization.user.give("a", "b")
    units = [
        tu("a", "b"),
        tu("a", "B"),
        tu("A", "b"),
        tu("a ", "b"),
        tu("a", "b", language="es"),
        tu("a", "B"),
    ]
    reported = answer(organization.admin.import_tmx(tmx(*units)))
    assert (reported["successful"], reported["duplicate"], reported["invalid"]) == (4, 2, 0)


def test_an_entry_that_could_not_be_kept_is_invalid_and_the_rest_is_imported(
    organization: Organization,
) -> None:
    units = [tu("long", "é" * 200_000), tu("b", "c", prop("username", "x" * 3000)), tu("d", "e")]
    reported = answer(organization.admin.import_tmx(tmx(*units)))
    assert (reported["successful"], reported["invalid"]) == (1, 2)
    assert all(WARNING.fullmatch(warning) for warning in reported["warnings"])
    assert [entry["sourceText"] for entry in organization.admin.entries()] == ["d"]
