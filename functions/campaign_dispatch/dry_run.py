"""One shard of a dry run: the verdicts of the load, with nothing kept but counts, samples and what is missing."""

import json
from collections import Counter
from dataclasses import replace

from functions.campaign_dispatch.audience import Skip
from functions.campaign_dispatch.bootstrap import Deps
from functions.campaign_dispatch.gate import open_gate
from shared.domain.blocks import Recipient
from shared.domain.campaign import Campaign
from shared.domain.compiler import compile_plan, render_text
from shared.domain.market import market_of
from shared.events import LoadShard

_SAMPLES = 3
_ENTRY_WINDOW_MS = 7 * 86_400_000
"""How long after a person wrote Meta may deliver free of charge: 72 hours, or up to seven days (Meta, free entry
points; the sources disagree)."""
_MISSING_SHOWN = 50


def dry_run_shard(deps: Deps, task: LoadShard, campaign: Campaign, now: int) -> None:
    """Store the shard's part of a dry run. Raises CompileError when the campaign could not be sent at all."""
    template = deps.catalogue.template(task.tenant_id, campaign.template_id)
    known = {f.key: f.kind for f in deps.catalogue.fields(task.tenant_id)}
    plan = compile_plan(template, campaign.variables, known, max(now, campaign.start_at or 0))
    gate = open_gate(deps, task, replace(campaign, frozen_at=now), plan, template.category)
    offer = next((i for i, slot in enumerate(plan.slots) if slot.kind == "expiration"), None)
    sendable = 0
    skipped: Counter[str] = Counter()
    samples: list[dict[str, str]] = []
    missing: list[dict[str, str]] = []
    by_slot: Counter[str] = Counter()
    offer_ends: set[int] = set()
    markets: Counter[str] = Counter()
    recent: Counter[str] = Counter()
    for contact in deps.contacts.scan_shard(task.tenant_id, task.shard):
        verdict = gate(contact)
        if isinstance(verdict, Recipient):
            sendable += 1
            if len(samples) < _SAMPLES:
                samples.append({"contact_id": contact.contact_id, "text": render_text(template, plan, verdict.values)})
            market = market_of(verdict.to)
            markets[market] += 1
            recent[market] += (contact.last_inbound_at or 0) > now - _ENTRY_WINDOW_MS
            if offer is not None:
                offer_ends.add(int(verdict.values[offer]))
        elif isinstance(verdict, Skip):
            skipped[verdict.reason] += 1
            if verdict.slot:
                by_slot[verdict.slot] += 1
            if verdict.slot and len(missing) < _MISSING_SHOWN:
                missing.append({"contact_id": contact.contact_id, "slot": verdict.slot})
    part = {
        "planned": sendable + skipped.total(),
        "sendable": sendable,
        "skipped": dict(skipped),
        "samples": samples,
        "missing": missing,
        "missing_by_slot": dict(by_slot),
        "offer_ends": min(offer_ends, default=None),
        "markets": dict(markets),
        "recent": dict(recent),
    }
    deps.sends.put_dry_run(
        task.tenant_id, task.campaign_id, task.dry_run_id, task.shard, json.dumps(part, ensure_ascii=False), now
    )
