"""Agents send through the API to the Meta simulator: every type, closed windows, marks, two who answer at once."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from infra.local.meta_simulator.server import in_thread
from shared.clients.vault import META_TOKEN
from shared.clock import epoch_ms, new_ulid
from shared.domain.account import Member, Role, Tenant
from shared.domain.conversation import claim_answer
from shared.domain.identity import contact_id_for, conversation_id_for
from shared.domain.message import Message
from shared.domain.number import Number, Waba
from shared.domain.template import Template
from shared.services.single_send import Draft
from shared.store.conversations import Head
from shared.store.messages import message_key
from tests.support.fake_aws import SECRETS
from tests.unit.api.conftest import Answer, Api
from tests.unit.api.outgoing_samples import MEDIA_ID, RIGHT, named
from tests.unit.api.outgoing_samples import Json as Sample

Json = dict[str, Any]
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def graph_url() -> Iterator[str]:
    quiet = dict.fromkeys(("stop_share", "button_share", "answer_share", "react_share"), 0)
    limits = {"pair_seconds": 0.0, "pair_burst": 10_000}
    settings = {"app_id": "100", "app_secret": SECRETS["meta_app_secret"], "people": quiet, "limits": limits}
    # Another module's simulator has other ids: they share a directory.
    settings["seed"] = secrets.token_hex(4)
    with in_thread(settings) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Chat:
    """A tenant whose number is connected to the simulator, and one person who wrote to it."""

    api: Api
    simulator: httpx.Client
    tenant: str
    number: str
    waba: str
    contact: str
    conversation: str
    phone: str
    ana: str
    bea: str

    def call(self, method: str, path: str, body: object = None, *, by: str = "", **more: Any) -> Answer:
        where = f"/v1/conversations/{self.conversation}{path}"
        return self.api.call(method, where, body, tenant=self.tenant, member=by or self.ana, role="agent", **more)

    def send(self, body: object, **more: Any) -> Answer:
        return self.call("POST", "/messages", body, **more)

    def script(self, **actions: object) -> Json:
        answer: Json = self.simulator.post("/_sim/script", json=actions).raise_for_status().json()
        return answer

    def journal(self) -> list[Json]:
        entries = self.simulator.get("/_sim/journal").json()["entries"]
        return [entry for entry in entries if entry["phone_number_id"] == self.number]

    def hears(self, ago_ms: int = 0, text: str = "hello") -> Message:
        """The person writes to the simulator and, as the webhook would bring it, to us."""
        who = {"phone_number_id": self.number, "from": self.phone}
        wamid = self.script(inbound={**who, "text": text, "seconds_ago": ago_ms / 1000})["inbound"]["wamid"]
        at = epoch_ms() - ago_ms
        message = Message(
            message_key(at, new_ulid()), self.conversation, "in", "contact", "text", text, at, {"body": text}, wamid
        )
        self.api.deps.conversations.append(
            self.tenant, Head(self.conversation, self.number, self.contact, "Ana", self.phone), message
        )
        self.api.deps.contacts.note_inbound(self.tenant, self.contact, at // 1000 * 1000)
        return message

    def template(self, template_id: str, category: str = "UTILITY", body: str = "Hello {{1}}", **more: Any) -> None:
        known = {"name": f"t{template_id}", "language": "en", "status": "APPROVED", "parameter_format": "POSITIONAL"}
        fields = {**known, "components": [{"type": "BODY", "text": body}], **more}
        self.api.deps.catalogue.put_template(
            self.tenant, Template(template_id=template_id, waba_id=self.waba, category=category, **fields)
        )


@pytest.fixture
def chat(api: Api, graph_url: str) -> Iterator[Chat]:
    with httpx.Client(base_url=graph_url, timeout=10) as simulator:
        yield _chat(api, simulator)


def _chat(api: Api, simulator: httpx.Client) -> Chat:
    made = simulator.post("/_sim/script", json={"create_waba": {"connected": True}}).json()["create_waba"]
    tenant, number, waba = new_ulid(), str(made["phone_numbers"][0]["id"]), str(made["waba_id"])
    owner, *agents = [
        Member(new_ulid(), f"sub-{tenant}-{i}", f"{i}@b.co", role)
        for i, role in enumerate((Role.OWNER, Role.AGENT, Role.AGENT))
    ]
    deps = api.deps
    deps.accounts.create(Tenant(tenant, "T", "ES"), owner)
    for agent in agents:
        deps.directory.create(tenant, f"MEMBER#{agent.member_id}", agent)
    token = deps.vault.seal(tenant, META_TOKEN, made["access_token"])
    deps.accounts.connect(tenant, Waba(waba, "x", "USD", token), [Number(number, waba, "+1", "x")])
    phone = f"+346{secrets.randbelow(10**8):08d}"
    contact = contact_id_for(tenant, "phone", phone)
    deps.contacts.upsert(tenant, contact, {"phone": phone, "name": "Ana", "region": "ES"}, {}, frozenset(), 1)
    conversation = conversation_id_for(tenant, number, contact)
    ana, bea = (agent.member_id for agent in agents)
    chat = Chat(api, simulator, tenant, number, waba, contact, conversation, phone, ana, bea)
    deps.conversations.open(tenant, Head(conversation, number, contact, "Ana", phone), epoch_ms())
    return chat


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
    assert (shown["unread"], shown["last_message_text"]) == (1, " ".join(answer.body["text"][:200].split()))


def test_a_reaction_is_shown_with_the_message_it_is_for(chat: Chat) -> None:
    heard = chat.hears()
    answer = chat.send({"type": "reaction", "reaction": {"message_id": heard.message_id, "emoji": "🎉"}})
    assert answer.status == 201, answer.body
    assert chat.journal()[-1]["body"]["reaction"] == {"message_id": heard.wamid, "emoji": "🎉"}
    (message,) = chat.call("GET", "/messages").body["items"]
    assert [(r["by"], r["emoji"]) for r in message["reactions"]] == [("agent", "🎉")]


def test_messages_that_are_not_there_or_too_old_are_not_answered(chat: Chat) -> None:
    chat.hears()
    missing, old = message_key(epoch_ms(), "x"), message_key(epoch_ms() - 31 * DAY_MS, "x")
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
    chat.api.deps.catalogue.put_template(
        chat.tenant, Template("15", "1", "x", "en", "UTILITY", "APPROVED", "", [{"type": "BODY", "text": "{{1}} x"}])
    )
    answer = chat.send({"type": "template", "template": template})
    assert answer.status == status, answer.body
    assert field is None or answer.body["field"] == field
    assert chat.journal() == []


def test_who_said_no_gets_no_template_but_may_be_answered(chat: Chat) -> None:
    chat.template("11")
    now = epoch_ms()
    chat.api.deps.contacts.set_consent(
        chat.tenant, chat.contact, opted_out=True, source="x", at=now - 5000, event_id="e", now=now
    )
    template = {"type": "template", "template": {"template_id": "11", "variables": {"body.1": "x"}}}
    text = {"type": "text", "text": {"body": "hi"}}
    for body in (template, text):
        answer = chat.send(body)
        assert (answer.status, answer.body["code"]) == (409, "opted_out")
    chat.hears()
    assert chat.send(text).body["status"] == "sent"
    assert chat.send(template).body["code"] == "opted_out"


def test_the_message_that_says_no_does_not_lift_it(chat: Chat) -> None:
    """Its place within the second is known better than the second in which Meta says that it was sent."""
    heard = chat.hears(text="STOP")
    chat.api.deps.contacts.set_consent(
        chat.tenant, chat.contact, opted_out=True, source="keyword", at=heard.at // 1000 * 1000, event_id="e", now=1
    )
    answer = chat.send({"type": "text", "text": {"body": "but why?"}})
    assert (answer.status, answer.body["code"]) == (409, "opted_out")


def test_reading_tells_the_person_once_and_never_fails(chat: Chat) -> None:
    assert chat.call("POST", "/read").body["read_mark"] == "none"
    chat.hears()
    chat.hears()
    first = chat.call("POST", "/read")
    assert (first.status, first.body["read_mark"], first.body["unread"]) == (200, "sent", 0)
    assert chat.call("POST", "/read").body["read_mark"] == "none"
    old = chat.hears(ago_ms=31 * DAY_MS)
    assert old.wamid
    assert chat.call("POST", "/read").body["read_mark"] == "none"
    marks = [entry for entry in chat.journal() if entry["body"].get("status") == "read"]
    assert len(marks) == 1


def test_a_mark_that_meta_refuses_is_said_and_the_conversation_is_read(chat: Chat) -> None:
    at = epoch_ms()
    message = Message(message_key(at, "x"), chat.conversation, "in", "contact", "text", "x", at, {}, "wamid.unknown")
    chat.api.deps.conversations.append(chat.tenant, Head(chat.conversation, chat.number, chat.contact, ""), message)
    answer = chat.call("POST", "/read")
    assert (answer.status, answer.body["read_mark"], answer.body["read_mark_code"]) == (200, "refused", "131009")
    assert answer.body["unread"] == 0


def test_writing_is_shown_to_the_team_and_to_the_person(chat: Chat) -> None:
    chat.hears()
    first = chat.call("POST", "/typing")
    assert (first.status, first.body["indicator"]) == (200, "sent")
    assert [(p["member_id"], p["state"]) for p in first.body["present"]] == [(chat.ana, "typing")]
    assert chat.call("POST", "/typing").body["indicator"] == "none"
    assert len(chat.call("POST", "/typing", by=chat.bea).body["present"]) == 2
    signs = [entry["body"] for entry in chat.journal() if entry["body"].get("typing_indicator")]
    assert len(signs) == 2
    assert chat.call("POST", "/read").body["read_mark"] == "none"


def test_nobody_sees_writing_when_the_window_is_closed(chat: Chat) -> None:
    chat.hears(ago_ms=DAY_MS + 60_000)
    assert chat.call("POST", "/typing").body["indicator"] == "none"
    assert chat.journal() == []


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

    def claim(at: int) -> None:
        chat.api.deps.conversations.change(
            chat.tenant,
            chat.conversation,
            lambda c: claim_answer(c, heard.message_id, message_key(at, "dead"), "agent:dead"),
        )

    claim(epoch_ms() - 100_000)
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
            sender.send(chat.tenant, conversation, draft, epoch_ms())
            results.append("sent")
        except Exception as error:
            results.append(type(error).__name__)

    threads = [threading.Thread(target=answer, args=(who,)) for who in (chat.ana, chat.bea)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["Conflict", "sent"]


def test_a_send_that_died_is_said_to_be_unknown_when_it_is_repeated(chat: Chat) -> None:
    chat.hears(ago_ms=200_000)
    at = epoch_ms() - 100_000
    draft = Draft("died", at, "agent", chat.ana, "text", "x", {"body": "x"})
    message = Message(message_key(at, "died"), chat.conversation, "out", "agent", "text", "x", at, {}, status="queued")
    chat.api.deps.conversations.append(chat.tenant, Head(chat.conversation, chat.number, chat.contact, ""), message)
    assert chat.api.deps.sender.send(chat.tenant, chat.conversation, draft, epoch_ms()).status == "unknown"
    assert chat.journal() == []
