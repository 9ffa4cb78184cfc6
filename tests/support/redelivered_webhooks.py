"""Queue messages that webhooks become: one of each kind that is handled in a way of its own."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from infra.local.cloud import LocalCloud
from infra.local.services import script
from shared.clock import EpochMs
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.ids import PhoneNumberId
from shared.queue_messages import (
    AccountEvent,
    BotTurn,
    ConsentSaid,
    CopyMedia,
    ForwardWebhook,
    InboundMessage,
    LeaveControl,
    QueueMessage,
    SyncTask,
)
from tests.support.api import Business, Json, aws, settle, wait_for

_TEXT = {"type": "text", "text": {"body": "Never mind"}}


class Scene(Protocol):
    """A business that a person has asked something, and that is about to be told more."""

    @property
    def cloud(self) -> LocalCloud: ...
    @property
    def business(self) -> Business: ...
    @property
    def template_id(self) -> str: ...
    @property
    def asked(self) -> InboundMessage: ...
    @property
    def turn(self) -> BotTurn: ...


def _wamid() -> str:
    return f"wamid.{secrets.token_hex(12)}"


def _now() -> str:
    return str(int(time.time()))


def _now_ms() -> EpochMs:
    return EpochMs(int(time.time() * 1000))


def _inbound(scene: Scene, kind: str, body: object) -> InboundMessage:
    """Something that the asker sends now."""
    raw: Json = {"from": scene.asked.message["from"], "id": _wamid(), "timestamp": _now(), "type": kind, kind: body}
    return InboundMessage(scene.business.phone_number_id, raw, scene.asked.contact, _now_ms())


def _changing(scene: Scene, kind: str, **more: object) -> InboundMessage:
    """A reaction, edit or revoke of what the asker asked."""
    target = "message_id" if kind == "reaction" else "original_message_id"
    return _inbound(scene, kind, {target: scene.asked.message["id"], **more})


def _echo(scene: Scene) -> InboundMessage:
    raw: Json = {"from": "15550000000", "to": scene.asked.message["from"], "id": _wamid(), "timestamp": _now(), **_TEXT}
    return InboundMessage(scene.business.phone_number_id, raw, {}, _now_ms(), echo=True)


def _stored(scene: Scene) -> InboundMessage:
    """One that no queue holds."""
    message = _inbound(scene, "text", {"body": "long " * 1_000})
    key = f"webhooks/2026/01/01/{secrets.token_hex(8)}.json"
    aws(scene.cloud, "s3").put_object(
        Bucket=scene.cloud.outputs["DataBucketName"], Key=key, Body=json.dumps(message.message).encode()
    )
    return InboundMessage(message.phone_number_id, {}, message.contact, _now_ms(), stored=key)


def _account(field: str, value: Mapping[str, object]) -> Callable[[Scene], AccountEvent]:
    def make(scene: Scene) -> AccountEvent:
        at = _now_ms()
        named = {"display_phone_number": "15550000000", **value}
        return AccountEvent(scene.business.waba_id, field, named, at, at)

    return make


def _edited_template(scene: Scene) -> AccountEvent:
    told = {"message_template_id": scene.template_id, "message_template_element": "Come again, {{1}}."}
    return _account("message_template_components_update", told)(scene)


def _metadata(scene: Scene) -> Json:
    return {"display_phone_number": "15550000000", "phone_number_id": scene.business.phone_number_id}


def _history(scene: Scene) -> SyncTask:
    """Longer than one task, with both sides and a STOP."""
    started = int(time.time()) - 10_000
    messages: list[Json] = [
        {
            "from": "34623888888" if i % 2 else "15550000000",
            "id": _wamid(),
            "timestamp": str(started + i),
            "type": "text",
            "text": {"body": "stop" if i == 3 else f"line {i}"},
            "history_context": {"status": "READ"},
        }
        for i in range(30)
    ]
    chunk = {"metadata": {"phase": 0, "progress": 80}, "threads": [{"id": "34623888888", "messages": messages}]}
    value = {"metadata": _metadata(scene), "history": [chunk]}
    return SyncTask("history", scene.business.waba_id, value, _now_ms())


def _phone_book(scene: Scene) -> SyncTask:
    contact = {"full_name": "Pablo Morales", "phone_number": "34623777777"}
    entry = {"type": "contact", "contact": contact, "action": "add", "metadata": {"timestamp": _now()}}
    value = {"metadata": _metadata(scene), "state_sync": [entry]}
    return SyncTask("smb_app_state_sync", scene.business.waba_id, value, _now_ms())


def _move(scene: Scene) -> SyncTask:
    """Of what somebody without a phone wrote, to the asker's conversation."""
    bsuid, tenant_id = "ES.77777", scene.business.tenant_id
    written = {"from_user_id": bsuid, "id": _wamid(), "timestamp": _now(), **_TEXT}
    message = InboundMessage(scene.business.phone_number_id, written, {}, _now_ms())
    aws(scene.cloud, "sqs").send_message(
        QueueUrl=scene.cloud.outputs["InboundQueueUrl"],
        MessageBody=message.to_json(),
        MessageGroupId="redelivery",
        MessageDeduplicationId=secrets.token_hex(16),
    )
    settle(scene.cloud)
    gone = contact_id_for(tenant_id, "bsuid", bsuid)
    source = conversation_id_for(tenant_id, scene.business.phone_number_id, gone)
    value = {
        "tenant_id": tenant_id,
        "source": source,
        "target": scene.turn.conversation_id,
        "contact_id": scene.turn.contact_id,
    }
    return SyncTask("move_conversation", scene.business.waba_id, value, EpochMs(1))


def _file(scene: Scene) -> CopyMedia:
    """The file of a picture that the asker sent, and that has been copied."""
    sent = {
        "phone_number_id": scene.business.phone_number_id,
        "from": f"+{scene.asked.message['from']}",
        "message": {"type": "image"},
    }
    wamid = script(scene.cloud.simulator_url, {"inbound": sent})["inbound"]["wamid"]
    path = f"/v1/conversations/{scene.turn.conversation_id}/messages"
    listed = wait_for(
        lambda: [m for m in scene.business.owner.get(path)["items"] if m["wamid"] == wamid],
        lambda found: found and found[0]["media"]["status"] == "stored",
    )
    return CopyMedia(
        scene.business.tenant_id,
        scene.business.phone_number_id,
        scene.turn.conversation_id,
        listed[0]["id"],
    )


def _no(scene: Scene) -> ConsentSaid:
    """Of somebody else than the asker, on the path of its own."""
    said = {"from": "34623666666", "id": _wamid(), "timestamp": _now()}
    return ConsentSaid(_now_ms(), scene.business.phone_number_id, "stop", said)


WEBHOOKS: dict[str, tuple[str, Callable[[Scene], QueueMessage]]] = {
    "a place": ("Inbound", lambda scene: _inbound(scene, "location", {"latitude": 1.5, "longitude": 2})),
    "a form": (
        "Inbound",
        lambda scene: _inbound(
            scene, "interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a":"b"}'}}
        ),
    ),
    "a type of tomorrow": ("Inbound", lambda scene: _inbound(scene, "hologram", {"id": 1})),
    "a picture without a file": ("Inbound", lambda scene: _inbound(scene, "image", {"caption": "none"})),
    "a reaction": ("Inbound", lambda scene: _changing(scene, "reaction", emoji="👍")),
    "a reaction to nothing": ("Inbound", lambda scene: _inbound(scene, "reaction", {"message_id": "wamid.no"})),
    "an edit": ("Inbound", lambda scene: _changing(scene, "edit", message=_TEXT)),
    "a revoke": ("Inbound", lambda scene: _changing(scene, "revoke")),
    "an echo": ("Inbound", _echo),
    "a message that no queue holds": ("Inbound", _stored),
    "nobody's message": (
        "Inbound",
        lambda scene: InboundMessage(PhoneNumberId("0"), {"type": "text", "n": scene.turn.message_id}, {}, EpochMs(1)),
    ),
    "a no on its own path": ("Consent", _no),
    "an alert": ("Account", _account("account_alerts", {"alert_info": {"alert_type": "OBA_APPROVED"}})),
    "a changed PIN": ("Account", _account("security", {"event": "PIN_CHANGED"})),
    "a decision on a name": ("Account", _account("phone_number_name_update", {"decision": "REJECTED"})),
    "a decision on the account": ("Account", _account("account_review_update", {"decision": "APPROVED"})),
    "a messaging limit": (
        "Account",
        _account("business_capability_update", {"max_daily_conversations_per_business": 9}),
    ),
    "a violation": ("Account", _account("account_update", {"event": "ACCOUNT_VIOLATION"})),
    "an edited template": ("Account", _edited_template),
    "an error": ("Account", _account("messages", {"errors": [{"code": 130429, "title": "Rate limit hit"}]})),
    "a field of tomorrow": ("Account", _account("field_of_tomorrow", {"any": "thing"})),
    "what is a cell's that is not there": (
        "Forward",
        lambda scene: ForwardWebhook("nowhere", ['{"id":"0","changes":[]}'], EpochMs(1)),
    ),
    "an account that leaves": ("Forward", lambda scene: LeaveControl(scene.business.waba_id, EpochMs(1))),
    "a history": ("Sync", _history),
    "a phone book": ("Sync", _phone_book),
    "a move": ("Sync", _move),
    "a file": ("Media", _file),
}
