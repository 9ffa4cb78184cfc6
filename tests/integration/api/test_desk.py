"""Agents at work: lists, assignment, labels, notes, canned replies, and two of them at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.contacts.contact import ContactField
from shared.domain.contacts.identity import contact_id_for
from shared.ids import ConversationId, new_ulid
from tests.support.teams import Team, team

__all__ = ["team"]


def later(**delta: float) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


def test_lists_hold_what_was_asked_for_last_active_first(team: Team) -> None:
    now = epoch_ms()
    one, two, three, four = (team.hears(name, at=now + i) for i, name in enumerate("abcd"))
    label = team.ok("POST", "/v1/labels", {"name": "VIP", "colour": "#FF0000"})["id"]
    team.ok("POST", f"/v1/conversations/{one}/assign", {"to": "me"})
    team.ok("POST", f"/v1/conversations/{two}/assign", {"to": team.bea})
    team.ok("POST", f"/v1/conversations/{three}/close", {})
    team.ok("POST", f"/v1/conversations/{four}/snooze", {"until": later(hours=1)})
    for conversation in (one, two, three):
        team.ok("POST", f"/v1/conversations/{conversation}/labels", {"add": [label]})
    team.ok("POST", f"/v1/conversations/{two}/read")
    assert team.listed() == [four, three, two, one]
    assert team.listed("status=open") == [two, one]
    assert team.listed("status=closed") == [three]
    assert team.listed("status=snoozed") == [four]
    assert team.listed("assignee=me") == [one]
    assert team.listed("assignee=me", by=team.bea) == [two]
    assert team.listed(f"assignee={team.bea}&status=open") == [two]
    assert team.listed("assignee=none") == [four, three]
    assert team.listed("assignee=none&status=open") == []
    assert team.listed(f"label={label}") == [three, two, one]
    assert team.listed(f"label={label}&status=open&unread=true") == [one]
    assert team.listed(f"number={team.number}&status=open") == [two, one]
    assert team.listed("number=1") == []
    assert team.listed(f"label={new_ulid()}") == []


def test_what_is_asked_of_a_list_must_make_sense(team: Team) -> None:
    for query, field in (
        ("status=lost", "status"),
        ("assignee=x", "assignee"),
        ("label=x", "label"),
        ("unread=perhaps", "unread"),
        ("cursor=e30", "cursor"),
    ):
        answer = team.call("GET", "/v1/conversations", query=query)
        assert (answer.status, answer.body["field"]) == (422, field)


def test_a_snoozed_conversation_comes_back_by_itself_on_top(team: Team) -> None:
    now = epoch_ms()
    one, two = team.hears("a", at=now), team.hears("b", at=now + 1)
    team.api.deps.conversations.change(
        team.tenant, ConversationId(one), lambda found: replace(found, status="snoozed", snoozed_until=EpochMs(now + 5))
    )
    assert team.listed("status=open") == [one, two]
    assert team.listed("status=snoozed") == []
    shown = team.ok("GET", f"/v1/conversations/{one}")
    assert (shown["status"], shown["snoozed_until"]) == ("open", None)


def test_a_person_who_writes_opens_it_again(team: Team) -> None:
    conversation = team.hears("a", at=1_000)
    closed = team.ok("POST", f"/v1/conversations/{conversation}/close", {})
    assert (closed["status"], closed["unread"]) == ("closed", 0)
    team.hears("a", "one more thing")
    shown = team.ok("GET", f"/v1/conversations/{conversation}")
    assert (shown["status"], shown["unread"], shown["version"]) == ("open", 1, closed["version"] + 1)
    team.ok("POST", f"/v1/conversations/{conversation}/snooze", {"until": later(days=1)})
    team.hears("a", "and another")
    assert team.ok("GET", f"/v1/conversations/{conversation}")["status"] == "open"


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "tomorrow", 5])
def test_a_snooze_ends_within_a_year(team: Team, until: object) -> None:
    answer = team.call("POST", f"/v1/conversations/{team.hears('a')}/snooze", {"until": until})
    assert (answer.status, answer.body["field"]) == (422, "until")


def test_of_two_who_decide_by_the_same_version_the_second_is_told(team: Team) -> None:
    path = f"/v1/conversations/{team.hears('a')}/assign"
    first = team.call("POST", path, {"to": "me", "version": 0})
    second = team.call("POST", path, {"to": "me", "version": 0}, by=team.bea)
    assert (first.status, first.body["assignee"]) == (200, team.ana)
    assert (second.status, second.body["code"]) == (409, "changed_meanwhile")
    assert second.body["conversation"] == first.body
    assert team.ok("POST", path, {"to": "me", "version": 1}, by=team.bea)["assignee"] == team.bea


def test_only_members_who_answer_get_conversations(team: Team) -> None:
    path = f"/v1/conversations/{team.hears('a')}/assign"
    for to, status in ((new_ulid(), 404), (team.viewer, 422)):
        answer = team.call("POST", path, {"to": to})
        assert (answer.status, answer.body["field"]) == (status, "to")
    key = team.api.call("POST", path, {"to": "me"}, tenant=team.tenant, member=new_ulid(), role="api_key")
    assert (key.status, key.body["field"]) == (422, "to")
    assert team.ok("POST", path, {"to": team.owner})["assignee"] == team.owner
    assert team.ok("POST", path, {"to": None})["assignee"] is None


def test_conversations_are_handed_out_in_turn_to_those_who_are_available(team: Team) -> None:
    conversations = [team.hears(str(i)) for i in range(6)]
    nobody = team.call("POST", f"/v1/conversations/{conversations[0]}/assign", {"to": "round_robin"})
    assert (nobody.status, nobody.body["code"]) == (409, "nobody_available")
    for member in (team.ana, team.bea):
        assert team.ok("PUT", f"/v1/members/{member}/availability", {"available": True}, by=member)["available"]
    got = [team.ok("POST", f"/v1/conversations/{c}/assign", {"to": "round_robin"})["assignee"] for c in conversations]
    assert got[:2] != got[1:3]
    assert sorted(got) == sorted([team.ana, team.bea] * 3)
    team.ok("PUT", f"/v1/members/{team.ana}/availability", {"available": False})
    assert (
        team.ok("POST", f"/v1/conversations/{conversations[0]}/assign", {"to": "round_robin"})["assignee"] == team.bea
    )


def test_members_say_whether_they_are_available_and_who_runs_the_place_says_it_for_them(team: Team) -> None:
    path = f"/v1/members/{team.bea}/availability"
    agent = team.call("PUT", path, {"available": True}, scopes="read,conversations")
    assert (agent.status, agent.body["code"]) == (403, "missing_scope")
    assert team.call("PUT", path, {"available": True}, scopes="conversations,settings").status == 200
    members = team.ok("GET", "/v1/members")["items"]
    assert {m["id"]: (m["available"], m["agent"]) for m in members} == {
        team.owner: (False, True), team.ana: (False, True), team.bea: (True, True), team.viewer: (False, False),
    }  # fmt: skip


def test_a_renamed_label_stays_and_a_removed_one_goes_with_the_next_change(team: Team) -> None:
    conversation = team.hears("a")
    one, two = (team.ok("POST", "/v1/labels", {"name": name})["id"] for name in ("Lead", "Refund"))
    path = f"/v1/conversations/{conversation}/labels"
    assert team.ok("POST", path, {"add": [one, two]})["labels"] == sorted([one, two])
    renamed = team.ok("PATCH", f"/v1/labels/{one}", {"name": "Prospect"})
    assert (renamed["id"], renamed["name"], renamed["colour"]) == (one, "Prospect", "#808080")
    taken = team.call("PATCH", f"/v1/labels/{one}", {"name": "refund"})
    assert (taken.status, taken.body["code"], taken.body["field"]) == (409, "label_exists", "name")
    assert team.ok("PATCH", f"/v1/labels/{one}", {"name": "PROSPECT", "colour": "#AABBCC"})["colour"] == "#aabbcc"
    assert team.listed(f"label={one}") == [conversation]
    assert team.call("DELETE", f"/v1/labels/{two}").status == 204
    assert team.call("DELETE", f"/v1/labels/{two}").status == 404
    assert team.call("POST", path, {"add": [two]}).status == 404
    assert team.ok("POST", path, {"remove": [one]})["labels"] == []
    assert [label["id"] for label in team.ok("GET", "/v1/labels")["items"]] == [one]


def test_a_note_is_for_the_team_and_found_by_those_it_mentions(team: Team) -> None:
    conversation = team.hears("a")
    path = f"/v1/conversations/{conversation}/notes"
    key = {"headers": {"idempotency-key": "note"}}
    note = team.ok("POST", path, {"text": "what do you think?", "mentions": [team.bea, team.bea]}, **key)
    assert team.ok("POST", path, {"text": "what do you think?", "mentions": [team.bea, team.bea]}, **key) == note
    assert (note["kind"], note["author_id"], note["mentions"]) == ("note", team.ana, [team.bea])
    stranger = team.call("POST", path, {"text": "x", "mentions": [new_ulid()]})
    assert (stranger.status, stranger.body["field"]) == (404, "mentions")
    for i in range(3):
        team.ok("POST", path, {"text": f"more {i}", "mentions": [team.bea]})
    page = team.ok("GET", "/v1/mentions", by=team.bea, query="limit=3")
    rest = team.ok("GET", "/v1/mentions", by=team.bea, query=f"limit=3&cursor={page['next_cursor']}")
    found = page["items"] + rest["items"]
    assert [item["note"]["text"] for item in found] == ["more 2", "more 1", "more 0", "what do you think?"]
    assert {item["conversation"]["id"] for item in found} == {conversation}
    assert found[0]["conversation"]["notes"] == 4
    assert team.ok("GET", "/v1/mentions")["items"] == []
    messages = team.ok("GET", f"/v1/conversations/{conversation}/messages")["items"]
    assert [message["text"] for message in messages] == ["hello"]


def test_canned_replies_are_filled_with_what_is_known(team: Team) -> None:
    team.api.deps.fields.create(team.tenant, ContactField("city", "City"))
    contact = contact_id_for(team.tenant, "phone", "Ana Lima")
    team.hears("Ana Lima")
    text = (
        "Hi {contact.first_name|there} ({contact.phone}), how is {contact.fields.city|your town}? {contact.fields.city}"
    )
    made = team.ok("POST", "/v1/canned-replies", {"shortcut": "Hi", "text": text})
    assert made["shortcut"] == "hi"
    path = f"/v1/canned-replies/{made['id']}"
    preview = team.ok("GET", f"{path}/preview", query=f"contact_id={contact}")
    assert preview == {
        "text": "Hi Ana (+5511912345678), how is your town? ", "missing": ["contact.fields.city"],
    }  # fmt: skip
    assert team.ok("GET", f"{path}/preview")["missing"] == ["contact.phone", "contact.fields.city"]
    again = team.call("POST", "/v1/canned-replies", {"shortcut": "HI", "text": "x"})
    assert (again.status, again.body["code"], again.body["field"]) == (409, "shortcut_taken", "shortcut")
    wrong = team.call("PUT", path, {"shortcut": "hi", "text": "{contact.age}"})
    assert (wrong.status, wrong.body["field"]) == (422, "text")
    assert team.ok("PUT", path, {"shortcut": "hello", "text": "Hello"})["shortcut"] == "hello"
    assert [reply["text"] for reply in team.ok("GET", "/v1/canned-replies")["items"]] == ["Hello"]
    assert team.call("DELETE", path).status == 204
    assert team.call("GET", path).status == 404


def test_members_see_who_else_is_there_for_half_a_minute(team: Team) -> None:
    conversation = team.hears("a")
    path = f"/v1/conversations/{conversation}/presence"
    team.ok("PUT", path, {"status": "viewing"})
    there = team.ok("PUT", path, {"status": "typing"}, by=team.bea)["items"]
    assert {item["member_id"]: item["status"] for item in there} == {team.ana: "viewing", team.bea: "typing"}
    assert team.api.deps.agents.present(team.tenant, conversation, EpochMs(epoch_ms() + 30_000)) == []
    assert [item["member_id"] for item in team.ok("PUT", path, {"status": "gone"})["items"]] == [team.bea]
    assert [item["member_id"] for item in team.ok("GET", path)["items"]] == [team.bea]
    key = team.api.call("PUT", path, {"status": "viewing"}, tenant=team.tenant, role="api_key")
    assert key.status == 422


def test_a_conversation_is_opened_once_for_a_number_and_a_contact(team: Team) -> None:
    contact = team.ok("POST", "/v1/contacts", {"phone": "+5511912340000", "name": "Eva"})["id"]
    body = {"contact_id": contact, "phone_number_id": team.number}
    first = team.call("POST", "/v1/conversations", body)
    assert (first.status, first.body["window_open"], first.body["contact_phone"]) == (201, False, "+5511912340000")
    again = team.call("POST", "/v1/conversations", body)
    assert (again.status, again.body) == (200, first.body)
    assert team.listed("status=open") == [first.body["id"]]
    for wrong in ({"contact_id": "0" * 32}, {"phone_number_id": "1"}):
        answer = team.call("POST", "/v1/conversations", body | wrong)
        assert (answer.status, answer.body["field"]) == (404, next(iter(wrong)))
