"""One entry, one language pair, one upload, one key: changed whole or not at all, and a client may repeat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from hearback.access import accounts, store
from hearback.access.model import Account, Caller, Role, read_key
from hearback.errors import Invalid, NotFound, Unauthenticated
from hearback.translation import arriving, catalogue, feedback, imports
from hearback.translation.imports import Options, State
from hearback.translation.model import ApprovalState, Change, LanguagePair, NewFeedback

from tests.crash.apart import Apart, remembered
from tests.crash.harness import Workflow, exercise
from tests.crash.recount import check_access
from tests.crash.translation import ADMIN, NOW, ORGANIZATION, SECOND, USER, World, agrees, entries_of

NewWorld = Callable[[], World]


def repeated(work: Callable[[World], object]) -> Callable[[World], None]:
    """A client's repetition, which may be told that there is nothing to do any more."""

    def repeat(world: World) -> None:
        with suppress(Invalid, NotFound):
            work(world)

    return repeat


def by_client(prepare: NewWorld, work: Callable[[World], object]) -> Workflow[World]:
    """Work that a client repeats until it is done; doing it twice is like doing it once."""
    return Workflow(prepare, work, repeated(work), entries_of, agrees)


def pairs(_world: World) -> object:
    return list(catalogue.load(ORGANIZATION).pairs)


def test_an_entry_is_created_whole_or_not_at_all(new_world: NewWorld) -> None:
    def create(_world: World) -> None:
        feedback.create(USER, NewFeedback("EngSpa", "six", "6", "seis"), NOW)

    flow = Workflow(new_world, create, lambda _: None, entries_of, agrees, or_nothing=True)
    assert exercise(flow) > 10


@pytest.mark.parametrize(
    "change",
    [
        Change(approval_state=ApprovalState.APPROVED),
        Change(suggested_translation="une"),
        Change("une", "said a native speaker", ApprovalState.REJECTED),
    ],
    ids=["approved", "corrected", "rejected and corrected"],
)
def test_an_entry_is_changed_whole_or_not_at_all(new_world: NewWorld, change: Change) -> None:
    def update(world: World) -> None:
        feedback.update(ADMIN, world.feedback_id, change, NOW)

    assert exercise(by_client(new_world, update)) > 10


def test_an_entry_is_deleted_whole_or_not_at_all(new_world: NewWorld) -> None:
    def delete(world: World) -> None:
        feedback.delete(ADMIN, world.feedback_id)

    assert exercise(by_client(new_world, delete)) > 10


def test_a_language_pair_is_installed_with_its_counters_or_not_at_all(new_world: NewWorld) -> None:
    german = LanguagePair("EngGer", "eng", "ger")
    flow = by_client(new_world, lambda _: catalogue.install(ORGANIZATION, german))
    assert exercise(replace(flow, outcome=pairs)) > 5


def test_a_language_pair_is_removed_with_its_counters_or_not_at_all(new_world: NewWorld) -> None:
    flow = by_client(new_world, lambda _: catalogue.remove(ORGANIZATION, "EngSpa"))
    assert exercise(replace(flow, outcome=pairs)) > 10


def test_an_upload_is_awaited_before_a_client_knows_of_it(new_world: NewWorld) -> None:
    def begin(world: World) -> None:
        options = Options.of(USER, apply_all=False, approve_all=False)
        world.answer = arriving.begin_upload(USER, options, NOW).import_id

    def awaited(world: World) -> None:
        if world.answer:
            assert imports.get(USER, str(world.answer)).state is State.WAITING

    assert exercise(Workflow(new_world, begin, begin, entries_of, awaited)) > 5


@dataclass
class Members:
    """An organization's owner, and a member with two keys."""

    owner: Caller
    member: Account
    key: str

    @property
    def key_id(self) -> str:
        parts = read_key(self.key)
        assert parts
        return parts[0]


@pytest.fixture
def new_members(resources: Apart) -> Callable[[], Members]:
    def make() -> Members:
        first = accounts.first_admin(ORGANIZATION, "Acme", "owner@acme.example", NOW)
        member = accounts.add_account(ORGANIZATION, "member@acme.example", "", Role.USER, NOW + SECOND)
        accounts.issue_key(member, "one", NOW)
        return Members(store.authenticate(first), member, accounts.issue_key(member, "two", NOW)[1])

    resources.clear()
    return remembered(resources, make)


def members_of(_members: Members) -> object:
    return check_access(ORGANIZATION)


def test_a_key_is_made_whole_or_not_at_all(new_members: Callable[[], Members]) -> None:
    def issue(members: Members) -> None:
        account = accounts.account_for_key(members.owner, members.member.account_id)
        accounts.issue_key(account, "three", NOW)

    flow = Workflow(new_members, issue, lambda _: None, members_of, members_of, or_nothing=True)
    assert exercise(flow) > 8


def test_a_key_is_revoked_everywhere_or_not_at_all(new_members: Callable[[], Members]) -> None:
    def revoke(members: Members) -> None:
        accounts.revoke_key(members.owner, members.key_id, NOW)

    def revoke_for_good(members: Members) -> None:
        revoke(members)
        with pytest.raises(Unauthenticated):
            store.authenticate(members.key)

    assert exercise(Workflow(new_members, revoke, revoke_for_good, members_of, members_of)) > 10


def test_a_role_changes_for_an_account_and_all_its_keys_or_not_at_all(
    new_members: Callable[[], Members],
) -> None:
    def promote(members: Members) -> None:
        accounts.change_role(members.owner, members.member.account_id, Role.ADMIN)

    assert exercise(Workflow(new_members, promote, promote, members_of, members_of)) > 10


def test_an_account_is_made_with_its_address_or_not_at_all(new_members: Callable[[], Members]) -> None:
    def add(_members: Members) -> None:
        accounts.add_account(ORGANIZATION, "third@acme.example", "", Role.USER, NOW)

    def add_unless_there(members: Members) -> None:
        try:
            add(members)
        except Invalid:
            assert store.get_account_by_email(ORGANIZATION, "third@acme.example")

    assert exercise(Workflow(new_members, add, add_unless_there, members_of, members_of)) > 5
