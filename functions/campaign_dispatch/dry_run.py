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
from shared.events import LoadShard

_SAMPLES = 3
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
    for contact in deps.contacts.scan_shard(task.tenant_id, task.shard):
        verdict = gate(contact)
        if isinstance(verdict, Recipient):
            sendable += 1
            if len(samples) < _SAMPLES:
                samples.append({"contact_id": contact.contact_id, "text": render_text(template, plan, verdict.values)})
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
    }
    deps.sends.put_dry_run(
        task.tenant_id, task.campaign_id, task.dry_run_id, task.shard, json.dumps(part, ensure_ascii=False), now
    )
