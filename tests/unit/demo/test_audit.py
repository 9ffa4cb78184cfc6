"""The demo's checks must fail when a promise is broken."""

from dataclasses import replace
from typing import Any

import pytest

from infra.local.demo.audit import Story, audit
from infra.local.demo.evidence import Inbound, Send
from infra.local.demo.people import Person
from shared.ids import TenantId

TENANT, CAMPAIGN = TenantId("T"), "C"
START = 1_000_000.0


def person(digits: str, opted_out_at: str | None = None) -> Person:
    return Person(f"id-{digits}", digits, "BR", True, opted_out_at)


def send(digits: str, at: float, **more: Any) -> Send:
    made = Send(at, START + at, True, digits, f"v1|{TENANT}|{CAMPAIGN}|0|0|1", "", 0)
    return replace(made, **more)


def story(**more: Any) -> Story:
    """Three people: one read it, one failed later, one had said no before and was skipped."""
    report = {"planned": 3, "sent": 1, "failed": 1, "skipped": 1, "cancelled": 0, "unknown": 0, "waiting": 0}
    made = Story(
        tenant_id=TENANT,
        campaign_id=CAMPAIGN,
        report={**report, "balanced": True},
        outcomes=[("id-1", "read"), ("id-2", "failed"), ("id-3", "skipped")],
        people=[person("1"), person("2"), person("3", "1970-01-01T00:00:00Z")],
        sends=[send("1", 0.0), send("2", 0.1, callback=f"v1|{TENANT}|{CAMPAIGN}|0|1|1")],
        inbound=[Inbound("3", "text", "STOP"), Inbound("1", "text", "price?")],
        statuses={f"v1|{TENANT}|{CAMPAIGN}|0|0|1": {"read", "sent"}, f"v1|{TENANT}|{CAMPAIGN}|0|1|1": {"failed"}},
        before=[person("3")],
        meanwhile={},
        stop_words=frozenset({"STOP"}),
        cap=72,
        limit=80,
    )
    answer = send("1", 0.2, callback="m1|T|conversation|message")
    made = replace(made, sends=[*made.sends, answer])
    return replace(made, **more)


def broken(told: Story) -> set[str]:
    return {check.name for check in audit(told).checks if not check.held}


def test_a_clean_story_breaks_nothing() -> None:
    found = audit(story())
    assert found.clean
    assert broken(story()) == set()
    assert (found.double_sent, found.lost, found.accepted, found.bot_replies) == (0, 0, 2, 1)


def test_a_second_acceptance_is_a_double_send() -> None:
    again = story(sends=[*story().sends, send("1", 5.0, callback=f"v1|{TENANT}|{CAMPAIGN}|0|0|2")])
    assert audit(again).double_sent == 1
    assert "nobody got it twice" in broken(again)


def test_a_recipient_without_an_outcome_is_lost() -> None:
    waiting = story(outcomes=[("id-1", "read"), ("id-2", "waiting"), ("id-3", "skipped")])
    assert audit(waiting).lost == 2  # without an outcome, and accepted by Meta all the same
    missing = story(outcomes=[("id-1", "read"), ("id-2", "failed")])
    assert audit(missing).lost == 1


@pytest.mark.parametrize("outcome", ["skipped", "unknown", "cancelled"])
def test_an_accepted_send_that_our_books_call_something_else_is_lost(outcome: str) -> None:
    assert audit(story(outcomes=[("id-1", outcome), ("id-2", "failed"), ("id-3", "skipped")])).lost == 1


def test_an_accepted_send_to_somebody_we_do_not_know_is_lost() -> None:
    assert audit(story(sends=[*story().sends, send("9", 1.0)])).lost == 1


def test_books_that_call_sent_what_meta_never_saw_are_found() -> None:
    assert "what the books call sent, Meta accepted" in broken(story(sends=story().sends[1:]))


def test_books_that_do_not_add_up_are_found() -> None:
    assert "the books balance" in broken(story(report={**story().report, "planned": 4}))


def test_a_status_that_is_not_in_the_books_is_found() -> None:
    callback = f"v1|{TENANT}|{CAMPAIGN}|0|1|1"
    assert "what Meta told is what the books say" in broken(story(statuses={callback: {"delivered", "failed"}}))


def test_writing_to_somebody_who_said_no_is_found() -> None:
    assert broken(story(sends=[*story().sends, send("3", 1.0)])) >= {
        "who said no before was not written to",
        "who said no meanwhile was not written to",
    }
    assert "who said no meanwhile was not written to" in broken(story(meanwhile={"2": START - 10}))
    assert "who said no meanwhile was not written to" not in broken(story(meanwhile={"2": START}))


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        ({}, "nobody was left to write STOP before their turn"),
        ({"2": START}, "1 wrote STOP while it ran, when their message had left already"),
        ({"2": START, "9": START}, "2 wrote STOP while it ran, 1 of them were spared"),
    ],
)
def test_that_nobody_was_left_to_spare_does_not_read_like_a_failure(meanwhile: dict[str, float], words: str) -> None:
    checks = {check.name: check for check in audit(story(meanwhile=meanwhile)).checks}
    check = checks["who said no meanwhile was not written to"]
    assert (check.held, check.detail) == (True, f"{words}; 0 sends after a no")


def test_a_missed_goal_is_no_broken_promise_and_is_said_to_be_none() -> None:
    """A lane that is faster than its cap for a moment, and slower than the number's limit."""
    burst = [send("1", 10 + i / 1000, callback=f"v1|{TENANT}|{CAMPAIGN}|0|0|2", accepted=False) for i in range(75)]
    found = audit(story(sends=[*story().sends, *burst]))
    assert found.clean
    assert found.verdict() == [
        "every promise held",
        "a goal was missed, which breaks no promise: the lane kept to its cap",
    ]
    twice = audit(story(sends=[*story().sends, send("1", 5.0, callback=f"v1|{TENANT}|{CAMPAIGN}|0|0|2")]))
    assert not twice.clean
    assert twice.verdict()[0].startswith("not kept: nobody got it twice")


def test_a_stop_that_was_not_stored_is_found() -> None:
    assert "every STOP is stored" in broken(story(inbound=[Inbound("2", "text", "STOP")]))


def test_a_price_question_without_an_answer_is_found() -> None:
    assert "the bot answered who asked for prices" in broken(story(sends=story().sends[:2]))


def test_more_than_the_limit_is_found_however_it_is_spread() -> None:
    steady = [send("1", i / 90, accepted=False) for i in range(600)]
    assert "the number kept to its limit" in broken(story(sends=[*story().sends, *steady]))
    in_bursts = [send("1", i // 100 * 2 + i % 100 / 100, accepted=False) for i in range(600)]
    refused = [replace(one, code=130429) if i % 100 >= 80 else one for i, one in enumerate(in_bursts)]
    assert "the number kept to its limit" in broken(story(sends=[*story().sends, *refused]))


def test_what_was_held_up_on_its_way_is_not_taken_for_a_breach() -> None:
    held_up = [send("1", i / 70, accepted=False) for i in range(140)]
    held_up += [send("1", 2.6 + i / 1000, accepted=False) for i in range(30)]
    held_up += [send("1", 2.7 + i / 70, accepted=False) for i in range(70)]
    late = story(sends=[*story().sends, *held_up], standstills=[(2.6, 0.6)])
    assert audit(late).peak > late.limit
    assert "the number kept to its limit" not in broken(late)
