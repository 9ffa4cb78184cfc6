import hashlib
import hmac

import httpx
import pytest

from tests.support.meta_simulator import APP_ID, APP_SECRET, Receiver, Sim, error


def exchange(sim: Sim, code: str, secret: str = APP_SECRET, app_id: str = APP_ID) -> tuple[int, dict[str, object]]:
    query = {"client_id": app_id, "client_secret": secret, "code": code}
    answer = sim.http.get("/v26.0/oauth/access_token", params=query)
    return answer.status_code, answer.json()


def test_a_signup_code_gives_a_token_for_its_waba_only(sim: Sim) -> None:
    made = sim.script(create_waba={"name": "Panadería", "phone_numbers": [{"verified_name": "Pan"}]})["create_waba"]
    status, body = exchange(sim, made["code"])
    token = str(body["access_token"])
    assert (status, body["token_type"]) == (200, "bearer")

    app_token = f"{APP_ID}|{APP_SECRET}"
    data = sim.get("debug_token", app_token, input_token=token).json()["data"]
    assert data["is_valid"] is True
    assert data["app_id"] == APP_ID
    assert {"scope": "whatsapp_business_management", "target_ids": [made["waba_id"]]} in data["granular_scopes"]

    assert sim.get(made["waba_id"], token, fields="id,name,currency").json()["name"] == "Panadería"
    [number] = sim.get(f"{made['waba_id']}/phone_numbers", token).json()["data"]
    assert (number["id"], number["verified_name"]) == (made["phone_numbers"][0]["id"], "Pan")
    assert error(sim.get(sim.waba_id, token)) == (403, 10)
    assert error(sim.get(made["waba_id"])) == (403, 10)


def test_a_signup_code_works_once(sim: Sim) -> None:
    code = f"code-{sim.waba_id}"
    assert exchange(sim, code)[0] == 200
    assert exchange(sim, code)[0] == 400
    assert exchange(sim, sim.script(create_code={"waba_id": sim.waba_id})["create_code"]["code"])[0] == 200


@pytest.mark.parametrize(
    ("code", "secret", "app_id"),
    [
        ("nonsense", APP_SECRET, APP_ID),
        ("right", "wrong", APP_ID),
        ("right", APP_SECRET, "1"),
        ("", APP_SECRET, APP_ID),
    ],
)
def test_a_wrong_exchange_is_refused(sim: Sim, code: str, secret: str, app_id: str) -> None:
    given = f"code-{sim.waba_id}" if code == "right" else code
    status, body = exchange(sim, given, secret, app_id)
    assert status == 400
    assert "error" in body
    assert exchange(sim, f"code-{sim.waba_id}")[0] == 200


def test_only_the_app_may_inspect_tokens(sim: Sim) -> None:
    assert error(sim.get("debug_token", input_token=sim.token)) == (401, 190)
    app_token = f"{APP_ID}|{APP_SECRET}"
    assert sim.get("debug_token", app_token, input_token="EAAJunknown").json()["data"]["is_valid"] is False


def test_the_app_is_read_with_its_own_token_only(sim: Sim) -> None:
    assert sim.get(APP_ID, f"{APP_ID}|{APP_SECRET}", fields="id").json() == {"id": APP_ID}
    assert error(sim.get(APP_ID, f"{APP_ID}|another", fields="id")) == (401, 190)


def test_unknown_tokens_and_ids_are_refused(sim: Sim) -> None:
    assert error(sim.get(sim.waba_id, "EAAJunknown")) == (401, 190)
    assert error(sim.http.get(f"/v26.0/{sim.waba_id}")) == (401, 190)
    assert error(sim.get("999999999999999")) == (400, 100)


def test_a_revoked_token_is_refused_and_the_app_is_told(sim: Sim, receiver: Receiver) -> None:
    sim.script(waba={"id": sim.waba_id, "revoke_token": True})
    assert error(sim.get(sim.waba_id)) == (401, 190)
    sim.settle()
    [change] = receiver.changes("account_update")
    assert change["event"] == "PARTNER_REMOVED"
    assert change["waba_info"]["waba_id"] == sim.waba_id


def test_the_appsecret_proof_must_be_right_when_given(sim: Sim) -> None:
    proof = hmac.new(APP_SECRET.encode(), sim.token.encode(), hashlib.sha256).hexdigest()
    assert sim.get(sim.waba_id, appsecret_proof=proof).status_code == 200
    assert error(sim.get(sim.waba_id, appsecret_proof="0" * 64)) == (400, 100)


@pytest.mark.parametrize("version", ["v20.0", "v27.0", "v26", "26.0", "v26.1"])
def test_versions_that_do_not_exist_are_refused(sim: Sim, version: str) -> None:
    answer = sim.http.get(f"/{version}/{sim.waba_id}", headers={"Authorization": f"Bearer {sim.token}"})
    assert error(answer) == (400, 2500)


def test_subscribing_is_kept_and_listed(sim: Sim) -> None:
    assert sim.delete(f"{sim.waba_id}/subscribed_apps").json() == {"success": True}
    assert sim.get(f"{sim.waba_id}/subscribed_apps").json() == {"data": []}
    assert sim.post(f"{sim.waba_id}/subscribed_apps", {}).json() == {"success": True}
    [row] = sim.get(f"{sim.waba_id}/subscribed_apps").json()["data"]
    assert row["whatsapp_business_api_data"]["id"] == APP_ID


def test_registering_sets_the_pin_and_connects_the_number(sim: Sim) -> None:
    made = sim.script(create_waba={})["create_waba"]
    token = str(exchange(sim, made["code"])[1]["access_token"])
    number = made["phone_numbers"][0]["id"]
    path = f"{number}/register"
    body = {"messaging_product": "whatsapp", "to": "+5215512345678", "type": "text", "text": {"body": "hi"}}
    assert error(sim.post(f"{number}/messages", body, token)) == (400, 133010)
    assert error(sim.post(path, {"messaging_product": "whatsapp", "pin": "12345"}, token)) == (400, 100)
    assert sim.post(path, {"messaging_product": "whatsapp", "pin": "123456"}, token).json() == {"success": True}
    assert sim.get(number, token, fields="status").json() == {"status": "CONNECTED", "id": number}
    assert error(sim.post(path, {"messaging_product": "whatsapp", "pin": "654321"}, token)) == (400, 133005)
    for _ in range(8):
        sim.post(path, {"messaging_product": "whatsapp", "pin": "123456"}, token)
    assert error(sim.post(path, {"messaging_product": "whatsapp", "pin": "123456"}, token)) == (400, 133016)


def test_a_numbers_fields_can_be_chosen(sim: Sim) -> None:
    number = sim.get(sim.number_id, fields="throughput,quality_rating,health_status{can_send_message}").json()
    assert number["throughput"] == {"level": "STANDARD"}
    assert set(number) == {"throughput", "quality_rating", "health_status", "id"}
    sim.script(phone_number={"id": sim.number_id, "throughput_per_second": 1000})
    assert sim.get(sim.number_id, fields="throughput").json()["throughput"] == {"level": "HIGH"}
    assert error(sim.get(sim.number_id, fields="shoe_size")) == (400, 100)


def test_restrictions_and_quality_are_told_and_take_effect(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(waba={"id": sim.waba_id, "restriction": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1900000000})
    sim.script(phone_number={"id": sim.number_id, "event": "FLAGGED", "quality_rating": "RED"})
    assert error(sim.send_template()) == (403, 368)
    sim.settle()
    [restriction] = receiver.changes("account_update")
    assert restriction["restriction_info"] == [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1900000000}
    ]
    [quality] = receiver.changes("phone_number_quality_update")
    assert quality["event"] == "FLAGGED"
    sim.script(waba={"id": sim.waba_id, "restriction": "NONE"})
    assert sim.send_template().status_code == 200
    sim.script(waba={"id": sim.waba_id, "ban": "DISABLE"})
    assert error(sim.send_template()) == (403, 131031)


def token_for(sim: Sim, **granted: object) -> str:
    """Of a fresh code with these scopes, or this end."""
    code = sim.script(create_code={"waba_id": sim.waba_id, **granted})["create_code"]["code"]
    return str(exchange(sim, code)[1]["access_token"])


def test_a_token_may_do_what_its_code_granted(sim: Sim) -> None:
    managing = token_for(sim, scopes="whatsapp_business_management", token_expires_at=1_900_000_000)
    data = sim.get("debug_token", f"{APP_ID}|{APP_SECRET}", input_token=managing).json()["data"]
    assert (data["scopes"], data["expires_at"]) == (["whatsapp_business_management"], 1_900_000_000)
    assert sim.get(sim.waba_id, managing).status_code == 200
    text = {"messaging_product": "whatsapp", "to": "+5215512345678", "type": "text", "text": {"body": "x"}}
    assert error(sim.post(f"{sim.number_id}/messages", text, managing)) == (403, 200)
    messaging = token_for(sim, scopes="whatsapp_business_messaging")
    assert error(sim.get(sim.waba_id, messaging)) == (403, 200)
    expired = sim.script(create_code={"waba_id": sim.waba_id, "expired": True})["create_code"]["code"]
    assert exchange(sim, expired)[0] == 400


def test_the_phone_apps_data_are_given_once_after_a_sign_up(sim: Sim) -> None:
    made = sim.script(create_waba={"phone_numbers": [{"is_on_biz_app": True}]})["create_waba"]
    token = str(exchange(sim, made["code"])[1]["access_token"])
    path = f"{made['phone_numbers'][0]['id']}/smb_app_data"
    wanted = {"messaging_product": "whatsapp", "sync_type": "history"}
    assert sim.post(path, wanted, token).json()["request_id"]
    assert error(sim.post(path, wanted, token)) == (400, 2593107)
    assert sim.post(path, {**wanted, "sync_type": "smb_app_state_sync"}, token).status_code == 200
    sim.script(phone_number={"id": made["phone_numbers"][0]["id"], "sync_over": True})
    assert error(sim.post(path, wanted, token)) == (400, 2593108)
    again = sim.script(create_code={"waba_id": made["waba_id"]})["create_code"]["code"]
    token = str(exchange(sim, again)[1]["access_token"])
    assert sim.post(path, wanted, token).status_code == 200
    assert error(sim.post(f"{sim.number_id}/smb_app_data", wanted)) == (400, 100)


def test_the_phone_apps_contacts_and_history_come_by_webhooks(sim: Sim, receiver: Receiver) -> None:
    wish = {"phone_numbers": [{"is_on_biz_app": True}], "subscribed": True}
    made = sim.script(create_waba=wish)["create_waba"]
    token = str(exchange(sim, made["code"])[1]["access_token"])
    number_id = made["phone_numbers"][0]["id"]
    sim.script(phone_number={"id": number_id, "app_people": 2})

    def ask_for(kind: str) -> None:
        body = {"messaging_product": "whatsapp", "sync_type": kind}
        assert sim.post(f"{number_id}/smb_app_data", body, token).status_code == 200
        sim.settle()

    ask_for("smb_app_state_sync")
    [book] = receiver.changes("smb_app_state_sync")
    assert book["metadata"]["phone_number_id"] == number_id
    people = {entry["contact"]["phone_number"] for entry in book["state_sync"]}
    assert len(people) == 2
    ask_for("history")
    values = receiver.changes("history")
    chunks = [chunk for value in values for chunk in value.get("history", [])]
    assert sorted((one["metadata"]["phase"], one["metadata"]["progress"]) for one in chunks) == [
        (0, 33),
        (1, 66),
        (2, 100),
    ]
    assert {thread["id"] for one in chunks for thread in one["threads"]} == people
    places = {
        message["id"]
        for one in chunks
        for thread in one["threads"]
        for message in thread["messages"]
        if message["type"] == "media_placeholder"
    }
    assert {file["id"] for value in values for file in value.get("messages", [])} == places

    again = sim.script(create_code={"waba_id": made["waba_id"]})["create_code"]["code"]
    token = str(exchange(sim, again)[1]["access_token"])
    sim.script(phone_number={"id": number_id, "history_declined": True})
    ask_for("history")
    assert receiver.changes("history")[-1]["history"][0]["errors"][0]["code"] == 2593109


def test_a_profile_is_read_as_it_was_written(sim: Sim) -> None:
    path = f"{sim.number_id}/whatsapp_business_profile"
    changes = {"messaging_product": "whatsapp", "about": "Pan.", "websites": ["https://pan.example"]}
    assert sim.post(path, changes).json() == {"success": True}
    assert sim.get(path, fields="about,email,websites").json()["data"] == [changes]
    for wrong in ({"about": ""}, {"about": "x" * 140}, {"websites": ["pan.example"]}, {"colour": "red"}):
        assert error(sim.post(path, {"messaging_product": "whatsapp", **wrong})) == (400, 100)
    assert error(sim.get(path, fields="colour")) == (400, 100)


def test_calls_are_refused_as_scripted_and_no_longer(sim: Sim) -> None:
    path = f"{sim.number_id}/register"
    pin = {"messaging_product": "whatsapp", "pin": "111111"}
    sim.script(refuse={"operation": "register", "object_id": sim.number_id, "code": 133006, "next": 1})
    assert error(sim.post(path, pin)) == (400, 133006)
    assert sim.post(path, pin).status_code == 200
    sim.script(refuse={"operation": "phone_numbers", "plain": True})
    assert [sim.get(f"{sim.waba_id}/phone_numbers").status_code for _ in range(3)] == [502] * 3
    sim.script(refuse={"operation": "phone_numbers", "next": 0})
    assert sim.get(f"{sim.waba_id}/phone_numbers").status_code == 200
    sim.script(refuse={"operation": sim.waba_id, "reset": True, "next": 1})
    with pytest.raises(httpx.TransportError):
        sim.get(sim.waba_id)


def test_a_number_registered_elsewhere_and_a_subscription_that_fails(sim: Sim) -> None:
    pin = {"messaging_product": "whatsapp", "pin": "111111"}
    sim.script(phone_number={"id": sim.number_id, "elsewhere": True})
    refused = sim.post(f"{sim.number_id}/register", pin)
    assert (error(refused), refused.json()["error"]["error_subcode"]) == ((400, 100), 2388001)
    sim.script(phone_number={"id": sim.number_id, "elsewhere": False})
    assert sim.post(f"{sim.number_id}/register", pin).status_code == 200
    sim.script(waba={"id": sim.waba_id, "subscribe_refused": True})
    assert error(sim.post(f"{sim.waba_id}/subscribed_apps", {})) == (400, 100)
    sim.script(waba={"id": sim.waba_id, "subscribe_refused": False, "subscribe_ignored": True})
    assert sim.post(f"{sim.waba_id}/subscribed_apps", {}).json() == {"success": True}
    assert sim.get(f"{sim.waba_id}/subscribed_apps").json() == {"data": []}
