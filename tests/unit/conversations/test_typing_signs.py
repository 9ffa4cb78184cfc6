"""Who is told that a member is writing: nobody twice within 15 seconds, nobody who may not be answered."""

import pytest

from functions.api.inbox.logic.typing_signs import TypingSigns, typing_signs
from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.conversations.conversation import WINDOW_MS, Conversation
from shared.domain.conversations.presence import PRESENT_MS, Doing, Present
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId

NOW = EpochMs(1_000_000_000)


def signs(*present: Present, role: str = "agent", last_inbound_at: EpochMs | None = NOW) -> TypingSigns:
    head = Conversation(ConversationId("v"), PhoneNumberId("1"), ContactId("c"), "Ana", NOW, "Hi", last_inbound_at)
    return typing_signs(head, present, Principal(TenantId("t"), "me", role, frozenset()), NOW)


def since(ms: int, member_id: str = "me", doing: Doing = "typing") -> Present:
    """A sign that was given so long ago."""
    return Present(member_id, doing, EpochMs(NOW - ms + PRESENT_MS))


def test_the_first_sign_is_for_the_person_and_the_team() -> None:
    assert signs() == TypingSigns(person=True, team=True)


@pytest.mark.parametrize(("ms", "again"), [(0, False), (14_999, False), (15_000, True), (29_999, True)])
def test_a_sign_that_shows_still_is_not_given_again(ms: int, again: bool) -> None:
    assert signs(since(ms)) == TypingSigns(person=again, team=again)


def test_another_member_s_sign_and_one_s_own_look_are_no_sign_of_writing() -> None:
    assert signs(since(0, "bea"), since(0, doing="viewing")) == TypingSigns(person=True, team=True)


@pytest.mark.parametrize(
    ("last_inbound_at", "told"), [(None, False), (NOW - WINDOW_MS, False), (NOW - WINDOW_MS + 1, True)]
)
def test_who_may_not_be_answered_is_not_told(last_inbound_at: EpochMs | None, told: bool) -> None:
    assert signs(last_inbound_at=last_inbound_at) == TypingSigns(person=told, team=True)


def test_an_api_key_is_nobody_on_the_team() -> None:
    assert signs(role="api_key") == TypingSigns(person=True, team=False)
