"""Accounting for everybody to a tenant who asks for a campaign's people: once it is closed, whoever its message has not
reached, with what became of them.

It is read as the list of recipients is: 2 RRU for a block of 80 people and its outcomes ($0.006 for a million), and
only where an endpoint asks. Who has not come to the end when its time is over queues what is left.
"""

from collections.abc import Callable
from dataclasses import replace

from functions.campaign_dispatch.load.parts import LoadParts
from shared.clock import EpochMs
from shared.domain.contacts.identity import SHARDS
from shared.domain.webhooks.recipient_outcomes import Entry, unreached_entries
from shared.queue_messages import AccountForPeople
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import people_of_shard
from shared.store.campaigns.standing import read_standing

_AT_ONCE = 5_000
"""People whose events are queued together: 400 KB."""


def account_for_people(parts: LoadParts, task: AccountForPeople, now: EpochMs, out_of_time: Callable[[], bool]) -> str:
    """What was done, for the log. A worker that dies leaves its message, and what was told is told again."""
    tenant_id, campaign_id = task.tenant_id, task.campaign_id
    if not parts.people.asks(tenant_id, now):
        return "nobody asks"
    known = parts.campaigns.get(tenant_id, campaign_id)
    campaign, work = read_standing(parts.campaigns, parts.lanes, tenant_id, known)
    journal = JournalReader(parts.sends, tenant_id, campaign)
    found: list[Entry] = []
    for shard in range(task.shard, SHARDS if campaign.sizes else 0):
        start = task.block if shard == task.shard else 0
        for n, people in people_of_shard(parts.sends, tenant_id, campaign, work, journal, shard, start):
            found += unreached_entries(people)
            late = out_of_time()
            if late or len(found) >= _AT_ONCE:
                parts.people.queue_entries(tenant_id, campaign_id, found, now, now)
                found = []
            if late:
                parts.load_queue.send(replace(task, shard=shard, block=n + 1), group=tenant_id)
                return "continued"
    parts.people.queue_entries(tenant_id, campaign_id, found, now, now)
    return "accounted for"
