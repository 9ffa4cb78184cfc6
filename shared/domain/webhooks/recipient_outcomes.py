"""What a campaign did to each person, as events: many people in one, the same event for the same outcomes. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.books import StatusBlock, StatusChange
from shared.domain.campaigns.fate import Fate
from shared.domain.campaigns.load_record import Skipped
from shared.domain.campaigns.status_journal import with_change
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.ids import CampaignId

MOST_PEOPLE = 500
"""Entries of an event: 40 KB of JSON."""


class RecipientOutcome(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    ANSWERED = "answered"


Entry = dict[str, str]
_BY_STATUS = frozenset({"sent", "delivered", "read", "failed"})
_UNREACHED = frozenset({"sent", "failed", "skipped", "cancelled", "unknown"})


def entries(recipients: Sequence[Recipient], change: StatusChange) -> Iterator[Entry]:
    """What a change of a block says of its people: how far the message of each came, and who answered."""
    known = with_change(StatusBlock(len(recipients)), change)
    for slot, recipient in enumerate(recipients):
        outcome = known.outcome(slot)
        if outcome in _BY_STATUS:
            failed = {"code": known.failed[slot]} if outcome == RecipientOutcome.FAILED else {}
            yield {"contact_id": recipient.contact_id, "outcome": str(outcome), **failed}
        if slot in change.replied:
            yield {"contact_id": recipient.contact_id, "outcome": str(RecipientOutcome.ANSWERED)}


def skipped_entries(skipped: Skipped) -> Iterator[Entry]:
    """Of people whom the load held back: why."""
    for contact_id, reason in skipped:
        yield {"contact_id": contact_id, "outcome": str(RecipientOutcome.SKIPPED), "code": reason}


def unreached_entries(people: Iterable[Fate]) -> Iterator[Entry]:
    """Of everybody whom a closed campaign meant to write to and whose message has not arrived: what became of it."""
    for fate in people:
        if fate.to and fate.outcome in _UNREACHED:
            code = {"code": fate.code} if fate.code else {}
            yield {"contact_id": fate.contact_id, "outcome": fate.outcome, **code}


def recipient_events(campaign_id: CampaignId, everybody: Iterable[Entry], at: EpochMs) -> Iterator[TenantEvent]:
    """`at` is epoch ms. The id follows from the campaign and the entries, so that who tells them again tells the same
    event again."""
    left = iter(everybody)
    while some := list(islice(left, MOST_PEOPLE)):
        data = {"campaign_id": campaign_id, "recipients": some}
        digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
        yield TenantEvent(f"evt_{digest[:32]}", EventType.CAMPAIGN_RECIPIENTS, at, data)
