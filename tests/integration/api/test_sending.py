"""Agents send through the API to the Meta simulator: every type, closed windows, two who answer at once."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from shared.clients.vault import META_TOKEN
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.sending_stop import SendingStop
from shared.domain.conversations.conversation import claim_answer
from shared.domain.conversations.message_ids import message_key
from shared.domain.templates.template import Template
from shared.ids import ContactId, ConversationId, WabaId, new_ulid
from shared.services.single_send import Draft
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.engine.database import Database
from tests.support.chats import DAY_MS, Chat, Json, chat, graph_url
from tests.support.outgoing_samples import MEDIA_ID, RIGHT, named
from tests.support.outgoing_samples import Json as Sample

__all__ = ["chat", "graph_url"]


def upload(chat: Chat, token: str) -> str:
    """A file at Meta; its id."""
    files = {"file": ("a.jpg", b"\xff\xd8\xff\xe0jpeg", "image/jpeg")}
    data = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = chat.simulator.post(f"/v26.0/{chat.number}/media", data=data, files=files, headers=headers)
    return str(answer.raise_for_status().json()["id"])


def with_media(message: Any, media_id: str) -> Any:
    if isinstance(message, dict):
        return {key: with_media(value, media_id) for key, value in message.items()}
    if isinstance(message, list):
        return [with_media(value, media_id) for value in message]
    return media_id if message == MEDIA_ID else message


def test_every_type_reaches_meta_as_it_was_written_and_is_accepted(chat: Chat) -> None:
    heard = chat.hears()
    waba = chat.api.deps.accounts.waba(chat.tenant, chat.waba)
    media_id = upload(chat, chat.api.deps.vault.open(chat.tenant, META_TOKEN, waba.token))
    for sample in RIGHT:
        message: Sample = with_media(sample, media_id)
        answer = chat.send({**message, "reply_to": heard.message_id} if message["type"] != "reaction" else message)
        assert (answer.status, answer.body["status"]) == (201, "sent"), (named(message), answer.body)
        sent = chat.journal()[-1]["body"]
        assert sent[message["type"]] == message[message["type"]]
        assert sent.get("context") == (None if message["type"] == "reaction" else {"message_id": heard.wamid})
        assert (sent["to"], answer.body["author"], answer.body["author_id"]) == (chat.phone, "agent", chat.ana)
        assert answer.body["text"]
    shown = chat.api.call("GET", f"/v1/conversations/{chat.conversation}", tenant=chat.tenant).body
    assert (shown["unread"], shown["last_message_text"]) == (0, " ".join(answer.body["text"][:200].split()))


def unread(chat: Chat) -> int:
    count = chat.call("GET", "").body["unread"]
    assert isinstance(count, int)
    return count


def test_an_answer_marks_what_came_before_it_as_read_and_only_what_its_author_had_seen(chat: Chat) -> None:
    text = {"type": "text", "text": {"body": "at once"}}
    chat.hears(ago_ms=9_000)
    seen = chat.hears(ago_ms=8_000)
    chat.hears(ago_ms=7_000)
    assert chat.send({**text, "if_last_message_id": seen.message_id}).status == 201
    assert unread(chat) == 1
    where = f"/v1/conversations/{chat.conversation}/messages"
    assert chat.api.call("POST", where, text, tenant=chat.tenant, role="api_key").status == 201
    assert unread(chat) == 0


def test_what_nobody_has_read_stays_unread(chat: Chat) -> None:
    chat.hears(ago_ms=5_000)
    chat.template("11", body="Your parcel is on its way")
    where = f"/v1/conversations/{chat.conversation}/messages"
    notice = {"type": "template", "template": {"template_id": "11"}}
    assert chat.api.call("POST", where, notice, tenant=chat.tenant, role="api_key").status == 201
    assert unread(chat) == 1, "another system's notice is no answer"
    chat.script(faults={"accept_then_reset": {"next": 1, "phone_number_id": chat.number}})
    refused = chat.send({"type": "text", "text": {"body": "hello"}})
    assert (refused.status, refused.body["status"]) == (201, "unknown")
    assert unread(chat) == 1, "of an answer that may not have been sent nobody knows"


def test_a_reaction_is_shown_with_the_message_it_is_for(chat: Chat) -> None:
    heard = chat.hears()
    answer = chat.send({"type": "reaction", "reaction": {"message_id": heard.message_id, "emoji": "🎉"}})
    assert answer.status == 201, answer.body
    assert chat.journal()[-1]["body"]["reaction"] == {"message_id": heard.wamid, "emoji": "🎉"}
    (message,) = chat.call("GET", "/messages").body["items"]
    assert [(r["by"], r["emoji"]) for r in message["reactions"]] == [("agent", "🎉")]


def test_messages_that_are_not_there_or_too_old_are_not_answered(chat: Chat) -> None:
    chat.hears()
    missing, old = message_key(epoch_ms(), "x"), message_key(EpochMs(epoch_ms() - 31 * DAY_MS), "x")
    text = {"type": "text", "text": {"body": "re"}}
    for body, field in (
        ({**text, "reply_to": missing}, "reply_to"),
        ({"type": "reaction", "reaction": {"message_id": missing, "emoji": "👍"}}, "reaction.message_id"),
        ({"type": "reaction", "reaction": {"message_id": old, "emoji": "👍"}}, "reaction.message_id"),
        ({"type": "image", "image": {"media_id": "nothing"}}, None),
    ):
        answer = chat.send(body)
        assert answer.status in (404, 422), answer.body
        assert field is None or answer.body["field"] == field
    assert chat.journal() == []


def test_a_closed_window_offers_templates_and_a_template_goes_through(chat: Chat) -> None:
    chat.hears(ago_ms=DAY_MS + 60_000)
    chat.template("11", body="Your parcel {{1}} is here, {{2}}")
    chat.template("12", body="We are back", name="back")
    chat.template("13", status="REJECTED")
    chat.template("14", "AUTHENTICATION", "Your code is {{1}}")
    for body in (
        {"type": "text", "text": {"body": "hi"}},
        {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    ):
        refused = chat.send(body)
        assert (refused.status, refused.body["code"]) == (409, "window_closed")
        assert "template" in refused.body["detail"]
        offered = refused.body["templates"]
        assert [t["id"] for t in offered] == ["12", "14", "11"]
        assert [v["key"] for v in offered[2]["variables"]] == ["body.1", "body.2"]
    assert chat.journal() == []
    values = {"body.1": "A 17", "body.2": {"source": "contact", "value": "name"}}
    template = {"type": "template", "template": {"template_id": "11", "variables": values}}
    answer = chat.send(template)
    assert answer.status == 201, answer.body
    # The simulator does not know the template; what was sent is what is looked at here.
    assert chat.journal()[-1]["body"]["template"] == {
        "name": "t11",
        "language": {"code": "en"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "A 17"}, {"type": "text", "text": "Ana"}]}
        ],
    }
    assert (answer.body["type"], answer.body["text"]) == ("template", "Your parcel A 17 is here, Ana")


@pytest.mark.parametrize(
    ("template", "status", "field"),
    [
        ({"template_id": "99"}, 404, "template.template_id"),
        ({"template_id": "11"}, 422, "template.variables.body.1"),
        ({"template_id": "11", "variables": {"body.1": "a\n\nb", "body.9": "x"}}, 422, "template.variables.body.9"),
        ({"template_id": "11", "variables": {"body.1": "x" * 1100}}, 422, "template.variables.body.1"),
        ({"template_id": "11", "variables": {"body.1": {"source": "field", "value": "no"}}}, 422, None),
        ({"template_id": "11", "variables": {"body.1": {"media_id": "no"}}}, 422, "template.variables.body.1"),
        ({"template_id": "13", "variables": {"body.1": "x"}}, 422, "template.template_id"),
        ({"template_id": "15", "variables": {"body.1": "x"}}, 422, "template.template_id"),
    ],
)
def test_a_template_that_meta_would_refuse_is_refused_by_name(
    chat: Chat, template: Json, status: int, field: str | None
) -> None:
    chat.template("11")
    chat.template("13", status="PAUSED")
    chat.api.deps.templates.put(
        chat.tenant,
        Template("15", WabaId("1"), "x", "en", "UTILITY", "APPROVED", "", [{"type": "BODY", "text": "{{1}} x"}]),
    )
    answer = chat.send({"type": "template", "template": template})
    assert answer.status == status, answer.body
    assert field is None or answer.body["field"] == field
    assert chat.journal() == []


def test_who_said_no_gets_no_template_but_may_be_answered(chat: Chat) -> None:
    chat.template("11")
    now = epoch_ms()
    chat.api.deps.contacts.consent.record(
        chat.tenant, ContactId(chat.contact), opted_out=True, source="x", at=EpochMs(now - 5000), event_id="e", now=now
    )
    template = {"type": "template", "template": {"template_id": "11", "variables": {"body.1": "x"}}}
    text = {"type": "text", "text": {"body": "hi"}}
    for body in (template, text):
        answer = chat.send(body)
        assert (answer.status, answer.body["code"]) == (409, "opted_out")
    chat.hears()
    assert chat.send(text).body["status"] == "sent"
    assert chat.send(template).body["code"] == "opted_out"


@pytest.mark.parametrize(("no", "code"), [(False, "no_destination"), (True, "opted_out")])
def test_a_template_that_asks_for_what_was_deleted_is_refused_for_the_deletion(chat: Chat, no: bool, code: str) -> None:
    chat.template("11")
    contacts, contact_id, now = chat.api.deps.contacts, ContactId(chat.contact), epoch_ms()
    if no:
        contacts.consent.record(chat.tenant, contact_id, opted_out=True, source="x", at=now, event_id="e", now=now)
    assert contacts.deletions.apply(chat.tenant, contact_id, now)
    variables = {"body.1": {"source": "contact", "value": "name"}}
    answer = chat.send({"type": "template", "template": {"template_id": "11", "variables": variables}})
    assert (answer.status, answer.body["code"]) == (409, code)
    assert chat.journal() == []


def test_the_message_that_says_no_does_not_lift_it(chat: Chat) -> None:
    """Its place within the second is known better than the second in which Meta says that it was sent."""
    heard = chat.hears(text="STOP")
    chat.api.deps.contacts.consent.record(
        chat.tenant,
        ContactId(chat.contact),
        opted_out=True,
        source="keyword",
        at=EpochMs(heard.at // 1000 * 1000),
        event_id="e",
        now=EpochMs(1),
    )
    answer = chat.send({"type": "text", "text": {"body": "but why?"}})
    assert (answer.status, answer.body["code"]) == (409, "opted_out")


def test_an_answer_is_not_sent_when_somebody_else_answered_since(chat: Chat) -> None:
    heard = chat.hears()
    text = {"type": "text", "text": {"body": "hi"}, "if_last_message_id": heard.message_id}
    first = chat.send(text)
    assert first.status == 201
    again = chat.send(text)
    assert again.status == 201, "what one wrote oneself is no reason"
    refused = chat.send(text, by=chat.bea)
    assert (refused.status, refused.body["code"], refused.body["field"]) == (
        409, "answered_meanwhile", "if_last_message_id",
    )  # fmt: skip
    assert refused.body["newer_message"]["id"] == again.body["id"]
    assert chat.send(text | {"if_last_message_id": again.body["id"]}, by=chat.bea).status == 201
    assert chat.send(text | {"if_last_message_id": ""}, by=chat.bea).status == 201
    assert len([entry for entry in chat.journal() if entry["accepted"]]) == 4


def test_a_claim_of_somebody_who_died_before_writing_stops_nobody_for_long(chat: Chat) -> None:
    heard = chat.hears(ago_ms=200_000)
    text = {"type": "text", "text": {"body": "hi"}, "if_last_message_id": heard.message_id}

    def claim(at: EpochMs) -> None:
        chat.api.deps.conversations.change(
            chat.tenant,
            ConversationId(chat.conversation),
            lambda c: claim_answer(c, heard.message_id, message_key(at, "dead"), author="agent:dead"),
        )

    claim(EpochMs(epoch_ms() - 100_000))
    assert chat.send(text).status == 201
    chat.hears(ago_ms=1)
    heard = chat.hears()
    claim(epoch_ms())
    refused = chat.send(text | {"if_last_message_id": heard.message_id})
    assert (refused.status, refused.body["newer_message"]) == (409, None)


def test_of_two_who_answer_at_the_same_moment_one_is_sent(chat: Chat) -> None:
    heard = chat.hears()
    sender, conversation = chat.api.deps.sender, chat.conversation
    results: list[str] = []
    start = threading.Barrier(2)

    def answer(who: str) -> None:
        draft = Draft(new_ulid(), epoch_ms(), "agent", who, "text", who, {"body": who}, seen_id=heard.message_id)
        start.wait()
        try:
            sender.send(chat.tenant, ConversationId(conversation), draft, epoch_ms())
            results.append("sent")
        except Exception as error:
            results.append(type(error).__name__)

    threads = [threading.Thread(target=answer, args=(who,)) for who in (chat.ana, chat.bea)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["NewerMessage", "sent"]


def test_nothing_is_sent_while_operators_have_stopped_everything_and_all_is_while_only_campaigns(
    chat: Chat, database: Database
) -> None:
    chat.hears()
    stops = SendingStops(database)
    stop = SendingStop("a drill", "somebody", EpochMs(1))
    assert stops.stop(chat.tenant, stop)
    text = {"type": "text", "text": {"body": "hi"}}
    assert chat.send(text).status == 201
    assert stops.stop(chat.tenant, replace(stop, everything=True))
    refused = chat.send(text)
    assert (refused.status, refused.body["code"]) == (409, "sending_stopped")
    assert len(chat.journal()) == 1
    assert stops.go_on(chat.tenant, stop.at)
    assert chat.send(text).status == 201
