"""Who was in a campaign and what became of each, read from its blocks in order of contact_id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from shared.domain.blocks import Recipient, block_number
from shared.domain.books import SKIP_PREFIX, StatusBlock
from shared.domain.campaign import Campaign, State
from shared.store.campaign_books import claimed_slots, positions, slots_in_retry
from shared.store.lanes import Lanes, NumberWork
from shared.store.sends import Sends, Skipped

_CODED = ("failed", "skipped")


@dataclass(frozen=True, slots=True)
class Fate:
    """`outcome`: read, delivered, sent, failed, skipped, unknown, waiting or cancelled; `code` says why. `to` is where
    the message goes, "" for those the load held back."""

    contact_id: str
    outcome: str
    code: str = ""
    to: str = ""


def fates(
    recipients: Sequence[Recipient],
    skipped: Skipped,
    status: StatusBlock | None,
    claimed: int,
    retrying: frozenset[int],
    *,
    cancelled: bool,
) -> list[Fate]:
    """Everybody of one block, those the load held back included. The rules are those of the books."""
    found = [Fate(contact_id, "skipped", reason) for contact_id, reason in skipped]
    for slot, recipient in enumerate(recipients):
        outcome = status.outcome(slot) if status else None
        code = status.failed.get(slot, "").removeprefix(SKIP_PREFIX) if status and outcome in _CODED else ""
        if outcome is None:
            waits = slot in retrying or slot >= claimed
            outcome = ("cancelled" if cancelled else "waiting") if waits else "unknown"
        found.append(Fate(recipient.contact_id, outcome, code, recipient.to))
    return sorted(found, key=lambda fate: fate.contact_id)


def people_of_shard(
    sends: Sends, tenant_id: str, campaign: Campaign, work: NumberWork, shard: int, start: int = -1
) -> Iterator[tuple[int, list[Fate]]]:
    """(n, people) of a shard's blocks from block `start` on; -1 begins before the first. `work` is the number's."""
    cursors = positions(campaign, work)
    retrying = slots_in_retry(campaign.campaign_id, work)
    statuses = sends.status_blocks(tenant_id, campaign.campaign_id, shard, max(start, 0))
    status = next(statuses, None)
    records = sends.blocks(tenant_id, campaign.campaign_id, shard, start)
    for n, block in groupby(records, key=lambda record: record[0]):
        while status is not None and status[0] < n:
            status = next(statuses, None)
        people: list[Fate] = []
        for _, recipients, skipped in block:
            people += fates(
                recipients,
                skipped,
                status[1] if status is not None and status[0] == n else None,
                claimed_slots(campaign, cursors, shard, n),
                retrying.get(block_number(shard, n), frozenset()) if n >= 0 else frozenset(),
                cancelled=campaign.state is State.CANCELLED,
            )
        yield n, people


def stream_shard(sends: Sends, lanes: Lanes, tenant_id: str, campaign: Campaign, shard: int) -> Iterator[Fate]:
    """One shard's people, one by one, in order of contact_id; nobody before the audience is frozen."""
    if not campaign.sizes:
        return
    work = lanes.work(campaign.phone_number_id)
    for _, people in people_of_shard(sends, tenant_id, campaign, work, shard):
        yield from people
