"""The events that tenants are told of, for the OpenAPI document: it alone loads this, with what they carry."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from functions.api.events.event_models import (
    CampaignEventData,
    CampaignRecipientsData,
    ConversationEventData,
    EndpointBacklogFullData,
    EndpointDisabledData,
    EndpointTestData,
    EndpointVerificationData,
    MessageEventData,
)
from shared.domain.webhooks.backlog import MOST_WAITING
from shared.domain.webhooks.delivery import ATTEMPTS
from shared.domain.webhooks.recipient_outcomes import MOST_PEOPLE
from shared.domain.webhooks.tenant_event import EventType

Json = dict[str, object]
_SCHEMAS = "#/components/schemas/"
_AT = "2026-12-01T09:01:40Z"
_CONVERSATION_ID = "9b2e4c7d1f0a3b5c8d6e7f9012345678"
_MESSAGE_ID = "1796115700000-3fa2"
_ENDPOINT_ID = "01JG7Q4W8ZC3N5X6Y7V8B9A0PT"
_OPEN = "More types may come: pass over one that you do not know, or ask by name (`events` of an endpoint, `type` of "
_OPEN += "the feed) for those that you do. Fields may come, too."

HOW_TO_RECEIVE = f"""Where a tenant has events brought to, and what became of each delivery.

**What comes.** One event a request: a POST of JSON, the same that `GET /v1/events` shows. {_OPEN} What each carries is
under *webhooks* in this document.

**Verify it** as Standard Webhooks 1.0.0 has it, with any of its libraries and the secret that was shown when the
endpoint was created (`whsec_` and Base64; its bytes are the key). Signed with HMAC-SHA256 is the text
`{{webhook-id}}.{{webhook-timestamp}}.{{body}}`, the body byte for byte as it came. `webhook-signature` holds one or
more signatures, separated by spaces, each `v1,` and Base64: take the request when one of them is yours, compared in
constant time. After a rotation both secrets sign for a day. Refuse a `webhook-timestamp` (seconds since 1970) that is
more than five minutes from your clock: each attempt is signed anew, so a repeated one is not refused for its age.

**Answer** with 2xx within ten seconds, and work on it afterwards. Anything else is tried again: {ATTEMPTS} attempts
within three days, the first after 5 s, 30 s, 2, 10 and 30 minutes, then ever later, up to 18 hours; `Retry-After` is
respected up to an hour. 410 disables the endpoint. One that failed five times in a row is tried at the end of pauses
from half a minute to a quarter of an hour, and one that took nothing for five days is disabled; `endpoint.disabled`
tells the others. Up to {MOST_WAITING:,} events wait for an endpoint that does not take them; what comes beyond stands
in its log as failed (`endpoint_backlog_full`), the endpoint says how many (`given_up`), and `endpoint.backlog_full`
tells the others. A host that takes three seconds or more to answer gets few attempts at a time, of all who have an
endpoint there; what finds no place waits, and `host_slow_until` says so. What was given up can be replayed for thirty
days, and `GET /v1/events` shows every event for a day whatever becomes of its deliveries. `endpoint.test` and
`endpoint.verification` are sent once.

**What a campaign did to each person** (`campaign.recipients`) is told only to endpoints that name this type: `*` does
not mean it, and it is made from a minute after an endpoint names it. Up to {MOST_PEOPLE} people come in one event, two
minutes after Meta told us at most, or a quarter of an hour where a campaign has more than 10,000. An entry says how far
the message came: keep read, else delivered, else what the latest `timestamp` says, since an earlier one may come
after it, and any may come again in another event. Whom the campaign does not write to (opted out, without a value
that the template needs, …) it tells of while it is loaded, as `skipped` with the reason as `code`; and when it is
closed, of everybody whose message has not arrived by then: `sent`, `failed`, `skipped`, `cancelled`, or `unknown`,
where nobody knows. So who asked for it before the launch has an entry for each person, and they add up to the report.
The feed shows it to whoever asks for it with `type`, while an endpoint names it, in an order of its own, so that
nothing else waits behind it.

**Order and duplicates.** An event comes at least once, in any order. A repeated one has the same `id`, which is also
`webhook-id`: keep those of the last three days. `timestamp` says when it happened, to order by."""


@dataclass(frozen=True, slots=True)
class _Description:
    """`summary` says when it comes; `example` is of its data."""

    summary: str
    data: type[BaseModel]
    example: Mapping[str, object]


def _message(status: str | None, **more: object) -> Json:
    ids = {"conversation_id": _CONVERSATION_ID, "message_id": _MESSAGE_ID}
    return {**ids, "status": status, "error_code": None, "message": None, **more}


def _conversation(**more: object) -> Json:
    contact = {"contact_id": "5d41402abc4b2a76b9719d911017c592", "phone_number_id": "106540352242922"}
    return {"conversation_id": _CONVERSATION_ID, **contact, "conversation": None, **more}


def _campaign(status: str, *, reason: str | None = None, next_action: str | None = None) -> Json:
    return {
        "campaign_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0CA",
        "name": "Summer sale",
        "phone_number_id": "106540352242922",
        "status": status,
        "reason": reason,
        "next_action": next_action,
        "changed": ["status"],
    }


_ENDPOINT = {"endpoint_id": _ENDPOINT_ID}
EVENTS: Mapping[EventType, _Description] = {
    EventType.MESSAGE_RECEIVED: _Description("Somebody wrote", MessageEventData, _message(None)),
    EventType.MESSAGE_CREATED: _Description("An outgoing message was taken on", MessageEventData, _message("queued")),
    EventType.MESSAGE_STATUS: _Description(
        "An outgoing message of a conversation got further, or failed",
        MessageEventData,
        _message("delivered", changed=["status"]),
    ),
    EventType.MESSAGE_UPDATED: _Description(
        "A message was edited, taken back or reacted to", MessageEventData, _message(None, changed=["reactions"])
    ),
    EventType.CONVERSATION_CREATED: _Description("A conversation began", ConversationEventData, _conversation()),
    EventType.CONVERSATION_UPDATED: _Description(
        "A conversation changed: status, assignment, labels, what is unread",
        ConversationEventData,
        _conversation(changed=["assignee"]),
    ),
    EventType.CAMPAIGN_SCHEDULED: _Description(
        "A campaign waits for its time", CampaignEventData, _campaign("scheduled")
    ),
    EventType.CAMPAIGN_SENDING: _Description(
        "A campaign began to send, or goes on", CampaignEventData, _campaign("sending")
    ),
    EventType.CAMPAIGN_PAUSED: _Description(
        "A campaign was paused, by somebody or for a reason",
        CampaignEventData,
        _campaign(
            "paused",
            reason="meta_132015",
            next_action="Meta paused the template for low quality: wait until it is approved, then resume",
        ),
    ),
    EventType.CAMPAIGN_COMPLETED: _Description("A campaign is done", CampaignEventData, _campaign("completed")),
    EventType.CAMPAIGN_CANCELLED: _Description("A campaign was cancelled", CampaignEventData, _campaign("cancelled")),
    EventType.CAMPAIGN_RECIPIENTS: _Description(
        f"What a campaign did to its people, up to {MOST_PEOPLE} in one; only where an endpoint names this type",
        CampaignRecipientsData,
        {
            "campaign_id": "01JG7Q4W8ZC3N5X6Y7V8B9A0CA",
            "recipients": [
                {"contact_id": "5d41402abc4b2a76b9719d911017c592", "outcome": "read"},
                {"contact_id": "7c6a180b36896a0a8c02787eeafb0e4c", "outcome": "failed", "code": "131026"},
            ],
        },
    ),
    EventType.ENDPOINT_DISABLED: _Description(
        "Another endpoint of the tenant was disabled by itself",
        EndpointDisabledData,
        {**_ENDPOINT, "reason": "failing"},
    ),
    EventType.ENDPOINT_BACKLOG_FULL: _Description(
        f"As many events as may ({MOST_WAITING:,}) wait for another endpoint of the tenant; further ones are not "
        "tried, and can be replayed",
        EndpointBacklogFullData,
        _ENDPOINT,
    ),
    EventType.ENDPOINT_TEST: _Description("Somebody tests the endpoint", EndpointTestData, _ENDPOINT),
    EventType.ENDPOINT_VERIFICATION: _Description(
        "The endpoint is asked whether it wants events",
        EndpointVerificationData,
        {**_ENDPOINT, "challenge": "Zm9yIHRoaXMgZW5kcG9pbnQgb25seQ"},
    ),
}
"""Every type has its line; a test holds it."""


def name_of(kind: EventType) -> str:
    """`MessageReceivedEvent`: the name of its schema."""
    return "".join(part.title() for part in kind.split(".")) + "Event"


def example_of(kind: EventType) -> Json:
    return {
        "id": "evt_01JG7Q4W8ZC3N5X6Y7V8B9A0EV",
        "type": str(kind),
        "timestamp": _AT,
        "data": dict(EVENTS[kind].example),
    }


def schemas() -> dict[str, Json]:
    """Name -> schema: `EventOut`, which is one of the types by its `type`, each of them, and what they carry."""
    data = list(dict.fromkeys(event.data for event in EVENTS.values()))
    _, found = models_json_schema([(model, "validation") for model in data], ref_template=_SCHEMAS + "{model}")
    carried: dict[str, Json] = found["$defs"]
    types = [{"$ref": _SCHEMAS + name_of(kind)} for kind in EVENTS]
    mapping = {str(kind): _SCHEMAS + name_of(kind) for kind in EVENTS}
    discriminator = {"propertyName": "type", "mapping": mapping}
    one_of: Json = {"title": "EventOut", "description": _OPEN, "oneOf": types, "discriminator": discriminator}
    return {**carried, **{name_of(kind): _event(kind) for kind in EVENTS}, "EventOut": one_of}


def _event(kind: EventType) -> Json:
    event = EVENTS[kind]
    same = "the same whenever the same event is told, in the feed and as `webhook-id`"
    return {
        "title": name_of(kind),
        "description": f"{event.summary}.",
        "type": "object",
        "required": ["id", "type", "timestamp", "data"],
        "properties": {
            "id": {"type": "string", "description": same},
            "type": {"type": "string", "const": str(kind)},
            "timestamp": {"type": "string", "format": "date-time", "description": "when it happened"},
            "data": {"$ref": _SCHEMAS + event.data.__name__},
        },
    }


def webhooks(tag: str) -> dict[str, Json]:
    """Type -> what comes to an endpoint that wants it, and how it is to be answered."""
    return {str(kind): {"post": _request(kind, tag)} for kind in EVENTS}


_HEADERS = {
    "webhook-id": ("The event's id, the same at every attempt.", {"type": "string"}),
    "webhook-timestamp": ("When this attempt was signed, in seconds since 1970.", {"type": "string"}),
    "webhook-signature": ("One or more of `v1,` and Base64, separated by spaces.", {"type": "string"}),
}


def _request(kind: EventType, tag: str) -> Json:
    return {
        "operationId": "receive_" + kind.replace(".", "_"),
        "summary": EVENTS[kind].summary,
        "description": f"How it is signed, repeated and ordered: see the tag `{tag}`.",
        "tags": [tag],
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": words, "schema": schema}
            for name, (words, schema) in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": _SCHEMAS + name_of(kind)}, "example": example_of(kind)}
            },
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "The endpoint wants no more: it is disabled."},
            "default": {"description": "Not taken: tried again, for three days at most."},
        },
    }
