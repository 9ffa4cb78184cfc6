"""Accounts and numbers that are connected: asking Meta for them anew, and disconnecting them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from functions.api.meta.calls import Graph, every
from functions.api.numbers.claiming import Claims
from functions.api.numbers.facts import FACT_FIELDS, bring_up_to_date, facts_from, number_from, read_facts
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.domain.numbers.number import DISCONNECTED_HERE, LEFT_ACCOUNT, Number, Waba
from shared.errors import Conflict, LimitExceeded, ProviderRejected, RateLimited, RetryableError
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.observability import count
from shared.services.campaign_pause import pause_campaigns
from shared.services.meta_access import MetaAccess
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.engine.directory import Directory
from shared.store.numbers.onboardings import Onboardings
from shared.store.numbers.token_watches import TokenWatches

REFRESH_EVERY_MS = 60_000
"""Meta counts such calls, 200 an hour for an account (Meta, business management rate limits)."""
Asked = TypeVar("Asked", Number, Waba)
_ACCOUNT_FIELDS = "id,name,currency,account_review_status"


@dataclass(frozen=True, slots=True)
class ConnectedParts:
    accounts: Accounts
    directory: Directory
    campaigns: Campaigns
    lanes: Lanes
    graph: Graph
    access: MetaAccess
    claims: Claims
    watches: TokenWatches
    onboardings: Onboardings


@dataclass(frozen=True, slots=True)
class Refreshed:
    """`unconnected` are numbers that Meta lists and that are not connected here: display name by id."""

    waba: Waba
    numbers: Sequence[Number]
    unconnected: Mapping[PhoneNumberId, str]


@contextmanager
def _asking(change: Callable[[Callable[[Asked], Asked]], Asked], asked_at: EpochMs, now: EpochMs) -> Iterator[None]:
    """Whoever asks Meta at `now` on a request of `asked_at`; another attempt at that request may ask again. What got no
    answer was not asked. Raises RateLimited when it was asked for a moment ago."""

    def begun(known: Asked) -> Asked:
        wait = known.asked_at + REFRESH_EVERY_MS - now
        if wait > 0 and known.asked_at != asked_at:
            words = "Meta was asked a moment ago; what it said is shown"
            raise RateLimited(words, wait_ms=wait, code="refreshed_just_now")
        return replace(known, asked_at=asked_at)

    def given_up(known: Asked) -> Asked:
        return replace(known, asked_at=EpochMs(0)) if known.asked_at == asked_at else known

    change(begun)
    try:
        yield
    except RetryableError:
        change(given_up)
        raise


def refresh_number(
    parts: ConnectedParts, tenant_id: TenantId, phone_number_id: PhoneNumberId, asked_at: EpochMs, now: EpochMs
) -> tuple[Number, Waba]:
    """With what Meta says of it now. `asked_at` (epoch ms) is when it was first asked for. Raises NotFound, Conflict
    (`account_disconnected`), RateLimited (`refreshed_just_now`), ProviderRejected and RetryableError."""
    access = parts.access.of_number(tenant_id, phone_number_id, now)
    with _asking(partial(parts.accounts.change_number, tenant_id, phone_number_id), asked_at, now):
        facts, _ = read_facts(parts.graph, access, phone_number_id)
    number = parts.accounts.number(tenant_id, phone_number_id)
    number, waba = bring_up_to_date(parts.accounts, tenant_id, number, facts, now)
    _pause_stopped(parts, tenant_id, waba.waba_id, [number], now)
    return number, waba


def refresh_account(
    parts: ConnectedParts, tenant_id: TenantId, waba_id: WabaId, asked_at: EpochMs, now: EpochMs
) -> Refreshed:
    """With its numbers as Meta lists them now: one that moved here from another of the tenant's accounts moves along,
    whichever of the two is asked for first, and one that is listed no more is disconnected, and whoever has it now may
    connect it. Raises like `refresh_number`."""
    access = parts.access.of_account(tenant_id, parts.accounts.waba(tenant_id, waba_id), now)
    with _asking(partial(parts.accounts.change_waba, tenant_id, waba_id), asked_at, now):
        described = parts.graph.call("GET", waba_id, access, params={"fields": _ACCOUNT_FIELDS})
        rows = {PhoneNumberId(str(row["id"])): row for row in every(parts.graph, *_numbers_of(waba_id, access))}
    waba = parts.accounts.change_waba(tenant_id, waba_id, lambda known: _described(known, described, now))
    known = {number.phone_number_id: number for number in parts.accounts.numbers(tenant_id)}
    for phone_number_id, number in known.items():
        if phone_number_id in rows:
            _bring_along(parts, tenant_id, waba, number, rows[phone_number_id], now)
        elif number.waba_id == waba_id and number.status != "disconnected":
            parts.accounts.change_number(tenant_id, phone_number_id, lambda one: _left(one, LEFT_ACCOUNT, now))
            parts.accounts.release_number(tenant_id, phone_number_id)
    numbers = [number for number in parts.accounts.numbers(tenant_id) if number.waba_id == waba_id]
    _pause_stopped(parts, tenant_id, waba_id, numbers, now)
    here = {number.phone_number_id for number in numbers if not number.has_left}
    unconnected = {one: str(row.get("display_phone_number", "")) for one, row in rows.items() if one not in here}
    return Refreshed(waba, numbers, unconnected)


def _numbers_of(waba_id: WabaId, access: GraphAccess) -> tuple[str, GraphAccess, str]:
    return f"{waba_id}/phone_numbers", access, FACT_FIELDS


def _bring_along(
    parts: ConnectedParts, tenant_id: TenantId, waba: Waba, number: Number, row: Mapping[str, Any], now: EpochMs
) -> None:
    one = number.phone_number_id
    if number.waba_id != waba.waba_id:
        number = parts.accounts.change_number(tenant_id, one, lambda found: replace(found, waba_id=waba.waba_id))
        count("NumberMoved")
    facts = facts_from(row)
    if number.status == "disconnected" and number.reason == LEFT_ACCOUNT and facts.works:
        number = _taken_back(parts, tenant_id, number_from(row, waba.waba_id, now))
    bring_up_to_date(parts.accounts, tenant_id, number, facts, now)


def _taken_back(parts: ConnectedParts, tenant_id: TenantId, listed: Number) -> Number:
    """One that was found gone from another of the tenant's accounts before it was looked for in this one. Where another
    tenant has it by now, it was disconnected meanwhile, or the plan has no room for it, it stays as it is."""
    limits = parts.accounts.tenant(tenant_id).entitlements
    with suppress(Conflict, LimitExceeded):
        parts.accounts.take_back(tenant_id, listed, limits)
        count("NumberMoved")
    return parts.accounts.number(tenant_id, listed.phone_number_id)


def _described(waba: Waba, answer: Mapping[str, Any], now: EpochMs) -> Waba:
    waba = replace(
        waba,
        name=str(answer.get("name") or waba.name),
        currency=str(answer.get("currency") or waba.currency),
    )
    review = str(answer.get("account_review_status") or "").upper()[:20]
    return waba.with_review(review, now) if review else waba


def _left(number: Number, reason: str, now: EpochMs) -> Number:
    return replace(number, status="disconnected", reason=reason, restricted_until=EpochMs(0), stopped_at=now)


def _pause_stopped(
    parts: ConnectedParts, tenant_id: TenantId, waba_id: WabaId, numbers: Sequence[Number], now: EpochMs
) -> None:
    for number in numbers:
        if number.state_at(now) != "active":
            one = number.phone_number_id
            reason = f"number_{number.state_at(now)}"
            pause_campaigns(parts, tenant_id, waba_id, reason, now, lambda c, one=one: c.phone_number_id == one)  # type: ignore[misc]


def disconnect_number(
    parts: ConnectedParts, tenant_id: TenantId, phone_number_id: PhoneNumberId, now: EpochMs
) -> Number:
    """Nothing is sent from it any more, its campaigns stand still, and somebody else may connect it. Again changes
    nothing. Raises NotFound."""
    number = parts.accounts.change_number(
        tenant_id, phone_number_id, lambda known: known if known.gave_up else _left(known, DISCONNECTED_HERE, now)
    )
    _pause_stopped(parts, tenant_id, number.waba_id, [number], now)
    parts.accounts.release_number(tenant_id, phone_number_id)
    return number


def disconnect_account(parts: ConnectedParts, tenant_id: TenantId, waba_id: WabaId, now: EpochMs) -> Waba:
    """All its numbers, then its webhooks and its token, wherever that is kept; then somebody else may connect it. May
    be repeated where it stopped. Raises NotFound, and RetryableError while Meta is out of reach."""
    waba = parts.accounts.waba(tenant_id, waba_id)
    for number in parts.accounts.numbers(tenant_id):
        if number.waba_id == waba_id:
            disconnect_number(parts, tenant_id, number.phone_number_id, now)
    if waba.token:
        _unsubscribe(parts, tenant_id, waba, now)
    parts.onboardings.give_up_access(tenant_id, waba_id, now)
    waba = parts.accounts.change_waba(
        tenant_id, waba_id, lambda known: replace(known, status="disconnected", reason=DISCONNECTED_HERE, token="")
    )
    if parts.accounts.tenant_of_waba(waba_id) == tenant_id:
        # Only who has it gives it up: another tenant may have connected it since.
        parts.accounts.release_account(tenant_id, waba_id)
        if parts.claims.cell is not None:
            parts.claims.cell.leave(waba_id, now)
    return waba


def _unsubscribe(parts: ConnectedParts, tenant_id: TenantId, waba: Waba, now: EpochMs) -> None:
    """A token that Meta takes no more has no webhooks either."""
    try:
        access = parts.access.of_account(tenant_id, waba, now)
        parts.graph.call("DELETE", f"{waba.waba_id}/subscribed_apps", access)
    except (ProviderRejected, Conflict):
        count("UnsubscribeRefused")
