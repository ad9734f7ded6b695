"""What becomes of the items that name a person, kind by kind. The writes are looked at, not carried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hearback.organization import forgetting
from hearback.organization.person import Person
from hearback.settings import Settings, settings
from hearback.storage.items import Item, key, number, text

EMAIL, PSEUDONYM = "eve@acme.example", "erased-1f2e3d4c5b6a"
EVE = Person(EMAIL, ("reader1",), PSEUDONYM)
DIGEST = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings._fields:
        monkeypatch.setenv(f"HEARBACK_{name.upper()}", name)
    settings.cache_clear()
    yield
    settings.cache_clear()


def applied(write: dict[str, Any], before: Item) -> Item:
    """The item after an update, which must demand that what it changes is as it was read."""
    update = write["Update"]
    names, values = update["ExpressionAttributeNames"], update["ExpressionAttributeValues"]
    for condition in filter(None, update.get("ConditionExpression", "").split(" AND ")):
        alias, value = condition.split(" = ")
        assert before[names[alias]] == values[value]
    after = dict(before)
    for word, parts in _clauses(update["UpdateExpression"]):
        for part in parts:
            alias, *value = part.replace(" = ", " ").split()
            if word == "REMOVE":
                del after[names[alias]]
            elif word == "SET":
                after[names[alias]] = values[value[0]]
            else:
                old = int(after.get(names[alias], {"N": "0"})["N"])
                after[names[alias]] = number(old + int(values[value[0]]["N"]))
    return after


def _clauses(expression: str) -> Iterator[tuple[str, list[str]]]:
    words = ("SET", "REMOVE", "ADD")
    rest = expression
    for word in words:
        if rest.startswith(word):
            ends = [rest.find(f" {other} ") for other in words if f" {other} " in rest]
            end = min(ends, default=len(rest))
            yield word, rest[len(word) : end].strip().split(", ")
            rest = rest[end:].strip()


def changed(table: str, item: Item) -> Item:
    (write,) = forgetting.writes(table, item, EVE)
    assert write["Update"]["Key"] == {"pk": item["pk"], "sk": item["sk"]}
    return applied(write, item)


def test_what_names_nobody_is_left_alone() -> None:
    item = key("acme#entry#1", "1") | {"username": text("bob@acme.example"), "revision": number(3)}
    assert forgetting.writes("translation_table", item, EVE) == []


def test_work_stays_under_a_pseudonym_and_what_its_author_said_goes() -> None:
    item = key("acme#entry#1", "1") | {
        "username": text(EMAIL),
        "mine": text(f"acme#{EMAIL}#EngFra#approved#1"),
        "suggested": text("bonjour"),
        "comment": text("I know better"),
        "revision": number(3),
    }
    assert changed("translation_table", item) == key("acme#entry#1", "1") | {
        "username": text(PSEUDONYM),
        "mine": text(f"acme#{PSEUDONYM}#EngFra#approved#1"),
        "suggested": text("bonjour"),
        "revision": number(4),
    }


def test_a_reviewers_name_goes_and_the_authors_comment_stays() -> None:
    item = key("acme#entry#1", "1") | {
        "username": text("bob@acme.example"),
        "reviewer": text(EMAIL),
        "comment": text("warmer"),
        "revision": number(0),
    }
    after = changed("translation_table", item)
    assert (after["reviewer"], after["comment"]) == (text(PSEUDONYM), text("warmer"))


@pytest.mark.parametrize(
    ("kind", "whose", "words"),
    [
        ("note_feeds", "created_by_email", "content_md"),
        ("note_comments", "created_by_email", "content_md"),
        ("members", "email", "name"),
        ("memberships", "email", "name"),
    ],
)
def test_words_and_names_of_their_own_go(kind: str, whose: str, words: str) -> None:
    item = key(f"{kind}#1", "1") | {whose: text(EMAIL), words: text("Eve")}
    assert changed("dataset_table", item) == key(f"{kind}#1", "1") | {whose: text(PSEUDONYM)}


def test_a_mention_in_somebody_elses_words_is_replaced() -> None:
    item = key("note_comments#1", "1") | {
        "created_by_email": text("bob@acme.example"),
        "content_md": text(f"Ask {EMAIL}."),
    }
    assert changed("dataset_table", item)["content_md"] == text(f"Ask {PSEUDONYM}.")


def test_counts_by_person_are_added_to_the_pseudonyms() -> None:
    item = key("quality#117", "2026-11-22#00") | {
        f"submitter={EMAIL}": number(3),
        f"submitter={EMAIL}!": number(1),
        f"submitter={PSEUDONYM}": number(4),
        "entries": number(7),
    }
    assert changed("feedback_table", item) == key("quality#117", "2026-11-22#00") | {
        f"submitter={PSEUDONYM}": number(7),
        f"submitter={PSEUDONYM}!": number(1),
        "entries": number(7),
    }


def test_a_row_with_more_names_than_a_write_takes_is_changed_in_turns() -> None:
    names = {f"{number_}={EMAIL}": number(1) for number_ in range(100)}
    item, turns = key("quality#117", "2026-11-22#00") | names, 0
    while forgetting.writes("feedback_table", item, EVE):
        item, turns = changed("feedback_table", item), turns + 1
    assert turns == 3
    assert set(item) - {"pk", "sk"} == {f"{number_}={PSEUDONYM}" for number_ in range(100)}


def test_a_counter_of_the_persons_own_moves_with_what_it_counts() -> None:
    counts = {"pair": text("EngFra"), "moves": number(5), "approved": number(2)}
    item = key(f"acme#user#{EMAIL}", "count#EngFra#3") | counts
    gone, there = forgetting.writes("translation_table", item, EVE)
    assert gone["Delete"]["Key"] == {"pk": item["pk"], "sk": item["sk"]}
    seen = gone["Delete"]["ExpressionAttributeNames"].values()
    assert set(seen) == set(counts)
    assert there["Update"]["Key"] == key(f"acme#user#{PSEUDONYM}", "count#EngFra#3")
    already = key(f"acme#user#{PSEUDONYM}", "count#EngFra#3") | {"approved": number(1), "moves": number(1)}
    assert applied(there, already) == already | {
        "pair": text("EngFra"),
        "moves": number(6),
        "approved": number(3),
    }


@pytest.mark.parametrize(
    ("pk", "sk"),
    [(f"acme#vote#c1#{DIGEST}", "vote"), ("acme#flags#c1#3", DIGEST)],
    ids=["vote", "flag"],
)
def test_a_vote_or_flag_is_nobodys_from_now_on_and_counts_where_it_did(pk: str, sk: str) -> None:
    item = key(pk, sk) | {"user": text("Reader1"), "reason": text("rude"), "at": number(1)}
    gone, fresh = forgetting.writes("content_table", item, EVE)
    assert gone["Delete"]["Key"] == key(pk, sk)
    put = fresh["Put"]["Item"]
    assert DIGEST not in str(put)
    assert set(put) == {"pk", "sk", "at"}
    digest = put["pk"]["S"].rpartition("#")[2] if sk == "vote" else put["sk"]["S"]
    for parts in (98, 4):
        assert int(digest[:8], 16) % parts == int(DIGEST[:8], 16) % parts


def test_a_users_id_is_no_word_to_look_for_elsewhere() -> None:
    item = key("tasks#1", "1") | {"data": text('{"user":"reader1"}'), "user": text("reader1")}
    assert forgetting.writes("task_table", item, EVE) == []
