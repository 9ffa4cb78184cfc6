"""An agent's day on the deployed platform: conversations are handed out, answered, set aside and found."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import (
    Business,
    Json,
    approved_template,
    envelope,
    import_csv,
    journal,
    post_webhook,
    says,
    settle,
    signed_up,
    wait_for,
)


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    return signed_up(cloud)


def hears(cloud: LocalCloud, business: Business, phone: str, **message: Any) -> Json:
    """A person writes with their phone; the conversation, once it shows the message."""
    who = {"phone_number_id": business.phone_number_id, "from": phone, "name": "Ana Lima"}
    wamid = script(cloud.simulator_url, {"inbound": {**who, **message}})["inbound"]["wamid"]

    def read() -> Json | None:
        for conversation in business.owner.pages("/v1/conversations"):
            messages = business.owner.get(f"/v1/conversations/{conversation['id']}/messages")["items"]
            if wamid in {message["wamid"] for message in messages}:
                found: Json = conversation
                return found
        return None

    found = wait_for(read, lambda conversation: conversation is not None)
    assert found is not None
    settle(cloud)
    return dict(business.owner.get(f"/v1/conversations/{found['id']}"))


def test_a_conversation_from_the_first_word_to_the_last(cloud: LocalCloud, business: Business) -> None:
    api, phone = business.owner, f"+346{secrets.randbelow(10**8):08d}"
    conversation = hears(cloud, business, phone, text="Where is my parcel?")
    path = f"/v1/conversations/{conversation['id']}"
    assert (conversation["unread"], conversation["status"], conversation["assignee"]) == (1, "open", None)
    assert [c["id"] for c in api.get("/v1/conversations", assignee="none", status="open")["items"]] == [
        conversation["id"]
    ]

    me = api.get("/v1/me")["principal"]["member_id"]
    api.ok("PUT", f"/v1/members/{me}/availability", {"available": True})
    assert api.post(f"{path}/assign", {"to": "round_robin"})["assignee"] == me
    label = api.post("/v1/labels", {"name": "Parcel", "colour": "#00ff00"})["id"]
    assert api.post(f"{path}/labels", {"add": [label]})["labels"] == [label]
    api.post(f"{path}/notes", {"text": "again!", "mentions": [me]})
    assert [m["note"]["text"] for m in api.get("/v1/mentions")["items"]] == ["again!"]
    assert api.ok("PUT", f"{path}/presence", {"status": "viewing"})["items"][0]["member_id"] == me
    assert api.post(f"{path}/read")["read_mark"] == "sent"
    assert api.post(f"{path}/typing")["indicator"] == "sent"

    reply = api.post("/v1/canned-replies", {"shortcut": "hi", "text": "Hello {contact.first_name|there}"})
    contact = {"contact_id": conversation["contact_id"]}
    hello = api.get(f"/v1/canned-replies/{reply['id']}/preview", **contact)["text"]
    first = api.post(f"{path}/messages", {"type": "text", "text": {"body": hello}})
    buttons = [{"reply": {"id": "yes", "title": "Yes"}}, {"reply": {"id": "no", "title": "No"}}]
    ask = {"type": "button", "body": {"text": "Is it the red one?"}, "action": {"buttons": buttons}}
    asked = api.post(
        f"{path}/messages",
        {"type": "interactive", "interactive": ask, "if_last_message_id": first["id"], "reply_to": first["id"]},
    )
    assert (first["text"], asked["status"], asked["reply_to"]) == ("Hello Ana", "sent", first["wamid"])
    taken = api.call(
        "POST", f"{path}/messages", {"type": "text", "text": {"body": "x"}, "if_last_message_id": first["id"]}
    )
    assert taken.status_code == 201, "one's own answers are no reason"
    pressed = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": buttons[0]["reply"]}}
    hears(cloud, business, phone, message=pressed, reply_to=asked["wamid"])
    (heard,) = (m for m in api.get(f"{path}/messages")["items"] if m["reply_to"] == asked["wamid"])
    assert heard["text"] == "Yes"
    api.post(f"{path}/messages", {"type": "reaction", "reaction": {"message_id": heard["id"], "emoji": "🎉"}})
    shown = next(m for m in api.get(f"{path}/messages")["items"] if m["id"] == heard["id"])
    assert [reaction["emoji"] for reaction in shown["reactions"]] == ["🎉"]

    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert api.post(f"{path}/snooze", {"until": until})["status"] == "snoozed"
    assert api.get("/v1/conversations", status="open", assignee="me")["items"] == []
    hears(cloud, business, phone, text="Thank you")
    wait_for(lambda: api.get(path)["status"], lambda status: status == "open")
    assert api.post(f"{path}/close", {})["status"] == "closed"
    assert [c["id"] for c in api.get("/v1/conversations", status="closed", label=label)["items"]] == [
        conversation["id"]
    ]

    for q, part in (("lima", "conversations"), (phone[-5:], "conversations"), ("where parc", "messages")):
        found = wait_for(lambda q=q, part=part: api.get("/v1/search", q=q)[part], lambda items: items)  # type: ignore[misc]
        assert len(found) == 1
    settle(cloud)
    kinds = [item["type"] for item in api.pages(f"/v1/contacts/{conversation['contact_id']}/timeline", limit=5)]
    assert (kinds.count("message"), kinds.count("note"), kinds.count("event")) == (6, 1, 5)


def test_when_the_window_is_closed_a_template_is_offered_and_goes(cloud: LocalCloud, business: Business) -> None:
    api, phone = business.owner, f"+346{secrets.randbelow(10**8):08d}"
    template = approved_template(api, f"back_{secrets.token_hex(3)}", "Hello {{1}}, we are back.")
    contact = api.post("/v1/contacts", {"phone": phone, "name": "Eva"})
    wish = {"contact_id": contact["id"], "phone_number_id": business.phone_number_id}
    path = f"/v1/conversations/{api.post('/v1/conversations', wish)['id']}/messages"
    refused = api.call("POST", path, {"type": "text", "text": {"body": "hi"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
    (offered,) = (t for t in refused.json()["templates"] if t["id"] == template["id"])
    assert [variable["key"] for variable in offered["variables"]] == ["body.1"]
    values = {"body.1": {"source": "contact", "value": "first_name"}}
    sent = api.post(path, {"type": "template", "template": {"template_id": template["id"], "variables": values}})
    assert (sent["status"], sent["text"]) == ("sent", "Hello Eva, we are back.")
    assert journal(cloud, business.phone_number_id)[-1]["to"] == phone
    wait_for(lambda: api.get(path)["items"][0]["status"], lambda status: status in ("delivered", "read"))


def test_a_status_that_says_who_somebody_is_joins_what_were_two_conversations(
    cloud: LocalCloud, business: Business
) -> None:
    api, phone, user_id = business.owner, f"+346{secrets.randbelow(10**8):08d}", f"ES.{secrets.randbelow(10**18)}"
    conversation = hears(cloud, business, phone, text="I wrote with my number")
    value = says(business.phone_number_id, phone, "and this without it")
    value["messages"][0] |= {"from": "", "from_user_id": user_id}
    value["contacts"] = [{"profile": {"name": "Ana"}, "user_id": user_id}]
    assert post_webhook(cloud, envelope((business.waba_id, "messages", value))).status_code == 200
    wait_for(lambda: len(api.get("/v1/search", q="without it")["messages"]), lambda found: found == 1)

    path = f"/v1/conversations/{conversation['id']}/messages"
    sent = api.post(path, {"type": "text", "text": {"body": "Which of the two is you?"}})
    now = str(int(datetime.now(UTC).timestamp()))
    who = {"recipient_id": phone[1:], "recipient_user_id": user_id}
    told = {name: value[name] for name in ("messaging_product", "metadata")} | {
        "statuses": [{"id": sent["wamid"], "status": "sent", "timestamp": now, **who}]
    }
    assert post_webhook(cloud, envelope((business.waba_id, "messages", told))).status_code == 200
    wait_for(
        lambda: {message["text"] for message in api.get(path)["items"]},
        lambda texts: texts >= {"I wrote with my number", "and this without it"},
    )


def test_whom_an_import_renames_is_found_under_the_new_name(cloud: LocalCloud, business: Business) -> None:
    api, phone, name = business.owner, f"+346{secrets.randbelow(10**8):08d}", f"Zoe{secrets.token_hex(3)}"
    conversation = hears(cloud, business, phone, text="hello")
    import_csv(api, f"phone,name\n{phone},{name}\n".encode())
    shown = api.get(f"/v1/conversations/{conversation['id']}")
    assert shown["contact_name"] == name
    assert [found["id"] for found in api.get("/v1/search", q=name)["conversations"]] == [conversation["id"]]
