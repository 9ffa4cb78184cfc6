"""Accounts that are connected, against the Meta simulator: their health, their profile, and disconnecting them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import cast

import pytest

from functions.api import bootstrap
from functions.api.numbers import token_warnings
from functions.api.numbers.account_actions import ConnectedParts, disconnect_account
from functions.api.numbers.cell import Cell
from functions.api.numbers.claiming import Claims
from functions.api.numbers.token_warnings import WarningParts, warn_of_tokens
from shared.clients.queue import Queue
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.numbers.number import DISCONNECTED_HERE, Number, Waba
from shared.domain.numbers.token_watch import TokenWatch
from shared.domain.webhooks.delivery import Send
from shared.errors import RetryableError
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.queue_messages import LeaveControl
from shared.store.accounts.tenants import Accounts
from shared.store.engine.database import Database
from shared.store.numbers.token_watches import TokenWatches
from tests.support.api_handler import Answer
from tests.support.chats import graph_url
from tests.support.kept_answers import Kept, kept
from tests.support.onboardings import PATH, Business, made, stopped
from tests.support.places import place_of_its_own

__all__ = ["graph_url", "kept", "made"]


@pytest.fixture
def business(made: Callable[..., Business]) -> Business:
    """Connected."""
    one = made()
    assert one.start()["status"] == "connected"
    return one


def call(business: Business, method: str, path: str, body: object = None) -> Answer:
    return business.api.call(method, path, body, tenant=business.tenant)


def number(business: Business) -> Number:
    return business.api.deps.accounts.number(business.tenant, PhoneNumberId(business.number))


def waba(business: Business) -> Waba:
    return business.api.deps.accounts.waba(business.tenant, WabaId(business.waba))


def test_a_number_is_asked_for_and_what_meta_says_holds(business: Business) -> None:
    troubles = [{"error_code": 141000, "error_description": "No display name.", "possible_solution": "Wait."}]
    business.script(
        phone_number={
            "id": business.number,
            "quality_rating": "YELLOW",
            "throughput_per_second": 1000,
            "name_status": "PENDING_REVIEW",
            "troubles": troubles,
        },
        waba={"id": business.waba, "messaging_limit": 2000},
    )
    shown = call(business, "POST", f"/v1/numbers/{business.number}/refresh").body
    assert (shown["quality"], shown["throughput"], shown["messaging_limit"]) == ("YELLOW", 1000, 2000)
    assert shown["name_status"] == "PENDING_REVIEW"
    assert shown["health"]["can_send"] == "LIMITED"
    assert shown["health"]["reasons"] == [
        {"entity": "PHONE_NUMBER", "code": "141000", "text": "No display name.", "solution": "Wait."}
    ]
    assert call(business, "GET", f"/v1/numbers/{business.number}").body == shown
    assert (number(business).sending_rate, number(business).lanes) == (900, 4), "a lane's cap follows"


def test_it_is_asked_for_once_a_minute(business: Business) -> None:
    path = f"/v1/numbers/{business.number}/refresh"
    before = len(business.calls(business.number))
    assert call(business, "POST", path).status == 200
    refused = call(business, "POST", path)
    assert (refused.status, refused.body["code"]) == (429, "refreshed_just_now")
    assert len(business.calls(business.number)) == before + 1
    business.api.deps.accounts.change_number(
        business.tenant, PhoneNumberId(business.number), lambda n: replace(n, asked_at=EpochMs(n.asked_at - 60_000))
    )
    assert call(business, "POST", path).status == 200


def test_what_meta_stopped_is_stopped_until_meta_says_otherwise(business: Business) -> None:
    path = f"/v1/whatsapp/accounts/{business.waba}"
    business.script(phone_number={"id": business.number, "status": "RESTRICTED"})
    shown = call(business, "POST", f"{path}/refresh").body
    assert [one["status"] for one in shown["numbers"]] == ["restricted"]
    assert call(business, "GET", path).body["status"] == "restricted"
    business.script(phone_number={"id": business.number, "status": "CONNECTED"})
    assert call(business, "POST", f"/v1/numbers/{business.number}/refresh").body["status"] == "active"


def test_a_dated_restriction_ends_by_itself_on_the_account_too(business: Business) -> None:
    accounts, path = business.api.deps.accounts, f"/v1/whatsapp/accounts/{business.waba}"

    def restricted(until: EpochMs) -> None:
        accounts.change_number(
            business.tenant,
            PhoneNumberId(business.number),
            lambda n: replace(n, status="restricted", restricted_until=until),
        )

    restricted(EpochMs(epoch_ms() + DAY_MS))
    accounts.change_waba(business.tenant, WabaId(business.waba), lambda w: replace(w, status="restricted"))
    shown = call(business, "GET", path).body
    assert (shown["status"], shown["restricted_until"] is None) == ("restricted", False)
    restricted(EpochMs(epoch_ms() - 1))
    shown = call(business, "GET", path).body
    assert (shown["status"], shown["reason"], shown["restricted_until"]) == ("active", None, None)


def test_a_disconnected_account_is_given_up_and_another_tenant_connects_it(
    business: Business, made: Callable[..., Business]
) -> None:
    path = f"/v1/whatsapp/accounts/{business.waba}"
    thief = made()
    thief.waba, thief.number, thief.code = business.waba, business.number, business.new_code()
    waiting = thief.start()
    assert stopped(waiting)[1] == "already_claimed"

    left = call(business, "POST", f"{path}/disconnect").body
    assert (left["status"], left["access"], left["reason"]) == ("disconnected", "given_up", DISCONNECTED_HERE)
    assert waba(business).token == ""
    assert number(business).gave_up
    assert business.simulator.get("/_sim/state").json()["wabas"][business.waba]["subscribed"] is False
    assert call(business, "POST", f"{path}/disconnect").status == 200, "again changes nothing"
    refused = call(business, "POST", f"{path}/refresh")
    assert (refused.status, refused.body["code"]) == (409, "account_disconnected")

    business.script(phone_number={"id": business.number, "pin": ""})
    assert thief.go_on(waiting).body["status"] == "connected"
    assert business.api.deps.accounts.tenant_of_waba(WabaId(business.waba)) == thief.tenant
    again = business.start(code=business.new_code())
    assert stopped(again)[1] == "already_claimed", "who gave it up has no claim on it"


def test_the_control_stack_is_told_by_who_gave_an_account_up_and_by_nobody_later(
    business: Business, made: Callable[..., Business]
) -> None:
    left: list[LeaveControl] = []

    class Leaving:
        def send(self, message: LeaveControl, *, group: str) -> None:
            left.append(message)

    parts = bootstrap.parts()[ConnectedParts]
    cell = Cell("https://cell.example.com", "https://control.example.com", cast("Send", None), cast("Queue", Leaving()))
    in_a_cell = replace(parts, claims=Claims(parts.accounts, cell))
    disconnect_account(in_a_cell, business.tenant, WabaId(business.waba), EpochMs(9))
    assert [(one.waba_id, one.left_at) for one in left] == [(business.waba, 9)]
    other = made()
    other.waba, other.number, other.code = business.waba, business.number, business.new_code()
    business.script(phone_number={"id": business.number, "pin": ""})
    assert other.start()["status"] == "connected"
    disconnect_account(in_a_cell, business.tenant, WabaId(business.waba), EpochMs(10))
    assert len(left) == 1
    assert parts.accounts.tenant_of_waba(WabaId(business.waba)) == other.tenant


def test_an_account_that_was_given_up_is_reconnected_as(business: Business) -> None:
    call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/disconnect")
    assert business.start(code=business.new_code())["status"] == "connected"
    assert (waba(business).status, number(business).status) == ("active", "active")


def test_disconnecting_waits_for_meta_and_keeps_what_it_needs_to_be_repeated(business: Business) -> None:
    path = f"/v1/whatsapp/accounts/{business.waba}"
    business.script(refuse={"operation": "subscribed_apps", "reset": True, "next": 1})
    assert call(business, "POST", f"{path}/disconnect").status == 503
    assert number(business).status == "disconnected", "nothing is sent meanwhile"
    assert waba(business).token
    assert call(business, "POST", f"{path}/disconnect").body["status"] == "disconnected"


def test_a_number_that_was_given_up_takes_no_room_of_the_plan(
    business: Business, made: Callable[..., Business]
) -> None:
    other = made()
    other.tenant = business.tenant
    full = other.start()
    assert stopped(full) == ("numbers", "plan_limit", "enlarge_plan")
    left = call(business, "POST", f"/v1/numbers/{business.number}/disconnect").body
    assert (left["status"], left["reason"]) == ("disconnected", DISCONNECTED_HERE)
    assert other.go_on(full).body["status"] == "connected"


def test_numbers_follow_the_account_that_meta_has_them_in(business: Business) -> None:
    """A number that moved between two accounts of the tenant, and one that is listed no more."""
    accounts = business.api.deps.accounts
    elsewhere = replace(number(business), waba_id=WabaId("77"))
    gone = replace(number(business), phone_number_id=PhoneNumberId(business.number + "0"))
    for one in (elsewhere, gone):
        accounts._directory.put(business.tenant, f"NUMBER#{one.phone_number_id}", one)
    shown = call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/refresh").body
    assert {one["id"]: one["status"] for one in shown["numbers"]} == {
        business.number: "active",
        gone.phone_number_id: "disconnected",
    }
    assert number(business).waba_id == business.waba


def test_the_profile_is_metas(business: Business) -> None:
    path = f"/v1/numbers/{business.number}/profile"
    assert call(business, "GET", path).body["about"] is None
    changes = {"about": "Coffee.", "websites": ["https://a.example"], "picture_handle": "4::aW"}
    shown = call(business, "PATCH", path, changes).body
    assert (shown["about"], shown["websites"], shown["email"]) == ("Coffee.", ["https://a.example"], None)
    assert shown["picture_url"]
    call(business, "PATCH", path, {"email": "hello@a.example"})
    shown = call(business, "GET", path).body
    assert (shown["about"], shown["email"]) == ("Coffee.", "hello@a.example")
    for wrong in ({}, {"about": ""}, {"about": "x" * 140}, {"websites": ["ftp://a"]}, {"websites": ["https://a"] * 3}):
        assert call(business, "PATCH", path, wrong).status == 422


def test_who_has_a_token_that_ends_is_told_in_time_and_once(made: Callable[..., Business], database: Database) -> None:
    business, now = made(), epoch_ms()
    ends = EpochMs((now + 20 * DAY_MS) // 1000 * 1000)
    business.code = business.new_code(token_expires_at=ends // 1000)
    business.start()
    path = f"/v1/whatsapp/accounts/{business.waba}"
    assert (call(business, "GET", path).body["access"], waba(business).token_expires_at) == ("open", ends)
    deps = business.api.deps
    parts = warning_parts(business, database)

    def told(at: int) -> list[str]:
        for _ in range(2):
            warn_of_tokens(parts, EpochMs(at), lambda: True)
        found = deps.notices.page(business.tenant, 10, None).items
        return [notice.severity for notice in found if notice.kind == "token"]

    assert told(now) == []
    assert told(ends - 14 * DAY_MS) == ["warning"]
    assert told(ends - 13 * DAY_MS) == ["warning"]
    assert told(ends - 3 * DAY_MS) == ["warning", "warning"]
    assert told(ends) == ["critical", "warning", "warning"]
    assert told(ends + 30 * DAY_MS) == ["critical", "warning", "warning"]


def test_nobody_is_told_of_a_token_that_was_replaced(made: Callable[..., Business], database: Database) -> None:
    business, now = made(), epoch_ms()
    business.code = business.new_code(token_expires_at=(now + 10 * DAY_MS) // 1000)
    business.start()
    parts = warning_parts(business, database)
    parts.watches.put(business.tenant, TokenWatch(WabaId(business.waba), EpochMs(now + DAY_MS)))
    warn_of_tokens(parts, EpochMs(now + 2 * DAY_MS), lambda: True)
    assert parts.notices.page(business.tenant, 10, None).items == []


def test_those_whose_warning_fails_hold_up_nobody(
    made: Callable[..., Business], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs with time for one at a time: each begins where the one before stopped."""
    business, now = made(), epoch_ms()
    parts, real, tried = warning_parts(business, database), Accounts.waba, list[str]()
    accounts = [f"{business.tenant}-{i}" for i in range(6)]
    for i, account in enumerate(accounts):
        parts.watches.put(business.tenant, TokenWatch(WabaId(account), EpochMs(now + i)))

    def stubborn(self: Accounts, tenant_id: TenantId, waba_id: WabaId) -> Waba:
        if waba_id not in accounts:
            return real(self, tenant_id, waba_id)
        tried.append(waba_id)
        raise RetryableError("not now")

    monkeypatch.setattr(Accounts, "waba", stubborn)
    monkeypatch.setattr(token_warnings, "_AT_ONCE", 1)
    for _ in range(500):
        looks = iter([True])
        with suppress(RetryableError):
            warn_of_tokens(parts, EpochMs(now + DAY_MS), lambda: next(looks, False))  # noqa: B023
        if set(tried) == set(accounts):
            break
    assert sorted(tried) == accounts, "each once, before anybody twice"


def warning_parts(business: Business, database: Database) -> WarningParts:
    deps = business.api.deps
    return WarningParts(deps.accounts, TokenWatches(deps.directory), deps.notices, place_of_its_own(database))


@pytest.mark.parametrize("what", ["number", "account"])
def test_what_meta_did_not_answer_was_not_asked(business: Business, what: str) -> None:
    path, object_id = {
        "number": (f"/v1/numbers/{business.number}/refresh", business.number),
        "account": (f"/v1/whatsapp/accounts/{business.waba}/refresh", business.waba),
    }[what]
    business.script(refuse={"operation": object_id, "plain": True, "next": 1})
    assert call(business, "POST", path).status == 503
    assert call(business, "POST", path).status == 200


@pytest.mark.parametrize("path", ["/v1/numbers/{number}/refresh", "/v1/whatsapp/accounts/{waba}/refresh"])
def test_a_refresh_whose_answer_was_lost_is_answered_the_second_time(business: Business, kept: Kept, path: str) -> None:
    """With what Meta says by then; only the moment of the check is another."""
    path = path.format(number=business.number, waba=business.waba)
    kept.lose = 1
    key = {"idempotency-key": "again"}
    first = business.api.call("POST", path, tenant=business.tenant, headers=key)
    second = business.api.call("POST", path, tenant=business.tenant, headers=key)
    assert (first.status, second.status) == (503, 200)
    assert call(business, "POST", path).body["code"] == "refreshed_just_now"


def test_a_number_that_moved_at_meta_moves_along(business: Business) -> None:
    accounts = business.api.deps.accounts
    accounts.change_tenant(business.tenant, lambda found: replace(found, plan="growth", subscription_status="active"))
    other = business.script(create_waba={})["create_waba"]
    code = business.script(create_code={"waba_id": other["waba_id"]})["create_code"]["code"]
    assert business.start(code=code, waba_id=other["waba_id"])["status"] == "connected"
    business.script(phone_number={"id": business.number, "waba_id": other["waba_id"]})
    path = f"/v1/whatsapp/accounts/{other['waba_id']}/refresh"
    shown = call(business, "POST", path).body
    assert business.number in [one["id"] for one in shown["numbers"]]
    assert (number(business).waba_id, number(business).status) == (other["waba_id"], "active")
    left = call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/refresh").body
    assert (left["numbers"], number(business).status) == ([], "active"), "it has not left: it has moved"


def test_a_number_that_left_its_account_is_disconnected_and_whoever_has_it_connects_it(
    business: Business, made: Callable[..., Business]
) -> None:
    theirs = made()
    business.script(phone_number={"id": business.number, "waba_id": theirs.waba, "pin": ""})
    shown = call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/refresh").body
    assert [(one["status"], one["reason"]) for one in shown["numbers"]] == [
        ("disconnected", "no_longer_in_the_account")
    ]
    assert theirs.start(phone_number_id=business.number)["phone_number_ids"] == [business.number]
    assert business.api.deps.accounts.tenant_of_number(PhoneNumberId(business.number)) == theirs.tenant


def test_a_restriction_outlives_another_sign_up_and_ends_by_itself(business: Business) -> None:
    until = EpochMs(epoch_ms() + DAY_MS)
    business.api.deps.accounts.change_number(
        business.tenant,
        PhoneNumberId(business.number),
        lambda n: replace(n, status="restricted", reason="account_restricted", restricted_until=until),
    )
    assert business.start(code=business.new_code())["status"] == "connected"
    assert [number(business).state_at(at) for at in (EpochMs(until - 1), until)] == ["restricted", "active"]


def test_who_disconnects_a_number_while_it_is_connected_is_not_overruled(business: Business) -> None:
    business.script(phone_number={"id": business.number, "pin": "424242", "registered": False, "status": "PENDING"})
    onboarding = business.start(code=business.new_code())
    assert stopped(onboarding) == ("registration", "wrong_pin", "send_pin")
    assert call(business, "POST", f"/v1/numbers/{business.number}/disconnect").status == 200
    again = business.go_on(onboarding, pin="424242").body
    assert stopped(again) == ("registration", "token_refused", "repeat_signup")
    assert number(business).gave_up
    assert business.go_on(onboarding, code=business.new_code()).body["status"] == "connected"


def test_an_account_that_was_disconnected_comes_back_by_another_sign_up_only(business: Business) -> None:
    (before,) = call(business, "GET", PATH).body["items"]
    assert call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/disconnect").status == 200
    continued = business.go_on(before, phone_number_id=business.number)
    assert stopped(continued.body) == ("numbers", "token_refused", "repeat_signup")
    assert (waba(business).status, number(business).status) == ("disconnected", "disconnected")
    assert business.go_on(before, code=business.new_code()).body["status"] == "connected"


def test_an_account_that_was_disconnected_is_in_the_way_of_no_other(
    business: Business, made: Callable[..., Business]
) -> None:
    other, accounts = made(), business.api.deps.accounts
    accounts.change_tenant(business.tenant, lambda t: replace(t, plan="growth", subscription_status="active"))
    second = {"code": other.code, "waba_id": other.waba}
    assert call(business, "POST", PATH, second).body["status"] == "connected"
    assert call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/disconnect").status == 200
    assert call(business, "POST", "/v1/templates/sync").status == 200
    body = {"type": "BODY", "text": "We are back."}
    draft = {"name": "back", "language": "en", "category": "MARKETING", "components": [body]}
    made_there = call(business, "POST", "/v1/templates", draft)
    assert (made_there.status, made_there.body["waba_id"]) == (201, other.waba)
    assert call(business, "POST", f"/v1/whatsapp/accounts/{other.waba}/disconnect").status == 200
    refused = call(business, "POST", "/v1/templates", draft | {"name": "nowhere"})
    assert (refused.status, refused.body["code"]) == (409, "account_disconnected")
