"""Many at once in one dataset: an entry is given to one, and every count is exact."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from functools import partial

from hearback.access.model import Caller
from hearback.dataset import entries, events, members, work
from hearback.dataset.model import Status
from hearback.errors import Busy, Conflict, Forbidden, HearbackError, NotFound

from tests.crash.datasets import ADMIN, settle_all
from tests.crash.recount_datasets import check
from tests.races.at_once import at_once
from tests.races.studio import CALLERS, Studio, join, submit
from tests.races.test_shelves import Meeting

# ─── Each entry is given to one ───


def test_what_twenty_select_at_once_is_given_to_one_each(studio: Studio) -> None:
    """Each of them wants every entry."""
    wanted = studio.enter(8)

    def select_all(caller: Caller) -> list[str]:
        mine = []
        for entry_id in random.sample(wanted, len(wanted)):
            with suppress(Forbidden):
                entry = events.select(caller, entry_id, time.time_ns())
                assert (entry.assigned_to_id, entry.status) == (caller.account_id, Status.IN_PROGRESS)
                mine.append(entry_id)
        return mine

    given = at_once(*[partial(select_all, caller) for caller in studio.people])
    assert sorted(entry_id for mine in given for entry_id in mine) == sorted(wanted)
    kept = studio.check().records["entries"]
    for caller, mine in zip(studio.people, given, strict=True):
        assert {kept[entry_id].assigned_to_id for entry_id in mine} <= {caller.account_id}


def test_what_twenty_take_as_the_next_is_different_until_nothing_is_left(studio: Studio) -> None:
    wanted = studio.enter(30)

    def take_all(caller: Caller) -> list[str]:
        mine: list[str] = []
        while True:
            with suppress(Busy):
                entry = work.take_next(caller, studio.dataset, None, time.time_ns())
                if entry is None:
                    return mine
                mine.append(entry.id)

    given = at_once(*[partial(take_all, caller) for caller in studio.people])
    assert sorted(entry_id for mine in given for entry_id in mine) == sorted(wanted)
    assert sum(bool(mine) for mine in given) > 1
    studio.check()


def test_nothing_stays_with_who_is_disabled_while_they_select(studio: Studio) -> None:
    """After the second look, that is."""
    leaving = join(studio.project, f"leaving-{studio.dataset}")
    (member,) = [each for each in check().members if each.account_id == leaving.account_id]
    wanted = studio.enter(12)

    def select(entry_id: str) -> None:
        for _ in range(3):
            with suppress(Forbidden, NotFound):
                events.select(leaving, entry_id, time.time_ns())

    def disable() -> None:
        time.sleep(0.05)
        members.disable(ADMIN, member.id, time.time_ns())

    at_once(disable, *[partial(select, entry_id) for entry_id in wanted])
    studio.check()
    settle_all()
    studio.check()
    assert {(entry.status, entry.assigned_to_id) for entry in studio.entries()} == {(Status.PENDING, None)}


# ─── Counts ───


def test_entries_created_at_once_are_in_order_and_counted_once(
    studio: Studio,
    met: Meeting,
) -> None:
    """Of each resource there is one entry, whoever created it, alone or among others."""

    def create(caller: int) -> list[str]:
        made: list[str] = []
        for turn in range(6):
            resources = [f"resource {(caller * 7 + turn * number) % 150}" for number in (1, 2, 3)]
            several = [{"resource": resource} for resource in dict.fromkeys(resources[: 1 + turn % 3])]
            with suppress(Conflict):
                new = entries.create(ADMIN, studio.dataset, several, time.time_ns())
                made += [entry.id for entry in new]
        return made

    made = at_once(*[partial(create, caller) for caller in range(CALLERS)])
    assert all(mine == sorted(mine) for mine in made)
    studio.check()
    found = studio.entries()
    assert [entry.id for entry in found] == sorted(entry_id for mine in made for entry_id in mine)
    assert max(Counter(entry.resource for entry in found).values()) == 1
    assert len({entry.block for entry in found}) > 2
    assert met.met > 10


def test_whatever_happens_at_once_leaves_exact_counts(
    studio: Studio,
    met: Meeting,
) -> None:
    known = studio.enter(12)

    def happen(caller: Caller) -> None:
        chance = random.Random(caller.email)
        for turn in range(8):
            with suppress(HearbackError):
                _happen(studio, caller, chance.choice(known), chance, f"{caller.email} {turn}")

    at_once(*[partial(happen, caller) for caller in studio.people])
    settle_all()
    studio.check()
    assert len({entry.wf_step for entry in studio.entries()}) > 2
    assert met.met > 10


def _happen(studio: Studio, caller: Caller, entry_id: str, chance: random.Random, unique: str) -> None:
    now = time.time_ns()
    match chance.choice(
        ["select", "submit", "submit", "review", "error", "assign", "delete", "create", "set"]
    ):
        case "select":
            events.select(caller, entry_id, now)
        case "submit":
            submit(ADMIN, entry_id)
        case "review":
            submit(ADMIN, entry_id, approved=chance.random() < 0.5)
        case "error":
            events.fail(ADMIN, entry_id, "blurred", now)
        case "assign":
            events.assign(ADMIN, entry_id, caller.account_id, now)
        case "delete":
            entries.delete(ADMIN, entry_id, now)
        case "set":
            entries.update(ADMIN, entry_id, {"resource": unique, "assigned_to_id": None}, now)
        case _:
            entries.create(ADMIN, studio.dataset, [{"resource": unique}], now)
