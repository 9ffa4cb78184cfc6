"""Applying account events: templates, numbers, restrictions, people's own choices. They stop campaigns in seconds."""

import json

from functions.webhook_ingest.account.give_notice import give_notice
from functions.webhook_ingest.account.late_forward import sent_on
from functions.webhook_ingest.account.logic.meaning import Meaning, Preferences, meaning_of
from functions.webhook_ingest.account.logic.number_news import NumberNews
from functions.webhook_ingest.account.logic.template_news import (
    TemplateCategory,
    TemplateCategoryNotice,
    TemplateQuality,
    TemplateStatus,
    TemplateText,
)
from functions.webhook_ingest.account.number_events import apply_account_news, apply_number_news
from functions.webhook_ingest.account.parts import AccountParts
from functions.webhook_ingest.account.template_events import apply_template_news
from functions.webhook_ingest.claimed_time import credible
from functions.webhook_ingest.receive.oversize import whole_event
from shared.clock import EpochMs
from shared.errors import InvalidInput, NotYet
from shared.ids import TenantId
from shared.observability import concerns, count
from shared.queue_messages import AccountEvent


def take_account_event(parts: AccountParts, event: AccountEvent, delivery: int, now: EpochMs) -> None:
    """`delivery` counts how often the queue delivered it: a template may be stored a moment after its first event.

    Raises InvalidInput for an account that is nobody's, here or in another cell.
    """
    event = whole_event(event, parts.parking)
    tenant_id = parts.accounts.tenant_of_waba(event.waba_id) if event.waba_id else None
    concerns(tenant_id)
    if tenant_id is None:
        if sent_on(parts, event, now):
            return
        raise InvalidInput("unknown WhatsApp Business account")
    meaning = meaning_of(event.field, event.value)
    at = credible(event.sent_at, event.received_at) or event.received_at
    applied = meaning is not None and _apply(parts, tenant_id, event, meaning, at, now)
    if not applied and isinstance(meaning, TemplateStatus) and delivery < 2:
        raise NotYet("the template is not stored yet")
    give_notice(parts.notices, tenant_id, event.waba_id, event.field, event.value, at)
    if applied:
        count("AccountEventApplied")
        return
    parts.parking.keep(f"account-events/{event.waba_id}", json.loads(event.to_json()))
    count("AccountEventKept")


def _apply(
    parts: AccountParts, tenant_id: TenantId, event: AccountEvent, meaning: Meaning, at: EpochMs, now: EpochMs
) -> bool:
    """False when it concerns nothing that is stored here, or not all of it was understood."""
    match meaning:
        case TemplateStatus() | TemplateCategory() | TemplateCategoryNotice() | TemplateQuality() | TemplateText():
            return apply_template_news(parts, tenant_id, event.waba_id, meaning, at)
        case NumberNews():
            return apply_number_news(parts, tenant_id, event.waba_id, meaning, at)
        case Preferences():
            return _preferences(parts, tenant_id, event, meaning, now)
        case _:
            return apply_account_news(parts, tenant_id, event.waba_id, meaning, at, now)


def _preferences(
    parts: AccountParts, tenant_id: TenantId, event: AccountEvent, news: Preferences, now: EpochMs
) -> bool:
    """Where Meta gave no time that can be right, when they sent it: what comes again must say nothing new. A yes that
    was said nobody knows when is older than every no."""
    complete = news.complete
    for chosen in news.chosen:
        times = (credible(time, event.received_at) for time in (chosen.at, event.sent_at))
        said_at = next(filter(None, times), None)
        if said_at is None and not chosen.opted_out:
            complete = False
            continue
        at = said_at or event.received_at
        person = parts.people.find(tenant_id, chosen.who, at)
        if parts.people.choose(tenant_id, person, chosen, event.waba_id, at, now):
            count("OptOut" if chosen.opted_out else "OptIn")
        parts.people.link(tenant_id, person, chosen.who, at, now)
    return complete
