"""Applying what Meta tells of phone numbers and of the accounts they belong to."""

from collections.abc import Callable
from dataclasses import replace

from functions.webhook_ingest.account.logic.account_news import (
    AccountNews,
    AccountRestored,
    AccountReviewed,
    AccountStopped,
    is_late,
    restored,
    stopped,
)
from functions.webhook_ingest.account.logic.number_news import NumberChange, NumberNews
from functions.webhook_ingest.account.parts import AccountParts
from functions.webhook_ingest.people.logic.identity import same_phone, shown_phone
from shared.clock import EpochMs
from shared.domain.campaigns.stop_reasons import NUMBER_RED
from shared.domain.numbers.number import Number, Waba
from shared.errors import NotFound
from shared.ids import TenantId, WabaId
from shared.queue_messages import LeaveControl
from shared.services.campaign_pause import pause_campaigns


def apply_number_news(parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, news: NumberNews, at: EpochMs) -> bool:
    """`at` is Meta's time in epoch ms. False when it concerns nothing that is stored here."""
    found = True
    if news.change is not None:
        found = _change_number(parts, tenant_id, waba_id, news.change, at)
    if found and news.limit is not None:
        found = _change_waba(parts, tenant_id, waba_id, lambda waba: waba.with_limit(news.limit, at))
    return found


def _change_number(parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, news: NumberChange, at: EpochMs) -> bool:
    """A flagged number stops its campaigns, unless it is known to have recovered since. One that is known to be RED as
    of later does too: whoever asked Meta for its quality stopped nothing."""
    low: set[str] = set()

    def change(number: Number) -> Number:
        low.discard(number.phone_number_id)  # this may run more than once
        changed = news.applied_to(number, at)
        if news.quality == changed.quality == "RED":
            low.add(number.phone_number_id)
        return changed

    found = _change_numbers(parts, tenant_id, waba_id, news.display, change)
    if low:
        pause_campaigns(parts, tenant_id, waba_id, NUMBER_RED, at, lambda c: c.phone_number_id in low)
    return found


def apply_account_news(
    parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, news: AccountNews, at: EpochMs, now: EpochMs
) -> bool:
    """`at` is Meta's time, both in epoch ms. False when it concerns nothing that is stored here, or is out of date."""
    match news:
        case AccountStopped():
            return _stop(parts, tenant_id, waba_id, news, at, now)
        case AccountRestored():
            found = _change_numbers(parts, tenant_id, waba_id, "", lambda number: restored(number, news, at))
            return found and _agree(parts, tenant_id, waba_id, now)
        case AccountReviewed():
            return _change_waba(parts, tenant_id, waba_id, lambda waba: waba.with_review(news.decision, at))


def _stop(
    parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, news: AccountStopped, at: EpochMs, now: EpochMs
) -> bool:
    """Stop the numbers, then their campaigns. Late news of a time before the account was connected again is kept."""
    concerned: set[str] = set()

    def change(number: Number) -> Number:
        if not is_late(number, news, at):
            concerned.add(number.phone_number_id)
        return stopped(number, news, at)

    found = _change_numbers(parts, tenant_id, waba_id, news.display, change)
    still = {n.phone_number_id for n in parts.accounts.numbers(tenant_id) if n.state_at(now) != "active"} & concerned
    pause_campaigns(parts, tenant_id, waba_id, news.reason, at, lambda c: c.phone_number_id in still)
    gone_at = at if news.gone else None
    return found and bool(concerned) and _agree(parts, tenant_id, waba_id, now, gone_at=gone_at)


def _agree(
    parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, now: EpochMs, *, gone_at: EpochMs | None = None
) -> bool:
    """The account is as its numbers are; once all have left, its token is given up, wherever it is kept, and the
    control stack told so."""
    numbers = [number for number in parts.accounts.numbers(tenant_id) if number.waba_id == waba_id]
    states = {number.state_at(now): number.reason for number in numbers}
    all_left = set(states) == {"disconnected"}
    is_over = gone_at is not None and all_left

    def change(waba: Waba) -> Waba:
        state = next((one for one in ("active", "restricted") if one in states), "disconnected")
        token = "" if is_over else waba.token
        return replace(waba, status=state, reason="" if state == "active" else states.get(state, ""), token=token)

    if gone_at is not None and all_left:
        parts.onboardings.give_up_access(tenant_id, waba_id, gone_at)
        # It may be connected in another stack now.
        leaving = LeaveControl(waba_id, now, due_at=now)
        parts.forwards.send(leaving, group=leaving.group)
    return _change_waba(parts, tenant_id, waba_id, change) if numbers else True


def _change_waba(parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, change: Callable[[Waba], Waba]) -> bool:
    try:
        parts.accounts.change_waba(tenant_id, waba_id, change)
    except NotFound:
        return False
    return True


def _change_numbers(
    parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, display: str, change: Callable[[Number], Number]
) -> bool:
    """The account's numbers, or the one shown as `display` (E.164); False when there is none."""
    found = False
    for number in parts.accounts.numbers(tenant_id):
        if number.waba_id == waba_id and (not display or same_phone(shown_phone(number.display), display)):
            parts.accounts.change_number(tenant_id, number.phone_number_id, change)
            found = True
    return found
