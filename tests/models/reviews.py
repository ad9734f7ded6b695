"""What a round's feedback is after anything that is done to it, written as plainly as it can be."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hearback.quality.model import Entry

from tests.crash.task_feedback import DAY, NOW

Known = dict[str, Any]
Answer = list[Known]

SAID = ("type", "error_type", "field", "severity", "comment", "original_value", "context", "external_id")
TYPES = {"field": ("Incorrect Metadata", "Extra Metadata")}
FIELDS = ("weather", "mood")


class Refused(Exception):
    """Type and row of each fault."""

    def __init__(self, faults: list[tuple[str, int]]) -> None:
        super().__init__(faults)
        self.faults = faults


class Reviews:
    """One task in one round. The ids are the product's, once it has told them."""

    def __init__(self) -> None:
        self.entries: list[Known] = []
        self.found_nothing = False
        self.day = ""

    @property
    def counts(self) -> bool:
        return bool(self.entries) or self.found_nothing

    def all(self) -> Answer:
        return self.entries

    def id_of(self, meant: int | str | None) -> dict[str, str]:
        """The entry of this number, or something that is no entry's."""
        if isinstance(meant, int):
            return {"id": self.entries[meant % len(self.entries)]["id"]} if self.entries else {}
        return {"id": meant} if meant else {}

    # ── What is done ──

    def post(self, given: list[Known] | None, finalize: bool, context: str | None, day: int) -> Answer:
        self._refuse([(fault, row) for row, said in enumerate(given or []) if (fault := _bad(said))])
        befores = [self._meant(said, context) for said in given or []]
        afters = [
            self._became(said, before, context) for said, before in zip(given or [], befores, strict=True)
        ]
        self._refuse_together(given or [], befores, afters)
        self._begin(day)
        chosen = self._write(befores, afters)
        if given is None:
            chosen = [entry for entry in self.entries if context is None or entry["context"] == context]
        if finalize:
            for entry in chosen:
                entry["final"] = True
            self.found_nothing = self.found_nothing or not self.entries
        return chosen

    def delete(self, ids: list[str]) -> dict[str, list[str]]:
        told: dict[str, list[str]] = {"deleted": [], "not_found": [], "finalized": []}
        known = {entry["id"]: entry for entry in self.entries}
        for its_id in dict.fromkeys(ids):
            if its_id not in known:
                told["not_found"].append(its_id)
            elif known[its_id]["final"]:
                told["finalized"].append(its_id)
            else:
                told["deleted"].append(its_id)
                self.entries.remove(known[its_id])
        return told

    # ── How ──

    def _begin(self, day: int) -> None:
        if not self.counts:
            self.day = datetime.fromtimestamp((NOW + day * DAY) // 10**9, UTC).strftime("%Y-%m-%d")

    def _meant(self, said: Known, context: str | None) -> Known | None:
        for entry in self.entries:
            if "id" in said and entry["id"] == said["id"]:
                return entry
            name = (said.get("context") or context, said.get("external_id"))
            if "id" not in said and name[1] and (entry["context"], entry["external_id"]) == name:
                return entry
        return None

    def _became(self, said: Known, before: Known | None, context: str | None) -> Known:
        after = {name: said.get(name) for name in SAID}
        after["context"] = after["context"] or context
        if before:
            after["context"] = after["context"] or before["context"]
            after["external_id"] = after["external_id"] or before["external_id"]
            return {**before, **after}
        return {**after, "id": None, "final": False}

    def _refuse_together(self, given: list[Known], befores: list[Known | None], afters: list[Known]) -> None:
        edited = {id(before): after for before, after in zip(befores, afters, strict=True) if before}
        new = [
            after
            for said, before, after in zip(given, befores, afters, strict=True)
            if not (before or "id" in said)
        ]
        names = Counter(
            _name(each) for each in [*(edited.get(id(entry), entry) for entry in self.entries), *new]
        )
        bad, final = [], []
        for row, (said, before, after) in enumerate(zip(given, befores, afters, strict=True)):
            if "id" in said and before is None:
                bad.append(("UnknownFeedback", row))
            elif before is not None and befores.count(before) > 1:
                bad.append(("DuplicateFeedback", row))
            elif _name(after) and names[_name(after)] > 1:
                bad.append(("DuplicateExternalId", row))
            elif before and before["final"] and _told(before) != _told(after):
                final.append(("FinalizedFeedback", row))
        self._refuse(bad or final)

    @staticmethod
    def _refuse(faults: list[tuple[str, int]]) -> None:
        if faults:
            raise Refused(faults)

    def _write(self, befores: list[Known | None], afters: list[Known]) -> list[Known]:
        chosen = []
        for before, after in zip(befores, afters, strict=True):
            if before is None:
                self.entries.append(after)
            else:
                before.update(after)
            chosen.append(after if before is None else before)
        return chosen

    def same(self, told: list[Entry], expected: Answer) -> None:
        """What the product tells is what the model has; the model learns the ids of new entries."""
        assert len(told) == len(expected)
        for entry, known in zip(told, expected, strict=True):
            known["id"] = known["id"] or entry.id
            shown = {name: getattr(entry, name) for name in SAID} | {"id": entry.id, "final": entry.is_final}
            assert _told(shown) == _told(known)


def _bad(said: Known) -> str | None:
    if said["type"] not in TYPES:
        return "InvalidType"
    if said["error_type"] not in TYPES[said["type"]]:
        return "InvalidErrorType"
    if said["field"] not in FIELDS:
        return "UnknownField"
    return None


def _name(entry: Known) -> tuple[Any, Any] | None:
    return (entry["context"], entry["external_id"]) if entry["external_id"] else None


def _told(entry: Known) -> str:
    return json.dumps(entry, sort_keys=True)
