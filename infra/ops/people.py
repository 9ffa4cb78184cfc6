"""`person`: why somebody got a campaign, or did not.

The campaign's own blocks say what became of them; where they are in none, the gate that the load asks is asked again.
"""

import argparse
from dataclasses import replace
from functools import partial

from functions.campaign_dispatch.load.beside import read_beside
from functions.campaign_dispatch.load.gate import open_gate
from functions.campaign_dispatch.load.logic.audience import Skip
from functions.campaign_dispatch.load_bootstrap import build as load_parts
from infra.ops.desk import Answer, Desk, Nouns, add_noun, add_verb, masked, moment
from shared.domain.campaigns.blocks import Segment, lane_of, split_block_number
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.fate import WRITTEN_TO, Fate, Place
from shared.domain.campaigns.stop_reasons import meta_code, next_action
from shared.domain.contacts.consent import purpose_of, refusal
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import contact_id_for, phone_ids, shard_of
from shared.domain.contacts.phone import normalise_phone
from shared.domain.templates.compiler import SendPlan, compile_plan
from shared.errors import AppError
from shared.ids import CampaignId, ContactId, TenantId
from shared.queue_messages import LoadShard
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import fate_in, held_back_in, place_in
from shared.store.campaigns.standing import read_standing
from shared.store.engine.documents import from_document

_ID_LENGTH = 32
_WORDS = {
    "sent": "Meta accepted it",
    "delivered": "it arrived",
    "read": "it was read",
    "failed": "Meta refused it, or could not deliver it",
    "skipped": "they were held back",
    "cancelled": "the campaign was cancelled before their turn",
    "waiting": "their turn has not come",
    "unknown": "it may have been sent: Meta's answer was lost, and no status has come; it is not sent again by itself",
}


def add_to(nouns: Nouns) -> None:
    verbs = add_noun(nouns, "person", "somebody who is written to")
    what = "why they got a campaign, or not; PERSON is a phone number, Meta's user id or a contact id"
    asked = add_verb(verbs, "why", _why, what, ("tenant", "campaign", "person"))
    asked.add_argument("--wamid", default="", help="Meta's id of a message: whether it is the one of this campaign")
    add_verb(verbs, "consent", _consent, "what they said, and what follows from it", ("tenant", "person"))


def _why(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id = desk.tenant_named(args.tenant)
    campaign = desk.campaigns.get(tenant_id, CampaignId(args.campaign))
    contact, ids = find(desk, tenant_id, args.person)
    return why(desk, tenant_id, campaign, contact, ids, args.wamid)


def _consent(desk: Desk, args: argparse.Namespace) -> Answer:
    tenant_id = desk.tenant_named(args.tenant)
    contact, ids = find(desk, tenant_id, args.person)
    return {"tenant": tenant_id, "contact": ids[0], **consent(desk, tenant_id, contact, ids)}


def find(desk: Desk, tenant_id: TenantId, person: str) -> tuple[Contact | None, tuple[ContactId, ...]]:
    """The contact, None for nobody who is known, and all ids by which a campaign may know them. Raises InvalidInput for
    what is no phone number."""
    keys = _keys(desk, tenant_id, person)
    known = [found for key in keys if (found := desk.contacts.get(tenant_id, key)) is not None]
    contact = known[0] if known else None
    own = (contact.contact_id, *sorted(contact.merged)) if contact is not None else ()
    others = (one.contact_id for one in known)
    return contact, tuple(dict.fromkeys((*own, *others, *keys)))


def _keys(desk: Desk, tenant_id: TenantId, person: str) -> tuple[ContactId, ...]:
    if len(person) == _ID_LENGTH and not set(person) - set("0123456789abcdef"):
        return (ContactId(person),)
    if "." in person:
        return (contact_id_for(tenant_id, "bsuid", person),)
    phone, _ = normalise_phone(person, desk.accounts.tenant(tenant_id).country)
    return phone_ids(tenant_id, phone)


def why(
    desk: Desk,
    tenant_id: TenantId,
    campaign: Campaign,
    contact: Contact | None,
    ids: tuple[ContactId, ...],
    wamid: str = "",
) -> Answer:
    """Where they stand in the campaign, or why they do not stand in it, beside what they said of consent; with `wamid`,
    whether that is Meta's id of the one message that it sent them."""
    placed = next(
        (place for one in ids if (place := place_in(desk.sends.read_block, tenant_id, campaign, one)) is not None), None
    )
    if placed is not None:
        found = _of_place(desk, tenant_id, campaign, placed, wamid)
    elif held := _held_back(desk, tenant_id, campaign, ids):
        found = _of_fate(held) | {"when": "by the load, when the audience was frozen"}
    else:
        found = _outside(desk, tenant_id, campaign, contact)
    return {
        "campaign": campaign.campaign_id,
        "status": str(campaign.state),
        "contact": ids[0],
        "to": masked((contact.phone or contact.bsuid or "") if contact is not None else ""),
        **found,
        "consent": consent(desk, tenant_id, contact, ids, campaign),
    }


def _of_place(desk: Desk, tenant_id: TenantId, campaign: Campaign, place: Place, wamid: str) -> Answer:
    shard, _ = split_block_number(place.block)
    lane = lane_of(shard, campaign.lanes)
    journal = JournalReader(desk.sends, tenant_id, campaign).of_shard(shard)
    read = partial(read_standing, desk.campaigns, desk.lanes)
    fate, answered = fate_in(desk.sends, read, tenant_id, campaign, place, journal)
    status = desk.sends.status_block(tenant_id, campaign.campaign_id, place.block)
    notes = desk.sends.notes.of_block(tenant_id, campaign.campaign_id, place.block, status, place.slot)
    note = notes.get(place.slot)
    return {
        **_of_fate(fate),
        "answered": answered,
        "handed_to_meta": moment(note.at) if note is not None else None,
        **({"is_its_message": note.is_of(wamid) if note is not None else None} if wamid else {}),
        "block": place.block,
        "slot": place.slot,
        "lane": lane,
        "place": Segment(campaign.sizes, lane, campaign.lanes).place_of(place.block, place.slot),
    }


def _held_back(desk: Desk, tenant_id: TenantId, campaign: Campaign, ids: tuple[ContactId, ...]) -> Fate | None:
    found = (held_back_in(desk.sends.read_block, desk.sends, tenant_id, campaign, one) for one in ids)
    return next(filter(None, found), None)


def _of_fate(fate: Fate) -> dict[str, object]:
    remedy = next_action(meta_code(fate.code)) if fate.outcome == "failed" else ""
    return {
        "got_it": fate.outcome in WRITTEN_TO,
        "outcome": fate.outcome,
        "because": _WORDS.get(fate.outcome, ""),
        "code": fate.code,
        "remedy": remedy,
    }


def _outside(desk: Desk, tenant_id: TenantId, campaign: Campaign, contact: Contact | None) -> Answer:
    """Of somebody in none of its blocks: what the gate says of them now."""
    if contact is None:
        return _nobody("unknown_person", "the tenant has no contact of this number or id")
    before = "the audience is not frozen yet; as things are now " if not campaign.sizes else "as things are now "
    try:
        verdict = _gate(desk, tenant_id, campaign, contact)
    except AppError as error:
        return _nobody("not_told", f"the gate cannot be asked: {error.message}")
    if verdict is None:
        return _nobody(
            "outside", f"{before}they are not in the audience: tags, exclusions or an earlier campaign decide"
        )
    if isinstance(verdict, Skip):
        return _nobody(
            verdict.reason, f"{before}they would be held back" + (f" ({verdict.slot})" if verdict.slot else "")
        )
    if not campaign.sizes:
        return _nobody("would_be_written_to", f"{before}they will be written to")
    since = moment(max(contact.created_at, contact.updated_at))
    return _nobody("changed_since", f"they would be in it now, but were not when it was frozen; last changed {since}")


def _nobody(code: str, because: str) -> Answer:
    return {"got_it": False, "outcome": "not in it", "because": because, "code": code}


def _gate(desk: Desk, tenant_id: TenantId, campaign: Campaign, contact: Contact) -> object:
    """A Recipient, a Skip, or None, as the load would find it. Before the freeze, as if that were now."""
    template = desk.templates.get(tenant_id, campaign.template_id)
    parts = load_parts(desk.database, desk.stack.env)
    frozen = campaign if campaign.frozen_at else replace(campaign, frozen_at=desk.now)
    if campaign.plan:
        plan = from_document(SendPlan, campaign.plan)
    else:
        known = {field.key: field.kind for field in parts.fields.all(tenant_id)}
        plan = compile_plan(template, campaign.variables, known, desk.now)
    task = LoadShard(tenant_id, campaign.campaign_id, shard_of(contact.contact_id))
    beside = read_beside(parts.campaigns, tenant_id, frozen)
    return open_gate(parts, task, frozen, beside, plan, template.category)(contact)


def consent(
    desk: Desk,
    tenant_id: TenantId,
    contact: Contact | None,
    ids: tuple[ContactId, ...],
    campaign: Campaign | None = None,
) -> Answer:
    """What they said, under any of their ids, and what the one gate says of them now."""
    events = [event for one in ids for event in desk.contacts.consent.events(tenant_id, one)]
    purpose = purpose_of(campaign.category if campaign is not None else "MARKETING")
    return {
        "opted_out_at": moment(contact.opted_out_at) if contact is not None else None,
        "by": contact.opt_out_source if contact is not None else "",
        f"may_not_get_{purpose}": str(refusal(contact, purpose) or "") if contact is not None else "",
        "said": [
            {"at": moment(event.at), "said": "no" if event.opted_out else "yes", "by": event.source}
            for event in sorted(events, key=lambda event: event.at)
        ],
    }
