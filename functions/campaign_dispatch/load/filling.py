"""What a loader has gathered for its next record, and how the next slice goes on with it."""

from dataclasses import dataclass, field

from functions.campaign_dispatch.load.logic.audience import Skip
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.load_record import SealedBlock
from shared.ids import ContactId
from shared.queue_messages import LoadShard
from shared.store.campaigns.load_slices import LoadSlices

CONTACTS_BETWEEN_LOOKS = 200
"""How often a loader looks at the clock where it seals nothing: a contact may take several reads."""


@dataclass(slots=True)
class Filling:
    """Whom a loader met up to `scanned_to` since the last sealed record."""

    scanned_to: str
    recipients: list[Recipient] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def add(self, contact_id: ContactId, verdict: Recipient | Skip | None) -> None:
        self.scanned_to = contact_id
        if isinstance(verdict, Recipient):
            self.recipients.append(verdict)
        elif isinstance(verdict, Skip):
            self.skipped.append((verdict.contact_id, verdict.reason))


def keep(slices: LoadSlices, task: LoadShard, at: SealedBlock, filling: Filling, now: EpochMs) -> None:
    work = {
        "n": at.n,
        "spill": at.spill,
        "to": filling.scanned_to,
        "recipients": [[r.contact_id, r.to, *r.values] for r in filling.recipients],
        "skipped": filling.skipped,
    }
    slices.keep(task.tenant_id, task.campaign_id, "", task.shard, work, now)


def take_up(slices: LoadSlices, task: LoadShard, at: SealedBlock) -> Filling:
    """What was gathered behind the last sealed record; of what was kept before that nothing is left to do."""
    found = slices.kept(task.tenant_id, task.campaign_id, "", task.shard)
    if found is None or (found.work["n"], found.work["spill"]) != (at.n, at.spill):
        return Filling(at.scanned_to, list(at.carried))
    recipients = [Recipient(row[0], row[1], tuple(row[2:])) for row in found.work["recipients"]]
    return Filling(found.work["to"], recipients, [(row[0], row[1]) for row in found.work["skipped"]])
