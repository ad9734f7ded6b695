"""An organization to disturb: its world, the file that it imports, and the workers that serve it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from hearback import clients
from hearback.access.model import Caller, Role
from hearback.deadline import Deadline
from hearback.settings import settings
from hearback.translation import (
    arriving,
    catalogue,
    deleting,
    exporting,
    exports,
    feedback,
    imports,
    uploads,
)
from hearback.translation.filters import Filter
from hearback.translation.imports import Options
from hearback.translation.model import Feedback, LanguagePair, NewFeedback
from hearback.translation.uploads import Upload

from tests.crash.apart import WHENEVER, items, settle
from tests.crash.recount import check_consistent, check_settled, contents

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
FRENCH = LanguagePair("EngFra", "eng", "fra", source_language_tag="en", target_language_tag="fr")
SPANISH = LanguagePair("EngSpa", "eng", "spa", source_language_tag="en", target_language_tag="es")
ORGANIZATION = "acme"
ADMIN = Caller(ORGANIZATION, 1, "admin@acme.example", Role.ADMIN, "k1")
USER = Caller(ORGANIZATION, 2, "user@acme.example", Role.USER, "k2")
OF_FRENCH = Filter(language_pair_id="EngFra")

UNITS = """
<tu><tuv xml:lang="en"><seg>one</seg></tuv><tuv xml:lang="fr"><seg>un</seg></tuv></tu>
<tu><prop type="approval_state">approved</prop><prop type="username">ann@acme.example</prop>
 <tuv xml:lang="en"><seg>two</seg></tuv><tuv xml:lang="fr"><seg>deux</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>three</seg></tuv><tuv xml:lang="fr"><seg>trois</seg></tuv>
 <tuv xml:lang="es"><seg>tres</seg></tuv><tuv xml:lang="de"><seg>drei</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>two</seg></tuv><tuv xml:lang="fr"><seg>deux</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg> </seg></tuv><tuv xml:lang="fr"><seg>rien</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>two</seg></tuv><tuv xml:lang="fr"><seg>les deux</seg></tuv>
 <tuv xml:lang="fr-CA"><seg>toutes les deux</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>four</seg></tuv><tuv xml:lang="de"><seg>vier</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>five</seg></tuv><tuv xml:lang="es"><seg>cinco</seg></tuv></tu>
"""
COUNTED = (6, 2, 3)
"""New entries, duplicates (one of the entry that is there, one of the file itself), and invalid."""


def tmx(units: str = UNITS) -> bytes:
    return f'<tmx version="1.4"><header srclang="en"/><body>{units}</body></tmx>'.encode()


@dataclass
class World:
    """One organization; what the work was given, and what it said."""

    message: dict[str, Any] = field(default_factory=dict)
    entry: Feedback | None = None
    answer: object = None

    @property
    def feedback_id(self) -> int:
        """Of the entry that was there from the start."""
        assert self.entry
        return self.entry.feedback_id


def new_organization() -> World:
    """Two language pairs, and one entry."""
    catalogue.install(ORGANIZATION, FRENCH)
    catalogue.install(ORGANIZATION, SPANISH)
    return World(entry=feedback.create(ADMIN, NewFeedback("EngFra", "one", "uno", "un"), NOW - SECOND))


def give_feedback(number: int) -> None:
    """Entries of two pairs and two users: of each three, two are French."""
    for index in range(number):
        pair = "EngSpa" if index % 3 == 2 else "EngFra"
        caller = USER if index % 2 else ADMIN
        new = NewFeedback(pair, f"source {index}", "machine", f"suggestion {index}", "a comment " * 10)
        feedback.create(caller, new, NOW - SECOND // (index + 2))


def work_on_import(message: dict[str, Any], deadline: Deadline = WHENEVER) -> None:
    if "import" in message:
        arriving.carry_on(message, deadline, NOW)
    else:
        arriving.receive(message, deadline, NOW)


def work_on_export(message: dict[str, Any]) -> None:
    exporting.carry_on(message, WHENEVER, NOW)


def work_on_deletion(message: dict[str, Any]) -> None:
    deleting.carry_on(message, WHENEVER, NOW)


def settle_all(_world: object = None) -> None:
    """Let the workers do all that was sent and is owed; nothing is left over then."""
    settle({"import": work_on_import, "export": work_on_export, "deletion": work_on_deletion})
    check_settled(ORGANIZATION)


def agrees(_world: World) -> None:
    check_consistent(ORGANIZATION)


def entries_of(_world: World) -> object:
    return contents(check_consistent(ORGANIZATION))


def import_in_request(world: World, deadline: Deadline = WHENEVER) -> None:
    options = Options.of(ADMIN, apply_all=False, approve_all=False)
    world.answer = arriving.import_now(ADMIN, tmx(), options, deadline, NOW)


def put_file(
    name: str = "a.tmx", content: bytes = b"", metadata: dict[str, str] | None = None
) -> dict[str, Any]:
    """Put a file into the bucket; the event with which S3 announces it."""
    key = f"imports/{ORGANIZATION}/{name}"
    clients.s3().put_object(
        Bucket=settings().transfer_bucket, Key=key, Body=content or tmx(), Metadata=metadata or {}
    )
    return event_of(key)


def begin_upload(world: World) -> None:
    """By a client who remembers the import's id."""
    options = Options.of(ADMIN, apply_all=False, approve_all=False)
    world.message = {"upload": uploads.begin(ADMIN, options, len(tmx()), NOW).record.import_id}


def upload_parts(world: World) -> None:
    """As any client does it: send what is missing, and ask for the whole."""
    upload = uploads.look(ADMIN, world.message["upload"])
    for part in upload.missing:
        _send(upload, part.number)
    world.answer = uploads.complete(ADMIN, upload.record.import_id)


def _send(upload: Upload, number: int) -> None:
    record = upload.record
    start = (number - 1) * record.part_size
    clients.s3().upload_part(
        Bucket=settings().transfer_bucket,
        Key=record.object_key,
        UploadId=record.upload_id,
        PartNumber=number,
        Body=tmx()[start : start + record.part_size],
    )


def announce_upload(world: World) -> None:
    """The event of the file that was put together; S3 sends it twice."""
    record = imports.get(ADMIN, world.message["upload"])
    for _ in range(2):
        work_on_import(event_of(record.object_key))


def event_of(key: str, sequencer: str = "0A") -> dict[str, Any]:
    created = {"key": quote_plus(key, safe="/"), "sequencer": sequencer}
    when = "2023-11-14T22:13:20.000Z"
    return {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": when, "s3": {"object": created}}]}


def outcome_of_imports(world: World) -> object:
    """The entries, and what every import says of itself."""
    records = imports.latest(ADMIN)
    said = [(record.state, record.counts, record.error, record.units) for record in records]
    return entries_of(world), said, [result_of(record.object_key) for record in records]


def result_of(object_key: str) -> dict[str, Any]:
    """What was left as JSON of the import of this file, less its id; nothing of a request's."""
    content = read(f"import-results/{object_key.removeprefix('imports/')}.json")
    result: dict[str, Any] = json.loads(content or b"{}")
    return {name: value for name, value in result.items() if name != "importId"}


def outcome_of_exports(_world: World) -> object:
    """What every export says of itself, and its file."""
    return [(r.state, r.entries, r.bytes_written, read(r.object_key).decode()) for r in every_export()]


def every_export() -> list[exports.Export]:
    found = items(settings().translation_table)
    return [exports.from_item(item) for item in found if item["pk"]["S"] == f"{ORGANIZATION}#exports"]


def read(key: str) -> bytes:
    """The object's bytes; none when it is not there."""
    try:
        return clients.s3().get_object(Bucket=settings().transfer_bucket, Key=key)["Body"].read()
    except clients.s3().exceptions.NoSuchKey:
        return b""
