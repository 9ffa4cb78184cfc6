"""Delivery states join in any order; the window is 24 hours."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import EpochMs
from shared.domain.conversations.conversation import WINDOW_MS, window_open
from shared.domain.conversations.message import merge_status

# From the weakest to the strongest: a message that arrived did not fail, whatever came before or after.
ORDER = ["queued", "sent", "failed", "delivered", "read", "played"]
JUNK = ["", "warning", "deleted", "unknown"]


def joined(start: str, events: tuple[str, ...] | list[str]) -> str:
    current = start
    for event in events:
        current = merge_status(current, event)
    return current


def test_every_order_of_every_set_of_states_ends_in_the_strongest() -> None:
    for count in range(1, len(ORDER)):
        for events in itertools.combinations(ORDER[1:], count):
            for order in itertools.permutations(events):
                assert joined("queued", order) == max(events, key=ORDER.index), order


@given(st.lists(st.sampled_from(ORDER + JUNK), max_size=12), st.randoms())
def test_repetition_and_words_nobody_knows_change_nothing(events: list[str], random: object) -> None:
    known = [event for event in events if event in ORDER]
    shuffled = events * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert joined("queued", shuffled) == joined("queued", known)


@pytest.mark.parametrize("event", ORDER[1:])
def test_an_unknown_send_is_settled_by_any_state(event: str) -> None:
    assert merge_status("unknown", event) == event


@pytest.mark.parametrize(
    ("last_inbound", "now", "expected"),
    [
        (None, 10, False),
        (0, WINDOW_MS - 1, True),
        (0, WINDOW_MS, False),
        (0, WINDOW_MS + 1, False),
        (1_000, 1_000, True),
        (1_000, 900, True),
    ],
)
def test_the_window_is_open_for_24_hours_after_the_last_inbound(
    last_inbound: EpochMs | None, now: EpochMs, expected: bool
) -> None:
    assert WINDOW_MS == 86_400_000
    assert window_open(last_inbound, now) is expected
