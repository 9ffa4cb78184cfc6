"""Finishing removals: what still lay, or came to lie, on the desk of a member who is gone goes back to nobody's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
class RemovalParts:
    team: Team
    conversations: Conversations
    places: SweepTurns


def finish_removals(parts: RemovalParts, now: EpochMs, more_time: Callable[[], bool]) -> int:
    """How many were finished. One that fails does not stop the others, and is tried again by a later run."""
    finished = 0

    def finish(some: Sequence[DueDocument]) -> None:
        nonlocal finished
        for one in some:
            tenant_id, member_id = one.tenant_id, parts.team.removed_member(one)
            try:
                done = clear_desk(
                    parts.conversations,
                    tenant_id,
                    member_id,
                    by=member_id,
                    stop=lambda: not more_time(),
                    most=_MOST_OF_ONE,
                )
                if done:
                    parts.team.finish_removal(tenant_id, member_id)
                    finished += 1
            except Exception as error:
                logger.error("removal not finished", extra={"tenant_id": tenant_id, **failure(error)})
                count("RemovalNotFinished")

    pass_by(parts.places, lambda behind: parts.team.removals(now, behind), finish, more_time, at_once=1)
    return finished
