"""Connecting a tenant's WhatsApp Business account through Embedded Signup (Meta, Embedded Signup, 2026).

The ids a browser sends are only a wish. What the exchanged token may reach is what counts: else one tenant could
claim another's account.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from functions.api.meta.calls import Graph, every
from functions.api.numbers.cell import Cell
from functions.api.numbers.facts import Facts, look_up
from shared.clients.graph import GraphAccess
from shared.clients.vault import META_TOKEN, Vault
from shared.clock import EpochMs
from shared.domain.accounts.plans import Entitlements
from shared.domain.numbers.number import COEXISTENCE_THROUGHPUT, THROUGHPUT_BY_LEVEL, Number, Waba
from shared.errors import Conflict, InvalidInput, ProviderRejected
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.store.accounts.tenants import Accounts
from shared.store.engine.directory import Directory

_MANAGEMENT = "whatsapp_business_management"
_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,status,throughput,is_on_biz_app"
_STOPPED = frozenset({"BANNED", "RESTRICTED", "FLAGGED"})
_PIN = "registration_pin"
_WRONG_PIN = "133005"


@dataclass(frozen=True, slots=True)
class App:
    """The Meta app through which tenants connect."""

    app_id: str
    secret: str
    verify_token: str = ""

    @property
    def access(self) -> GraphAccess:
        """The app's own token (Meta, access tokens: app id, bar, secret)."""
        return GraphAccess.of(f"{self.app_id}|{self.secret}", self.secret)


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """What the browser hands over. Without `phone_number_id`, every number of the account is connected."""

    code: str
    waba_id: WabaId
    phone_number_id: PhoneNumberId = PhoneNumberId("")
    pin: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """The two-step PIN of a number, encrypted; `done` once Meta took it."""

    sealed_pin: str
    done: bool = False


def exchange(graph: Graph, app: App, code: str) -> GraphAccess:
    """The tenant's token for a code, which lives 30 s. Raises InvalidInput with Meta's words."""
    params = {"client_id": app.app_id, "client_secret": app.secret, "code": code}
    try:
        answer = graph.call("GET", "oauth/access_token", params=params)
    except ProviderRejected as exc:
        raise InvalidInput(exc.message, field="code", code="code_refused") from exc
    token = str(answer.get("access_token", ""))
    if not token:
        raise InvalidInput("Meta gave no token for this code; start the connection again", field="code")
    return GraphAccess.of(token, app.secret)


def may_manage(description: Mapping[str, Any], app_id: str, waba_id: WabaId) -> bool:
    """Whether the answer of debug_token proves that the token manages this account for our app."""
    data = description.get("data")
    if not isinstance(data, dict) or not data.get("is_valid") or str(data.get("app_id")) != app_id:
        return False
    scopes = data.get("granular_scopes")
    return any(
        isinstance(scope, dict)
        and scope.get("scope") == _MANAGEMENT
        and waba_id in [str(target) for target in scope.get("target_ids") or ()]
        for scope in (scopes if isinstance(scopes, list) else ())
    )


def number_from(row: Mapping[str, Any], waba_id: WabaId, now: EpochMs) -> Number:
    """A number as Meta describes it (GET /{waba_id}/phone_numbers)."""
    status = str(row.get("status", ""))
    level = str((row.get("throughput") or {}).get("level", "STANDARD"))
    throughput = COEXISTENCE_THROUGHPUT if row.get("is_on_biz_app") else THROUGHPUT_BY_LEVEL.get(level, 80)
    return Number(
        phone_number_id=PhoneNumberId(str(row["id"])),
        waba_id=waba_id,
        display="+" + "".join(c for c in str(row.get("display_phone_number", "")) if c.isdigit()),
        verified_name=str(row.get("verified_name", "")),
        throughput=throughput,
        quality=str(row.get("quality_rating", "UNKNOWN")),
        status="restricted" if status in _STOPPED else "active",
        reason=f"Meta says {status}" if status in _STOPPED else "",
        connected_at=now,
        quality_at=now,
        name_at=now,
    )


def _unfinished(number: Number) -> Number:
    return replace(number, status="disconnected", reason="its registration at Meta was not finished; connect it again")


@contextmanager
def _belonging_to_one() -> Iterator[None]:
    try:
        yield
    except Conflict as exc:
        raise Conflict(
            "this account already belongs to another tenant", field="waba_id", code="already_claimed"
        ) from exc


class Connector:
    def __init__(
        self, graph: Graph, accounts: Accounts, directory: Directory, vault: Vault, cell: Cell | None = None
    ) -> None:
        """`cell` is None where this is the only stack of the app, or the one that has its callback URL."""
        self._graph = graph
        self._accounts = accounts
        self._directory = directory
        self._vault = vault
        self._cell = cell

    def connect(
        self, tenant_id: TenantId, request: ConnectRequest, app: App, limits: Entitlements, now: EpochMs
    ) -> tuple[Waba, list[Number], GraphAccess]:
        """The stored account and numbers, and the token, open, for what follows at once.

        Raises InvalidInput when the code or the token does not prove the ids, Conflict when another tenant holds
        them, LimitExceeded when the plan has no room, ControlRefused. May be repeated with a new code.
        """
        access = exchange(self._graph, app, request.code)
        description = self._graph.call("GET", "debug_token", app.access, params={"input_token": access.token})
        if not may_manage(description, app.app_id, request.waba_id):
            raise InvalidInput("this sign-up does not give access to that account", field="waba_id", code="not_yours")
        account = self._graph.call("GET", request.waba_id, access, params={"fields": "id,name,currency"})
        rows = self._rows(request, access)
        registered = {str(row["id"]) for row in rows if self._is_registered(tenant_id, row)}
        numbers = [number_from(row, request.waba_id, now) for row in rows]
        sealed = self._vault.seal(tenant_id, META_TOKEN, access.token)
        facts = look_up(self._graph, access, numbers[0].phone_number_id) if numbers else Facts()
        waba = Waba(
            waba_id=request.waba_id,
            name=str(account.get("name", "")),
            currency=str(account.get("currency", "")),
            token=sealed,
            connected_at=now,
            messaging_limit=facts.messaging_limit,
            limit_at=EpochMs(0) if facts.messaging_limit is None else now,
        )
        # Claimed first, so that the first webhook finds its tenant; usable only once Meta has registered them.
        usable = [n if n.phone_number_id in registered else _unfinished(n) for n in numbers]
        if self._cell is None:
            self._claim(tenant_id, waba, usable, limits)
        else:
            self._claim_in_cell(self._cell, tenant_id, waba, usable, limits, app.secret)
        # Without an override, one of before is taken back (Meta, webhook overrides).
        override = {} if self._cell is None else self._cell.override(app.verify_token)
        self._graph.call("POST", f"{request.waba_id}/subscribed_apps", access, body=override)
        for number in numbers:
            if number.phone_number_id not in registered:
                self._register(tenant_id, number.phone_number_id, access, request.pin)
                self._accounts.change_number(tenant_id, number.phone_number_id, lambda _, n=number: n)  # type: ignore[misc]
        return waba, numbers, access

    def _is_registered(self, tenant_id: TenantId, row: Mapping[str, Any]) -> bool:
        """Whether the number needs no registration: the WhatsApp Business app's are left as they are, and so are
        those we registered and Meta still says are connected (it allows ten registrations in 72 hours)."""
        if row.get("is_on_biz_app"):
            return True
        known = self._directory.get(tenant_id, f"PIN#{row['id']}", Registration, consistent=True)
        return known is not None and known.done and row.get("status") == "CONNECTED"

    def _rows(self, request: ConnectRequest, access: GraphAccess) -> list[Mapping[str, Any]]:
        rows = list(every(self._graph, f"{request.waba_id}/phone_numbers", access, _NUMBER_FIELDS))
        if not request.phone_number_id:
            return rows
        rows = [row for row in rows if str(row["id"]) == request.phone_number_id]
        if not rows:
            raise InvalidInput("the account has no such number", field="phone_number_id", code="not_yours")
        return rows

    def _claim_in_cell(
        self, cell: Cell, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements, secret: str
    ) -> None:
        """Nobody of another stack may have it, and of this one's tenants only one asks: so whoever takes it back, where
        it comes to nothing, takes back nobody else's."""
        self._accounts.require_room(tenant_id, numbers, limits)
        with _belonging_to_one():
            self._accounts.reserve(tenant_id, waba.waba_id)
        try:
            cell.join(waba.waba_id, secret, waba.connected_at)
            self._claim(tenant_id, waba, numbers, limits)
        except Exception:
            if self._accounts.give_back(tenant_id, waba.waba_id):
                cell.leave(waba.waba_id, waba.connected_at)
            raise

    def _claim(self, tenant_id: TenantId, waba: Waba, numbers: list[Number], limits: Entitlements) -> None:
        with _belonging_to_one():
            self._accounts.connect(tenant_id, waba, numbers, limits)

    def _register(self, tenant_id: TenantId, phone_number_id: PhoneNumberId, access: GraphAccess, pin: str) -> None:
        """Register the number for the Cloud API. The PIN is stored before Meta learns it, so it is never lost."""
        key = f"PIN#{phone_number_id}"
        if pin:
            registration = Registration(self._vault.seal(tenant_id, _PIN, pin))
            self._directory.put(tenant_id, key, registration)
        else:
            registration, pin = self._kept_pin(tenant_id, key)
        try:
            self._graph.call(
                "POST", f"{phone_number_id}/register", access, body={"messaging_product": "whatsapp", "pin": pin}
            )
        except ProviderRejected as exc:
            if exc.provider_code == _WRONG_PIN:
                raise InvalidInput(
                    "the number already has a two-step PIN; send it as `pin`, or switch it off in WhatsApp Manager",
                    field="pin",
                    code="wrong_pin",
                ) from exc
            raise
        self._directory.put(tenant_id, key, Registration(registration.sealed_pin, done=True))

    def _kept_pin(self, tenant_id: TenantId, key: str) -> tuple[Registration, str]:
        """The number's PIN as it is kept; a new one when there is none. Of two who connect it at once both get one."""
        fresh = f"{secrets.randbelow(1_000_000):06d}"
        try:
            registration = Registration(self._vault.seal(tenant_id, _PIN, fresh))
            self._directory.create(tenant_id, key, registration)
        except Conflict:
            known = self._directory.need(tenant_id, key, Registration)
            return replace(known, done=False), self._vault.open(tenant_id, _PIN, known.sealed_pin)
        return registration, fresh
