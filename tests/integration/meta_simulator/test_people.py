import base64
from collections import Counter

import pytest

from infra.local.meta_simulator.config import PeopleRules
from infra.local.meta_simulator.people import People, country_of
from tests.support.meta_simulator import BODY, Json, Receiver, Sim, receiving, simulating

QUICK = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Baja"}]}


def act(sim: Sim, kind: str, components: list[Json] | None = None) -> str:
    """Send to one person who surely does one thing; returns the wamid of what they got."""
    sim.approved_template(components)
    sim.script(people={f"{kind}_share": 1})
    wamid = str(sim.send_template().json()["messages"][0]["id"])
    sim.settle()
    return wamid


def test_an_answer_comes_from_a_named_person_and_opens_the_window(sim: Sim, receiver: Receiver) -> None:
    sim.script(people={"answer_texts": ["¿Cuánto cuesta? 🎉"]})
    act(sim, "answer")
    [message] = receiver.messages()
    assert message["type"] == "text"
    assert message["text"] == {"body": "¿Cuánto cuesta? 🎉"}
    assert message["from"] == "5215512345678"
    [value] = [value for value in receiver.changes() if "messages" in value]
    assert value["contacts"][0]["user_id"] == message["from_user_id"]
    assert value["contacts"][0]["profile"]["name"]
    assert sim.send(type="text", text={"body": "x"}).status_code == 200


def test_a_pressed_button_has_its_payload_and_the_context(sim: Sim, receiver: Receiver) -> None:
    wamid = act(sim, "button", [BODY, QUICK])
    [message] = receiver.messages()
    assert message["type"] == "button"
    assert message["button"] == {"payload": "Baja", "text": "Baja"}
    assert message["context"]["id"] == wamid
    parameters = [{"type": "payload", "payload": "bye-7"}]
    body = {"type": "body", "parameters": [{"type": "text", "text": "A"}]}
    button = {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": parameters}
    sim.send_template([body, button], to="+5215500000009")
    sim.settle()
    assert receiver.messages()[-1]["button"] == {"payload": "bye-7", "text": "Baja"}


@pytest.mark.parametrize("kind", ["stop", "react", "button"])
def test_people_stop_react_or_type_when_there_is_no_button(sim: Sim, receiver: Receiver, kind: str) -> None:
    wamid = act(sim, kind)
    [message] = receiver.messages()
    if kind == "stop":
        assert message["text"]["body"].strip(" .").upper() == "STOP"
    elif kind == "react":
        assert message["reaction"]["message_id"] == wamid
    else:
        assert message["type"] == "text"


def test_people_do_not_answer_what_is_no_template(sim: Sim, receiver: Receiver) -> None:
    sim.script(people={"answer_share": 1})
    sim.script(inbound={"phone_number_id": sim.number_id, "from": "+5215512345678", "text": "hola"})
    sim.send(type="text", text={"body": "x"})
    sim.settle()
    assert len(receiver.messages()) == 1


def test_the_same_seed_gives_the_same_run_whatever_the_order() -> None:
    def run(numbers: list[int], seed: str) -> tuple[Counter[str], dict[str, str]]:
        statuses = {"delivered_share": 0.7, "read_share": 0.5, "failed": {"131026": 0.2}}
        fast = dict.fromkeys(("sent_delay", "delivered_delay", "read_delay"), 0)
        people = {"stop_share": 0.2, "answer_share": 0.3, "button_share": 0, "react_share": 0, "delay": 0}
        with receiving() as receiver:
            settings = {"seed": seed, "people": people, "statuses": {**statuses, **fast}}
            with simulating(receiver, **settings) as sim:
                sim.approved_template()
                for at in numbers:
                    sim.send_template(to=f"+52155000{at:05d}")
                sim.settle()
                told = Counter(f"{s['recipient_id']} {s['status']}" for s in receiver.statuses())
                return told, {m["from"]: m["text"]["body"] for m in receiver.messages()}

    first = run(list(range(40)), "one")
    assert run(list(range(39, -1, -1)), "one") == first
    assert run(list(range(40)), "two") != first


def test_shares_come_out_over_many_people() -> None:
    people = People("seed")
    people.rules = PeopleRules(stop_share=0.1, button_share=0.2, answer_share=0.3, react_share=0.0)
    counts = Counter(people.reaction(people.by_phone("b", f"52155{at:08d}")) for at in range(5000))
    assert 400 < counts["stop"] < 600
    assert 850 < counts["button"] < 1150
    assert 1300 < counts["answer"] < 1700
    assert counts["react"] == 0


def test_two_businesses_see_different_ids_of_one_person() -> None:
    people = People("seed")
    one, two = people.by_phone("b1", "5215512345678"), people.by_phone("b2", "5215512345678")
    assert one.user_id != two.user_id
    assert people.by_user_id("b1", one.user_id) == one


def test_people_who_hide_their_phone_show_only_their_id(receiver: Receiver) -> None:
    with simulating(receiver, people={"hidden_phone_share": 1, "answer_share": 1, "delay": 0}) as sim:
        sim.approved_template()
        sim.send_template()
        sim.settle()
        [message] = receiver.messages()
        assert "from" not in message
        assert message["from_user_id"]
        for value in receiver.changes():
            assert all("wa_id" not in contact for contact in value["contacts"])
        assert all("recipient_id" not in status for status in receiver.statuses())


@pytest.mark.parametrize(("digits", "country"), [("5215512345678", "MX"), ("351911", "PT"), ("16505551234", "US")])
def test_a_user_id_begins_with_the_country(digits: str, country: str) -> None:
    assert country_of(digits) == country


def test_scripted_inbound_of_every_shape(sim: Sim, receiver: Receiver) -> None:
    who = {"phone_number_id": sim.number_id, "from": "+5215512345678", "name": "Zoë"}
    location = {"type": "location", "location": {"latitude": 1, "longitude": 2}}
    sim.script(
        inbound=[
            {**who, "text": "hola"},
            {**who, "button": {"payload": "p", "text": "t"}, "reply_to": "wamid.x"},
            {**who, "message": location},
            {**who, "message": {"type": "image"}},
        ]
    )
    sim.settle()
    text, button, place, image = receiver.messages()
    assert (text["type"], button["context"]["id"], place["location"]["latitude"]) == ("text", "wamid.x", 1)
    assert {value["contacts"][0]["profile"]["name"] for value in receiver.changes()} == {"Zoë"}
    # Webhooks have the digest in base64, GET /{media_id} in hex.
    digest = base64.b64decode(image["image"]["sha256"]).hex()
    assert sim.get(image["image"]["id"]).json()["sha256"] == digest


def test_marketing_preferences_are_told(sim: Sim, receiver: Receiver) -> None:
    sim.script(user_preferences={"phone_number_id": sim.number_id, "from": "+5215512345678", "value": "stop"})
    sim.settle()
    [value] = receiver.changes("user_preferences")
    assert (value["user_preferences"][0]["value"], value["user_preferences"][0]["wa_id"]) == ("stop", "5215512345678")
