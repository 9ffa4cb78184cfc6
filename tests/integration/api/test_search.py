"""Searching the inbox through the API."""

from typing import Any

from shared.clock import EpochMs, epoch_ms
from shared.store.contacts.names import ContactNames
from shared.store.engine.database import Database
from tests.support.teams import Team, team

__all__ = ["team"]


def find(team: Team, q: str, more: str = "") -> dict[str, Any]:
    answer = team.call("GET", "/v1/search", query=f"q={q}{more}")
    assert answer.status == 200, (q, answer.body)
    return answer.body


def names(result: dict[str, Any]) -> list[str]:
    return [item["contact_name"] for item in result["conversations"]]


def texts(result: dict[str, Any]) -> list[str]:
    return [hit["message"]["text"] for hit in result["messages"]]


def test_people_are_found_by_name_and_number_and_messages_by_their_words(team: Team) -> None:
    now = epoch_ms()
    ana = team.hears("Ana Lima", "Where is my order 4711?", now)
    team.hears("Anabel Souza", "The order came, thank you", now + 1)
    team.hears("Bea Lima", "What is a pre-order?", now + 2)
    assert names(find(team, "lima")) == ["Bea Lima", "Ana Lima"]
    assert names(find(team, "ana")) == ["Anabel Souza", "Ana Lima"]
    assert names(find(team, "LIMA an")) == ["Ana Lima"]
    assert texts(find(team, "order")) == [
        "What is a pre-order?",
        "The order came, thank you",
        "Where is my order 4711?",
    ]
    assert texts(find(team, "order ca")) == ["The order came, thank you"]
    assert texts(find(team, "4711")) == ["Where is my order 4711?"]
    assert texts(find(team, "ord came")) == [], "only the last word may be unfinished"
    assert find(team, "order 4711")["messages"][0]["conversation"]["id"] == ana
    assert find(team, "nobody")["complete"] is True
    assert find(team, "lima", "&limit=1")["complete"] is False


def test_a_number_is_found_in_any_notation_also_without_a_conversation(team: Team) -> None:
    team.hears("Ana Lima")
    contact = team.ok("POST", "/v1/contacts", {"phone": "+55 11 98888-7777", "name": "Eva"})["id"]
    for q in ("+55 (11) 91234-5678", "11912345678", "5678", "0055 11 91234 5678", "345.678"):
        assert names(find(team, q)) == ["Ana Lima"], q
    result = find(team, "(11) 98888-7777")
    assert (names(result), [c["id"] for c in result["contacts"]]) == ([], [contact])
    team.ok("POST", "/v1/conversations", {"contact_id": contact, "phone_number_id": team.number})
    assert names(find(team, "7777")) == ["Eva"]


def test_a_number_is_found_under_every_spelling_of_its_plan(team: Team) -> None:
    person = team.ok("POST", "/v1/contacts", {"phone": "+54 11 4321-0001", "name": "Eva"})
    assert person["phone"] == "+5491143210001"
    team.ok("POST", "/v1/conversations", {"contact_id": person["id"], "phone_number_id": team.number})
    for q in ("+54 9 11 4321-0001", "541143210001", "5491143210001", "+54 11 15 4321-0001", "43210001"):
        assert names(find(team, q)) == ["Eva"], q
    for q in ("+54 9 11 4321-0001", "541143210001"):
        assert team.ok("POST", "/v1/contacts", {"phone": q})["id"] == person["id"]
        assert [c["id"] for c in find(team, q)["contacts"]] == [person["id"]]


def test_digits_that_may_be_two_numbers_are_refused_by_the_api_and_searched_for_as_both(team: Team) -> None:
    answer = team.call("POST", "/v1/contacts", {"phone": "51999887766"})
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "ambiguous_phone", "phone")
    ids = {team.ok("POST", "/v1/contacts", {"phone": phone})["id"] for phone in ("+5551999887766", "+51999887766")}
    assert {c["id"] for c in find(team, "51999887766")["contacts"]} == ids


def test_a_number_in_a_card_is_found_in_any_notation_and_by_how_it_ends(team: Team) -> None:
    card = "[contacts] Eva (+49 171 123-4567, eva@example.com)"
    team.hears("Ana Lima", card)
    team.hears("Bea Lima", "[contacts] Ivo ((11) 98888-7777, +5511988887777)")
    for q in ("+49 171 1234567", "004917112345 67", "+491711234567", "1234567", "4567", "171/123 4567"):
        assert texts(find(team, q)) == [card], q
    assert len(texts(find(team, "(11) 98888 7777"))) == 1
    assert texts(find(team, "+49 171 1234568")) == []


def test_people_and_words_are_found_as_a_plain_keyboard_writes_them(team: Team) -> None:
    team.hears("Łukasz Żak", "Zamówienie w Łodzi, pod numerem ٤٧١١")
    team.hears("Søren Ærø", "KAYIT olmak istiyorum")
    for q, name in (("lukasz zak", "Łukasz Żak"), ("ŁUKASZ", "Łukasz Żak"), ("soren aero", "Søren Ærø")):
        assert names(find(team, q)) == [name], q
    for q in ("lodzi", "Łodzi", "4711", "zamowienie"):
        assert len(texts(find(team, q))) == 1, q
    for q in ("kayıt", "kayit", "KAYIT"):
        assert texts(find(team, q)) == ["KAYIT olmak istiyorum"], q


def test_labels_are_found_and_narrow_a_search(team: Team) -> None:
    one = team.hears("Ana Lima", "a refund please")
    team.hears("Bea Lima", "a refund please")
    label = team.ok("POST", "/v1/labels", {"name": "Refund due"})["id"]
    team.ok("POST", f"/v1/conversations/{one}/labels", {"add": [label]})
    result = find(team, "refund", f"&label={label}")
    assert [item["id"] for item in result["labels"]] == [label]
    assert [hit["conversation"]["id"] for hit in result["messages"]] == [one]
    assert names(find(team, "lima", f"&label={label}")) == ["Ana Lima"]


def test_a_renamed_person_is_found_by_the_new_name(team: Team) -> None:
    conversation = team.hears("Ana Lima")
    contact = team.ok("GET", f"/v1/conversations/{conversation}")["contact_id"]
    team.ok("PATCH", f"/v1/contacts/{contact}", {"name": "Ana Ferreira"})
    assert names(find(team, "ferreira")) == ["Ana Ferreira"]
    assert names(find(team, "lima")) == []


def test_a_conversation_shows_its_person_as_they_are_called_now(team: Team, database: Database) -> None:
    contact = team.ok("POST", "/v1/contacts", {"bsuid": f"US.{team.number}"})["id"]
    ContactNames(database).set_username(team.tenant, contact, "realana", EpochMs(1))
    opened = {"contact_id": contact, "phone_number_id": team.number}
    conversation = team.ok("POST", "/v1/conversations", opened)
    assert conversation["contact_name"] == "@realana"
    path = f"/v1/conversations/{conversation['id']}"
    for method, named, body, shown in (
        ("POST", "/v1/contacts", {"bsuid": f"US.{team.number}", "name": "Ana Lima"}, "Ana Lima"),
        ("PATCH", f"/v1/contacts/{contact}", {"name": "Ana Ferreira"}, "Ana Ferreira"),
        ("PATCH", f"/v1/contacts/{contact}", {"name": ""}, "@realana"),
        ("PATCH", f"/v1/contacts/{contact}", {"first_name": "Ana María"}, "Ana María"),
    ):
        team.ok(method, named, body)
        assert team.ok("GET", path)["contact_name"] == shown


def test_what_nothing_could_be_found_by_is_refused(team: Team) -> None:
    for query in ("q=", "q=a", "q=!!", "", "q=lima&label=x", "q=lima&limit=0", f"q={'x' * 201}"):
        answer = team.call("GET", "/v1/search", query=query)
        assert answer.status == 422, query
        assert answer.body["field"] in ("q", "label", "limit")
