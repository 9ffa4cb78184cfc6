"""Into how many parts lists are split."""

from collections import Counter

import pytest

from shared.domain.conversations.list_parts import MOST_PARTS, part_of, parts_for
from shared.ids import ConversationId


@pytest.mark.parametrize(
    ("throughput", "parts"), [(0, 1), (20, 1), (80, 1), (320, 1), (400, 2), (1_000, 4), (10_000, 16), (10**6, 16)]
)
def test_parts_grow_with_what_the_numbers_let_through(throughput: int, parts: int) -> None:
    assert parts_for(throughput) == parts <= MOST_PARTS


def test_conversations_are_spread_evenly_and_stay_where_they_are() -> None:
    placed = Counter(part_of(ConversationId(f"v{n}"), 4) for n in range(4_000))
    assert set(placed) == {0, 1, 2, 3}
    assert max(placed.values()) < 1_150
    assert part_of(ConversationId("v1"), 4) == part_of(ConversationId("v1"), 4)
    assert {part_of(ConversationId(f"v{n}"), 1) for n in range(9)} == {0}
