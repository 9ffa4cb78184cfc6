"""An invitation is good once, for its time, and only while its sender could send it."""

import pytest

from functions.api.accounts.team.logic.rules import is_vouched_for
from shared.clock import EpochMs
from shared.domain.accounts.account import Member
from shared.domain.accounts.invitation import GOOD_FOR_MS, Invitation, accepted, hash_secret, renewed, revoked
from shared.domain.accounts.permissions import Role
from shared.domain.accounts.signup import HOLD_MS
from shared.errors import Conflict

NOW = EpochMs(1_000_000)
OPEN = Invitation("i", "rui@example.com", Role.ADMIN, "ana", hash_secret("s"), NOW, EpochMs(NOW + GOOD_FOR_MS))


def test_while_somebody_joins_nobody_else_can_and_nobody_revokes_it() -> None:
    held = accepted(OPEN, "s", "rui", NOW)
    at_work = EpochMs(NOW + HOLD_MS - 1)
    assert accepted(held, "s", "rui", at_work).accepted_by == "rui", "their own second call goes on"
    with pytest.raises(Conflict) as over:
        accepted(held, "s", "eve", at_work)
    assert over.value.code == "invitation_over"
    with pytest.raises(Conflict, match="accepted"):
        revoked(held, at_work)
    with pytest.raises(Conflict, match="accepted"):
        renewed(held, "t", "bea", at_work)


def test_a_call_that_died_while_it_joined_holds_it_no_longer_than_it_may_run() -> None:
    left_over, later = accepted(OPEN, "s", "rui", NOW), EpochMs(NOW + HOLD_MS)
    assert revoked(left_over, later).revoked
    again = renewed(left_over, "t", "bea", later)
    assert (again.accepted_by, again.invited_by, again.mail) == ("", "bea", "pending")
    assert again.is_of("t")
    assert not again.is_of("s")


def test_a_link_of_before_is_not_good_for_what_has_another_one_since() -> None:
    with pytest.raises(Conflict) as over:
        accepted(renewed(OPEN, "t", "bea", NOW), "s", "rui", NOW)
    assert over.value.code == "invitation_over"


@pytest.mark.parametrize(
    ("role", "removed", "good"),
    [
        (Role.OWNER, False, True),
        (Role.ADMIN, False, True),
        (Role.MARKETER, False, False),
        (Role.VIEWER, False, False),
        (Role.OWNER, True, False),
    ],
)
def test_who_was_removed_or_may_do_less_by_now_lets_nobody_in(role: Role, *, removed: bool, good: bool) -> None:
    ana = Member("ana", "sub", "ana@example.com", role, removed_at=NOW if removed else None)
    assert is_vouched_for(OPEN, {"ana": ana}) is good
    assert not is_vouched_for(OPEN, {"bea": ana})
