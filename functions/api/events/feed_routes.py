"""Live updates: a feed of what happens, asked for again and again.

What a call costs: 0.5 RRU for every look, once a second while it waits, and 1 RRU for each conversation it tells of
when a desk is asked for. A function that waits also costs its time: 20 s
of it are $0.0003 at 1 GB, as much as two hundred calls that do not wait. So a console that is open all day asks every
two seconds without `wait`; waiting is for the few who want to know within a second.
"""

import time
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.events.logic.choice import Choice
from functions.api.events.models import EventOut, EventsOut
from functions.api.events.parts import FeedParts, Look
from functions.api.http.fields import ASSIGNEE
from functions.api.http.request import caller, desk_of, new_router
from functions.api.http.routing import operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.webhooks.tenant_event import EventType
from shared.ids import TenantId

router = new_router()
deps = parts_for(router, FeedParts)
LONGEST_WAIT = 20
"""Seconds. API Gateway gives up on a call after 30, and the function after 29."""
_LOOK_EVERY_SECONDS = 1.0
_SPARE_SECONDS = 5


@router.get("/v1/events", **secured(Scope.READ, "events", "What has happened since, at least once each, in order"))
def list_events(
    after: Annotated[str | None, Query(max_length=500)] = None,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT)] = 0,
    types: Annotated[list[EventType] | None, Query(alias="type", max_length=len(EventType))] = None,
    assignee: Annotated[str | None, Query(pattern=ASSIGNEE)] = None,
) -> EventsOut:
    """Without `after`, only the cursor from which to go on: begin with it, then read the conversations, then ask for
    what came after. With `wait`, the answer comes as soon as there is something, or after so many seconds.

    An answer holds 1,000 events, or about 2 MB, at most. An event may come twice, with the same id. Those of one
    conversation come in the order in which they happened. A cursor is good for a day; after that it is answered with
    410, `cursor_expired`. Two calls of a caller and ten of a tenant may wait at a time: one more is answered with 429,
    `too_many_waiting`, and `Retry-After`.

    `type` may be repeated: one of these. `assignee` is a member's id, `me`, or `none`: only what happens in the
    conversations that lie on that desk now, and whatever moves a conversation from one desk to another. All that is
    given must hold; the cursor passes the rest, so an answer may be empty and still have `more`.
    """
    principal, now = caller(router), epoch_ms()
    tenant_id = principal.tenant_id
    if after is None:
        return EventsOut(items=[], next_cursor=deps().feed.end(tenant_id, now), more=False)
    choice = Choice(frozenset(types or ()), desk_of(principal, assignee))
    found = deps().look(tenant_id, after, choice, now)
    if not found.events and wait:
        with deps().waiting(
            principal, operation(router).operation_id, EpochMs(now + (wait + _SPARE_SECONDS) * 1000), now
        ):
            found = _wait(tenant_id, found, choice, EpochMs(now + wait * 1000))
    items = [EventOut(**event) for event in found.events]
    return EventsOut(items=items, next_cursor=found.cursor, more=found.more)


def _wait(tenant_id: TenantId, found: Look, choice: Choice, give_up_at: EpochMs) -> Look:
    """What comes after, or nothing by then (epoch ms)."""
    while True:
        if not found.more:
            time.sleep(_LOOK_EVERY_SECONDS)
        found = deps().look(tenant_id, found.cursor, choice, epoch_ms())
        if found.events or epoch_ms() + _LOOK_EVERY_SECONDS * 1000 > give_up_at:
            return found
