"""Live updates: a feed of what happens, asked for again and again.

What a call costs: 0.5 RRU for every look, once a second while it waits. A function that waits also costs its time: 20 s
of it are $0.0003 at 1 GB, as much as two hundred calls that do not wait. So a console that is open all day asks every
two seconds without `wait`; waiting is for the few who want to know within a second.
"""

import json
import time
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.events.models import EventOut, EventsOut
from functions.api.http.request import caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.store.webhooks.event_feed import EventFeed

router = new_router()
find_feed = parts_for(router, EventFeed)
LONGEST_WAIT = 20
"""Seconds. API Gateway gives up on a call after 30, and the function after 29."""
_LOOK_EVERY_SECONDS = 1.0


@router.get("/v1/events", **secured(Scope.READ, "events", "What has happened since, at least once each, in order"))
def list_events(
    after: Annotated[str | None, Query(max_length=500)] = None,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> EventsOut:
    """Without `after`, only the cursor from which to go on: begin with it, then read the conversations, then ask for
    what came after. With `wait`, the answer comes as soon as there is something, or after so many seconds.

    An event may come twice, with the same id. Those of one conversation come in the order in which they happened. A
    cursor is good for a day; after that it is answered with 410, `cursor_expired`.
    """
    tenant_id, feed = caller(router).tenant_id, find_feed()
    if after is None:
        return EventsOut(items=[], next_cursor=feed.end(tenant_id, epoch_ms()), more=False)
    give_up_at = epoch_ms() + wait * 1000
    while True:
        news = feed.read(tenant_id, after, epoch_ms())
        if news.events or epoch_ms() + _LOOK_EVERY_SECONDS * 1000 > give_up_at:
            items = [EventOut(**json.loads(event)) for event in news.events]
            return EventsOut(items=items, next_cursor=news.cursor, more=news.more)
        time.sleep(_LOOK_EVERY_SECONDS)
