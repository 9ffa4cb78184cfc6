"""What an entry of the audit log is."""

from shared.clock import from_rfc3339
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import (
    SYSTEM,
    Actor,
    ActorKind,
    Difference,
    Entry,
    Origin,
    Status,
    began,
    origin_of,
    refused,
)
from shared.domain.audit.kinds import Kind
from shared.ids import new_ulid
from shared.store.engine.documents import from_document, to_document

AT = from_rfc3339("2026-11-30T23:59:59.999Z")
ENTRY = Entry(
    new_ulid(AT),
    Actor(ActorKind.MEMBER, "m1"),
    Action.LABEL_CHANGED,
    Kind.LABEL,
    "l1",
    Origin("192.0.2.1", "curl/8", "r1"),
    difference=Difference({"name": "a"}, {"name": "b"}, ("colour",)),
)


def test_its_moment_and_its_month_are_in_its_id() -> None:
    assert (ENTRY.at, ENTRY.month) == (AT, "2026-11")


def test_it_comes_back_as_it_was_stored() -> None:
    assert from_document(Entry, to_document(ENTRY)) == ENTRY


def test_before_it_is_done_nothing_is_said_of_what_changed() -> None:
    first = began(ENTRY)
    assert (first.status, first.difference, first.object_id) == (Status.BEGAN, Difference(), "l1")


def test_what_was_refused_says_why_and_what_was_changed_all_the_same() -> None:
    last = refused(ENTRY, "label_exists")
    assert (last.status, last.cause, last.difference) == (Status.REFUSED, "label_exists", ENTRY.difference)


def test_a_user_agent_is_cut_and_has_no_signs_that_could_do_something() -> None:
    assert origin_of("192.0.2.1", "x\r\n\x1b" + "y" * 500, request_id="r").user_agent == "x" + "y" * 119


def test_the_platform_has_no_id() -> None:
    assert SYSTEM.actor_id == ""


def test_codes_are_kind_and_deed() -> None:
    kinds = {str(kind) for kind in Kind}
    assert {action.partition(".")[0] for action in Action} <= kinds
    assert all(action.count(".") == 1 and action.islower() for action in Action)
