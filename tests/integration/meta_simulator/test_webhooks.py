import hashlib
import hmac
import json
from collections import Counter

import pytest

from tests.support.meta_simulator import APP_SECRET, Receiver, Sim, receiving, simulating, until


def send_many(sim: Sim, count: int) -> None:
    for at in range(count):
        answer = sim.send_template(to=f"+52155000{at:05d}", biz_opaque_callback_data=f"v1|{at}")
        assert answer.status_code == 200, answer.text


def test_statuses_come_signed_with_everything_meta_puts_in(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    wamid = sim.send_template(biz_opaque_callback_data="v1|a/b").json()["messages"][0]["id"]
    sim.settle()
    assert [status["status"] for status in receiver.statuses()] == ["sent", "delivered", "read"]
    sent = receiver.statuses()[0]
    assert sent["id"] == wamid
    assert sent["recipient_id"] == "5215512345678"
    assert sent["recipient_user_id"].startswith("MX.")
    assert sent["biz_opaque_callback_data"] == "v1|a/b"
    assert isinstance(sent["timestamp"], str)
    assert sent["pricing"] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"}
    value = receiver.changes()[0]
    assert value["messaging_product"] == "whatsapp"
    assert value["metadata"]["phone_number_id"] == sim.number_id
    assert value["contacts"][0]["wa_id"] == "5215512345678"
    assert value["contacts"][0]["user_id"] == sent["recipient_user_id"]
    for headers, body in receiver.posts:
        digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
        assert body.isascii()
        assert json.loads(body)["object"] == "whatsapp_business_account"
        assert {entry["id"] for entry in json.loads(body)["entry"]} == {sim.waba_id}
    assert any(b"v1|a\\/b" in body for _, body in receiver.posts)


def test_the_marketing_endpoint_is_priced_as_marketing_lite(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template([{"type": "BODY", "text": "Hola a todos"}])
    template = {"name": "promo", "language": {"code": "es"}}
    body = {"messaging_product": "whatsapp", "to": "+5215512345678", "type": "template", "template": template}
    sim.post(f"{sim.number_id}/marketing_messages", body)
    sim.settle()
    assert receiver.statuses()[0]["pricing"]["category"] == "marketing_lite"


def test_failures_carry_their_code_and_no_contacts(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(statuses={"failed": {"131026": 1}})
    send_many(sim, 3)
    sim.settle()
    assert [status["status"] for status in receiver.statuses()] == ["failed"] * 3
    assert receiver.statuses()[0]["errors"][0]["code"] == 131026
    assert all("contacts" not in value for value in receiver.changes())


def test_many_updates_share_posts_up_to_the_limit_and_mix_wabas(receiver: Receiver) -> None:
    webhooks = {"flush_seconds": 0.3, "max_updates_per_post": 8, "statuses_per_change": 3}
    statuses = {"sent_delay": 0, "delivered_share": 0, "failed": {}}
    with simulating(receiver, webhooks=webhooks, statuses=statuses) as sim:
        sim.approved_template()
        other = Sim(sim.http)
        other.approved_template()
        sim.settle()
        receiver.posts.clear()
        send_many(sim, 5)
        send_many(other, 5)
        sim.settle()
        assert len(receiver.statuses()) == 10
        sizes = [
            sum(len(change["value"]["statuses"]) for entry in json.loads(body)["entry"] for change in entry["changes"])
            for _, body in receiver.posts
        ]
        assert max(sizes) <= 8
        assert len(sizes) < 10
        assert max(len(value["statuses"]) for value in receiver.changes()) <= 3
        assert any(len(json.loads(body)["entry"]) == 2 for _, body in receiver.posts)


def test_a_post_is_repeated_with_the_same_bytes_until_it_gets_200(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.settle()
    receiver.posts.clear()
    receiver.answers = [500, 401, 202]
    sim.script(statuses={"delivered_share": 0})
    sim.send_template()
    sim.settle()
    bodies = [body for _, body in receiver.posts]
    assert len(bodies) == 4
    assert len(set(bodies)) == 1
    attempts = sim.http.get("/_sim/webhooks").json()["entries"][-4:]
    assert [(entry["attempt"], entry["status"]) for entry in attempts] == [(1, 500), (2, 401), (3, 202), (4, 200)]


def test_a_post_is_given_up_after_the_last_attempt(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.settle()
    sim.script(webhooks={"retry_attempts": 2}, statuses={"delivered_share": 0})
    receiver.answers = [500, 500]
    sim.send_template()
    sim.settle()
    assert sim.state()["counters"]["webhooks_given_up"] == 1
    assert receiver.statuses()[:1] == receiver.statuses()[1:2]


def test_webhooks_wait_for_a_url_and_pending_says_so() -> None:
    with receiving() as receiver, simulating(receiver, webhook_url="") as sim:
        sim.approved_template()
        sim.script(statuses={"delivered_share": 0})
        sim.send_template()
        until(lambda: sim.state()["pending"]["timers"] == 0)
        assert sim.state()["pending_webhooks"] == 2
        sim.script(webhook_url=receiver.url)
        sim.settle()
        assert len(receiver.statuses()) == 1


def test_an_unsubscribed_app_hears_nothing(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.settle()
    receiver.posts.clear()
    sim.delete(f"{sim.waba_id}/subscribed_apps")
    sim.send_template()
    sim.script(inbound={"phone_number_id": sim.number_id, "from": "+5215512345678", "text": "hola"})
    sim.settle()
    assert receiver.posts == []


def test_override_urls_take_messages_only(sim: Sim, receiver: Receiver) -> None:
    with receiving() as other:
        sim.post(f"{sim.waba_id}/subscribed_apps", {"override_callback_uri": other.url, "verify_token": "x"})
        sim.approved_template()
        sim.send_template()
        sim.settle()
        assert len(other.statuses()) == 3
        assert receiver.statuses() == []
        assert len(receiver.changes("message_template_status_update")) == 1


def test_updates_can_be_doubled_and_lost(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(webhooks={"duplicate_share": 1, "duplicate_delay": 0})
    sim.send_template()
    sim.settle()
    assert Counter(status["status"] for status in receiver.statuses()) == {"sent": 2, "delivered": 2, "read": 2}
    sim.script(webhooks={"duplicate_share": 0, "lose_share": 1})
    sim.send_template(to="+5215500000001")
    sim.settle()
    assert len(receiver.statuses()) == 6
    assert sim.state()["counters"]["updates_lost"] == 3


def test_reordering_puts_later_statuses_first(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(webhooks={"reorder_share": 0.5, "reorder_delay": 0.3}, limits={"throughput_per_second": 1000})
    send_many(sim, 20)
    sim.settle()
    rank = {"sent": 0, "delivered": 1, "read": 2}
    orders: dict[str, list[int]] = {}
    for status in receiver.statuses():
        orders.setdefault(status["id"], []).append(rank[status["status"]])
    assert all(sorted(order) == [0, 1, 2] for order in orders.values())
    assert any(order != [0, 1, 2] for order in orders.values())


def test_held_messages_are_told_and_dropped_as_configured(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(statuses={"held_share": 1, "held_drop_share": 1, "held_delay": 0})
    answer = sim.send_template().json()
    assert answer["messages"][0]["message_status"] == "held_for_quality_assessment"
    sim.settle()
    [status] = receiver.statuses()
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 132015)


def test_delivered_can_be_skipped_and_read_then_has_the_price(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(statuses={"skip_delivered_share": 1})
    sim.send_template()
    sim.settle()
    assert [status["status"] for status in receiver.statuses()] == ["sent", "read"]
    assert "pricing" in receiver.statuses()[1]


def test_raw_changes_and_envelopes_are_sent_as_given(sim: Sim, receiver: Receiver) -> None:
    value = {"event": "ACCOUNT_DELETED", "new key": "ñ"}
    envelope = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": []}], "surprise": 1}
    sim.script(webhook=[{"waba_id": "7", "field": "account_update", "value": value}, {"envelope": envelope}])
    sim.settle()
    assert receiver.changes("account_update") == [value]
    assert json.loads(receiver.posts[-1][1]) == envelope


def test_the_callback_url_is_verified_by_its_challenge(sim: Sim) -> None:
    assert sim.script(verify_webhook=True)["verify_webhook"] == {"status": 200, "verified": True}
    assert sim.script(verify_webhook="wrong")["verify_webhook"] == {"status": 403, "verified": False}


def test_whatsapp_ids_can_differ_from_the_number(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(wa_id_quirks=True)
    ids = {
        "+525512345678": "5215512345678",
        "+5562987654321": "556287654321",
        "+541143210001": "5491143210001",
        "+2250708090099": "22508090099",
        "+2290197123456": "22997123456",
        "+5511987654321": "5511987654321",
    }
    for to, wa_id in ids.items():
        assert sim.send_template(to=to).json()["contacts"] == [{"input": to, "wa_id": wa_id}]
    sim.settle()
    assert {status["recipient_id"] for status in receiver.statuses()} == set(ids.values())


@pytest.mark.parametrize(
    "spellings",
    [
        ("5491143210001", "541143210001"),
        ("5531988887772", "553188887772"),
        ("525512345678", "5215512345678"),
        ("2250708090099", "22508090099"),
        ("2290197123456", "22997123456"),
    ],
)
def test_every_spelling_of_a_number_is_one_person(sim: Sim, spellings: tuple[str, str]) -> None:
    sim.approved_template()
    number = {"phone_number_id": sim.number_id}
    said = [sim.script(inbound={**number, "from": one, "text": "hi"})["inbound"] for one in spellings]
    assert [one["wa_id"] for one in said] == list(spellings)
    assert said[0]["user_id"] == said[1]["user_id"]
