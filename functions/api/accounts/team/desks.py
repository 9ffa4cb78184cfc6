"""Clearing desks: what still lies, or came to lie, on that of a member who is gone, or who takes no conversations any
more, goes back to nobody's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.api.accounts.roles import is_agent
from functions.api.accounts.team.actions import clear_desk
from shared.clock import EpochMs
from shared.failures import failure
from shared.observability import count, logger
from shared.services.passes import pass_by
from shared.store.accounts.team import Team
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.conversations.conversations import Conversations
from shared.store.engine.directory import DueDocument

_MOST_OF_ONE = 500
"""Conversations of one member in one run, so that no tenant's desk holds up another's; the rest waits for the next."""


@dataclass(frozen=True, slots=True)
class DeskClearingParts:
    team: Team
    conversations: Conversations
    places: SweepTurns


def clear_desks(parts: DeskClearingParts, now: EpochMs, more_time: Callable[[], bool]) -> int:
    """How many were cleared. One that fails does not stop the others, and is tried again by a later run."""
    cleared = 0

    def clear(some: Sequence[DueDocument]) -> None:
        nonlocal cleared
        for one in some:
            try:
                cleared += _clear(parts, one, stop=lambda: not more_time())
            except Exception as error:
                logger.error("desk not cleared", extra={"tenant_id": one.tenant_id, **failure(error)})
                count("DeskNotCleared")

    pass_by(parts.places, lambda behind: parts.team.desks_to_clear(now, behind), clear, more_time, at_once=1)
    return cleared


def _clear(parts: DeskClearingParts, due: DueDocument, *, stop: Callable[[], bool]) -> bool:
    """Whether nothing is left on it. Nothing is done for one who takes conversations again by now."""
    member_id, member = parts.team.whose_desk(due)
    if member is None or not is_agent(member):
        done = clear_desk(parts.conversations, due.tenant_id, member_id, by=member_id, stop=stop, most=_MOST_OF_ONE)
        if not done:
            return False
    parts.team.note_cleared(due.tenant_id, member_id, gone=member is None)
    return True
