"""Status, assignment, labels and claims of a conversation, whatever the order in which messages come."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.conversations.conversation import (
    MOST_LABELS,
    Change,
    Conversation,
    NewerMessage,
    assign,
    claim_answer,
    close,
    label,
    marked,
    need_heard,
    need_version,
    read,
    reopen,
    snooze,
    with_message,
)
from shared.domain.conversations.inbox_settings import fill, unknown_places
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.errors import Conflict, InvalidInput
from shared.ids import ContactId, ConversationId, PhoneNumberId

EMPTY = Conversation(ConversationId("v"), PhoneNumberId("1"), ContactId("c"), "Ana", EpochMs(0), "", None)


def heard(at: EpochMs, name: str = "m", kind: str = "text") -> Message:
    return Message(
        message_key(at, name), ConversationId("v"), "in", "contact", kind, f"{name}{at}", at, {}, wamid=f"w{name}{at}"
    )


def wrote(at: EpochMs, who: str = "ana", name: str = "m") -> Message:
    return Message(
        message_key(at, name), ConversationId("v"), "out", "agent", "text", f"{name}{at}", at, {}, author_id=who
    )


messages = st.lists(
    st.one_of(st.builds(heard, st.integers(1, 40)), st.builds(wrote, st.integers(1, 40))),
    min_size=1, max_size=8, unique_by=lambda message: message.message_id,
)  # fmt: skip


@given(messages, st.randoms(), st.lists(st.integers(0, 7), max_size=4))
def test_any_order_and_repetition_of_messages_ends_in_one_state(
    told: list[Message], random: object, again: list[int]
) -> None:
    def after(order: list[Message]) -> Conversation:
        conversation, seen = EMPTY, set[str]()
        for message in order:
            conversation = with_message(conversation, message, fresh=message.message_id not in seen)
            seen.add(message.message_id)
        return conversation

    shuffled = told + [told[i % len(told)] for i in again]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(shuffled) == after(told)
    last = max(told, key=lambda message: message.message_id)
    assert after(told).last_message_at == last.at
    assert after(told).created_at == min(message.at for message in told)


def test_a_message_that_was_known_when_it_was_closed_does_not_open_it_again() -> None:
    closed = close(with_message(EMPTY, heard(EpochMs(10)), fresh=True), EpochMs(20))
    assert (closed.status, closed.unread) == ("closed", 0)
    assert with_message(closed, heard(EpochMs(10)), fresh=False) == closed
    again = with_message(closed, heard(EpochMs(30)), fresh=False)
    assert (again.status, again.unread) == ("open", 1), "a redelivery after a crash"
    assert with_message(again, heard(EpochMs(30)), fresh=True) == again, "of two deliveries at once the second"
    assert with_message(closed, heard(EpochMs(15), "late"), fresh=True).status == "open", "nobody has read it"
    assert with_message(closed, wrote(EpochMs(30)), fresh=True).status == "closed"
    assert with_message(closed, heard(EpochMs(30), kind="reaction"), fresh=True).status == "closed"


def test_a_snooze_is_over_when_its_time_has_come() -> None:
    snoozed = snooze(EMPTY, EpochMs(1_000), now=EpochMs(10))
    assert [snoozed.status_at(EpochMs(now)) for now in (10, 999, 1_000, 2_000)] == [
        "snoozed",
        "snoozed",
        "open",
        "open",
    ]
    assert snoozed.active_at == 1_000
    assert snooze(snoozed, EpochMs(1_000), now=EpochMs(20)) is snoozed
    assert reopen(snoozed, EpochMs(30)).snoozed_until is None
    for until in (10, 9, 10 + 400 * 86_400_000):
        with pytest.raises(InvalidInput):
            snooze(EMPTY, EpochMs(until), now=EpochMs(10))


def test_what_changes_nothing_is_the_same_object() -> None:
    conversation = replace(EMPTY, assignee="ana", labels=frozenset({"a"}))
    assert assign(conversation, "ana") is conversation
    assert label(conversation, ["a"], ["b"]) is conversation
    assert reopen(conversation, EpochMs(5)) is conversation
    assert read(conversation) == conversation
    assert marked(conversation, "") == conversation


def test_versions_count_what_people_change() -> None:
    conversation = EMPTY
    steps: tuple[Change, ...] = (
        lambda c: assign(c, "ana"),
        lambda c: label(c, ["x", "y"], []),
        lambda c: label(c, [], ["x"]),
        lambda c: snooze(c, EpochMs(50), EpochMs(10)),
        lambda c: snooze(c, EpochMs(60), EpochMs(10)),
        lambda c: close(c, EpochMs(20)),
        lambda c: reopen(c, EpochMs(30)),
        lambda c: assign(c, ""),
    )
    for number, step in enumerate(steps):
        assert conversation.version == number
        conversation = step(conversation)
        assert step(conversation) == conversation
    assert with_message(conversation, heard(EpochMs(40)), fresh=True).version == conversation.version
    need_version(conversation, None)
    need_version(conversation, conversation.version)
    with pytest.raises(Conflict):
        need_version(conversation, conversation.version - 1)


def test_labels_have_a_limit() -> None:
    full = label(EMPTY, [str(i) for i in range(MOST_LABELS)], [])
    assert len(full.labels) == MOST_LABELS
    with pytest.raises(InvalidInput):
        label(full, ["more"], [])
    assert "more" in label(full, ["more"], ["0"]).labels


def test_whoever_has_seen_the_last_answer_may_answer() -> None:
    conversation = with_message(
        with_message(EMPTY, heard(EpochMs(10)), fresh=True), wrote(EpochMs(20), "ana"), fresh=True
    )
    seen_question, seen_answer, mine = (
        heard(EpochMs(10)).message_id,
        wrote(EpochMs(20)).message_id,
        message_key(EpochMs(30), "b"),
    )
    with pytest.raises(Conflict):
        claim_answer(conversation, seen_question, mine, author="agent:bea")
    claimed = claim_answer(conversation, seen_answer, mine, author="agent:bea")
    assert (claimed.trail.answer_id, claimed.trail.answer_by) == (mine, "agent:bea")
    assert claim_answer(claimed, seen_answer, mine, author="agent:bea") == claimed
    assert claim_answer(conversation, seen_question, mine, author="agent:ana").trail.answer_id == mine
    with pytest.raises(Conflict):
        claim_answer(claimed, seen_answer, message_key(EpochMs(31), "c"), author="agent:cid")
    over = claim_answer(claimed, seen_answer, message_key(EpochMs(31), "c"), author="agent:cid", void=mine)
    assert over.trail.answer_by == "agent:cid"


def test_who_has_not_seen_the_persons_last_message_is_told_of_it() -> None:
    conversation = with_message(with_message(EMPTY, heard(EpochMs(10)), fresh=True), heard(EpochMs(30)), fresh=True)
    for since in (
        wrote(EpochMs(40)),
        heard(EpochMs(50), kind="reaction"),
        heard(EpochMs(60), kind="edit"),
        heard(EpochMs(20), "late"),
    ):
        conversation = with_message(conversation, since, fresh=True)
    for seen_id in ("", heard(EpochMs(30)).message_id, wrote(EpochMs(40)).message_id):
        need_heard(conversation, seen_id)
    with pytest.raises(NewerMessage) as refused:
        need_heard(conversation, heard(EpochMs(10)).message_id)
    assert refused.value.newer_id == heard(EpochMs(30)).message_id


def test_canned_replies_know_their_places() -> None:
    text = "{contact.first_name|you} {contact.fields.city} {contact.age} {other} {contact.age} {not a place}"
    assert unknown_places(text, ["city"]) == ["contact.age", "other"]
    assert fill("Hi {contact.first_name|you}{contact.name|}!", Contact(ContactId("c"))) == ("Hi you!", [])
    assert fill("{contact.name}, {contact.name}", Contact(ContactId("c"))) == (", ", ["contact.name"])
    ana = Contact(ContactId("c"), phone="+1", name="Ana {contact.phone}", fields={"city": "Vigo"})
    assert fill("{contact.name} {contact.fields.city}", ana) == ("Ana {contact.phone} Vigo", [])
    more = Contact(ContactId("c"), last_name="Lima", email="a@b.co", language="pt", time_zone="UTC")
    text = "{contact.last_name} {contact.email} {contact.language} {contact.time_zone|?}"
    assert (unknown_places(text, []), fill(text, more)) == ([], ("Lima a@b.co pt UTC", []))
