"""The consumer of the change streams: records as DynamoDB would write them, made from what the stores really write."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from functions.api import events_bootstrap as live_bootstrap
from functions.api.change_handler import lambda_handler
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.conversations.message import Author, Direction, Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.webhooks.endpoint import WebhookEndpoint
from shared.failures import InvocationFailed
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.conversations import Head
from tests.support.api_handler import Api
from tests.support.campaigns import a_campaign
from tests.support.fake_aws import Context

HEAD = Head(ConversationId("a" * 32), PhoneNumberId("pn1"), ContactId("c" * 32), "Ana")
AT = 1_800_000_000.0


@pytest.fixture(autouse=True)
def fresh_deps(api: Api) -> Iterator[None]:
    live_bootstrap.change_deps.cache_clear()
    yield
    live_bootstrap.change_deps.cache_clear()


class Tables:
    """Stands in for the streams: what a write changed, as records."""

    def __init__(self, tenant: TenantId) -> None:
        self.client = boto3.client("dynamodb")
        self._partitions = {
            "ConversationsTable": f"T#{tenant}#V#{HEAD.conversation_id}",
            "DirectoryTable": f"T#{tenant}",
        }

    def _images(self) -> dict[tuple[str, str], Any]:
        found: dict[tuple[str, str], Any] = {}
        for table, partition in self._partitions.items():
            answer = self.client.query(
                TableName=table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": partition}},
                ConsistentRead=True,
            )
            found |= {(partition, item["sk"]["S"]): item for item in answer["Items"]}
        return found

    def records(self, write: Callable[[], object]) -> list[dict[str, Any]]:
        before = self._images()
        write()
        after = self._images()
        made = []
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            change: dict[str, Any] = {
                "ApproximateCreationDateTime": AT,
                "Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
            }
            change |= ({"OldImage": old} if old else {}) | ({"NewImage": new} if new else {})
            name = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
            made.append({"eventID": new_ulid().lower(), "eventName": name, "dynamodb": change})
        # As it would come: JSON.
        parsed: list[dict[str, Any]] = json.loads(json.dumps(made))
        return parsed


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


@pytest.fixture
def tables(api: Api, tenant: TenantId) -> Tables:
    return Tables(tenant)


def told(api: Api, tenant: TenantId, cursor: str) -> list[dict[str, Any]]:
    """What the feed has behind a cursor."""
    answer = api.call("GET", "/v1/events", tenant=tenant, query=f"after={cursor}")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


def start(api: Api, tenant: TenantId) -> str:
    return str(api.call("GET", "/v1/events", tenant=tenant).body["next_cursor"])


def message(text: str = "hello", direction: Direction = "in", status: str = "") -> Message:
    at = EpochMs(1_800_000_000_000)
    author: Author = "contact" if direction == "in" else "agent"
    content = {"body": text}
    key = message_key(at, "m")
    return Message(key, HEAD.conversation_id, direction, author, "text", text, at, content, status=status)


def handle(records: list[dict[str, Any]]) -> None:
    lambda_handler({"Records": records}, Context())


def test_a_message_and_its_conversation(api: Api, tables: Tables, tenant: TenantId) -> None:
    cursor = start(api, tenant)
    handle(tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message())))
    found = {event["type"]: event for event in told(api, tenant, cursor)}
    assert found.keys() == {"message.received", "conversation.created"}
    data = found["message.received"]["data"]
    shown = api.call("GET", f"/v1/conversations/{HEAD.conversation_id}/messages", tenant=tenant).body["items"]
    assert (data["conversation_id"], data["message_id"]) == (HEAD.conversation_id, message().message_id)
    assert [data["message"]] == shown
    assert found["message.received"]["timestamp"] == "2027-01-15T08:00:00Z"
    assert found["conversation.created"]["data"]["conversation"]["unread"] == 1


def test_ticks(api: Api, tables: Tables, tenant: TenantId) -> None:
    api.deps.conversations.append(tenant, HEAD, message(direction="out", status="queued"))
    cursor = start(api, tenant)
    for status in ("sent", "delivered", "read"):
        write = lambda status=status: api.deps.conversations.messages.record_status(  # noqa: E731
            tenant, HEAD.conversation_id, message().message_id, status, wamid="wamid.1"
        )
        handle(tables.records(write))
    found = told(api, tenant, cursor)
    assert [(event["type"], event["data"]["status"]) for event in found] == [
        ("message.status", status) for status in ("sent", "delivered", "read")
    ]


def test_a_campaign_that_is_paused(api: Api, tables: Tables, tenant: TenantId) -> None:
    campaign = a_campaign(audience=Audience(everyone=True), state=State.SENDING)
    api.deps.campaigns.create(tenant, campaign)
    cursor = start(api, tenant)
    change = lambda c: replace(c, state=State.PAUSED, reason="template_paused")  # noqa: E731
    handle(tables.records(lambda: api.deps.campaigns.change(tenant, campaign.campaign_id, change)))
    (event,) = told(api, tenant, cursor)
    assert event["type"] == "campaign.paused"
    assert event["data"]["reason"] == "template_paused"
    assert event["data"]["next_action"]


def test_a_record_that_comes_again_gives_the_same_events(api: Api, tables: Tables, tenant: TenantId) -> None:
    cursor = start(api, tenant)
    records = tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message()))
    handle(records)
    first = told(api, tenant, cursor)
    handle(records)
    assert told(api, tenant, cursor) == first * 2


def test_what_a_batch_tells_of_a_tenant_is_one_chunk(api: Api, tables: Tables, tenant: TenantId) -> None:
    """As many records as one invocation takes."""
    cursor = start(api, tenant)

    def write() -> None:
        for i in range(99):
            one = replace(message(), message_id=message_key(EpochMs(1_800_000_000_000 + i), "m"))
            api.deps.conversations.append(tenant, HEAD, one)

    records = tables.records(write)
    assert len(records) == 100
    handle(records)
    assert len(told(api, tenant, cursor)) == 100
    chunks = tables.client.query(
        TableName="SendsTable",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :chunk)",
        ExpressionAttributeValues={":pk": {"S": f"T#{tenant}#EVENTS"}, ":chunk": {"S": "E#"}},
    )
    assert chunks["Count"] == 1


def test_what_is_removed_or_none_of_it_says_nothing(api: Api, tables: Tables, tenant: TenantId) -> None:
    api.deps.conversations.append(tenant, HEAD, message())
    cursor = start(api, tenant)

    def write() -> None:
        key = {"pk": {"S": f"T#{tenant}#V#{HEAD.conversation_id}"}, "sk": {"S": f"M#{message().message_id}"}}
        tables.client.delete_item(TableName="ConversationsTable", Key=key)
        endpoint = WebhookEndpoint(new_ulid(), "https://a.example.com/", ("campaign.paused",), "", (), EpochMs(1))
        api.deps.endpoints.create(tenant, endpoint)

    records = tables.records(write)
    assert {record["eventName"] for record in records} == {"REMOVE", "INSERT"}
    handle(records)
    assert told(api, tenant, cursor) == []


def test_endpoints_get_what_they_want(api: Api, tables: Tables, tenant: TenantId) -> None:
    for events in (("*",), ("message.received",), ("campaign.paused",)):
        endpoint = WebhookEndpoint(new_ulid(), "https://a.example.com/", events, "", (), EpochMs(1))
        api.deps.endpoints.create(tenant, endpoint)
    handle(tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message())))
    queued = api.queued("WEBHOOK", tenant)
    kinds = sorted(one["event_type"] for one in queued)
    assert kinds == ["conversation.created", "message.received", "message.received"]
    assert all(json.loads(one["body"])["id"] == one["event_id"] for one in queued)


def test_what_is_too_large_to_be_carried_is_named(api: Api, tables: Tables, tenant: TenantId) -> None:
    cursor = start(api, tenant)
    handle(tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message("é" * 10_000))))
    (event,) = [event for event in told(api, tenant, cursor) if event["type"] == "message.received"]
    assert event["data"]["message"] is None
    assert event["data"]["message_id"] == message().message_id


def test_half_a_surrogate_pair_goes_through(api: Api, tables: Tables, tenant: TenantId) -> None:
    cursor = start(api, tenant)
    records = tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message("ok")))
    text = json.dumps(records).replace('"ok"', '"\\ud83d"')
    handle(json.loads(text))
    assert "message.received" in {event["type"] for event in told(api, tenant, cursor)}


def test_a_record_that_is_not_understood_is_parked_and_holds_up_nobody(
    api: Api, tables: Tables, tenant: TenantId
) -> None:
    cursor = start(api, tenant)
    records = tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message()))
    broken = json.loads(json.dumps(next(r for r in records if r["dynamodb"]["Keys"]["sk"]["S"].startswith("M#"))))
    broken["eventID"], broken["dynamodb"]["NewImage"]["content"] = "broken1", {"S": "{"}
    handle([broken, {"eventID": "broken2", "dynamodb": {}}, *records])
    assert "message.received" in {event["type"] for event in told(api, tenant, cursor)}
    parked = [
        json.loads(api.s3.get_object(Bucket="data", Key=one["Key"])["Body"].read())
        for one in api.s3.list_objects_v2(Bucket="data", Prefix="parked/").get("Contents", [])
    ]
    mine = [one for one in parked if one["raw"]["eventID"] in ("broken1", "broken2")]
    assert broken in [one["raw"] for one in mine]
    assert all(one["reason"] for one in mine)


def test_a_batch_that_cannot_be_told_comes_again(
    api: Api, tables: Tables, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = start(api, tenant)
    endpoint = WebhookEndpoint(new_ulid(), "https://a.example.com/", ("*",), "", (), EpochMs(1))
    records = tables.records(lambda: api.deps.conversations.append(tenant, HEAD, message()))
    api.deps.endpoints.create(tenant, endpoint)
    with monkeypatch.context() as patched:
        patched.setenv("WEBHOOK_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/nothing")
        with pytest.raises(InvocationFailed, match="QueueDoesNotExist"):
            handle(records)
    assert told(api, tenant, cursor) == []
    live_bootstrap.change_deps.cache_clear()
    handle(records)
    assert len(told(api, tenant, cursor)) == len(api.queued("WEBHOOK", tenant)) == 2
