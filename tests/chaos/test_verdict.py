"""The judge of the chaos run notices what it is there to notice."""

from collections import Counter

import pytest

from tests.chaos.evidence import Record
from tests.chaos.verdict import judge

AUDIENCE = {"a": "1", "b": "2", "c": "3"}
OUTCOMES = {"a": "read", "b": "unknown", "c": "failed"}


def report(outcomes: dict[str, str]) -> dict[str, int]:
    counts = Counter("sent" if outcome in ("sent", "delivered", "read") else outcome for outcome in outcomes.values())
    parts = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting")
    return {"planned": len(AUDIENCE), **{part: counts[part] for part in parts}}


def record() -> Record:
    return Record(Counter({"1": 1, "2": 1}), {"1": {"sent", "read"}}, {"1": {"sent", "read"}})


def test_clean() -> None:
    verdict = judge(AUDIENCE, list(OUTCOMES.items()), report(OUTCOMES), record())
    assert verdict.clean
    assert (verdict.planned, verdict.unknown) == (3, 1)


def test_twice_is_double() -> None:
    meta = record()
    meta.accepted["2"] += 1
    assert judge(AUDIENCE, list(OUTCOMES.items()), report(OUTCOMES), meta).double_sent == 1


@pytest.mark.parametrize(
    ("person", "outcome"),
    [("a", "delivered"), ("a", "waiting"), ("a", "skipped"), ("b", "failed"), ("b", "cancelled"), ("c", "sent")],
)
def test_wrong_story_is_lost(person: str, outcome: str) -> None:
    told = OUTCOMES | {person: outcome}
    assert judge(AUDIENCE, list(told.items()), report(told), record()).lost == 1


def test_forgotten_status_is_lost() -> None:
    meta = record()
    meta.acknowledged["2"] = {"sent"}
    assert judge(AUDIENCE, list(OUTCOMES.items()), report(OUTCOMES), meta).lost == 1


def test_missing_person_is_lost() -> None:
    told = {person: OUTCOMES[person] for person in ("a", "b")}
    assert judge(AUDIENCE, list(told.items()), report(OUTCOMES), record()).lost == 1


def test_stranger_is_a_problem() -> None:
    meta = record()
    meta.accepted["9"] = 1
    assert not judge(AUDIENCE, list(OUTCOMES.items()), report(OUTCOMES), meta).clean


def test_books_must_balance() -> None:
    assert not judge(AUDIENCE, list(OUTCOMES.items()), report(OUTCOMES) | {"unknown": 0}, record()).clean
