"""What became of one recipient."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.books import SKIP_PREFIX, StatusBlock
from shared.domain.campaigns.load_record import Record
from shared.ids import ContactId

WRITTEN_TO = frozenset({"sent", "delivered", "read", "unknown"})
"""Outcomes of people whom a campaign has written to, or may have: what is on its way counts."""
_CODED = ("failed", "skipped")


@dataclass(frozen=True, slots=True)
class Fate:
    """`outcome`: read, delivered, sent, failed, skipped, unknown, waiting or cancelled; `code` says why. `to` is where
    the message goes, "" for those the load held back. `answered`: whether they wrote back."""

    contact_id: ContactId
    outcome: str
    code: str = ""
    to: str = ""
    answered: bool = False


def fates(
    records: Iterable[Record],
    status: StatusBlock | None,
    claimed: int,
    retrying: frozenset[int],
    *,
    cancelled: bool,
) -> Iterator[Fate]:
    """Everybody of one block, those the load held back included, in order of contact_id: the records are the block and
    the spills that lead to it. The rules are those of the books.

    A recipient who was met before a spill stands in it, among those who were held back meanwhile, and in all records
    that follow; only there is the order kept. So each record is told with whom it met first.
    """
    known = 0
    for record in records:
        found = [Fate(ContactId(contact_id), "skipped", reason) for contact_id, reason in record.skipped]
        for slot in range(known, len(record.recipients)):
            waits = slot in retrying or slot >= claimed
            found.append(fate_of(record.recipients[slot], slot, status, waits=waits, cancelled=cancelled))
        known = len(record.recipients)
        yield from sorted(found, key=lambda fate: fate.contact_id)


def fate_of(recipient: Recipient, slot: int, status: StatusBlock | None, *, waits: bool, cancelled: bool) -> Fate:
    """Of the recipient in this slot of a block; `waits` before they are written to, and while they are to be again."""
    outcome = status.outcome(slot) if status else None
    code = status.failed.get(slot, "").removeprefix(SKIP_PREFIX) if status and outcome in _CODED else ""
    if outcome is None:
        outcome = ("cancelled" if cancelled else "waiting") if waits else "unknown"
    answered = status is not None and slot in status.replied
    return Fate(recipient.contact_id, outcome, code, recipient.to, answered)


def engagement_of(found: Iterable[Fate]) -> frozenset[str]:
    """What one person did in a campaign, as segments ask for it, under whatever ids it knew them."""
    return frozenset().union(*map(_engagement, found))


def _engagement(fate: Fate) -> frozenset[str]:
    engaged = _ENGAGED.get(fate.outcome, frozenset())
    return engaged | {"answered"} if fate.answered else engaged


_ENGAGED = {
    "sent": frozenset({"got"}),
    "delivered": frozenset({"got", "delivered"}),
    "read": frozenset({"got", "delivered", "read"}),
    "failed": frozenset({"failed"}),
}


@dataclass(slots=True)
class FateStream:
    """One campaign in one shard. Ask in order of contact_id only; each question moves it forward."""

    fates: Iterator[Fate]
    _next: Fate | None = None
    _started: bool = False

    def of(self, contact_id: ContactId) -> Fate | None:
        """What became of this contact in that campaign; None when they were not in it."""
        if not self._started:
            self._started = True
            self._next = next(self.fates, None)
        while self._next is not None and self._next.contact_id < contact_id:
            self._next = next(self.fates, None)
        return self._next if self._next is not None and self._next.contact_id == contact_id else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in a campaign: block number, slot, and what was frozen for them."""

    block: int
    slot: int
    recipient: Recipient
