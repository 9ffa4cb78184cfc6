"""The conventions of what answers and events hold, over the OpenAPI document: a field that breaks one fails by name."""

import re
from collections.abc import Iterator
from typing import Any

from tests.support.api_document import api_document

Json = dict[str, Any]
DOCUMENT: Json = api_document()
OPERATIONS: dict[str, Json] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
FEED = "GET /v1/events"
"""What it shows is one of many, each with an id."""
NO_ID_OF_ITS_OWN = {
    "FieldOut": "its `key`, which its tenant chose",
    "MentionOut": "a note, in its conversation",
    "PresentOut": "the `member_id` of whoever is there",
    "RecipientOut": "the `contact_id` of whoever it is",
    "RejectedRowOut": "the `line` of the file",
    "TemplateVersionOut": "the `version` of its template",
    "TimelineItemOut": "a message, a note or a campaign, which have theirs",
}
"""What lists show without an `id` -> what says which it is."""
MOMENT = re.compile(r"(_at|_since|_until|\.at|\.until|\.since|\.as_of|\.minute|\.timestamp)$")
ALWAYS = frozenset({"at", "created_at", "timestamp"})
"""Moments that everything has which has them at all."""
STATES = frozenset(
    {"direction", "disabled_reason", "event_type", "kind", "outcome", "quality", "role", "severity", "status"}
)
ANSWERS = re.compile(r"(Out|Summary|Data)\.")


SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]
FIELDS: dict[str, Json] = {
    f"{schema}.{field}": form for schema, one in SCHEMAS.items() for field, form in one.get("properties", {}).items()
}


def _choices(schema: Json) -> list[Json]:
    return [*schema.get("anyOf", ()), *schema.get("oneOf", ())] or [schema]


def _nullable(schema: Json) -> bool:
    return any(one.get("type") == "null" for one in _choices(schema))


def _shown(operation: Json) -> list[str]:
    """Names of the schemas of its successes."""
    successes = [response for status, response in operation["responses"].items() if status.startswith("2")]
    contents = [content for response in successes for content in response.get("content", {}).values()]
    names = [content["schema"].get("$ref", "").rpartition("/")[2] for content in contents]
    return [name for name in names if name]


def test_a_moment_is_one_by_its_format() -> None:
    found = {
        name: {one.get("format") for one in _choices(form) if one.get("type") != "null"}
        for name, form in FIELDS.items()
    }
    assert [name for name, formats in found.items() if (formats == {"date-time"}) != bool(MOMENT.search(name))] == []


def test_a_moment_that_is_always_known_is_never_null() -> None:
    known = {name: form for name, form in FIELDS.items() if name.rpartition(".")[2] in ALWAYS}
    assert len(known) > 10
    assert [name for name, form in known.items() if _nullable(form)] == []


def test_what_has_states_lists_them_and_stays_open() -> None:
    texts = {
        name: [one for one in _choices(form) if one.get("type") == "string"]
        for name, form in FIELDS.items()
        if ANSWERS.search(name)
    }
    states = {name: choices for name, choices in texts.items() if name.rpartition(".")[2] in STATES}
    assert len(states) > 10
    assert [
        n for n, choices in states.items() if not choices or not all("x-extensible-enum" in c for c in choices)
    ] == []


TAKEN_AND_SHOWN = {"JsonValue": "whatever Meta takes"}


def test_what_is_taken_is_a_schema_of_its_own_and_only_that_is_closed() -> None:
    """More values and fields may come in answers and events: a client must not fail for them. In a request the same is
    a mistake, which is said."""
    operations = [*OPERATIONS.values()]
    events = [operation for path in DOCUMENT["webhooks"].values() for operation in path.values()]
    taken = _under(one.get("requestBody") for one in operations)
    shown = _under([*(one["responses"] for one in operations), DOCUMENT["components"]["responses"], *events])
    assert len(taken) > 30
    assert len(shown) > 60
    assert taken & shown == TAKEN_AND_SHOWN.keys()
    shut = [f"{name}{place}" for name in shown for place, one in _parts(SCHEMAS[name]) if _is_shut(one)]
    assert [place for place in shut if not re.fullmatch(r"\w+Event/properties/type", place)] == []


def _is_shut(schema: Json) -> bool:
    return "enum" in schema or "const" in schema or schema.get("additionalProperties") is False


def _parts(schema: Any, place: str = "") -> Iterator[tuple[str, Json]]:
    """Each schema in one, with where it stands."""
    if isinstance(schema, list):
        for member in schema:
            yield from _parts(member, place)
    elif isinstance(schema, dict):
        yield place, schema
        for name, inner in schema.items():
            if name not in ("default", "example", "examples"):
                yield from _parts(inner, f"{place}/{name}")


def _under(document: Any) -> set[str]:
    """Names of all schemas that are referred to, also by each other."""
    found, left = set[str](), [*document]
    while left:
        named = {str(one["$ref"]) for _, one in _parts(left.pop()) if isinstance(one.get("$ref"), str)}
        fresh = {name.rpartition("/")[2] for name in named if "/schemas/" in name} - found
        found |= fresh
        left += [SCHEMAS[name] for name in fresh]
    return found


def test_a_state_is_called_status() -> None:
    parameters = {f"{name}?{one['name']}" for name in OPERATIONS for one in OPERATIONS[name].get("parameters", [])}
    named = [name for name in (*FIELDS, *parameters) if re.split(r"[.?]", name)[-1] == "state"]
    assert named == ["CardAddress.state"]  # of a country, as Meta calls it


def test_what_a_list_shows_has_an_id() -> None:
    answers = {name for path, operation in OPERATIONS.items() if path != FEED for name in _shown(operation)}
    lists = [items for name in answers if (items := SCHEMAS[name].get("properties", {}).get("items"))]
    shown = {str(items["items"]["$ref"]).rpartition("/")[2] for items in lists}
    assert len(shown) > 20
    assert {one for one in shown if f"{one}.id" not in FIELDS} == NO_ID_OF_ITS_OWN.keys()


def test_the_id_of_a_thing_itself_is_called_id() -> None:
    own = {name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().removesuffix("_out") for name in SCHEMAS}
    assert [name for name, noun in own.items() if f"{name}.{noun}_id" in FIELDS] == []
    by_id = [name for name in OPERATIONS if name.startswith("GET ") and name.endswith("_id}")]
    assert len(by_id) > 5
    assert [name for name in by_id if any(f"{one}.id" not in FIELDS for one in _shown(OPERATIONS[name]))] == []
