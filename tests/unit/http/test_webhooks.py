"""The outgoing events in the OpenAPI document: each type has its schema, and what breaks it fails by name."""

import contextlib
from types import FunctionType
from typing import Any

import pytest

from functions.api.events.signature import headers, secret_of
from functions.api.events.verification import verification
from shared.clock import EpochMs
from shared.domain.webhooks.delivery import ATTEMPTS
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from tests.support.api_document import api_document
from tests.support.told import Told, Undescribed, told_as_described

Json = dict[str, Any]
DOCUMENT: Json = api_document()
TOLD = Told(DOCUMENT)
CAMPAIGN: Json = DOCUMENT["webhooks"]["campaign.paused"]["post"]["requestBody"]["content"]["application/json"][
    "example"
]

each = pytest.mark.parametrize("kind", EventType)


def _tell(data: Json) -> None:
    with contextlib.suppress(Exception):
        TenantEvent("evt_1", EventType.CAMPAIGN_PAUSED, EpochMs(1), data)


def told_in(module: str, data: Json) -> None:
    """As code of that module would make it, which lets nothing raise."""
    FunctionType(_tell.__code__, {**_tell.__globals__, "__name__": module})(data)


def _request(kind: str) -> Json:
    found: Json = DOCUMENT["webhooks"][kind]["post"]
    return found


def test_there_is_a_webhook_for_every_type_and_none_besides() -> None:
    assert set(DOCUMENT["webhooks"]) == set(EventType)


@each
def test_it_has_a_schema_of_its_own_and_an_example_that_is_right(kind: EventType) -> None:
    content = _request(kind)["requestBody"]["content"]["application/json"]
    schema = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    assert schema["properties"]["type"]["const"] == content["example"]["type"] == kind
    assert (
        schema["properties"]["data"]["$ref"].removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"]
    )
    TOLD.check(content["example"])


def test_the_feed_shows_the_same_and_tells_them_apart_by_type() -> None:
    feeds = DOCUMENT["components"]["schemas"]["EventOut"]
    sent = {str(kind): _request(kind)["requestBody"]["content"]["application/json"]["schema"] for kind in EventType}
    assert feeds["oneOf"] == list(sent.values())
    assert feeds["discriminator"]["propertyName"] == "type"
    assert feeds["discriminator"]["mapping"] == {kind: schema["$ref"] for kind, schema in sent.items()}
    items = DOCUMENT["components"]["schemas"]["EventsOut"]["properties"]["items"]
    assert items["items"] == {"$ref": "#/components/schemas/EventOut"}


@each
def test_it_names_the_headers_that_are_sent(kind: EventType) -> None:
    sent = headers("evt_1", EpochMs(1), b"{}", [secret_of(b"k" * 32)])
    assert [one["name"] for one in _request(kind)["parameters"]] == list(sent)
    assert set(_request(kind)["responses"]) == {"2XX", "410", "default"}
    assert _request(kind)["security"] == []


def test_how_to_verify_and_what_is_repeated_stands_at_their_tag() -> None:
    words = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    (tag,) = {tag for kind in EventType for tag in _request(kind)["tags"]}
    for said in ("HMAC-SHA256", "five minutes", f"{ATTEMPTS} attempts", "three days", "at least once", "in any order"):
        assert said in " ".join(words[tag].split())


def test_their_operation_ids_are_nobody_elses() -> None:
    names = [one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()]
    names += [_request(kind)["operationId"] for kind in EventType]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"type": "campaign.renamed"}, "campaign.renamed has no schema"),
        ({"timestamp": "yesterday"}, "campaign.paused: timestamp"),
        ({"data": {**CAMPAIGN["data"], "budget": 1}}, "campaign.paused: data: .*budget"),
        ({"data": {**CAMPAIGN["data"], "status": "tired"}}, "campaign.paused: data.status"),
        ({"data": {"campaign_id": "1"}}, "campaign.paused: data: "),
        ({"more": 1}, "campaign.paused: : .*more"),
    ],
)
def test_what_is_not_as_described_fails_by_name(wrong: Json, said: str) -> None:
    TOLD.check(CAMPAIGN)
    with pytest.raises(Undescribed, match=said):
        TOLD.check({**CAMPAIGN, **wrong})


def test_what_the_platform_makes_is_checked_even_where_errors_are_caught() -> None:
    with told_as_described():
        verification("evt_1", EpochMs(1), "endpoint", "challenge")
        told_in("functions.api.new", CAMPAIGN["data"])
        told_in("tests.made_up", {"a": 1})
    with pytest.raises(Undescribed, match=r"functions\.api\.new: campaign\.paused: data"), told_as_described():
        told_in("functions.api.new", {"a": 1})
