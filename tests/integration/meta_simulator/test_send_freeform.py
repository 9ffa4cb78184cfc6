from typing import Any

import pytest

from tests.support.meta_simulator import Json, Receiver, Sim, error, until

ANA = "+5215512345678"
LINK = {"link": "https://x.com/a"}


def write(sim: Sim, text: str = "hola", **more: object) -> Json:
    inbound = {"phone_number_id": sim.number_id, "from": ANA, "text": text, **more}
    result: Json = sim.script(inbound=inbound)["inbound"]
    return result


def interactive(**parts: object) -> Json:
    return {"type": "interactive", "interactive": {"body": {"text": "Elige"}, **parts}}


def reply_buttons(*titles: str) -> Json:
    buttons = [{"type": "reply", "reply": {"id": f"b{at}", "title": title}} for at, title in enumerate(titles)]
    return interactive(type="button", action={"buttons": buttons})


def rows(*counts: int) -> Json:
    sections = [
        {"title": f"s{at}", "rows": [{"id": f"{at}-{row}", "title": "r"} for row in range(count)]}
        for at, count in enumerate(counts)
    ]
    return interactive(type="list", action={"button": "Ver", "sections": sections})


def cta(url: str) -> Json:
    action = {"name": "cta_url", "parameters": {"display_text": "Ir", "url": url}}
    return interactive(type="cta_url", action=action)


RIGHT: list[Json] = [
    {"type": "text", "text": {"body": "x" * 4096, "preview_url": True}},
    {"text": {"body": "type is text unless given"}},
    {"type": "image", "image": {**LINK, "caption": "c" * 1024}},
    {"type": "video", "video": LINK},
    {"type": "document", "document": {**LINK, "filename": "a.pdf"}},
    {"type": "audio", "audio": LINK},
    {"type": "sticker", "sticker": LINK},
    {"type": "location", "location": {"latitude": 19.4, "longitude": "-99.1", "name": "CDMX"}},
    {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+1555"}]}]},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
    reply_buttons("Sí", "No", "Tal vez"),
    rows(10),
    rows(*[1] * 10),
    cta("https://x.com"),
    interactive(type="product", action={"catalog_id": "1", "product_retailer_id": "sku"}),
    interactive(type="location_request_message", action={"name": "send_location"}),
    {"type": "text", "text": {"body": "re"}, "context": {"message_id": "wamid.x"}},
]
WRONG: list[tuple[Json, int]] = [
    ({"type": "text", "text": {"body": "x" * 4097}}, 100),
    ({"type": "text", "text": {}}, 100),
    ({"type": "text", "text": {"body": "  "}}, 131009),
    ({"type": "text", "text": "hi"}, 100),
    ({"type": "text"}, 100),
    ({"type": "song", "song": {}}, 100),
    ({"type": "text", "text": {"body": "x"}, "messaging_product": "sms"}, 100),
    ({"type": "text", "text": {"body": "x"}, "messaging_product": None}, 100),
    ({"type": "text", "text": {"body": "x"}, "to": None}, 100),
    ({"type": "text", "text": {"body": "x"}, "to": "ana"}, 131009),
    ({"type": "text", "text": {"body": "x"}, "to": 5215512345678}, 131009),
    ({"type": "text", "text": {"body": "x"}, "to": None, "recipient": "ana"}, 131009),
    ({"type": "text", "text": {"body": "x"}, "recipient_type": "crowd"}, 100),
    ({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
    ({"type": "text", "text": {"body": "x"}, "context": {"id": "wamid.x"}}, 131009),
    ({"type": "image", "image": {}}, 131008),
    ({"type": "image", "image": {**LINK, "id": "1"}}, 131008),
    ({"type": "image", "image": {"id": "1"}}, 100),
    ({"type": "image", "image": {**LINK, "caption": "c" * 1025}}, 131009),
    ({"type": "audio", "audio": {**LINK, "caption": "c"}}, 131009),
    ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
    ({"type": "location", "location": {"latitude": 1}}, 131008),
    ({"type": "contacts", "contacts": [{"phones": []}]}, 131008),
    ({"type": "reaction", "reaction": {"emoji": "x"}}, 131008),
    (interactive(type="dance", action={}), 131009),
    (reply_buttons(), 131009),
    (reply_buttons("a", "b", "c", "d"), 131009),
    (reply_buttons("x" * 21), 131009),
    (reply_buttons("same", "same"), 131009),
    (rows(6, 5), 131009),
    (rows(*[1] * 11), 131009),
    (interactive(type="list", action={"sections": []}), 131008),
    (cta("x.com"), 131009),
    (interactive(type="cta_url"), 131008),
    ({"type": "interactive", "interactive": {"type": "button", "action": {}}}, 131008),
]


@pytest.mark.parametrize("body", RIGHT, ids=str)
def test_every_kind_of_message_is_taken_inside_the_window(sim: Sim, body: Json) -> None:
    write(sim)
    answer = sim.send(**body)
    assert answer.status_code == 200, answer.text
    assert "message_status" not in answer.json()["messages"][0]


@pytest.mark.parametrize(("body", "code"), WRONG, ids=str)
def test_malformed_messages_are_refused(sim: Sim, body: Json, code: int) -> None:
    write(sim)
    assert error(sim.send(**body)) == (400, code)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b"3"])
def test_bodies_that_are_no_json_object_are_refused(sim: Sim, raw: bytes) -> None:
    headers = {"Authorization": f"Bearer {sim.token}", "Content-Type": "application/json"}
    answer = sim.http.post(f"/v26.0/{sim.number_id}/messages", content=raw, headers=headers)
    assert error(answer) == (400, 100)
    assert len(sim.journal()) == 1


def test_free_form_needs_the_window_and_templates_do_not(sim: Sim) -> None:
    text: dict[str, Any] = {"type": "text", "text": {"body": "x"}}
    assert error(sim.send(**text)) == (400, 131047)
    write(sim)
    assert sim.send(**text).status_code == 200
    assert error(sim.send(**{**text, "to": "+5215500000000"})) == (400, 131047)
    window = {"phone_number_id": sim.number_id, "from": ANA, "seconds_ago": 86_401}
    assert sim.script(window=window)["window"] == {"open": False}
    assert error(sim.send(**text)) == (400, 131047)
    sim.approved_template()
    assert sim.send_template().status_code == 200


def test_the_number_may_be_written_in_many_ways(sim: Sim) -> None:
    write(sim)
    answer = sim.send(type="text", text={"body": "x"}, to="52 1 (55) 1234-5678")
    assert answer.json()["contacts"] == [{"input": "52 1 (55) 1234-5678", "wa_id": "5215512345678"}]


def test_a_user_id_reaches_the_same_person_and_hides_the_phone(sim: Sim, receiver: Receiver) -> None:
    user_id = write(sim)["user_id"]
    answer = sim.send(type="text", text={"body": "x"}, to=None, recipient=user_id)
    assert answer.json()["contacts"] == [{"input": user_id, "user_id": user_id}]
    sim.settle()
    assert {status["recipient_user_id"] for status in receiver.statuses()} == {user_id}
    assert not any("recipient_id" in status for status in receiver.statuses())


def test_marking_as_read_with_typing(sim: Sim) -> None:
    wamid = write(sim)["wamid"]
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    path = f"{sim.number_id}/messages"
    assert sim.post(path, {**read, "typing_indicator": {"type": "text"}}).json() == {"success": True}
    assert error(sim.post(path, {**read, "message_id": "wamid.other"})) == (400, 131009)
    assert error(sim.post(path, {**read, "typing_indicator": {"type": "voice"}})) == (400, 100)
    assert sim.state()["counters"]["marked_read"] == 1
    assert not any(entry["accepted"] for entry in sim.journal())


def test_nobody_writes_to_themselves(sim: Sim) -> None:
    display = sim.get(sim.number_id).json()["display_phone_number"]
    write(sim)
    sim.approved_template()
    assert error(sim.send_template(to=display)) == (400, 131021)


def test_service_messages_are_free_up_to_the_monthly_allowance(sim: Sim, receiver: Receiver) -> None:
    sim.script(limits={"free_service_messages": 1})
    write(sim)
    for _ in range(2):
        sim.send(type="text", text={"body": "x"})
    sim.settle()
    kinds = [(s["pricing"]["category"], s["pricing"]["type"]) for s in receiver.statuses() if s["status"] == "sent"]
    assert sorted(kinds) == [("service", "free_customer_service"), ("service", "regular")]


def test_a_media_link_that_cannot_be_fetched_fails_later(sim: Sim, receiver: Receiver) -> None:
    write(sim)
    assert sim.send(type="image", image={"link": "https://cdn.invalid/a.png"}).status_code == 200
    until(lambda: bool(receiver.statuses()))
    [status] = receiver.statuses()
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131053)
