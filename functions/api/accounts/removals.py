"""Finishing removals: what still lay, or came to lie, on the desk of a member who is gone goes back to nobody's."""

from collections.abc import Callable

from functions.api.accounts.team.actions import clear_desk
from shared.clock import EpochMs
from shared.failures import failure
from shared.observability import count, logger
from shared.store.accounts.team import Team
from shared.store.conversations.conversations import Conversations

_MOST_OF_ONE = 500
"""Conversations of one member in one run, so that no tenant's desk holds up another's; the rest waits for the next."""


def finish_removals(team: Team, conversations: Conversations, now: EpochMs, stop: Callable[[], bool]) -> int:
    """How many were finished. One that fails does not stop the others, and is tried again by the next run."""
    finished = 0
    for tenant_id, member_id in team.removals(now):
        if stop():
            break
        try:
            if not clear_desk(conversations, tenant_id, member_id, by=member_id, stop=stop, most=_MOST_OF_ONE):
                continue
            team.finish_removal(tenant_id, member_id)
        except Exception as error:
            logger.error("removal not finished", extra={"tenant_id": tenant_id, **failure(error)})
            count("RemovalNotFinished")
            continue
        finished += 1
    return finished
