"""Telling tenants what a campaign did to each person, if an endpoint of theirs asks for it by name.

Whether one does is read once a minute for each tenant that a worker meets (0.5 RRU): who begins to ask is told of what
is folded a minute later, and nobody else costs anything. Events go into the webhooks' queue, in a group of the tenant's
own, so that no server and no feed is waited for here.

**At least once.** Whoever folds statuses tells of them after they are in their blocks and before they are forgotten. If
it dies in between they are told again: in events of the same ids where the same statuses are folded again, and in
others where more have come since. An entry says how far a message came, so that hearing it twice changes nothing. Whom
the load holds back it tells of once they are in their record, and before it goes on to the next: who takes the load up
tells of the last record again, in the same events. Whom the campaign did not reach for another reason is told of when
it is closed, before that is noted. So what is told of its people adds up to its books.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.domain.campaigns.books import StatusChange
from shared.domain.webhooks.recipient_outcomes import Entry, entries, recipient_events
from shared.domain.webhooks.tenant_event import EventType
from shared.ids import CampaignId, TenantId
from shared.services.passes import batched
from shared.services.tell_later import put_off
from shared.store.campaigns.sends import Sends
from shared.store.webhooks.endpoints import WebhookEndpoints

KEEP_MS = 60_000
_MOST_TENANTS = 1_000
_BLOCKS = 400
"""Of one round: 32,000 people, 2.5 MB of events."""
_READERS = 16


class RecipientEvents:
    def __init__(self, endpoints: WebhookEndpoints, sends: Sends, queue: Queue) -> None:
        self._endpoints = endpoints
        self._sends = sends
        self._queue = queue
        self._kept: dict[TenantId, tuple[EpochMs, bool]] = {}

    def asks(self, tenant_id: TenantId, now: EpochMs) -> bool:
        """Whether an endpoint of theirs asks for it, as of a minute ago at most; `now` in epoch ms."""
        kept = self._kept.get(tenant_id)
        if kept is not None and now - kept[0] < KEEP_MS:
            return kept[1]
        found = any(one.wants(EventType.CAMPAIGN_RECIPIENTS) for one in self._endpoints.all(tenant_id))
        if len(self._kept) >= _MOST_TENANTS:
            self._kept = {}
        self._kept[tenant_id] = (now, found)
        return found

    def tell(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        changes: Iterable[tuple[int, StatusChange]],
        at: EpochMs,
        now: EpochMs,
    ) -> None:
        """Queue the events of these changes of blocks, of `at` (epoch ms, as `now`). Raises what a client raises, also
        when some of them are queued: then tell all of it again."""

        def entries_of(one: tuple[int, StatusChange]) -> list[Entry]:
            block, change = one
            return list(entries(self._sends.read_block(tenant_id, campaign_id, block), change))

        for some in batched(iter(changes), _BLOCKS):
            with ThreadPoolExecutor(min(_READERS, len(some))) as pool:
                people = [entry for block in pool.map(entries_of, some) for entry in block]
            self.queue_entries(tenant_id, campaign_id, people, at, now)

    def queue_entries(
        self, tenant_id: TenantId, campaign_id: CampaignId, people: Iterable[Entry], at: EpochMs, now: EpochMs
    ) -> None:
        """Queue the events of these people, of `at` (epoch ms, as `now`): 80 KB of them for a thousand. Raises as
        `tell` does."""
        events = list(recipient_events(campaign_id, people, at))
        put_off(self._queue, {tenant_id: events}, now, planned=True)
