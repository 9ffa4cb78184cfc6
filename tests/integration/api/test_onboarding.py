"""Connecting an account step by step against the Meta simulator: each thing that can go wrong ends in its remedy, and
then succeeds when it is tried again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.api import bootstrap
from functions.api.numbers.parts import NumberParts
from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.onboarding import Onboarding
from shared.domain.numbers.onboarding_steps import Step
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.conversations.conversations import Head
from shared.store.numbers.onboardings import MOST_KEPT
from tests.support.api_handler import Api
from tests.support.chats import graph_url
from tests.support.onboardings import PATH, Business, Json, made, step, stopped

__all__ = ["graph_url", "made"]


def test_a_number_is_connected_and_each_step_says_what_meta_answered(made: Callable[..., Business]) -> None:
    business = made()
    onboarding = business.start()
    assert (onboarding["status"], onboarding["next_step"]) == ("connected", "test_message")
    assert onboarding["phone_number_ids"] == [business.number]
    states = {one["step"]: one["status"] for one in onboarding["steps"]}
    expected = {str(one): "done" for one in Step} | {"sync": "skipped", "test_message": "waiting"}
    assert states == expected
    subscribed = step(onboarding, "subscription")["answer"]["data"]
    assert [row["whatsapp_business_api_data"]["id"] for row in subscribed] == ["100"]
    assert step(onboarding, "account")["answer"]["currency"] == "USD"
    read = business.api.call("GET", f"{PATH}/{onboarding['id']}", tenant=business.tenant).body
    assert read == onboarding, "and nobody is at work any more"
    (number,) = business.api.call("GET", "/v1/numbers", tenant=business.tenant).body["items"]
    assert (number["id"], number["status"]) == (business.number, "active")


def test_a_number_of_the_phone_app_is_not_registered_and_its_data_are_asked_for(
    made: Callable[..., Business],
) -> None:
    business = made(is_on_biz_app=True)
    onboarding = business.start()
    assert (onboarding["status"], onboarding["coexistence"]) == ("connected", True)
    assert step(onboarding, "registration")["status"] == "skipped"
    assert business.calls("/register") == []
    asked = [call["body"]["sync_type"] for call in business.calls("/smb_app_data")]
    assert asked == ["smb_app_state_sync", "history"]
    assert len(step(onboarding, "sync")["answer"]) == 2


@dataclass(frozen=True)
class Case:
    """`before` is what is wrong at Meta, `start` how the call differs; `mend` is what somebody does then, and `more`
    what they continue with: `CODE` is a new code."""

    stops: tuple[str, str, str]
    before: Json = field(default_factory=dict)
    start: Json = field(default_factory=dict)
    granted: Json | None = None
    mend: Json = field(default_factory=dict)
    more: Json = field(default_factory=dict)
    number: Json = field(default_factory=dict)


NUMBER, WABA, CODE = "{number}", "{waba}", "{code}"
AGAIN = {"code": CODE}
CASES = {
    "expired code": Case(("code", "code_refused", "repeat_signup"), granted={"expired": True}, more=AGAIN),
    "unknown code": Case(("code", "code_refused", "repeat_signup"), start={"code": "nobody-gave-this"}, more=AGAIN),
    "foreign WABA": Case(
        ("token", "not_yours", "choose_account"), start={"waba_id": "999"}, more={**AGAIN, "waba_id": WABA}
    ),
    "missing permission to send": Case(
        ("token", "permission_missing", "grant_permissions"),
        granted={"scopes": "whatsapp_business_management"},
        more=AGAIN,
    ),
    "missing permission to manage": Case(
        ("token", "permission_missing", "grant_permissions"),
        granted={"scopes": "whatsapp_business_messaging"},
        more=AGAIN,
    ),
    "permission taken back": Case(
        ("account", "permission_missing", "grant_permissions"),
        before={"refuse": {"operation": WABA, "code": 200, "next": 1}},
        more=AGAIN,
    ),
    "another number": Case(
        ("numbers", "not_yours", "choose_account"),
        start={"phone_number_id": "999"},
        more={"phone_number_id": NUMBER},
    ),
    "subscribe refused": Case(
        ("subscription", "subscribe_refused", "retry"),
        before={"waba": {"id": WABA, "subscribe_refused": True}},
        mend={"waba": {"id": WABA, "subscribe_refused": False}},
    ),
    "subscribe not done": Case(
        ("subscription", "subscription_missing", "retry"),
        before={"waba": {"id": WABA, "subscribe_ignored": True}},
        mend={"waba": {"id": WABA, "subscribe_ignored": False}},
    ),
    "number registered elsewhere": Case(
        ("registration", "registered_elsewhere", "disconnect_elsewhere"),
        before={"phone_number": {"id": NUMBER, "elsewhere": True}},
        mend={"phone_number": {"id": NUMBER, "elsewhere": False}},
    ),
    "wrong PIN": Case(
        ("registration", "wrong_pin", "send_pin"),
        before={"phone_number": {"id": NUMBER, "pin": "424242"}},
        more={"pin": "424242"},
    ),
    "number not verified": Case(
        ("registration", "number_not_verified", "verify_number"),
        before={"refuse": {"operation": "register", "object_id": NUMBER, "code": 133006, "next": 1}},
    ),
    "deregistration incomplete": Case(
        ("registration", "deregistration_incomplete", "retry"),
        before={"refuse": {"operation": "register", "object_id": NUMBER, "code": 133000, "next": 1}},
    ),
    "account locked": Case(
        ("registration", "account_locked", "see_whatsapp_manager"),
        before={"refuse": {"operation": "register", "object_id": NUMBER, "code": 131031, "next": 1}},
    ),
    "sync refused": Case(
        ("sync", "sync_over", "repeat_signup"),
        number={"is_on_biz_app": True},
        before={"refuse": {"operation": "smb_app_data", "object_id": NUMBER, "code": 2593108, "next": 1}},
        more=AGAIN,
    ),
    "sync too late, as Meta's subcode": Case(
        ("sync", "sync_over", "repeat_signup"),
        number={"is_on_biz_app": True},
        before={
            "refuse": {"operation": "smb_app_data", "object_id": NUMBER, "code": 100, "subcode": 2593108, "next": 1}
        },
        more=AGAIN,
    ),
    "sync refused for the history": Case(
        ("sync", "sync_refused", "repeat_signup"),
        number={"is_on_biz_app": True},
        before={"refuse": {"operation": "smb_app_data", "object_id": NUMBER, "code": 131009, "next": 1}},
        more=AGAIN,
    ),
}


def filled(value: Any, business: Business) -> Any:
    if isinstance(value, Mapping):
        return {key: filled(item, business) for key, item in value.items()}
    if value == CODE:
        return business.new_code()
    return {NUMBER: business.number, WABA: business.waba}.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", CASES)
def test_what_meta_can_refuse_ends_in_its_remedy_and_then_succeeds(name: str, made: Callable[..., Business]) -> None:
    case = CASES[name]
    business = made(**case.number)
    if case.granted is not None:
        business.code = business.new_code(**case.granted)
    business.script(**filled(case.before, business))
    onboarding = business.start(**filled(case.start, business))
    assert stopped(onboarding) == case.stops
    business.script(**filled(case.mend, business))
    done = business.go_on(onboarding, **filled(case.more, business))
    assert (done.status, done.body["status"]) == (200, "connected"), done.body
    assert step(done.body, case.stops[0])["attempts"] == 2
    assert step(done.body, case.stops[0])["trouble"] is None


OPERATIONS = {
    "code": "access_token",
    "token": "debug_token",
    "account": WABA,
    "numbers": "phone_numbers",
    "subscription": "subscribed_apps",
    "registration": "register",
    "sync": "smb_app_data",
    "templates": "message_templates",
    "health": NUMBER,
}
OUTAGES = ({"plain": True}, {"reset": True}, {"ms": 400}, {"code": 2})


@pytest.mark.parametrize("at", OPERATIONS)
def test_meta_that_is_down_or_slow_is_said_and_the_step_can_be_tried_again(
    at: str, made: Callable[..., Business], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its outage: of a call whose answer was lost Meta may have done what it says."""
    business = made(is_on_biz_app=at == "sync")
    outage = OUTAGES[list(OPERATIONS).index(at) % len(OUTAGES)]
    if "ms" in outage:
        steps = bootstrap.parts()[NumberParts].onboarder._steps
        monkeypatch.setattr(steps._graph, "_seconds", 0.2)
    operation = filled(OPERATIONS[at], business)
    business.script(refuse={"operation": operation, "next": 2 if at == "health" else 1, **outage})
    onboarding = business.start()
    # No code is kept, so nothing but another one leads on.
    assert stopped(onboarding) == (at, "meta_unavailable", "repeat_signup" if at == "code" else "retry")
    monkeypatch.undo()
    more = {"code": business.new_code()} if at == "code" else {}
    done = business.go_on(onboarding, **more)
    assert done.body["status"] == "connected", done.body


def test_the_data_of_the_phone_app_that_were_asked_for_without_an_answer_are_not_missed(
    made: Callable[..., Business],
) -> None:
    """Meta gives them once: what it took, and whose answer was lost, it refuses when it is asked again."""
    business = made(is_on_biz_app=True)
    business.script(refuse={"operation": "smb_app_data", "ms": 400, "next": 1})
    steps = bootstrap.parts()[NumberParts].onboarder._steps
    usual, steps._graph._seconds = steps._graph._seconds, 0.2  # type: ignore[attr-defined]
    onboarding = business.start()
    steps._graph._seconds = usual  # type: ignore[attr-defined]
    assert stopped(onboarding) == ("sync", "meta_unavailable", "retry")
    done = business.go_on(onboarding).body
    assert done["status"] == "connected"
    assert [call["status"] for call in business.calls("/smb_app_data")] == [200, 400, 200]


def test_what_meta_wants_nobody_to_try_soon_is_not_tried(made: Callable[..., Business]) -> None:
    business = made()
    business.script(refuse={"operation": "register", "object_id": business.number, "code": 133016, "next": 1})
    onboarding = business.start()
    assert stopped(onboarding) == ("registration", "too_many_registrations", "wait")
    refused = business.go_on(onboarding)
    assert (refused.status, refused.body["code"]) == (429, "too_early")
    assert len(business.calls("/register")) == 1


def test_a_wrong_pin_does_not_take_the_place_of_the_one_that_is_known(made: Callable[..., Business]) -> None:
    business = made()
    assert business.start()["status"] == "connected"
    business.script(phone_number={"id": business.number, "registered": False, "status": "PENDING"})
    again = business.start(code=business.new_code(), pin="999999")
    assert stopped(again) == ("registration", "wrong_pin", "send_pin")
    assert business.go_on(again).body["status"] == "connected", "with the PIN that we gave it the first time"


def test_an_account_of_another_tenant_is_not_taken_and_then_is(made: Callable[..., Business]) -> None:
    business, thief = made(), made()
    assert business.start()["status"] == "connected"
    thief.waba, thief.code, thief.number = business.waba, business.new_code(), business.number
    onboarding = thief.start()
    assert stopped(onboarding) == ("numbers", "already_claimed", "disconnect_elsewhere")
    assert len(business.calls("/subscribed_apps")) == 2, "Meta was told nothing"
    directory = business.api.deps.directory
    for name in (f"WABA#{business.waba}", f"PN#{business.number}"):
        directory.release(business.tenant, name)
    left = thief.go_on(onboarding).body
    assert stopped(left) == ("registration", "wrong_pin", "send_pin"), "it has the PIN of who had it before"
    business.script(phone_number={"id": business.number, "pin": ""})
    assert thief.go_on(onboarding).body["status"] == "connected"


def test_nothing_secret_is_shown_or_stored_in_the_open(made: Callable[..., Business]) -> None:
    business = made()
    business.script(phone_number={"id": business.number, "pin": "424242"})
    onboarding = business.start(pin="424242")
    assert onboarding["status"] == "connected"
    entries = business.simulator.get("/_sim/journal").json()["entries"]
    tokens = [
        e["answer"]["access_token"] for e in entries if e["path"].endswith("/access_token") and e["status"] == 200
    ]
    stored = business.api.deps.directory.get(business.tenant, f"ONBOARDING#{onboarding['id']}", Onboarding)
    assert stored is not None
    for secret in (*tokens, "424242", business.code):
        assert secret not in json.dumps(onboarding)
        assert secret not in repr(stored)
    assert "access_token" not in repr(stored)
    assert stored.token not in json.dumps(onboarding)


def test_of_two_who_continue_at_once_the_second_is_told(made: Callable[..., Business]) -> None:
    business = made()
    onboarding = business.start(code="nobody-gave-this")
    key = f"ONBOARDING#{onboarding['id']}"

    def taken(known: Onboarding, until: int) -> Onboarding:
        return replace(known, run="somebody", run_until=EpochMs(until))

    directory = business.api.deps.directory
    directory.update(business.tenant, key, Onboarding, lambda o: taken(o, epoch_ms() + 10_000))
    refused = business.go_on(onboarding, code=business.code)
    assert (refused.status, refused.body["code"]) == (409, "onboarding_busy")
    directory.update(business.tenant, key, Onboarding, lambda o: taken(o, epoch_ms() - 1))
    assert business.go_on(onboarding, code=business.code).body["status"] == "connected", "whoever died holds nobody up"


def test_another_tenants_onboarding_is_nobody_elses(made: Callable[..., Business]) -> None:
    business, other = made(), made()
    onboarding = business.start()
    assert other.go_on(onboarding).status == 404
    assert other.api.call("GET", f"{PATH}/{onboarding['id']}", tenant=other.tenant).status == 404
    assert other.api.call("GET", PATH, tenant=other.tenant).body["items"] == []


def test_a_repeated_start_goes_on_with_the_same(made: Callable[..., Business]) -> None:
    business = made()
    body, key = {"code": business.code, "waba_id": business.waba}, {"idempotency-key": "again"}
    first = business.api.call("POST", PATH, body, tenant=business.tenant, headers=key)
    again = business.api.call("POST", PATH, body, tenant=business.tenant, headers=key)
    assert (again.status, again.body["id"]) == (201, first.body["id"])


def test_only_the_newest_are_kept(made: Callable[..., Business]) -> None:
    business = made()
    directory = business.api.deps.directory
    for i in range(MOST_KEPT):
        one = Onboarding(new_ulid(EpochMs(1_000 + i)), EpochMs(1_000 + i), "m", EpochMs(1_000 + i))
        directory.create(business.tenant, f"ONBOARDING#{one.onboarding_id}", one)
    onboarding = business.start()
    kept = directory.all(business.tenant, "ONBOARDING#", Onboarding)
    assert len(kept) == MOST_KEPT
    assert kept[0].created_at == 1_001
    assert kept[-1].onboarding_id == onboarding["id"]


def writes_from(business: Business, phone: str) -> None:
    """The message of a person to the new number, at Meta and as the webhook would bring it."""
    deps, number, now = business.api.deps, PhoneNumberId(business.number), epoch_ms()
    business.script(inbound={"phone_number_id": business.number, "from": phone, "text": "hello"})
    contact = contact_id_for(business.tenant, "phone", phone)
    deps.contacts.upsert(business.tenant, contact, {"phone": phone, "region": "ES"}, {}, frozenset(), now)
    conversation = conversation_id_for(business.tenant, number, contact)
    head = Head(conversation, number, contact, "Me", phone)
    deps.conversations.open(business.tenant, head, now)
    hello = Message(
        message_key(now, new_ulid()), conversation, "in", "contact", "text", "hello", now, {"body": "hello"}
    )
    deps.conversations.append(business.tenant, head, hello)
    deps.contacts.note_inbound(business.tenant, contact, EpochMs(now // 1000 * 1000))


def test_the_test_message_answers_a_phone_of_ones_own_and_nobody_else(made: Callable[..., Business]) -> None:
    business, phone = made(), "+34600111222"
    onboarding = business.start()
    asked = business.go_on(onboarding, test_to=phone).body
    assert (asked["status"], asked["next_step"]) == ("connected", "test_message")
    trouble = step(asked, "test_message")["trouble"]
    assert (trouble["code"], trouble["remedy"]) == ("write_first", "write_first")
    assert business.calls("/messages") == []
    writes_from(business, phone)
    done = business.go_on(onboarding, test_to=phone).body
    assert (done["status"], done["next_step"]) == ("complete", None)
    (sent,) = business.calls("/messages")
    assert sent["to"] == phone
    assert phone not in json.dumps(done), "whose phone it is stands in the conversation only"


def test_the_test_message_can_be_left_out_and_what_is_needed_cannot(made: Callable[..., Business]) -> None:
    business = made()
    onboarding = business.start(code="nobody-gave-this")
    refused = business.go_on(onboarding, skip=True)
    assert (refused.status, refused.body["field"]) == (422, "skip")
    connected = business.go_on(onboarding, code=business.code).body
    assert business.go_on(connected, skip=True).body["status"] == "complete"


def test_what_opens_the_sign_up_is_told(api: Api) -> None:
    shown = api.call("GET", "/v1/whatsapp/configuration", tenant=TenantId("t-signup")).body
    assert (shown["app_id"], shown["configuration_id"]) == ("100", "555000555")
    assert shown["sdk_url"] == "https://connect.example.com/sdk.js"


def test_connecting_in_one_call_says_which_onboarding_to_continue(made: Callable[..., Business]) -> None:
    business = made()
    business.script(phone_number={"id": business.number, "pin": "424242"})
    wish = {"code": business.code, "waba_id": business.waba}
    refused = business.api.call("POST", "/v1/whatsapp/connect", wish, tenant=business.tenant)
    assert (refused.status, refused.body["code"]) == (422, "wrong_pin")
    done = business.go_on({"id": refused.body["onboarding_id"]}, pin="424242")
    assert done.body["status"] == "connected"
    assert business.api.deps.accounts.waba(business.tenant, WabaId(business.waba)).status == "active"
