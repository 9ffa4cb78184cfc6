"""Connecting WhatsApp Business accounts, and their numbers."""

from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.connect import App, ConnectRequest
from functions.api.numbers.models import ConnectIn, ConnectOut, NumberOut, NumbersOut, WabaOut
from functions.api.numbers.parts import NumberParts
from functions.api.templates.actions import sync_templates
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.accounts.plans import entitlements
from shared.ids import PhoneNumberId

router = new_router()
deps = parts_for(router, NumberParts)


@router.post(
    "/v1/whatsapp/connect",
    **effect(
        Scope.SETTINGS, "numbers", "connect_account", summary="Connect an account through Embedded Signup", status=201
    ),
)
def post_connect(body: ConnectIn) -> ConnectOut:
    """`code` is what Embedded Signup gave the browser, good for half a minute. Webhooks are subscribed, the numbers
    registered and the templates copied.
    """
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    tenant = parts.accounts.tenant(tenant_id)
    secrets = parts.secrets.read(now)
    app = App(parts.meta_app_id, secrets.meta_app_secret, secrets.meta_verify_token)
    request = ConnectRequest(body.code, body.waba_id, body.phone_number_id or PhoneNumberId(""), body.pin or "")
    limits = entitlements(tenant.plan, tenant.subscription_status)
    waba, numbers, access = parts.connector.connect(tenant_id, request, app, limits, now)
    templates = sync_templates(parts.graph, parts.templates, access, tenant_id, waba.waba_id, now)
    return ConnectOut(waba=WabaOut.of(waba), numbers=[NumberOut.of(n, waba, now) for n in numbers], templates=templates)


@router.get("/v1/numbers", **secured(Scope.READ, "numbers", "list_numbers", summary="The tenant's phone numbers"))
def list_numbers(limit: Limit = 50, cursor: CursorText = None) -> NumbersOut:
    """With the quality and the limits that Meta last told."""
    accounts, tenant_id, now = deps().accounts, caller(router).tenant_id, epoch_ms()
    wabas = {waba.waba_id: waba for waba in accounts.wabas(tenant_id)}
    page = accounts.numbers_page(tenant_id, limit, cursor)
    return NumbersOut(
        items=[NumberOut.of(number, wabas.get(number.waba_id), now) for number in page.items], next_cursor=page.cursor
    )
