"""What a reader of the feed may ask for: types, a desk, and a lot at once."""

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from ministack.services import apigateway, lambda_svc

from functions.api.events.look import MOST_BEHIND
from shared.clock import EpochMs, epoch_ms
from shared.domain.webhooks.tenant_event import EventType, FeedPart, TenantEvent
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.conversations import Head
from shared.store.webhooks.event_feed import MOST_READ, EventFeed, News
from tests.support.api_handler import Answer, Api

ME, SHE = new_ulid(), new_ulid()
MINE, HERS, NOBODYS, GONE = (ConversationId(letter * 32) for letter in "abcd")


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


def event(name: str, kind: EventType = EventType.MESSAGE_RECEIVED, **data: object) -> str:
    return TenantEvent(f"evt_{name}", kind, EpochMs(1), data).to_json()


def start(api: Api, tenant: TenantId) -> str:
    return str(api.call("GET", "/v1/events", tenant=tenant).body["next_cursor"])


def poll(api: Api, tenant: TenantId, cursor: str, **query: str) -> Answer:
    answer = api.call("GET", "/v1/events", tenant=tenant, member=ME, params={"after": cursor, **query})
    assert answer.status == 200, answer.body
    return answer


def told(api: Api, tenant: TenantId, cursor: str, **query: str) -> list[str]:
    return [item["id"].removeprefix("evt_") for item in poll(api, tenant, cursor, **query).body["items"]]


def on_desk(api: Api, tenant: TenantId, conversation_id: ConversationId, assignee: str) -> None:
    head = Head(conversation_id, PhoneNumberId("pn1"), ContactId("c" * 32), "Ana")
    api.deps.conversations.open(tenant, head, epoch_ms())
    api.deps.conversations.change(tenant, conversation_id, lambda found: replace(found, assignee=assignee))


def test_types_are_chosen_and_the_cursor_passes_the_rest(api: Api, tenant: TenantId) -> None:
    cursor = start(api, tenant)
    kinds = (EventType.MESSAGE_RECEIVED, EventType.MESSAGE_STATUS, EventType.CAMPAIGN_PAUSED)
    api.deps.feed.append(tenant, [event(str(i), kind) for i, kind in enumerate(kinds * 2)], epoch_ms())
    assert told(api, tenant, cursor) == ["0", "1", "2", "3", "4", "5"]
    assert told(api, tenant, cursor, type="message.status") == ["1", "4"]
    passed = poll(api, tenant, cursor, type="campaign.completed").body
    assert (passed["items"], passed["more"]) == ([], False)
    assert told(api, tenant, passed["next_cursor"]) == []


def test_what_campaigns_did_to_people_is_read_by_who_asks_for_it_only(api: Api, tenant: TenantId) -> None:
    """One cursor for both: a call that asks for one leaves the other's place where it is."""
    cursor = start(api, tenant)
    people = event("people", EventType.CAMPAIGN_RECIPIENTS, campaign_id="1", recipients=[])
    api.deps.feed.append(tenant, [people], epoch_ms(), FeedPart.PEOPLE)
    api.deps.feed.append(tenant, [event("1")], epoch_ms())
    seen = poll(api, tenant, cursor).body
    assert ([item["id"] for item in seen["items"]], seen["more"]) == (["evt_1"], False)
    assert told(api, tenant, seen["next_cursor"], type="campaign.recipients") == ["people"]
    assert told(api, tenant, cursor, type="campaign.recipients,message.received") == ["1", "people"]
    assert told(api, tenant, cursor, type="campaign.recipients", assignee="me") == []


def by_api_gateway(query: str) -> dict[str, Any]:
    """Payload format 2.0: what is repeated is joined by commas; `rawQueryString` stays as it was sent (API Gateway,
    Lambda proxy integrations for HTTP APIs)."""
    pairs: dict[str, str] = {}
    for name, value in parse_qsl(query):
        pairs[name] = f"{pairs[name]},{value}" if name in pairs else value
    return {"rawQueryString": query, "queryStringParameters": pairs}


def by_the_local_gateway(query: str) -> dict[str, Any]:
    """The event that ministack makes of a request."""
    seen: list[dict[str, Any]] = []

    def execute(_function: object, event: dict[str, Any]) -> dict[str, Any]:
        seen.append(event)
        return {"body": {"statusCode": 204}}

    with (
        patch.object(lambda_svc, "_get_func_record_for_ref_in_scope", return_value=({}, {}, "Api")),
        patch.object(lambda_svc, "_execution_record_for_config"),
        patch.object(lambda_svc, "_execute_function_with_config_scope", execute),
    ):
        request: tuple[Any, ...] = ("api", "$default", "/v1/events", "GET", {}, b"", parse_qs(query))
        asyncio.run(apigateway._invoke_lambda_proxy({"integrationUri": "Api"}, *request, raw_query_string=query))
    return seen[0]


@pytest.mark.parametrize("gateway", [by_api_gateway, by_the_local_gateway])
def test_a_type_that_is_repeated_is_one_more(
    api: Api, tenant: TenantId, gateway: Callable[[str], dict[str, Any]]
) -> None:
    cursor = start(api, tenant)
    kinds = (EventType.MESSAGE_RECEIVED, EventType.MESSAGE_STATUS, EventType.CAMPAIGN_PAUSED)
    api.deps.feed.append(tenant, [event(str(i), kind) for i, kind in enumerate(kinds)], epoch_ms())
    made = gateway(urlencode({"after": cursor, "type": ["campaign.paused", "message.received"]}, doseq=True))
    assert made["rawQueryString"].count("type=") == 2
    query, params = made["rawQueryString"], made["queryStringParameters"]
    answer = api.call("GET", "/v1/events", tenant=tenant, query=query, params=params)
    assert [item["id"] for item in answer.body["items"]] == ["evt_0", "evt_2"]


@pytest.mark.parametrize(("query", "field"), [("type=message.sent", "type"), ("assignee=her", "assignee")])
def test_what_is_no_type_and_nobody_s_desk_is_named(api: Api, tenant: TenantId, query: str, field: str) -> None:
    answer = api.call("GET", "/v1/events", tenant=tenant, query=query)
    assert (answer.status, answer.body["field"].split(".")[0]) == (422, field)


def test_a_desk_hears_of_its_conversations(api: Api, tenant: TenantId) -> None:
    for conversation_id, assignee in ((MINE, ME), (HERS, SHE), (NOBODYS, "")):
        on_desk(api, tenant, conversation_id, assignee)
    cursor = start(api, tenant)
    moved = {"kind": EventType.CONVERSATION_UPDATED, "changed": ["assignee"]}
    events: list[Any] = [
        event("mine", conversation_id=MINE),
        event("hers", conversation_id=HERS),
        event("nobody's", conversation_id=NOBODYS),
        event("gone", conversation_id=GONE),
        event("campaign", EventType.CAMPAIGN_PAUSED, campaign_id="1"),
        event("moved", conversation_id=HERS, **moved),  # type: ignore[arg-type]
        event("hers again", EventType.MESSAGE_STATUS, conversation_id=HERS, changed=["status"]),
    ]
    api.deps.feed.append(tenant, events, epoch_ms())
    assert told(api, tenant, cursor, assignee="me") == ["mine", "gone", "moved"]
    assert told(api, tenant, cursor, assignee=SHE) == ["hers", "gone", "moved", "hers again"]
    assert told(api, tenant, cursor, assignee="none") == ["nobody's", "gone", "moved"]
    assert told(api, tenant, cursor, assignee=SHE, type="message.status") == ["hers again"]


def test_what_was_told_before_a_conversation_came_to_a_desk_is_told_there(api: Api, tenant: TenantId) -> None:
    """Where it lies when it is read counts: so a list of the desk, read before, lacks nothing."""
    on_desk(api, tenant, MINE, SHE)
    cursor = start(api, tenant)
    api.deps.feed.append(tenant, [event("1", conversation_id=MINE)], epoch_ms())
    on_desk(api, tenant, MINE, ME)
    assert told(api, tenant, cursor, assignee="me") == ["1"]


def test_waiting_for_a_type_goes_past_the_others(api: Api, tenant: TenantId, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = start(api, tenant)
    api.deps.feed.append(tenant, [event("other", EventType.MESSAGE_STATUS)], epoch_ms())
    later = iter([event("also", EventType.MESSAGE_STATUS), event("this")])
    monkeypatch.setattr(
        "functions.api.events.look.time.sleep",
        lambda _seconds: api.deps.feed.append(tenant, [next(later)], epoch_ms()),
    )
    assert told(api, tenant, cursor, type="message.received", wait="20") == ["this"]


def test_a_call_that_finds_nothing_of_its_type_looks_through_so_much_and_hands_the_cursor_on(
    api: Api, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much there is, and however long it may wait."""
    monkeypatch.setattr("shared.store.webhooks.event_feed.MOST_READ", 1)
    slept: list[float] = []
    monkeypatch.setattr("functions.api.events.look.time.sleep", slept.append)
    looks: list[str] = []
    read = EventFeed.read

    def counted(feed: EventFeed, tenant_id: TenantId, after: str, now: EpochMs, parts: Collection[FeedPart]) -> News:
        looks.append(after)
        return read(feed, tenant_id, after, now, parts)

    monkeypatch.setattr(EventFeed, "read", counted)
    cursor = start(api, tenant)
    for i in range(2 * MOST_BEHIND + 1):
        api.deps.feed.append(tenant, [event(str(i), EventType.MESSAGE_STATUS)], epoch_ms())
    api.deps.feed.append(tenant, [event("this")], epoch_ms())
    first = poll(api, tenant, cursor, type="message.received", wait="20").body
    assert (first["items"], first["more"], len(looks), slept) == ([], True, 1 + MOST_BEHIND, [])
    second = poll(api, tenant, first["next_cursor"], type="message.received", wait="20").body
    assert [item["id"] for item in second["items"]] == ["evt_this"]


def test_a_thousand_events_are_one_answer(api: Api, tenant: TenantId) -> None:
    cursor = start(api, tenant)
    names = [str(i) for i in range(MOST_READ)]
    api.deps.feed.append(tenant, [event(name) for name in names], epoch_ms())
    assert told(api, tenant, cursor) == names


def test_an_answer_of_events_as_large_as_they_come_is_one_that_can_be_given(api: Api, tenant: TenantId) -> None:
    """6 MB (AWS Lambda, quotas), in which each quotation mark of the body takes two bytes."""
    cursor = start(api, tenant)
    api.deps.feed.append(tenant, [event(str(i), text='"' * 8_000) for i in range(200)], epoch_ms())
    answer = poll(api, tenant, cursor)
    assert answer.body["more"]
    assert len(json.dumps(answer.body)) > 1_000_000
    assert answer.size < 6 * 1024 * 1024
