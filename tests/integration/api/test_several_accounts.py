"""Tenants with several WhatsApp Business accounts, of which some have left, against the Meta simulator."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.api.numbers import account_actions
from functions.api.numbers.facts import number_from
from shared.domain.numbers.number import Number
from shared.ids import PhoneNumberId, WabaId, new_ulid
from tests.support.api_handler import Answer
from tests.support.chats import graph_url
from tests.support.onboardings import Business, made

__all__ = ["graph_url", "made"]
LEAVING = {
    "partner_removed": True,
    "account_deleted": True,
    "no_longer_in_the_account": True,
    "account_offboarded": False,
}
"""Why a number is disconnected -> whether nothing but another sign-up brings it back."""


@pytest.fixture
def business(made: Callable[..., Business]) -> Business:
    """Connected, with room for more."""
    one = made()
    accounts = one.api.deps.accounts
    accounts.change_tenant(one.tenant, lambda found: replace(found, plan="growth", subscription_status="active"))
    assert one.start()["status"] == "connected"
    return one


def call(business: Business, method: str, path: str, body: object = None) -> Answer:
    return business.api.call(method, path, body, tenant=business.tenant)


def another(business: Business) -> str:
    """The id of a second account, connected."""
    waba = str(business.script(create_waba={})["create_waba"]["waba_id"])
    code = business.script(create_code={"waba_id": waba})["create_code"]["code"]
    assert business.start(code=code, waba_id=waba)["status"] == "connected"
    return waba


def template() -> dict[str, Any]:
    body = {"type": "BODY", "text": "Our sale is on now."}
    return {"name": f"t_{new_ulid().lower()}", "language": "en", "category": "MARKETING", "components": [body]}


def test_an_account_that_has_left_is_asked_for_nothing_and_is_none_to_choose(business: Business) -> None:
    other = another(business)
    ambiguous = call(business, "POST", "/v1/templates", template())
    assert (ambiguous.status, ambiguous.body["field"]) == (422, "waba_id")
    assert call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/disconnect").status == 200
    created = call(business, "POST", "/v1/templates", template())
    assert (created.status, created.body["waba_id"]) == (201, other)
    draft = call(business, "POST", "/v1/template-drafts", template()).body
    assert call(business, "POST", f"/v1/template-drafts/{draft['id']}/submit").status == 201
    assert call(business, "POST", "/v1/templates/sync").body == {"templates": 2, "gone": 0, "failed": []}
    assert call(business, "POST", f"/v1/whatsapp/accounts/{other}/disconnect").status == 200
    for path in ("/v1/templates", "/v1/templates/sync"):
        assert call(business, "POST", path, template() if path == "/v1/templates" else None).body["code"] == (
            "account_disconnected"
        )


def test_an_account_that_cannot_be_read_holds_up_no_other(business: Business) -> None:
    other = another(business)
    assert call(business, "POST", "/v1/templates", template() | {"waba_id": other}).status == 201
    business.script(waba={"id": business.waba, "expire_token": True})
    shown = call(business, "POST", "/v1/templates/sync")
    assert (shown.status, shown.body["templates"]) == (200, 1)
    assert [(one["waba_id"], one["code"]) for one in shown.body["failed"]] == [(business.waba, "token_refused")]
    business.script(waba={"id": other, "expire_token": True})
    none = call(business, "POST", "/v1/templates/sync")
    assert (none.status, none.body["code"], none.body["provider_code"]) == (502, "token_refused", "190")


def test_an_account_that_is_not_there_is_named_by_its_field(business: Business) -> None:
    refused = call(business, "POST", "/v1/templates", template() | {"waba_id": "4711"})
    assert (refused.status, refused.body["code"], refused.body["field"]) == (404, "not_found", "waba_id")


@pytest.mark.parametrize("left", sorted(LEAVING))
def test_a_number_that_meta_took_away_leaves_its_room_in_the_plan(made: Callable[..., Business], left: str) -> None:
    one = made()
    assert one.start()["status"] == "connected", "the plan has room for one"
    waba = str(one.script(create_waba={})["create_waba"]["waba_id"])

    def again() -> tuple[str, str]:
        code = one.script(create_code={"waba_id": waba})["create_code"]["code"]
        onboarding = one.start(code=code, waba_id=waba)
        return onboarding["status"], onboarding["next_step"]

    assert again() == ("blocked", "numbers")
    one.api.deps.accounts.change_number(
        one.tenant, PhoneNumberId(one.number), lambda found: replace(found, status="disconnected", reason=left)
    )
    assert again() == (("connected", "test_message") if LEAVING[left] else ("blocked", "numbers"))


def test_a_number_that_moved_is_found_whichever_account_is_asked_for_first(business: Business) -> None:
    other = another(business)
    business.script(phone_number={"id": business.number, "waba_id": other})

    def refreshed(waba: str) -> Any:
        return call(business, "POST", f"/v1/whatsapp/accounts/{waba}/refresh").body

    assert [(one["status"], one["reason"]) for one in refreshed(business.waba)["numbers"]] == [
        ("disconnected", "no_longer_in_the_account")
    ]
    shown = refreshed(other)
    assert {one["status"] for one in shown["numbers"]} == {"active"}
    assert (business.number in [one["id"] for one in shown["numbers"]], shown["unconnected"]) == (True, [])
    owner = business.api.deps.accounts.tenant_of_number(PhoneNumberId(business.number))
    assert owner == business.tenant


def test_an_account_that_is_disconnected_while_its_number_is_found_again_stays_so(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, accounts = another(business), business.api.deps.accounts
    business.script(phone_number={"id": business.number, "waba_id": other})
    call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/refresh")
    reads = number_from

    def disconnected_meanwhile(*arguments: Any) -> Number:
        assert call(business, "POST", f"/v1/whatsapp/accounts/{other}/disconnect").status == 200
        return reads(*arguments)

    monkeypatch.setattr(account_actions, "number_from", disconnected_meanwhile)
    assert call(business, "POST", f"/v1/whatsapp/accounts/{other}/refresh").status == 200
    waba, number = WabaId(other), PhoneNumberId(business.number)
    stored = accounts.waba(business.tenant, waba)
    assert (stored.status, stored.token) == ("disconnected", "")
    assert accounts.number(business.tenant, number).gave_up
    assert (accounts.tenant_of_waba(waba), accounts.tenant_of_number(number)) == (None, None)


def test_a_number_that_moved_and_is_another_tenants_stays_theirs(
    business: Business, made: Callable[..., Business]
) -> None:
    other, theirs = another(business), made()
    business.script(phone_number={"id": business.number, "waba_id": theirs.waba, "pin": ""})
    call(business, "POST", f"/v1/whatsapp/accounts/{business.waba}/refresh")
    assert theirs.start(phone_number_id=business.number)["status"] == "connected"
    business.script(phone_number={"id": business.number, "waba_id": other})
    shown = call(business, "POST", f"/v1/whatsapp/accounts/{other}/refresh").body
    assert business.number in [one["id"] for one in shown["unconnected"]]
    assert business.api.deps.accounts.tenant_of_number(PhoneNumberId(business.number)) == theirs.tenant
