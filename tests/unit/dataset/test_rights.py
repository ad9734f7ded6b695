"""Who sees an entry, may take it up, and works on it."""

from __future__ import annotations

import pytest
from hearback.access.model import Caller, Role
from hearback.dataset.model import Entry, MemberRole
from hearback.errors import Forbidden

from tests.unit.dataset.records import ANN, BOB, ME, entry, standing

# The caller is `me`. o, r, a: an owner, a reviewer, an annotator does; a capital: may take it up as well.
TABLE = """
step      status       assigned  submitted  sees  works
start     pending      -         -          o     o
start     pending      me        -          ora   ora
start     processing   -         -          o     o
start     in_progress  ann       -          o     o
annotate  pending      -         -          OA    o
annotate  pending      -         me         OA    o
annotate  pending      ann       -          o     o
annotate  pending      me        -          ora   ora
annotate  in_progress  ann       -          o     o
annotate  in_progress  me        -          ora   ora
review    pending      -         bob        OR    o
review    pending      -         -          OR    o
review    pending      -         me         o     o
review    pending      ann       bob        o     o
review    pending      me        bob        ora   ora
review    in_progress  me        me         ora   ora
review    in_progress  ann       bob        o     o
done      completed    -         me         o     o
error     errored      -         me         o     o
"""
PEOPLE = {"-": None, "me": ME, "ann": ANN, "bob": BOB}
ROLES = {"o": MemberRole.OWNER, "r": MemberRole.REVIEWER, "a": MemberRole.ANNOTATOR}
ROWS = [row.split() for row in TABLE.strip().splitlines()[1:]]


def described(step: str, status: str, assigned: str, submitted: str) -> Entry:
    return entry(step, status, assigned_to_id=PEOPLE[assigned], submitted_by_id=PEOPLE[submitted])


@pytest.mark.parametrize(("step", "status", "assigned", "submitted", "sees", "works"), ROWS)
@pytest.mark.parametrize("letter", ROLES)
def test_what_each_role_sees_takes_up_and_works_on(
    step: str, status: str, assigned: str, submitted: str, sees: str, works: str, letter: str
) -> None:
    here, it = standing(ROLES[letter]), described(step, status, assigned, submitted)
    assert here.sees(it) == (letter in sees.lower())
    assert here.may_take(it) == (letter.upper() in sees)
    assert here.works_on(it) == (letter in works)


def test_whoever_may_take_something_up_sees_it_and_nothing_is_taken_from_anybody() -> None:
    for step, status, assigned, submitted, *_ in ROWS:
        it = described(step, status, assigned, submitted)
        for role in MemberRole:
            assert standing(role).sees(it) >= standing(role).may_take(it)
            assert not (standing(role).may_take(it) and it.assigned_to_id)


@pytest.mark.parametrize("role", [MemberRole.REVIEWER, MemberRole.ANNOTATOR])
def test_what_an_owner_does_others_may_not(role: MemberRole) -> None:
    standing(MemberRole.OWNER).require_owner()
    with pytest.raises(Forbidden):
        standing(role).require_owner()


@pytest.mark.parametrize(
    ("role", "manages"), [(Role.USER, False), (Role.ORG_OWNER, True), (Role.ADMIN, True)]
)
def test_an_organizations_owners_and_admins_manage_everything_in_it(role: Role, manages: bool) -> None:
    assert Caller("acme", ME, "me@acme.example", role, "k").is_admin == manages
