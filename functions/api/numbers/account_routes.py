"""Accounts and numbers that are connected: health, profile, and disconnecting them."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.http.fields import META_ID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.account_actions import (
    ConnectedParts,
    disconnect_account,
    disconnect_number,
    refresh_account,
    refresh_number,
)
from functions.api.numbers.models import AccountOut, AccountsOut, NumberOut, RefreshedAccountOut, UnconnectedNumberOut
from functions.api.numbers.profile import Profile, change_profile, profile_revision, read_profile
from functions.api.numbers.profile_models import ProfileIn, ProfileOut
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.audit.kinds import Kind
from shared.ids import PhoneNumberId, WabaId
from shared.store.engine.audited import note_change

router = new_router()
deps = parts_for(router, ConnectedParts)
AccountPath = Annotated[WabaId, Path(pattern=META_ID, description="id of the WhatsApp Business account, at Meta")]
NumberPath = Annotated[PhoneNumberId, Path(pattern=META_ID, description="id of the phone number, at Meta")]


def _profile(profile: Profile, revision: int) -> ProfileOut:
    return ProfileOut(
        about=profile.about or None,
        address=profile.address or None,
        description=profile.description or None,
        email=profile.email or None,
        vertical=profile.vertical or None,
        websites=list(profile.websites),
        picture_url=profile.picture_url or None,
        revision=revision,
    )


@router.get(
    "/v1/whatsapp/accounts",
    **secured(Scope.READ, "numbers", "list_accounts", summary="The tenant's WhatsApp Business accounts"),
)
def list_accounts(limit: Limit = 50, cursor: CursorText = None) -> AccountsOut:
    """With what Meta last told of each, and when its access ends; those that were disconnected too."""
    accounts, tenant_id, now = deps().accounts, caller(router).tenant_id, epoch_ms()
    page, numbers = accounts.wabas_page(tenant_id, limit, cursor), accounts.numbers(tenant_id)
    return AccountsOut(
        items=[AccountOut.with_numbers(waba, numbers, now) for waba in page.items], next_cursor=page.cursor
    )


@router.get(
    "/v1/whatsapp/accounts/<waba_id>",
    **secured(Scope.READ, "numbers", "get_account", summary="A WhatsApp Business account"),
)
def get_account(waba_id: AccountPath) -> AccountOut:
    """As Meta last told of it."""
    accounts, tenant_id = deps().accounts, caller(router).tenant_id
    return AccountOut.with_numbers(accounts.waba(tenant_id, waba_id), accounts.numbers(tenant_id), epoch_ms())


@router.post(
    "/v1/whatsapp/accounts/<waba_id>/refresh",
    **effect(Scope.SETTINGS, "numbers", "refresh_account", summary="Ask Meta for an account and its numbers"),
)
def post_refresh_account(waba_id: AccountPath) -> RefreshedAccountOut:
    """Once a minute. A number that moved to this account at Meta from another of the tenant's moves here too; what Meta
    lists and is not connected, or not any more, is in `unconnected`: sign up again to connect it.
    """
    now = epoch_ms()
    found = refresh_account(deps(), caller(router).tenant_id, waba_id, operation(router).at, now)
    return RefreshedAccountOut(
        account=AccountOut.with_numbers(found.waba, found.numbers, now),
        numbers=[NumberOut.of(number, found.waba, now) for number in found.numbers],
        unconnected=[UnconnectedNumberOut(id=one, display=shown) for one, shown in found.unconnected.items()],
    )


@router.post(
    "/v1/whatsapp/accounts/<waba_id>/disconnect",
    **effect(Scope.SETTINGS, "numbers", "disconnect_account", summary="Disconnect an account and all its numbers"),
)
def post_disconnect_account(waba_id: AccountPath) -> AccountOut:
    """Campaigns stand still, webhooks end, the access is given up, and another tenant may connect it. Conversations and
    reports stay.
    """
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    waba = disconnect_account(parts, tenant_id, waba_id, now)
    return AccountOut.with_numbers(waba, parts.accounts.numbers(tenant_id), now)


@router.get("/v1/numbers/<phone_number_id>", **secured(Scope.READ, "numbers", "get_number", summary="A phone number"))
def get_number(phone_number_id: NumberPath) -> NumberOut:
    """With its quality, limits and health as Meta last told."""
    accounts, tenant_id = deps().accounts, caller(router).tenant_id
    number = accounts.number(tenant_id, phone_number_id)
    return NumberOut.of(number, accounts.waba(tenant_id, number.waba_id), epoch_ms())


@router.post(
    "/v1/numbers/<phone_number_id>/refresh",
    **effect(Scope.SETTINGS, "numbers", "refresh_number", summary="Ask Meta how a number is"),
)
def post_refresh_number(phone_number_id: NumberPath) -> NumberOut:
    """Once a minute: 429 `refreshed_just_now` says when again. What it may send a second holds from the next minutes
    on.
    """
    now = epoch_ms()
    asked_at = operation(router).at
    return NumberOut.of(*refresh_number(deps(), caller(router).tenant_id, phone_number_id, asked_at, now), now)


@router.post(
    "/v1/numbers/<phone_number_id>/disconnect",
    **effect(Scope.SETTINGS, "numbers", "disconnect_number", summary="Disconnect one number"),
)
def post_disconnect_number(phone_number_id: NumberPath) -> NumberOut:
    """Its campaigns stand still, and another tenant may connect it; the account stays."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    number = disconnect_number(parts, tenant_id, phone_number_id, now)
    return NumberOut.of(number, parts.accounts.waba(tenant_id, number.waba_id), now)


@router.get(
    "/v1/numbers/<phone_number_id>/profile",
    **secured(Scope.READ, "numbers", "get_profile", summary="The business profile that people see"),
)
def get_profile(phone_number_id: NumberPath) -> ProfileOut:
    """As Meta has it now."""
    parts, tenant_id = deps(), caller(router).tenant_id
    access = parts.access.of_number(tenant_id, phone_number_id, epoch_ms())
    revision = profile_revision(parts.directory, tenant_id, phone_number_id)
    return _profile(read_profile(parts.graph, access, phone_number_id), revision)


@router.patch(
    "/v1/numbers/<phone_number_id>/profile",
    **secured(Scope.SETTINGS, "numbers", "update_profile", summary="Change the business profile"),
)
def patch_profile(phone_number_id: NumberPath, body: ProfileIn) -> ProfileOut:
    """What is not named stays as it is. `revision` is compared with the last change that was made here: what was
    changed at Meta itself is in none."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    access = parts.access.of_number(tenant_id, phone_number_id, now)
    changes = body.changes()
    shown = change_profile(parts.graph, access, tenant_id, phone_number_id, changes, now, seen=body.revision)
    # Meta alone knows what was there before; the entry names the fields.
    note_change(tenant_id, Kind.NUMBER, phone_number_id, before=dict.fromkeys(changes, "unknown"), after=changes)
    return _profile(*shown)
