"""Applying account events: templates, numbers, restrictions, people's own choices. They stop campaigns in seconds."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from functions.webhook_ingest.bootstrap import Deps
from functions.webhook_ingest.logic.account import (
    AccountRestored,
    AccountStopped,
    Meaning,
    MessagingLimit,
    NumberQuality,
    Preferences,
    TemplateCategory,
    TemplateQuality,
    TemplateStatus,
    meaning_of,
)
from functions.webhook_ingest.logic.split import digest
from functions.webhook_ingest.oversize import whole_event
from shared.domain.campaign import Campaign, State, after
from shared.domain.number import Number
from shared.domain.phone import from_wa_id
from shared.domain.template import Template
from shared.errors import Conflict, InvalidInput, NotFound, RetryableError
from shared.events import AccountEvent
from shared.observability import count

_NEWEST = 100


def take_account_event(at_hand: Deps, event: AccountEvent, delivery: int, now: int) -> None:
    """`delivery` counts how often the queue delivered it: a template may be stored a moment after its first event.

    Raises InvalidInput for an account that is nobody's.
    """
    event = whole_event(event, at_hand.parking)
    tenant_id = at_hand.accounts.tenant_of_waba(event.waba_id) if event.waba_id else None
    if tenant_id is None:
        raise InvalidInput("unknown WhatsApp Business account")
    meaning = meaning_of(event.field, event.value)
    if meaning is not None and _apply(at_hand, tenant_id, event, meaning, now):
        count("AccountEventApplied")
        return
    if isinstance(meaning, TemplateStatus) and delivery < 2:
        raise RetryableError("the template is not stored yet")
    at_hand.parking.keep(f"account-events/{event.waba_id}", json.loads(event.to_json()))
    count("AccountEventKept")


def _apply(at_hand: Deps, tenant_id: str, event: AccountEvent, meaning: Meaning, now: int) -> bool:
    """False when it concerns nothing that is stored here."""
    match meaning:
        case TemplateStatus():
            return _template_status(at_hand, tenant_id, event, meaning)
        case TemplateCategory():
            return _template_category(at_hand, tenant_id, event, meaning)
        case TemplateQuality():
            return _template_quality(at_hand, tenant_id, event, meaning)
        case Preferences():
            return _preferences(at_hand, tenant_id, event, meaning, now)
        case NumberQuality():
            return _number_quality(at_hand, tenant_id, event, meaning)
        case MessagingLimit():
            return _messaging_limit(at_hand, tenant_id, event, meaning.limit)
        case AccountStopped():
            return _stop(at_hand, tenant_id, event, meaning)
        case AccountRestored():
            return _restore(at_hand, tenant_id, event, meaning)


def _happened(event: AccountEvent) -> int:
    return event.sent_at or event.received_at


def _template_status(at_hand: Deps, tenant_id: str, event: AccountEvent, told: TemplateStatus) -> bool:
    at = _happened(event)

    def change(template: Template) -> Template:
        if template.waba_id != event.waba_id or template.updated_at > at:
            return template
        return replace(template, status=told.status, rejected_reason=told.rejected_reason, updated_at=at)

    if not at_hand.catalogue.change_template(tenant_id, told.template_id, change):
        return False
    template = at_hand.catalogue.template(tenant_id, told.template_id)
    # An older event that comes late changed nothing above and must not stop anything either.
    if told.stops and template.status == told.status:
        _pause(at_hand, tenant_id, event.waba_id, told.stops, lambda c: c.template_id == told.template_id)
    return True


def _template_category(at_hand: Deps, tenant_id: str, event: AccountEvent, told: TemplateCategory) -> bool:
    def change(template: Template) -> Template:
        return replace(template, category=told.category) if template.waba_id == event.waba_id else template

    if not at_hand.catalogue.change_template(tenant_id, told.template_id, change):
        return False
    # Price and consent class follow the category, so what was launched is no longer what would be sent.
    _pause(
        at_hand,
        tenant_id,
        event.waba_id,
        "template_recategorised",
        lambda c: c.template_id == told.template_id and c.category != told.category,
    )
    return True


def _template_quality(at_hand: Deps, tenant_id: str, event: AccountEvent, told: TemplateQuality) -> bool:
    if told.low:
        _pause(at_hand, tenant_id, event.waba_id, "template_quality_red", lambda c: c.template_id == told.template_id)
    return told.low


def _preferences(at_hand: Deps, tenant_id: str, event: AccountEvent, told: Preferences, now: int) -> bool:
    for chosen in told.chosen:
        at = chosen.at or event.received_at
        person = at_hand.people.find(tenant_id, chosen.who)
        at_hand.people.record_consent(
            tenant_id,
            person,
            opted_out=chosen.opted_out,
            source="whatsapp_preferences",
            at=at,
            event_id=f"{at:013d}-{digest(f'{event.waba_id}{chosen}')[:24]}",
            now=now,
        )
        at_hand.people.link(tenant_id, person, chosen.who, now)
        count("OptOut" if chosen.opted_out else "OptIn")
    return bool(told.chosen)


def _number_quality(at_hand: Deps, tenant_id: str, event: AccountEvent, told: NumberQuality) -> bool:
    def change(number: Number) -> Number:
        throughput = max(number.throughput, told.throughput or 0)
        return replace(number, throughput=throughput, quality=told.quality or number.quality)

    found = _change_numbers(at_hand, tenant_id, event.waba_id, told.display, change)
    if found and told.limit is not None:
        _messaging_limit(at_hand, tenant_id, event, told.limit)
    if told.quality == "RED":
        low = {n.phone_number_id for n in at_hand.accounts.numbers(tenant_id) if n.quality == "RED"}
        _pause(at_hand, tenant_id, event.waba_id, "number_quality_red", lambda c: c.phone_number_id in low)
    return found


def _messaging_limit(at_hand: Deps, tenant_id: str, event: AccountEvent, limit: int) -> bool:
    at_hand.accounts.change_waba(tenant_id, event.waba_id, lambda waba: replace(waba, messaging_limit=limit))
    return True


def _stop(at_hand: Deps, tenant_id: str, event: AccountEvent, told: AccountStopped) -> bool:
    """Stop the numbers, then their campaigns. Late news of a time before the account was connected again is kept."""
    at = _happened(event)
    stopped: set[str] = set()

    def change(number: Number) -> Number:
        if number.connected_at > at:
            return number
        stopped.add(number.phone_number_id)
        return replace(number, status=told.status, reason=told.reason)

    found = _change_numbers(at_hand, tenant_id, event.waba_id, told.display, change)
    _pause(at_hand, tenant_id, event.waba_id, told.reason, lambda c: c.phone_number_id in stopped)
    return found and bool(stopped)


def _restore(at_hand: Deps, tenant_id: str, event: AccountEvent, told: AccountRestored) -> bool:
    def change(number: Number) -> Number:
        stopped_so = number.status == told.status and number.reason.startswith(told.reason)
        return replace(number, status="active", reason="") if stopped_so else number

    return _change_numbers(at_hand, tenant_id, event.waba_id, "", change)


def _change_numbers(
    at_hand: Deps, tenant_id: str, waba_id: str, display: str, change: Callable[[Number], Number]
) -> bool:
    """The account's numbers, or the one shown as `display` (E.164); False when there is none."""
    found = False
    for number in at_hand.accounts.numbers(tenant_id):
        if number.waba_id == waba_id and (not display or _digits(number.display) == display):
            at_hand.accounts.change_number(tenant_id, number.phone_number_id, change)
            found = True
    return found


def _digits(display: str) -> str:
    return from_wa_id("".join(c for c in display if c.isdigit()))


def _pause(at_hand: Deps, tenant_id: str, waba_id: str, reason: str, concerned: Callable[[Campaign], bool]) -> None:
    for campaign in _sending(at_hand, tenant_id, waba_id):
        if not concerned(campaign):
            continue
        # The lane first: it sends nothing more within one tick, even if the second write has to be tried again.
        at_hand.lanes.set_run_state(campaign.phone_number_id, campaign.campaign_id, "paused", reason)
        try:
            at_hand.catalogue.change_campaign(
                tenant_id,
                campaign.campaign_id,
                lambda c: replace(c, state=after(c.state, "pause"), reason=reason),
            )
        except Conflict:
            count("CampaignPauseTooLate")
            continue
        count("CampaignPaused")


def _sending(at_hand: Deps, tenant_id: str, waba_id: str) -> Iterator[Campaign]:
    """Campaigns of the account that send right now: those on its numbers, and of the newest those not there yet."""
    found = {c.campaign_id: c for c in at_hand.catalogue.campaigns(tenant_id, _NEWEST, None).items}
    for number in at_hand.accounts.numbers(tenant_id):
        for run in at_hand.lanes.work(number.phone_number_id).runs if number.waba_id == waba_id else ():
            if run.tenant_id == tenant_id and run.campaign_id not in found:
                try:
                    found[run.campaign_id] = at_hand.catalogue.campaign(tenant_id, run.campaign_id)
                except NotFound:
                    count("RunWithoutCampaign")
    yield from (c for c in found.values() if c.waba_id == waba_id and c.state is State.SENDING)
