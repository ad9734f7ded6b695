"""Translation units to feedback entries: which segment is the source, which pairs the others go to.

Everything but the texts depends on the unit's shape alone: its source language, the languages of its
variants, and the pair it names. A plan is therefore made once for each shape, and a file of a million units
of three shapes pays for three.

A unit that yields no entry is one rejection. In a unit that does, each blank or pairless target is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from hearback.tmx.units import Unit, Variant
from hearback.translation.languages import generic, language_ids

MACHINE: Final = "MT!"
"""The `creationid` of a machine translation."""
_UNDECIDED: Final = "awaitingApproval"
APPROVAL_STATES: Final = frozenset((_UNDECIDED, "approved", "rejected"))
_NOTHING_SAID: Final = (None, _UNDECIDED, None, None, None, None)
NO_PAIR: Final = "no valid language pairs could be determined"
_ANY_SOURCE: Final = frozenset(("*all*", "*"))
_MOST_PLANS: Final = 10_000
_LONGEST_SHAPE: Final = 1_000
"""Characters of what a plan is kept for: a file that names nonsense must not fill the memory with it."""
_new: Any = tuple.__new__  # a NamedTuple's own constructor is three times as slow


class InstalledPair(Protocol):
    @property
    def language_pair_id(self) -> str: ...
    @property
    def source_language_id(self) -> str: ...
    @property
    def target_language_id(self) -> str: ...


class Candidate(NamedTuple):
    """An entry that the file asks for. None stands for what the file does not say."""

    unit: int
    line: int
    language_pair_id: str
    source_language_id: str
    target_language_id: str
    source_text: str
    suggested_translation: str
    machine_translation: str
    comment: str
    username: str | None
    approval_state: str
    reviewer: str | None
    reviewed: str | None
    """This instant and the next two are as the file writes them: not all are needed, see the importer."""
    created: str | None
    modified: str | None


class Rejection(NamedTuple):
    unit: int
    line: int
    reason: str

    def __str__(self) -> str:
        return f"translation unit {self.unit} (line {self.line}): {self.reason}"


class _Slot(NamedTuple):
    """What tells one variant from another before its text is read."""

    language: str
    is_machine: bool
    pair_id: str | None


class _Ids(NamedTuple):
    """Of a pair, in the order of a candidate's fields."""

    language_pair_id: str
    source_language_id: str
    target_language_id: str


class _Target(NamedTuple):
    variant: int | None
    """Its place in the unit; None when the unit suggests nothing and only names its pair."""
    machine: int | None
    pairs: tuple[_Ids, ...]


class _Plan(NamedTuple):
    source: int
    targets: tuple[_Target, ...]
    refusal: str = ""


class Mapper:
    """Maps the units of one import to entries of the pairs installed in one organization."""

    def __init__(self, pairs: Iterable[InstalledPair], apply_all: bool = False) -> None:
        self._apply_all = apply_all
        self._by_id: dict[str, _Ids] = {}
        self._by_ids: dict[tuple[str, str], list[_Ids]] = {}
        self._by_generic: dict[tuple[str, str], list[_Ids]] = {}
        self._plans: dict[tuple[object, ...], _Plan] = {}
        for installed in pairs:
            pair = _Ids(
                installed.language_pair_id, installed.source_language_id, installed.target_language_id
            )
            ids = pair[1:]
            self._by_id[pair.language_pair_id] = pair
            self._by_ids.setdefault(ids, []).append(pair)
            self._by_generic.setdefault((generic(ids[0]), generic(ids[1])), []).append(pair)

    def map(self, unit: Unit) -> tuple[list[Candidate], list[Rejection]]:
        plan = self._plan(unit)
        if plan.refusal:
            return [], [Rejection(unit.number, unit.line, plan.refusal)]
        variants = unit.variants
        source = variants[plan.source].text
        if not source or source.isspace():
            return [], [Rejection(unit.number, unit.line, "the source segment is blank")]
        candidates: list[Candidate] = []
        rejections: list[Rejection] = []
        for target in plan.targets:
            machine = "" if target.machine is None else variants[target.machine].text
            variant = None if target.variant is None else variants[target.variant]
            reason = _refusal(target, variant, machine)
            if reason:
                rejections.append(Rejection(unit.number, unit.line, reason))
            else:
                candidates += _candidates(unit, source, variant, machine, target.pairs)
        return candidates, rejections if candidates else rejections[:1]

    def _plan(self, unit: Unit) -> _Plan:
        named = unit.props.get("language_pair_id")
        said = [
            (language, creationid, props.get("language_pair_id") if props else None)
            for language, creationid, _, _, props in unit.variants
        ]
        shape = (unit.srclang, named, *said)
        plan = self._plans.get(shape)
        if plan is None:
            slots = [_Slot(language, creationid == MACHINE, pair) for language, creationid, pair in said]
            plan = self._make_plan(unit.srclang, named, slots)
            if (
                sum(len(text) for text in (named, *(text for slot in said for text in slot)) if text)
                < _LONGEST_SHAPE
            ):
                if len(self._plans) >= _MOST_PLANS:
                    self._plans.clear()
                self._plans[shape] = plan
        return plan

    def _make_plan(self, srclang: str | None, named: str | None, slots: list[_Slot]) -> _Plan:
        source = self._source(srclang, slots)
        if source is None:
            return _Plan(0, (), f"there is no segment in the source language {(srclang or '')[:40]!r}")
        language = slots[source].language
        others = [
            place
            for place, slot in enumerate(slots)
            if not slot.is_machine and place != source and not self._same(language, slot.language)
        ]
        if not others:
            return self._plan_without_suggestion(source, named or slots[source].pair_id, slots)
        targets = [self._target(language, place, named, slots) for place in others]
        return _Plan(source, tuple(targets))

    def _source(self, srclang: str | None, slots: list[_Slot]) -> int | None:
        """The first variant in the source language: by its tag, else its id, else its primary subtag."""
        human = [place for place, slot in enumerate(slots) if not slot.is_machine]
        if srclang is None or srclang.strip() in _ANY_SOURCE:
            return human[0] if human else None
        for same in (_same_tag, self._same, _same_primary):
            for place in human:
                if same(srclang, slots[place].language):
                    return place
        return None

    def _same(self, one: str, other: str) -> bool:
        """The same id once regional ids are folded, unless a pair leads from one to the other."""
        ids, others = language_ids(one), language_ids(other)
        if not ids or not others:
            return _same_tag(one, other)
        exact = ids[0], others[0]
        return generic(ids[0]) == generic(others[0]) and exact not in self._by_ids

    def _target(self, language: str, place: int, named: str | None, slots: list[_Slot]) -> _Target:
        slot = slots[place]
        pairs = self._named(slot.pair_id or named, language, slot.language)
        return _Target(
            place, self._machine(slot.language, slots), pairs or self._pairs(language, slot.language)
        )

    def _named(self, pair_id: str | None, source: str, target: str) -> tuple[_Ids, ...]:
        pair = self._by_id.get(pair_id) if pair_id else None
        if pair is None:
            return ()
        matches = _matches(pair.source_language_id, source) and _matches(pair.target_language_id, target)
        return (pair,) if matches else ()

    def _pairs(self, source: str, target: str) -> tuple[_Ids, ...]:
        """The installed pairs of the two languages: of the most exact ids for which there is one."""
        sources, targets = language_ids(source), language_ids(target)
        chains = [(one, other) for one in sources for other in targets]
        for ids in chains:
            if found := self._by_ids.get(ids):
                return tuple(found) if self._apply_all else (found[0],)
        for one, other in chains:
            if found := self._by_generic.get((generic(one), generic(other))):
                return tuple(found) if self._apply_all else (found[0],)
        return ()

    def _machine(self, language: str, slots: list[_Slot]) -> int | None:
        """The machine translation in the language: of the same tag before another of the same language."""
        machines = [place for place, slot in enumerate(slots) if slot.is_machine]
        exact = next((place for place in machines if _same_tag(slots[place].language, language)), None)
        if exact is not None:
            return exact
        return next((place for place in machines if self._same(slots[place].language, language)), None)

    def _plan_without_suggestion(self, source: int, named: str | None, slots: list[_Slot]) -> _Plan:
        """An entry exported without suggested translation has no target but names its pair."""
        pair = self._by_id.get(named) if named else None
        if pair is None or not _matches(pair.source_language_id, slots[source].language):
            return _Plan(0, (), NO_PAIR if named else "there is no segment in another language")
        target = pair.target_language_id
        machine = (place for place, slot in enumerate(slots) if slot.is_machine)
        found = next((place for place in machine if _matches(target, slots[place].language)), None)
        return _Plan(source, (_Target(None, found, (pair,)),))


def _refusal(target: _Target, variant: Variant | None, machine: str) -> str:
    if not target.pairs:
        return NO_PAIR
    if variant is None:
        return ""
    text = variant.text
    if not text or text.isspace():
        return f"the segment in {variant.language[:40]!r} is blank"
    return "the suggested translation equals the machine translation" if text == machine else ""


def _candidates(
    unit: Unit, source: str, variant: Variant | None, machine: str, pairs: tuple[_Ids, ...]
) -> list[Candidate]:
    number, line, _, _, note, props, _ = unit
    suggestion = ""
    if variant is not None:
        suggestion = variant.text
        if variant.props or variant.note:
            props = {**props, **variant.props}
            note = note or variant.note
    said = (source, suggestion, machine, note, *(_said(props) if props else _NOTHING_SAID))
    return [_new(Candidate, (number, line, *ids, *said)) for ids in pairs]


def _said(props: Mapping[str, str]) -> tuple[str | None, ...]:
    """What a candidate's props say, in the order of its fields from `username` on."""
    get = props.get
    state = get("approval_state", "")
    return (
        get("username") or None,
        state if state in APPROVAL_STATES else _UNDECIDED,
        get("reviewer") or None,
        get("review_date"),
        get("creation_date"),
        get("last_modification_date"),
    )


def _matches(id: str, tag: str) -> bool:
    """Whether a pair of that id serves the language of the tag."""
    return any(generic(id) == generic(known) for known in language_ids(tag))


def _same_tag(one: str, other: str) -> bool:
    return one.strip().replace("_", "-").lower() == other.strip().replace("_", "-").lower()


def _same_primary(one: str, other: str) -> bool:
    return _same_tag(
        one.strip().replace("_", "-").split("-")[0], other.strip().replace("_", "-").split("-")[0]
    )
