"""Live updates: a feed of what happens, asked for again and again.

What a call reads is bounded (`look.py`). A function that waits also costs its time: 20 s of it are $0.0003 at 1 GB, as
much as two hundred calls that do not wait. So a console that is open all day asks every two seconds without `wait`;
waiting is for the few who want to know within a second.
"""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.events.logic.choice import Choice
from functions.api.events.look import look, look_on
from functions.api.events.models import EventOut, EventsOut
from functions.api.events.parts import FeedParts
from functions.api.http.fields import ASSIGNEE
from functions.api.http.request import caller, desk_of, new_router
from functions.api.http.routing import operation, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.webhooks.tenant_event import EventType

router = new_router()
deps = parts_for(router, FeedParts)
LONGEST_WAIT = 20
"""Seconds. API Gateway gives up on a call after 30, and the function after 29."""


@router.get(
    "/v1/events",
    **secured(Scope.READ, "events", "list_events", summary="What has happened since, at least once each, in order"),
)
def list_events(
    after: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the call before")] = None,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for something new")] = 0,
    types: Annotated[
        list[EventType] | None, Query(alias="type", max_length=len(EventType), description="only events of these types")
    ] = None,
    assignee: Annotated[str | None, Query(pattern=ASSIGNEE, description="a member's id, `me`, or `none`")] = None,
) -> EventsOut:
    """Without `after`, only the cursor from which to go on: begin with it, then read the conversations, then ask for
    what came after. With `wait`, the answer comes as soon as there is something, or after so many seconds; or with
    `more`, once it has looked through much that was not asked for.

    An answer holds 1,000 events, or about 2 MB, at most. An event may come twice, with the same id. Those of one
    conversation come in the order in which they happened, but for what could not be told at once: it comes later, and
    its `timestamp` says when it happened. A cursor is good for a day; after that it is answered with
    410, `cursor_expired`. Two calls of a caller and ten of a tenant may wait at a time: one more is answered with 429,
    `too_many_waiting`, and `Retry-After`.

    `type` may be repeated: one of these; without it, all but `campaign.recipients`, which is there only while a webhook
    endpoint names it. Those have an order of their own, and a place of their own in the cursor: beside other types they
    come after them in an answer, whenever they happened; a call that does not ask for them leaves their place where it
    is, and a cursor with which nobody has asked for them for a day is expired for them alone. `assignee` is a member's
    id, `me`, or `none`: only what happens in the conversations that lie on that desk now, and whatever moves a
    conversation from one desk to another. All that is given must hold; the cursor passes the rest, so an answer may be
    empty and still have `more`.
    """
    principal, now = caller(router), epoch_ms()
    tenant_id = principal.tenant_id
    if after is None:
        return EventsOut(items=[], next_cursor=deps().feed.end(tenant_id, now), more=False)
    choice = Choice(frozenset(types or ()), desk_of(principal, assignee))
    found = look(deps(), tenant_id, after, choice, now)
    if not found.events and wait:
        found = look_on(deps(), principal, operation(router).operation_id, found, choice, wait, now)
    items = [EventOut(**event) for event in found.events]
    return EventsOut(items=items, next_cursor=found.cursor, more=found.more)
