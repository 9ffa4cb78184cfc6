"""A business gets from nothing to a connected number through the deployed API: what stands in its way is said, mended,
and gone on with; and what Meta tells of the account later acts."""

import secrets
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from infra.local.tenant import APPLICANT
from tests.support.api import PASSWORD, Api, wait_for

Json = dict[str, Any]
PATH = "/v1/whatsapp/onboardings"


@pytest.fixture
def owner(cloud: LocalCloud) -> Api:
    """Of a business that has signed up, and has no number."""
    email, anybody = f"owner-{secrets.token_hex(6)}@example.com", Api(cloud.api_url)
    account = {"business_name": "New", "email": email, "password": PASSWORD, "country": "ES"} | APPLICANT
    anybody.post("/v1/signup", account)
    return Api(cloud.api_url, anybody.post("/v1/login", {"email": email, "password": PASSWORD})["access_token"])


def trouble(onboarding: Json) -> tuple[str, str]:
    step = next(one for one in onboarding["steps"] if one["step"] == onboarding["next_step"])
    return step["trouble"]["code"], step["trouble"]["remedy"]


def carried_on(owner: Api, path: str, body: Json) -> Json:
    """Until something stands in the way, or nothing is left: on a busy machine one call may not have the time."""
    found: Json = owner.post(path, body)
    while found["status"] == "waiting":
        found = owner.post(f"{PATH}/{found['id']}/continue", {})
    return found


def test_from_nothing_to_a_connected_number(cloud: LocalCloud, owner: Api) -> None:
    simulator = cloud.simulator_url
    waba = script(simulator, {"create_waba": {"name": "New"}})["create_waba"]
    waba_id, number = waba["waba_id"], waba["phone_numbers"][0]["id"]
    phone = f"+346{secrets.randbelow(10**8):08d}"
    assert owner.get("/v1/whatsapp/configuration")["app_id"] == cloud.app_id

    # The code is too old, then the number has a PIN; each is said with its remedy, and then goes on.
    old = script(simulator, {"create_code": {"waba_id": waba_id, "expired": True}})["create_code"]["code"]
    onboarding = carried_on(owner, PATH, {"code": old, "waba_id": waba_id})
    assert trouble(onboarding) == ("code_refused", "repeat_signup")
    script(simulator, {"phone_number": {"id": number, "pin": "424242"}})
    go_on = f"{PATH}/{onboarding['id']}/continue"
    assert trouble(carried_on(owner, go_on, {"code": waba["code"]})) == ("wrong_pin", "send_pin")
    assert carried_on(owner, go_on, {"pin": "424242"})["status"] == "connected"

    # The owner writes to the number from their own phone, and is answered.
    script(simulator, {"inbound": {"phone_number_id": number, "from": phone, "text": "hello"}})
    done = wait_for(lambda: owner.post(go_on, {"test_to": phone}), lambda found: found["status"] == "complete")
    assert owner.get(f"{PATH}/{onboarding['id']}") == done
    (conversation,) = owner.get("/v1/conversations", number=number)["items"]
    said = owner.get(f"/v1/conversations/{conversation['id']}/messages")["items"]
    assert [message["direction"] for message in said] == ["out", "in"]

    shown = owner.post(f"/v1/numbers/{number}/refresh")
    assert (shown["health"]["can_send"], shown["status"]) == ("AVAILABLE", "active")
    profile = owner.ok("PATCH", f"/v1/numbers/{number}/profile", {"about": "Coffee."})
    assert profile["about"] == "Coffee."

    # Meta tells that this platform was removed: the account is given up, until the owner signs up again.
    account = f"/v1/whatsapp/accounts/{waba_id}"
    script(simulator, {"waba": {"id": waba_id, "revoke_token": True}})
    gone = wait_for(lambda: owner.get(account), lambda found: found["access"] == "given_up")
    assert (gone["status"], gone["reason"]) == ("disconnected", "partner_removed")
    code = script(simulator, {"create_code": {"waba_id": waba_id}})["create_code"]["code"]
    assert carried_on(owner, go_on, {"code": code})["status"] == "connected"
    assert owner.get(account)["status"] == "active"
    left = owner.post(f"{account}/disconnect")
    assert (left["status"], left["access"]) == ("disconnected", "given_up")


def test_a_number_of_the_phone_app_brings_its_people_and_its_talks_along(cloud: LocalCloud, owner: Api) -> None:
    """Asked for once, they come by webhooks: nobody is told of old messages as if they were new, and no bot answers."""
    wish = {"name": "New", "phone_numbers": [{"is_on_biz_app": True}]}
    waba = script(cloud.simulator_url, {"create_waba": wish})["create_waba"]
    number = waba["phone_numbers"][0]["id"]
    script(cloud.simulator_url, {"phone_number": {"id": number, "app_people": 2}})
    onboarding = carried_on(owner, PATH, {"code": waba["code"], "waba_id": waba["waba_id"]})
    assert (onboarding["status"], onboarding["coexistence"]) == ("connected", True)

    def talks() -> list[Json]:
        found: list[Json] = owner.get("/v1/conversations", number=number)["items"]
        return found

    def said(talk: Json) -> list[Json]:
        found: list[Json] = owner.get(f"/v1/conversations/{talk['id']}/messages")["items"]
        return found

    wait_for(lambda: owner.get(f"/v1/numbers/{number}"), lambda found: found["history_percent"] == 100)
    wait_for(talks, lambda found: len(found) == 2 and all(talk["contact_name"] for talk in found))
    wait_for(lambda: [said(talk) for talk in talks()], lambda found: [len(one) for one in found] == [6, 6])
    for talk in wait_for(talks, lambda found: all(one["window_open"] for one in found)):
        assert talk["unread"] == 0
        messages = wait_for(lambda talk=talk: said(talk), lambda found: any(m["type"] == "image" for m in found))  # type: ignore[misc]
        assert [one["direction"] for one in messages] == ["out", "in"] * 3
