"""What a business writes with the WhatsApp Business app, from the webhook to what is stored."""

from itertools import permutations
from typing import Any

import pytest

from functions.webhook_ingest import inbound_handler
from functions.webhook_ingest.receive.split import split
from shared.clock import epoch_ms
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import (
    CONTACT,
    METADATA,
    PHONE_ID,
    TENANT,
    TEXT,
    Json,
    change,
    envelope,
    messages,
    wire,
)

PERSON = contact_id_for(TENANT, "phone", "+16505551234")
NOW_S = epoch_ms() // 1000


def echo(n: int, kind: str = "text", **body: Any) -> Json:
    """Written to the person `n` seconds from now."""
    written = {"from": "15550783881", "to": "16505551234", "to_user_id": CONTACT["user_id"], "id": f"wamid.E{n}"}
    return {**written, "timestamp": str(NOW_S + n), "type": kind, kind: body or {"body": f"echo {n}"}}


def deliver(*changes: Json) -> None:
    found = split(wire(envelope(*changes)), epoch_ms())
    assert not found.parked
    bodies = [routed.message.to_json() for routed in found.inbound]
    assert inbound_handler.lambda_handler(sqs_event(*bodies, group="g"), Context()) == {"batchItemFailures": []}


def echoes(*listed: Json) -> Json:
    return change("smb_message_echoes", {"metadata": METADATA, "message_echoes": list(listed)})


def talk(deps: Deps) -> tuple[Conversation, list[Message]]:
    """The conversation with the person, and its messages, oldest first."""
    conversation_id = conversation_id_for(TENANT, PHONE_ID, PERSON)
    head = deps.conversations.get(TENANT, conversation_id)
    assert head is not None
    return head, deps.conversations.messages.page(TENANT, conversation_id, 100, None).items[::-1]


def test_it_is_shown_as_ours_and_has_no_effect_on_window_bots_and_consent(aws: FakeAws, deps: Deps) -> None:
    for _ in range(2):
        deliver(echoes(echo(1), echo(2, "text", body="STOP"), echo(3, "image", id="7", mime_type="image/jpeg")))
    head, listed = talk(deps)
    assert [(m.direction, m.author, m.status, m.text) for m in listed] == [
        ("out", "phone_app", "sent", "echo 1"),
        ("out", "phone_app", "sent", "STOP"),
        ("out", "phone_app", "sent", "[image]"),
    ]
    assert (head.unread, head.last_inbound_at, head.last_message_text) == (0, None, "[image]")
    person = deps.contacts.get(TENANT, PERSON)
    assert person is not None
    assert (person.phone, person.bsuid, person.opted_out_at, person.last_inbound_at) == (
        "+16505551234",
        CONTACT["user_id"],
        None,
        None,
    )
    assert aws.received("Bot") == []
    assert len(aws.received("Media")) == 2


def test_it_stands_in_one_conversation_with_what_the_person_writes(deps: Deps) -> None:
    deliver(messages({**TEXT, "timestamp": str(NOW_S)}), echoes(echo(1)))
    head, listed = talk(deps)
    assert [m.author for m in listed] == ["contact", "phone_app"]
    assert (head.contact_name, head.last_inbound_at) == ("Sheena Nelson", NOW_S * 1000 + 999)


def writes(*seconds: int) -> Json:
    """The person writes, so many seconds from now each."""
    return messages(*({**TEXT, "id": f"wamid.P{n}", "timestamp": str(NOW_S + n)} for n in seconds))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_answer_from_the_shops_own_phone_marks_what_came_before_it_as_read(
    deps: Deps, order: tuple[int, ...]
) -> None:
    told = (writes(-50), writes(-40), echoes(echo(-30)), writes(-20))
    for i in order:
        deliver(told[i])
        deliver(told[i])
    head, _ = talk(deps)
    assert head.unread == 1, "what came after the answer"


@pytest.mark.parametrize("kind", ["edit", "revoke"])
def test_a_correction_on_the_shops_own_phone_is_no_answer(deps: Deps, kind: str) -> None:
    now = {"type": "text", "text": {"body": "Better"}}
    deliver(echoes(echo(-60)), writes(-50))
    deliver(echoes(echo(-40, kind, original_message_id="wamid.E-60", message=now)))
    assert talk(deps)[0].unread == 1
    deliver(echoes(echo(-30, "image", id="7", mime_type="image/jpeg")))
    assert talk(deps)[0].unread == 0


@pytest.mark.parametrize("changes_first", [False, True])
def test_what_was_written_there_can_be_edited_and_revoked_there(deps: Deps, changes_first: bool) -> None:
    now = {"type": "text", "text": {"body": "Better"}}
    changes = [
        echo(3, "edit", original_message_id="wamid.E1", message=now),
        echo(4, "revoke", original_message_id="wamid.E2"),
        echo(5, "reaction", message_id="wamid.E1", emoji="👍"),
    ]
    written = [echo(1), echo(2)]
    deliver(echoes(*(changes + written if changes_first else written + changes)))
    head, (edited, revoked) = talk(deps)
    assert edited.original is not None
    assert (edited.text, edited.original.text) == ("Better", "echo 1")
    assert [(one.by, one.emoji) for one in edited.reactions] == [("phone_app", "👍")]
    assert (revoked.text, revoked.content) == ("[deleted by its sender]", {})
    assert head.last_inbound_at is None


def test_an_echo_to_nobody_is_parked(aws: FakeAws, deps: Deps) -> None:
    deliver(echoes({"from": "15550783881", "id": "wamid.E", "timestamp": "1", "type": "text", "text": {"body": "x"}}))
    (parked,) = aws.objects("parked/")
    assert "an echo without an addressee" in parked["reason"]
