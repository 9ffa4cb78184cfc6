"""One shard of a dry run: the verdicts of the load, with nothing kept but counts, samples and what is missing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from functions.campaign_dispatch.load.beside import read_beside
from functions.campaign_dispatch.load.filling import CONTACTS_BETWEEN_LOOKS
from functions.campaign_dispatch.load.gate import open_gate
from functions.campaign_dispatch.load.logic.audience import Skip
from functions.campaign_dispatch.load.parts import LoadParts
from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.dry_run_part import DryRunPart
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import SHARDS
from shared.domain.contacts.market import market_of
from shared.domain.leases import DRY_RUNS
from shared.domain.templates.compiler import compile_plan, render_text
from shared.queue_messages import LoadShard

_SAMPLES = 3
_ENTRY_WINDOW_MS = 7 * DAY_MS
"""How long after a person wrote Meta may deliver free of charge: 72 hours, or up to seven days (Meta, free entry
points; the sources disagree)."""
_MISSING_SHOWN = 50


@dataclass(slots=True)
class _Tally:
    """A part in the making."""

    sendable: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    by_slot: Counter[str] = field(default_factory=Counter)
    offer_ends: EpochMs | None = None
    markets: Counter[str] = field(default_factory=Counter)
    recent: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, part: DryRunPart) -> "_Tally":
        """The tally that gave this part."""
        return cls(
            sendable=part.sendable,
            skipped=Counter(part.skipped),
            samples=list(part.samples),
            missing=list(part.missing),
            by_slot=Counter(part.missing_by_slot),
            offer_ends=part.offer_ends,
            markets=Counter(part.markets),
            recent=Counter(part.recent),
        )

    def count(self, contact: Contact, to: str, now: EpochMs) -> None:
        market = market_of(to)
        self.sendable += 1
        self.markets[market] += 1
        self.recent[market] += (contact.last_inbound_at or 0) > now - _ENTRY_WINDOW_MS

    def skip(self, skip: Skip) -> None:
        self.skipped[skip.reason] += 1
        if skip.slot:
            self.by_slot[skip.slot] += 1
        if skip.slot and len(self.missing) < _MISSING_SHOWN:
            self.missing.append((skip.contact_id, skip.slot))

    def part(self) -> DryRunPart:
        return DryRunPart(
            sendable=self.sendable,
            skipped=self.skipped,
            samples=tuple(self.samples),
            missing=tuple(self.missing),
            missing_by_slot=self.by_slot,
            offer_ends=self.offer_ends,
            markets=self.markets,
            recent=self.recent,
        )


def dry_run_shard(
    parts: LoadParts, task: LoadShard, campaign: Campaign, now: EpochMs, out_of_time: Callable[[], bool]
) -> bool:
    """Store the shard's part of a dry run (True), or how far it came when time ran out (False). Raises CompileError
    when the campaign could not be sent at all."""
    template = parts.templates.get(task.tenant_id, campaign.template_id)
    known = {f.key: f.kind for f in parts.fields.all(task.tenant_id)}
    plan = compile_plan(template, campaign.variables, known, max(now, campaign.begins or now))
    segments = parts.segments.freeze(task.tenant_id, campaign.audience, now, campaign.segments)
    campaign = replace(campaign, frozen_at=now, segments=segments)
    beside = read_beside(parts.campaigns, task.tenant_id, campaign)
    gate = open_gate(parts, task, campaign, beside, plan, template.category)
    offer = next((i for i, slot in enumerate(plan.slots) if slot.kind == "expiration"), None)
    where = (task.tenant_id, task.campaign_id, task.dry_run_id, task.shard)
    kept = parts.slices.kept(*where)
    tally = _Tally.of(DryRunPart.from_json(kept.work["part"])) if kept else _Tally()
    contacts = parts.contacts.scan_shard(task.tenant_id, task.shard, after=kept.work["to"] if kept else "")
    for looked_at, contact in enumerate(contacts, 1):
        verdict = gate(contact)
        if isinstance(verdict, Recipient):
            tally.count(contact, verdict.to, now)
            if len(tally.samples) < _SAMPLES:
                text = render_text(template, plan, verdict.values)
                tally.samples.append((contact.contact_id, text))
            if offer is not None:
                ends = EpochMs(int(verdict.values[offer]))
                tally.offer_ends = min(ends, tally.offer_ends or ends)
        elif isinstance(verdict, Skip):
            tally.skip(verdict)
        if looked_at % CONTACTS_BETWEEN_LOOKS == 0 and out_of_time():
            parts.slices.keep(*where, {"to": contact.contact_id, "part": tally.part().to_json()}, now)
            return False
    parts.sends.put_dry_run(*where, tally.part().to_json(), now)
    if len(parts.sends.dry_run(task.tenant_id, task.campaign_id, task.dry_run_id)) >= SHARDS:
        parts.leases.give_back(task.tenant_id, DRY_RUNS, task.dry_run_id)
    return True
