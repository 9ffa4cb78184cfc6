"""Reading the feed: a look at what follows a cursor, and looking again until there is something.

What it costs: for every look 0.5 RRU for each 4 KB that follows the cursor (compressed; at least 0.5), up to 2 MB of
events, of each part of the feed that is asked for; and 1 RRU for each conversation told of when a desk is. A call that
waits looks once a second while nothing is there. While all that is there is not what was asked for, it looks on at
once, MOST_BEHIND times at most.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from functions.api.events.logic.choice import Choice, FeedEvent, conversation_of
from functions.api.events.parts import FeedParts
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Principal
from shared.domain.leases import WAITING
from shared.ids import ConversationId, TenantId

MOST_BEHIND = 4
"""Looks of one call that begin where there is more already, besides the first."""
_LOOK_EVERY_SECONDS = 1.0
_SPARE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader gets of the feed: the events asked for, the cursor behind all that was looked at, and whether there
    is more to look at already."""

    events: list[FeedEvent]
    cursor: str
    more: bool


def look(deps: FeedParts, tenant_id: TenantId, cursor: str, choice: Choice, now: EpochMs) -> Look:
    """What follows a cursor; `now` is epoch ms. For a desk, the heads of the conversations told of are read: where they
    lie now, which is what a list of the desk shows. Raises what `EventFeed.read` raises."""
    news = deps.feed.read(tenant_id, cursor, now, choice.parts)
    events: list[FeedEvent] = [event for event in map(json.loads, news.events) if choice.may_include(event)]
    desks: dict[ConversationId, str] = {}
    if choice.desk is not None:
        ids = list(dict.fromkeys(map(conversation_of, events)))
        heads = deps.conversations.get_many(tenant_id, ids, consistent=True)
        desks = {head.conversation_id: head.assignee for head in heads}
    return Look([event for event in events if choice.includes(event, desks)], news.cursor, news.more)


def look_on(
    deps: FeedParts, principal: Principal, lease_id: str, found: Look, choice: Choice, wait_seconds: int, now: EpochMs
) -> Look:
    """What comes after a look that found nothing, or nothing within so many seconds of `now` (epoch ms). Nothing, and
    `more`, when it has looked through as much as one call may. Raises RateLimited when too many wait."""
    give_up_at = EpochMs(now + wait_seconds * 1000)
    behind = 0
    with _waiting(deps, principal, lease_id, EpochMs(give_up_at + _SPARE_SECONDS * 1000), now):
        while True:
            if not found.more:
                time.sleep(_LOOK_EVERY_SECONDS)
            elif behind == MOST_BEHIND:
                return found
            else:
                behind += 1
            found = look(deps, principal.tenant_id, found.cursor, choice, epoch_ms())
            if found.events or epoch_ms() + _LOOK_EVERY_SECONDS * 1000 > give_up_at:
                return found


@contextmanager
def _waiting(deps: FeedParts, principal: Principal, lease_id: str, until: EpochMs, now: EpochMs) -> Iterator[None]:
    """While a call of theirs holds a worker."""
    tenant_id = principal.tenant_id
    deps.leases.take(tenant_id, WAITING, lease_id, principal.member_id, until=until, now=now)
    try:
        yield
    finally:
        deps.leases.give_back(tenant_id, WAITING, lease_id)
