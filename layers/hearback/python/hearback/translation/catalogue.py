"""What a request about entries needs to know of its organization, in one strong read: the installed
pairs, how many entries each has in each state, and the batch-deletes that are under way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hearback.errors import Invalid, NotFound
from hearback.settings import settings
from hearback.storage import reads
from hearback.storage.items import Item, get_text, text
from hearback.storage.transactions import ConditionFailed, delete, put, transact
from hearback.translation import counts, keys, languages
from hearback.translation.counts import Counts
from hearback.translation.deletion import Deletion
from hearback.translation.filters import Filter
from hearback.translation.model import Feedback, LanguagePair


@dataclass
class Catalogue:
    """`pairs` in the order of their ids."""

    organization_id: str
    pairs: dict[str, LanguagePair] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    deletions: list[Deletion] = field(default_factory=list)

    def pair(self, pair_id: str) -> LanguagePair:
        """Raises `Invalid` for a pair that is not installed: it came as a parameter."""
        if pair_id not in self.pairs:
            raise Invalid("The language pair is not installed.", f"languagePairId: {pair_id[:120]!r}")
        return self.pairs[pair_id]

    def selected(self, meant: Filter) -> frozenset[str]:
        """The ids of the pairs that the filter's pair or languages select: all, if it names none."""
        if meant.language_pair_id is not None:
            return frozenset((meant.language_pair_id,))
        source = self._language(meant.source_language_id, {p.source_language_id for p in self.pairs.values()})
        target = self._language(meant.target_language_id, {p.target_language_id for p in self.pairs.values()})
        return frozenset(
            pair.language_pair_id
            for pair in self.pairs.values()
            if source in (None, pair.source_language_id) and target in (None, pair.target_language_id)
        )

    @staticmethod
    def _language(wanted: str | None, installed: Iterable[str]) -> str | None:
        """A regional id means its generic language, unless a pair for the exact id is installed."""
        return wanted if wanted is None or wanted in installed else languages.generic(wanted)

    def hides(self, entry: Feedback) -> bool:
        """Whether a batch-delete has removed the entry already, as far as anybody may see."""
        return any(deletion.covers(entry, self.selected(deletion.meant)) for deletion in self.deletions)


def load(organization_id: str) -> Catalogue:
    catalogue = Catalogue(organization_id)
    for item in reads.every(reads.Range(settings().translation_table, keys.pairs_partition(organization_id))):
        kind = item["sk"]["S"].partition("#")[0]
        if kind == "pair":
            pair = _pair_from_item(item)
            catalogue.pairs[pair.language_pair_id] = pair
        elif kind == "count":
            catalogue.counts.add(item)
        else:
            catalogue.deletions.append(Deletion.from_item(organization_id, item))
    return catalogue


def describe(language_pair_id: str, source_id: str, target_id: str, **given: str) -> LanguagePair:
    """A pair with the names and tags of its languages looked up where they are not `given`.

    Raises `Invalid` for a language id that is not in the table, a tag of another language, and a
    pair of one language.
    """
    source, target = languages.language(source_id), languages.language(target_id)
    for language, language_id in ((source, source_id), (target, target_id)):
        if language is None:
            raise Invalid("The language id is not known.", f"{language_id[:40]!r}")
    if source is None or target is None or source_id == target_id:
        raise Invalid("Source and target are the same language.", source_id)
    found = {
        "source_language": source.name,
        "source_language_tag": source.tag,
        "target_language": target.name,
        "target_language_tag": target.tag,
    }
    known = found | {name: value for name, value in given.items() if value}
    for language_id, tag in (
        (source_id, known["source_language_tag"]),
        (target_id, known["target_language_tag"]),
    ):
        if language_id not in languages.language_ids(tag):  # else our own export could not be imported
            raise Invalid("The language tag names another language.", f"{tag[:40]!r}, not {language_id}")
    return LanguagePair(language_pair_id, source_id, target_id, **known)


def install(organization_id: str, pair: LanguagePair) -> None:
    """Raises `Invalid` when a pair with this id is installed already."""
    table = settings().translation_table
    rows = counts.pair_items(organization_id, pair.language_pair_id)
    try:
        transact(
            [
                put(table, _pair_to_item(organization_id, pair), "attribute_not_exists(pk)"),
                *(put(table, row, "attribute_not_exists(pk)") for row in rows),
            ]
        )
    except ConditionFailed:
        raise Invalid("The language pair already exists.", pair.language_pair_id) from None


def remove(organization_id: str, pair_id: str) -> LanguagePair:
    """Uninstall a pair that has no entries.

    The counters are the proof: they are deleted on the condition that none has moved since it was
    read, and every writer of an entry demands that they exist.
    """
    table = settings().translation_table
    while True:
        pair = reads.get(table, keys.pair(organization_id, pair_id))
        if pair is None:
            raise NotFound("The language pair is not installed.", pair_id)
        rows = reads.get_many(
            table, [keys.pair_count(organization_id, pair_id, shard) for shard in range(keys.COUNT_SHARDS)]
        )
        counted = Counts()
        for row in rows:
            counted.add(row)
        if any(counted.by_leaf.values()):
            raise Invalid("The language pair has feedback entries; delete them first.", pair_id)
        try:
            transact(
                [
                    delete(table, keys.pair(organization_id, pair_id), "attribute_exists(pk)"),
                    *(
                        delete(table, {"pk": r["pk"], "sk": r["sk"]}, "moves = :seen", seen=r["moves"])
                        for r in rows
                    ),
                ]
            )
        except ConditionFailed:
            continue  # an entry came or went meanwhile: look again
        return _pair_from_item(pair)


_PAIR_FIELDS = LanguagePair._fields


def _pair_to_item(organization_id: str, pair: LanguagePair) -> Item:
    item = keys.pair(organization_id, pair.language_pair_id)
    return item | {name: text(getattr(pair, name)) for name in _PAIR_FIELDS if getattr(pair, name)}


def _pair_from_item(item: Item) -> LanguagePair:
    return LanguagePair(**{name: get_text(item, name) for name in _PAIR_FIELDS})
