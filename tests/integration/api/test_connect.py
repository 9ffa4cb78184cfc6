from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from functions.api.numbers.cell import Cell, ControlRefused
from functions.api.numbers.claiming import Claims
from functions.api.numbers.connect import Connected, Connector
from functions.api.numbers.facts import number_from
from functions.api.numbers.logic.requests import Given, OnboardingRequest
from functions.api.numbers.meta_app import App, Proven, proven
from functions.api.numbers.onboarding import Caller, Onboarder
from functions.api.numbers.registration import Registrations
from functions.api.numbers.steps import StepParts, Steps
from functions.api.numbers.trial_message import TrialMessages
from shared.clients.graph import GraphAccess
from shared.clients.queue import Queue
from shared.clients.vault import META_TOKEN, Vault
from shared.clock import EpochMs
from shared.domain.accounts.plans import Entitlements
from shared.domain.numbers.cells import SIGNATURE, JoinCell, asked_by_a_cell, meta_signature
from shared.domain.numbers.number import Number, Waba
from shared.domain.webhooks.delivery import Attempt, Outcome
from shared.errors import AppError, Conflict, InvalidInput, LimitExceeded, ProviderRejected, RetryableError
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.queue_messages import LeaveControl
from shared.store.accounts.tenants import Accounts
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.numbers.onboardings import Onboardings
from shared.store.numbers.token_watches import TokenWatches
from shared.store.templates.templates import Templates

APP = App("100", "app-secret", "verify-me")
ROOM = Entitlements("test", numbers=2, campaign_recipients=1, members=1, calls_per_second=1)


MESSAGING: dict[str, object] = {"scope": "whatsapp_business_messaging", "target_ids": ["555"]}


def managing(**targets: object) -> list[dict[str, object]]:
    return [{"scope": "whatsapp_business_management", **targets}, MESSAGING]


def described(**changed: object) -> dict[str, Any]:
    return {"data": {"app_id": "100", "is_valid": True, "granular_scopes": managing(target_ids=["555"]), **changed}}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({}, "token_refused"),
        ({"data": []}, "token_refused"),
        (described(is_valid=False), "token_refused"),
        (described(app_id="200"), "token_refused"),
        (described(granular_scopes=None), "permission_missing"),
        (described(granular_scopes=[MESSAGING]), "permission_missing"),
        (described(granular_scopes=managing(target_ids=["555"])[:1]), "permission_missing"),
        (described(granular_scopes=managing(target_ids=["556"])), "not_yours"),
        (described(granular_scopes=managing()), "not_yours"),
    ],
)
def test_only_a_valid_token_of_our_app_for_that_account_proves_it(answer: dict[str, Any], code: str) -> None:
    assert proven(described(), "100", WabaId("555")).waba_id == "555"
    with pytest.raises(InvalidInput) as caught:
        proven(answer, "100", WabaId("555"))
    assert caught.value.code == code


def test_an_account_that_is_not_named_must_be_the_only_one() -> None:
    assert proven(described(expires_at=1_800_000_000), "100", WabaId("")) == Proven(
        WabaId("555"), EpochMs(1_800_000_000_000)
    )
    with pytest.raises(InvalidInput) as caught:
        proven(described(granular_scopes=managing(target_ids=["555", "556"])), "100", WabaId(""))
    assert caught.value.code == "account_unclear"


@pytest.mark.parametrize(
    ("row", "throughput", "status"),
    [
        ({"throughput": {"level": "STANDARD"}, "status": "CONNECTED"}, 80, "active"),
        ({"throughput": {"level": "HIGH"}, "status": "PENDING"}, 1000, "active"),
        ({"throughput": {"level": "HIGH"}, "is_on_biz_app": True}, 20, "active"),
        ({"status": "BANNED"}, 80, "restricted"),
    ],
)
def test_a_number_is_read_as_meta_describes_it(row: dict[str, Any], throughput: int, status: str) -> None:
    number = number_from({"id": 7, "display_phone_number": "+1 555-010-9999", **row}, WabaId("555"), EpochMs(5))
    assert (number.phone_number_id, number.display) == ("7", "+15550109999")
    assert (number.throughput, number.status) == (throughput, status)


class Meta:
    """Graph calls answered from a table; it notes what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Mapping[str, object]]] = []
        self.numbers = [{"id": "71", "display_phone_number": "+1 555 010 0001", "status": "PENDING"}]
        self.pin: str | None = None
        self.override: Mapping[str, object] = {}
        self.refused: ProviderRejected | None = None

    def call(
        self,
        method: str,
        path: str,
        access: GraphAccess | None = None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        self.calls.append((method, path, body or params or {}))
        if path == "oauth/access_token":
            if params and params["code"] == "bad":
                raise ProviderRejected("Meta refused: bad code", provider_code="100")
            return {"access_token": "tenant-token"}
        if path == "debug_token":
            assert access == APP.access
            return described()
        assert access == GraphAccess.of("tenant-token", "app-secret")
        if path.endswith("/phone_numbers"):
            return {"data": self.numbers}
        if path.endswith("/register"):
            return self._register(cast("str", (body or {})["pin"]))
        if path.endswith("/message_templates"):
            return {"data": []}
        if path.endswith("/subscribed_apps") and method == "GET":
            return {"data": [{"whatsapp_business_api_data": {"id": "100"}, **self.override}]}
        if path.endswith("/subscribed_apps"):
            self.override = {k: v for k, v in (body or {}).items() if k == "override_callback_uri"}
        return {"id": path, "name": "Shop", "currency": "BRL", "success": True}

    def _register(self, pin: str) -> dict[str, Any]:
        if self.refused is not None:
            raise self.refused
        if self.pin not in (None, pin):
            raise ProviderRejected("Meta refused: pin", provider_code="133005")
        self.pin = pin
        self.numbers[0]["status"] = "CONNECTED"
        return {"success": True}

    def registrations(self) -> int:
        return sum(path.endswith("/register") for _, path, _ in self.calls)


class Envelope:
    def seal(self, tenant_id: TenantId, purpose: str, secret: str) -> str:
        return f"sealed|{tenant_id}|{purpose}|{secret}"

    def open(self, tenant_id: TenantId, purpose: str, sealed: str) -> str:
        return sealed.removeprefix(f"sealed|{tenant_id}|{purpose}|")


@pytest.fixture
def meta() -> Meta:
    return Meta()


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(Directory(database))


class Connection:
    """Connects as the route does, each time as an onboarding of its own."""

    def __init__(self, database: Database, meta: Meta, cell: Cell | None = None) -> None:
        directory, vault = Directory(database), cast("Vault", Envelope())
        accounts = Accounts(directory)
        steps = StepParts(
            graph=meta,
            accounts=accounts,
            templates=Templates(directory),
            vault=vault,
            claims=Claims(accounts, cell),
            registrations=Registrations(meta, directory, vault),
            trial=cast("TrialMessages", None),
            watches=TokenWatches(directory),
        )
        self._now = EpochMs(0)
        self._connector = Connector(Onboarder(Onboardings(directory), Steps(steps), lambda: self._now), accounts)

    def connect(self, tenant_id: TenantId, wish: OnboardingRequest, now: EpochMs) -> Connected:
        self._now = now
        return self._connector.connect(Caller(tenant_id, "member", APP, ROOM), new_ulid(), wish, now)


@pytest.fixture
def connector(database: Database, meta: Meta) -> Connection:
    return Connection(database, meta)


def request(**changed: Any) -> OnboardingRequest:
    given = Given(code=changed.pop("code", "good"), pin=changed.pop("pin", ""))
    return replace(OnboardingRequest(given, WabaId("555")), **changed)


def test_what_meta_confirms_is_stored_with_the_token_sealed(
    connector: Connection, accounts: Accounts, meta: Meta
) -> None:
    tenant = TenantId("t-connect-1")
    meta.numbers[0]["id"] = "7101"
    connected = connector.connect(tenant, request(), EpochMs(9))
    stored = accounts.waba(tenant, WabaId("555"))
    assert (stored.name, stored.currency) == ("Shop", "BRL")
    assert stored.token == f"sealed|t-connect-1|{META_TOKEN}|tenant-token"
    assert accounts.number(tenant, PhoneNumberId("7101")).status == "active"
    assert ("POST", "555/subscribed_apps") in [call[:2] for call in meta.calls]
    assert (connected.waba, connected.numbers[0].phone_number_id) == (stored, "7101")
    # Connected again: the number is registered already, and Meta allows few registrations.
    connector.connect(tenant, request(), EpochMs(10))
    assert meta.registrations() == 1
    accounts._directory.release(tenant, "WABA#555")


def test_a_registration_that_failed_leaves_the_number_unusable_and_is_repeated_with_the_same_pin(
    connector: Connection, accounts: Accounts, meta: Meta
) -> None:
    tenant = TenantId("t-connect-2")
    meta.numbers[0]["id"] = "7102"
    meta.refused = ProviderRejected("Meta refused: later", provider_code="133016")
    with pytest.raises(ProviderRejected):
        connector.connect(tenant, request(), EpochMs(9))
    assert accounts.number(tenant, PhoneNumberId("7102")).status == "disconnected"
    first = [body["pin"] for _, path, body in meta.calls if path.endswith("/register")]
    meta.refused = None
    connector.connect(tenant, request(), EpochMs(10))
    assert accounts.number(tenant, PhoneNumberId("7102")).status == "active"
    assert [meta.pin] == first
    accounts._directory.release(tenant, "WABA#555")


def test_a_number_with_a_pin_of_its_own_asks_for_it(connector: Connection, accounts: Accounts, meta: Meta) -> None:
    tenant = TenantId("t-connect-3")
    meta.numbers[0]["id"], meta.pin = "7103", "424242"
    with pytest.raises(InvalidInput) as caught:
        connector.connect(tenant, request(), EpochMs(9))
    assert caught.value.field == "pin"
    connector.connect(tenant, request(pin="424242"), EpochMs(10))
    assert accounts.number(tenant, PhoneNumberId("7103")).status == "active"
    accounts._directory.release(tenant, "WABA#555")


def test_another_tenant_s_account_is_refused_before_anything_changes_at_meta(
    connector: Connection, accounts: Accounts, meta: Meta
) -> None:
    thief = TenantId("t-thief")
    meta.numbers[0]["id"] = "7104"
    accounts.connect(
        TenantId("t-owner"),
        Waba(WabaId("556"), "x", "USD", "t"),
        [Number(PhoneNumberId("7104"), WabaId("556"), "+1", "x")],
    )
    with pytest.raises(Conflict) as caught:
        connector.connect(thief, request(), EpochMs(9))
    assert caught.value.code == "already_claimed"
    assert not [call for call in meta.calls if call[0] == "POST"]
    assert accounts.wabas(thief) == []


def subscribed(meta: Meta) -> list[Mapping[str, object]]:
    """With what webhooks were subscribed."""
    return [body for method, path, body in meta.calls if (method, path) == ("POST", "555/subscribed_apps")]


@dataclass
class Leaving:
    """The queue of what other stacks are told."""

    sent: list[LeaveControl] = field(default_factory=list)

    def send(self, message: LeaveControl, *, group: str) -> None:
        assert group
        self.sent.append(message)


@dataclass
class Control:
    """The control stack, which answers with `status`."""

    meta: Meta
    status: int = 200
    asked: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)
    leaving: Leaving = field(default_factory=Leaving)
    before: Callable[[], object] = lambda: None

    def send(self, url: str, body: bytes, headers: Mapping[str, str], now: EpochMs) -> Outcome:
        assert not [call for call in self.meta.calls if call[0] == "POST"], "before Meta is told anything"
        self.before()
        self.asked.append((url, body, headers))
        return Outcome(Attempt(now, self.status, 1))


HERE = "https://cell.example.com/webhooks/meta"


def in_a_cell(control: Control, database: Database) -> Connection:
    cell = Cell(HERE, "https://control.example.com", control.send, cast("Queue", control.leaving))
    return Connection(database, control.meta, cell)


def test_a_cell_has_what_people_write_sent_to_it_and_the_rest_sent_on(
    accounts: Accounts, meta: Meta, database: Database
) -> None:
    tenant, control = TenantId("t-cell-1"), Control(meta)
    meta.numbers[0]["id"] = "7301"
    in_a_cell(control, database).connect(tenant, request(), EpochMs(9))
    ((url, body, headers),) = control.asked
    assert url == "https://control.example.com"
    assert asked_by_a_cell(body) == JoinCell(WabaId("555"), HERE, EpochMs(9))
    assert headers[SIGNATURE] == meta_signature(body, APP.secret)
    (override,) = subscribed(meta)
    assert override == {"override_callback_uri": HERE, "verify_token": APP.verify_token}
    assert control.leaving.sent == []
    accounts._directory.release(tenant, "WABA#555")


@pytest.mark.parametrize(
    ("status", "refusal", "code"),
    [
        (409, Conflict, "already_claimed"),
        (0, RetryableError, "temporarily_unavailable"),
        (401, ControlRefused, "cell_not_trusted"),
        (403, ControlRefused, "cell_unknown"),
    ],
)
def test_an_account_that_the_control_stack_refuses_stays_nobodys_here(
    accounts: Accounts, meta: Meta, database: Database, status: int, refusal: type[AppError], code: str
) -> None:
    control = Control(meta, status)
    with pytest.raises(refusal) as caught:
        in_a_cell(control, database).connect(TenantId("t-cell-2"), request(), EpochMs(9))
    assert caught.value.code == code
    assert accounts.wabas(TenantId("t-cell-2")) == []
    assert accounts.tenant_of_waba(WabaId("555")) is None
    assert not [call for call in meta.calls if call[0] == "POST"]
    # It may have been taken, where no answer came.
    assert control.leaving.sent == [LeaveControl(WabaId("555"), EpochMs(9), due_at=EpochMs(9))]


def test_without_room_for_it_the_control_stack_is_not_asked(accounts: Accounts, meta: Meta, database: Database) -> None:
    meta.numbers += [{"id": f"73{i}", "display_phone_number": f"+1555010{i:04d}"} for i in range(20, 22)]
    control = Control(meta)
    with pytest.raises(LimitExceeded):
        in_a_cell(control, database).connect(TenantId("t-cell-4"), request(), EpochMs(9))
    assert control.asked == []
    assert control.leaving.sent == []
    assert accounts.tenant_of_waba(WabaId("555")) is None


def test_what_joined_and_then_finds_no_room_or_a_number_taken_is_taken_back(
    accounts: Accounts, meta: Meta, database: Database
) -> None:
    tenant, control = TenantId("t-cell-5"), Control(meta)
    meta.numbers[0]["id"] = "7305"
    of_another = Waba(WabaId("557"), "x", "USD", "t")
    number = Number(PhoneNumberId("7305"), WabaId("557"), "+1", "x")
    control.before = lambda: accounts.connect(TenantId("t-owner"), of_another, [number])
    with pytest.raises(Conflict):
        in_a_cell(control, database).connect(tenant, request(), EpochMs(9))
    assert [one.waba_id for one in control.leaving.sent] == ["555"]
    assert accounts.tenant_of_waba(WabaId("555")) is None
    assert accounts.wabas(tenant) == []


def test_who_may_not_have_an_account_takes_it_away_from_nobody_in_the_same_cell(
    accounts: Accounts, meta: Meta, database: Database
) -> None:
    owner, control = TenantId("t-cell-6"), Control(meta)
    meta.numbers[0]["id"] = "7306"
    in_a_cell(control, database).connect(owner, request(), EpochMs(9))
    for call in [call for call in meta.calls if call[0] == "POST"]:
        meta.calls.remove(call)
    with pytest.raises(Conflict):
        in_a_cell(control, database).connect(TenantId("t-cell-7"), request(), EpochMs(10))
    # Nor does the owner, whose reconnection fails.
    control.status = 0
    with pytest.raises(RetryableError):
        in_a_cell(control, database).connect(owner, request(), EpochMs(11))
    assert control.leaving.sent == []
    assert accounts.tenant_of_waba(WabaId("555")) == owner
    accounts._directory.release(owner, "WABA#555")


def test_the_only_stack_takes_an_override_of_before_back(connector: Connection, accounts: Accounts, meta: Meta) -> None:
    tenant = TenantId("t-cell-3")
    meta.numbers[0]["id"] = "7303"
    connector.connect(tenant, request(), EpochMs(9))
    assert subscribed(meta) == [{}]
    accounts._directory.release(tenant, "WABA#555")


def test_wrong_wishes_name_their_field(connector: Connection, meta: Meta) -> None:
    for name, value in (("code", "bad"), ("waba_id", "999"), ("phone_number_id", "1")):
        with pytest.raises(InvalidInput) as caught:
            connector.connect(TenantId("t-connect-5"), request(**{name: value}), EpochMs(9))
        assert caught.value.field == name


def test_the_plan_limits_the_numbers(connector: Connection, meta: Meta) -> None:
    meta.numbers += [{"id": f"72{i}", "display_phone_number": f"+1555010{i:04d}"} for i in range(2)]
    with pytest.raises(LimitExceeded):
        connector.connect(TenantId("t-connect-6"), request(), EpochMs(9))
