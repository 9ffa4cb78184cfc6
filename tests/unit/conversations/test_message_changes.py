from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.conversations.message import REVOKED, Message
from shared.domain.conversations.message_changes import (
    Applied,
    Change,
    Changes,
    Reaction,
    change_by_sending,
    join,
    may_change,
)
from shared.ids import ConversationId

TEXT = Message(
    "0000000001000-a",
    ConversationId("v"),
    "in",
    "contact",
    "text",
    "Blue",
    EpochMs(1_000),
    {"body": "Blue"},
    wamid="wamid.1",
)


def applied(change_id: str, action: str, direction: str = "in", **more: Any) -> tuple[str, Applied]:
    by = "contact" if direction == "in" else "phone_app"
    return direction, Applied(change_id, by, "", Change(action, "wamid.1", **more))  # type: ignore[arg-type]


def all_of(changes: list[tuple[str, Applied]]) -> Changes:
    joined: Changes = {}
    for direction, one in changes:
        joined = join(joined, direction, one)
    return joined


EDIT = applied("0000000003000-e", "edit", kind="text", text="Green", content={"body": "Green"})


def test_each_side_has_one_reaction_and_the_last_one_stands() -> None:
    changes = all_of(
        [
            applied("0000000002000-b", "reaction", emoji="👍"),
            applied("0000000004000-c", "reaction", emoji="❤️"),
            applied("0000000003000-d", "reaction", "out", emoji="😀"),
        ]
    )
    assert TEXT.changed_by(changes).reactions == (
        Reaction("phone_app", "", "😀", EpochMs(3_000)),
        Reaction("contact", "", "❤️", EpochMs(4_000)),
    )


def test_a_reaction_taken_back_is_gone() -> None:
    changes = all_of([applied("0000000002000-b", "reaction", emoji="👍"), applied("0000000004000-c", "reaction")])
    assert TEXT.changed_by(changes).reactions == ()


def test_an_edit_keeps_what_was_said_before() -> None:
    edited = TEXT.changed_by(all_of([EDIT]))
    assert (edited.text, edited.content, edited.edited_at) == ("Green", {"body": "Green"}, 3_000)
    assert edited.original is not None
    assert (edited.original.text, edited.original.content) == ("Blue", {"body": "Blue"})


def test_nothing_is_read_of_a_revoked_message_even_if_an_edit_comes_later() -> None:
    later = applied("0000000009000-f", "edit", kind="text", text="Secret", content={"body": "Secret"})
    gone = TEXT.changed_by(all_of([applied("0000000005000-r", "revoke"), EDIT, later]))
    assert (gone.text, gone.content, gone.original, gone.revoked_at) == (REVOKED, {}, None, 5_000)


CHANGES = st.lists(
    st.builds(
        applied,
        st.builds(lambda at, name: f"{at:013d}-{name}", st.integers(1, 3), st.sampled_from("ab")),
        st.sampled_from(["reaction", "edit", "revoke"]),
        st.sampled_from(["in", "out"]),
    ).map(lambda one: (one[0], _told_apart(one))),
    max_size=8,
)


def _told_apart(one: tuple[str, Applied]) -> Applied:
    """An id belongs to one message, so it says one thing."""
    direction, made = one
    word = f"{direction}{made.change_id}{made.change.action}"
    change = Change(made.change.action, "wamid.1", emoji=word, kind="text", text=word)
    return Applied(made.change_id + made.change.action + direction, made.by, "", change)


@given(CHANGES, st.randoms(use_true_random=False), st.integers(0, 8))
def test_order_and_repetition_do_not_matter(changes: list[tuple[str, Applied]], random: Any, repeated: int) -> None:
    again = changes + changes[:repeated]
    random.shuffle(again)
    assert all_of(again) == all_of(changes)
    assert TEXT.changed_by(all_of(again)) == TEXT.changed_by(all_of(changes))


@pytest.mark.parametrize("action", ["edit", "revoke"])
def test_only_its_author_edits_or_revokes_a_message(action: Any) -> None:
    assert may_change(Change(action, "w"), "in", "in")
    assert not may_change(Change(action, "w"), "in", "out")
    assert may_change(Change("reaction", "w"), "in", "out")


def test_of_what_we_send_only_reactions_change_a_message() -> None:
    assert change_by_sending("text", {"body": "Hi"}) is None
    sent = change_by_sending("reaction", {"message_id": "wamid.1", "emoji": "👍"})
    assert sent == Change("reaction", "wamid.1", emoji="👍")
