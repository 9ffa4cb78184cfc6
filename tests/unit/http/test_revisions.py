"""What can be changed says at which revision it is, and a change may say by which it was decided."""

from dataclasses import dataclass
from typing import Any

import pytest

from functions.api.http.revisions import CHANGING_MS, begun_at_meta, ended_at_meta, revised
from shared.clock import EpochMs
from shared.errors import Conflict
from tests.support.api_document import api_document

Json = dict[str, Any]
DOCUMENT: Json = api_document()
CHANGES: dict[str, Json] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method in ("put", "patch")
}
WITHOUT = {
    "PUT /v1/conversations/{conversation_id}/presence": "one's own sign of life, forgotten within minutes",
    "PUT /v1/members/{member_id}/availability": "one switch, which is as whoever touched it last wants it",
}
NOW = EpochMs(1_800_000_000_000)


def schema_of(content: Json) -> Json:
    reference = content["content"]["application/json"]["schema"]["$ref"]
    found: Json = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
    return found


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in WITHOUT])
def test_a_change_takes_the_revision_that_was_seen_and_shows_the_new_one(name: str) -> None:
    operation = CHANGES[name]
    taken, shown = schema_of(operation["requestBody"]), schema_of(operation["responses"]["200"])
    assert taken["properties"]["revision"]["description"]
    assert "revision" in shown["required"]
    assert "changed_meanwhile" in operation["responses"]["409"]["x-problem-codes"]


def test_every_exception_is_a_route_and_takes_none() -> None:
    assert WITHOUT.keys() <= CHANGES.keys()
    assert not [name for name in WITHOUT if "revision" in schema_of(CHANGES[name]["requestBody"])["properties"]]


@dataclass(frozen=True, slots=True)
class Thing:
    text: str = ""
    at: int = 0
    revision: int = 0
    changing: str = ""
    changing_at: EpochMs = EpochMs(0)


def test_a_change_counts_and_the_same_again_does_not() -> None:
    after = revised(Thing(), Thing("a"), 0, stamps={"at": 5})
    assert after == Thing("a", 5, revision=1)
    assert revised(after, after, 0) is after
    assert revised(after, after, None) is after
    assert revised(after, Thing("b", 5, revision=1), None).revision == 2


@pytest.mark.parametrize("seen", [0, 2])
def test_another_revision_is_refused(seen: int) -> None:
    with pytest.raises(Conflict) as refused:
        revised(Thing(revision=1), Thing("a", revision=1), seen)
    assert (refused.value.code, refused.value.field) == ("changed_meanwhile", "revision")


def test_what_stands_is_no_clash_though_the_rest_differs() -> None:
    found = Thing("a", 5, revision=1)
    assert revised(found, Thing("a", 6, revision=1), 0, stands=True) is found
    assert revised(found, Thing("a", 6, revision=1), 1, stands=True) == Thing("a", 6, revision=2)


def test_while_one_change_is_on_its_way_to_meta_no_other_is_begun_by_the_same_revision() -> None:
    begun = begun_at_meta(Thing(), {"a": 1}, 0, NOW)
    assert (begun.revision, begun.changing_at) == (0, NOW)
    with pytest.raises(Conflict):
        begun_at_meta(begun, {"a": 2}, 0, EpochMs(NOW + 1))
    # The caller's own second attempt, whoever says nothing, and whoever comes when the first cannot be at it any more.
    assert begun_at_meta(begun, {"a": 1}, 0, EpochMs(NOW + 1)).changing_at == NOW + 1
    assert begun_at_meta(begun, {"a": 2}, None, EpochMs(NOW + 1)).changing_at == NOW + 1
    assert begun_at_meta(begun, {"a": 2}, 0, EpochMs(NOW + CHANGING_MS)).changing_at == NOW + CHANGING_MS


def test_a_change_that_arrived_ends_the_revision_and_is_no_clash_with_itself() -> None:
    ended = ended_at_meta(begun_at_meta(Thing(), {"a": 1}, 0, NOW), NOW, arrived=True)
    assert (ended.revision, ended.changing_at) == (1, 0)
    assert begun_at_meta(ended, {"a": 1}, 0, EpochMs(NOW + 5)) is ended
    with pytest.raises(Conflict):
        begun_at_meta(ended, {"a": 2}, 0, EpochMs(NOW + 5))
    assert begun_at_meta(ended, {"a": 1}, 1, EpochMs(NOW + 5)).changing_at == NOW + 5


def test_of_a_change_that_did_not_arrive_nothing_is_left() -> None:
    assert ended_at_meta(begun_at_meta(Thing(), {"a": 1}, 0, NOW), NOW, arrived=False) == Thing()


def test_a_second_attempt_that_is_under_way_outlasts_the_end_of_the_first() -> None:
    second = begun_at_meta(begun_at_meta(Thing(), {"a": 1}, 0, NOW), {"a": 1}, 0, EpochMs(NOW + 1))
    ended = ended_at_meta(second, NOW, arrived=True)
    assert (ended.revision, ended.changing_at) == (1, NOW + 1)
