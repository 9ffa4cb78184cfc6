"""Who is to see that a member is writing."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.conversations.conversation import Conversation, window_open
from shared.domain.conversations.presence import PRESENT_MS, Present

_SHOWS_STILL_MS = PRESENT_MS - 15_000
"""A sign of writing that lasts longer than this was given less than 15 seconds ago."""


@dataclass(frozen=True, slots=True)
class TypingSigns:
    person: bool
    team: bool


def typing_signs(
    conversation: Conversation, present: Iterable[Present], principal: Principal, now: EpochMs
) -> TypingSigns:
    """Nobody is told again while what they were told shows still. The person only where they may be answered; the team
    of members only: an API key is nobody. `now` in epoch ms."""
    me = principal.member_id
    shows_still = any(p.member_id == me and p.doing == "typing" and p.until > now + _SHOWS_STILL_MS for p in present)
    if shows_still:
        return TypingSigns(person=False, team=False)
    return TypingSigns(person=window_open(conversation.last_inbound_at, now), team=not principal.is_key)
