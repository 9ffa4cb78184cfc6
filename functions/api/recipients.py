"""Who was in a campaign and what became of each, read from its blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.blocks import Recipient, block_number
from shared.domain.books import SKIP_PREFIX, StatusBlock
from shared.domain.campaign import Campaign, State
from shared.domain.identity import SHARDS
from shared.errors import InvalidInput
from shared.store.campaign_books import claimed_slots, positions, slots_in_retry
from shared.store.directory import Page, decode_cursor, encode_cursor
from shared.store.lanes import Lanes
from shared.store.sends import Sends, Skipped

_MOST_BLOCKS = 300


@dataclass(frozen=True, slots=True)
class Fate:
    """`outcome`: read, delivered, sent, failed, skipped, unknown, waiting or cancelled; `code` says why."""

    contact_id: str
    outcome: str
    code: str = ""


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
        found.append(Fate(recipient.contact_id, outcome, code))
    return found


_CODED = ("failed", "skipped")


def _start(cursor: str | None) -> tuple[int, int, int]:
    position = decode_cursor(cursor)
    if position is None:
        return 0, 0, 0
    try:
        shard, n, at = (int(position[name]) for name in ("shard", "n", "at"))
    except (KeyError, ValueError) as exc:
        raise InvalidInput("cursor is not one this API returned; start without it", field="cursor") from exc
    if not (0 <= shard < SHARDS and 0 <= n < 65_536 and at >= 0):
        raise InvalidInput("cursor is not one this API returned; start without it", field="cursor")
    return shard, n, at


class Recipients:
    def __init__(self, sends: Sends, lanes: Lanes) -> None:
        self._sends = sends
        self._lanes = lanes

    def page(
        self, tenant_id: str, campaign: Campaign, outcome: str | None, limit: int, cursor: str | None
    ) -> Page[Fate]:
        """In order of contact id, nobody before the audience is frozen. With an outcome a page may hold fewer than
        `limit`, even none, and still have a next one: at most 300 blocks are read for each."""
        shard, n, at = _start(cursor)
        if not campaign.sizes:
            return Page([], None)
        found: list[Fate] = []
        read = 0
        for place, people in self._blocks(tenant_id, campaign, shard, n):
            if read == _MOST_BLOCKS:
                return Page(found, _cursor(*place, 0))
            read += 1
            for i, fate in enumerate(people):
                if place == (shard, n) and i < at:
                    continue
                if len(found) == limit:
                    return Page(found, _cursor(*place, i))
                if outcome is None or fate.outcome == outcome:
                    found.append(fate)
        return Page(found, None)

    def _blocks(
        self, tenant_id: str, campaign: Campaign, first_shard: int, first_n: int
    ) -> Iterator[tuple[tuple[int, int], list[Fate]]]:
        work = self._lanes.work(campaign.phone_number_id)
        cursors = positions(campaign, work)
        retrying: Mapping[int, frozenset[int]] = slots_in_retry(campaign.campaign_id, work)
        for shard in range(first_shard, SHARDS):
            start = first_n if shard == first_shard else 0
            statuses = self._sends.status_blocks(tenant_id, campaign.campaign_id, shard, start)
            status = next(statuses, None)
            for n, recipients, skipped in self._sends.blocks(tenant_id, campaign.campaign_id, shard, start):
                while status is not None and status[0] < n:
                    status = next(statuses, None)
                yield (
                    (shard, n),
                    fates(
                        recipients,
                        skipped,
                        status[1] if status is not None and status[0] == n else None,
                        claimed_slots(campaign, cursors, shard, n),
                        retrying.get(block_number(shard, n), frozenset()),
                        cancelled=campaign.state is State.CANCELLED,
                    ),
                )


def _cursor(shard: int, n: int, at: int) -> str:
    return encode_cursor({"shard": str(shard), "n": str(n), "at": str(at)})
