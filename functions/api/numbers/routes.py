"""Connecting WhatsApp Business accounts, and their numbers."""

from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.models import ConnectIn, ConnectOut, NumberOut, NumbersOut, WabaOut
from functions.api.numbers.parts import NumberParts
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

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
    parts, principal, now = deps(), caller(router), epoch_ms()
    who = parts.caller(principal.tenant_id, principal.member_id, now)
    found = parts.connector.connect(who, operation(router).operation_id, body.to_request(), now)
    return ConnectOut(
        waba=WabaOut.of(found.waba),
        numbers=[NumberOut.of(n, found.waba, now) for n in found.numbers],
        templates=found.templates,
    )


@router.get("/v1/numbers", **secured(Scope.READ, "numbers", "list_numbers", summary="The tenant's phone numbers"))
def list_numbers(limit: Limit = 50, cursor: CursorText = None) -> NumbersOut:
    """With the quality and the limits that Meta last told."""
    accounts, tenant_id, now = deps().accounts, caller(router).tenant_id, epoch_ms()
    wabas = {waba.waba_id: waba for waba in accounts.wabas(tenant_id)}
    page = accounts.numbers_page(tenant_id, limit, cursor)
    return NumbersOut(
        items=[NumberOut.of(number, wabas.get(number.waba_id), now) for number in page.items], next_cursor=page.cursor
    )
