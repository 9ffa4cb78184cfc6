"""The books balance whatever is stored, and statuses join in any order."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.blocks import BLOCK_SIZE
from shared.domain.campaigns.books import CANCELLED, SKIP_PREFIX, Books, StatusBlock, add_skipped, tally
from shared.domain.contacts.market import pack_markets

slot_sets = st.frozensets(st.integers(0, BLOCK_SIZE - 1))
codes = st.sampled_from(["131026", "131049", f"{SKIP_PREFIX}opted_out", f"{SKIP_PREFIX}no_destination", CANCELLED])
RANK = ["sent", "failed", "delivered", "read"]


@st.composite
def status_blocks(draw: st.DrawFn) -> StatusBlock:
    size = draw(st.integers(1, BLOCK_SIZE))
    inside = st.frozensets(st.integers(0, size - 1))
    return StatusBlock(
        size=size,
        sent=draw(inside),
        delivered=draw(inside),
        read=draw(inside),
        replied=draw(inside),
        unconfirmed=draw(inside),
        failed=draw(st.dictionaries(st.integers(0, size - 1), codes)),
        priced=draw(st.dictionaries(st.sampled_from(["marketing", "utility", "free_entry_point"]), inside)),
        held=draw(inside),
        markets=draw(st.sampled_from(["", "BR", pack_markets(["+5511987654321", "US.1", "x", "+34611222333"] * 20)])),
    )


@given(
    st.lists(st.tuples(status_blocks(), st.integers(0, BLOCK_SIZE), slot_sets), max_size=4),
    st.booleans(),
    st.dictionaries(st.sampled_from(["opted_out", "no_destination"]), st.integers(1, 50)),
)
def test_the_books_balance_whatever_is_stored(
    blocks: list[tuple[StatusBlock, int, frozenset[int]]], cancelled: bool, skipped: Mapping[str, int]
) -> None:
    books = Books(planned=sum(block.size for block, _, _ in blocks) + sum(skipped.values()))
    add_skipped(books, skipped.items())
    for block, claimed, retrying in blocks:
        tally(books, block, claimed, retrying, cancelled=cancelled)
    assert books.balanced
    parts = (books.sent, books.failed, books.skipped, books.cancelled, books.unknown, books.waiting)
    assert books.planned == sum(parts)
    assert min(parts) >= 0
    assert books.failed_by.total() == books.failed
    assert books.skipped_by.total() == books.skipped
    assert books.read <= books.delivered <= books.sent
    assert books.unsettled <= books.unknown
    assert books.held <= books.sent
    assert books.priced.total() <= books.delivered
    if cancelled:
        assert books.waiting == 0


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (StatusBlock(1), None),
        (StatusBlock(1, sent=frozenset({0})), "sent"),
        (StatusBlock(1, unconfirmed=frozenset({0})), "unknown"),
        (StatusBlock(1, sent=frozenset({0}), unconfirmed=frozenset({0})), "sent"),
        (StatusBlock(1, sent=frozenset({0}), failed={0: "131026"}), "failed"),
        (StatusBlock(1, unconfirmed=frozenset({0}), failed={0: "131026"}), "failed"),
        (StatusBlock(1, delivered=frozenset({0}), failed={0: "131026"}), "delivered"),
        (StatusBlock(1, read=frozenset({0}), failed={0: "131026"}), "read"),
        (StatusBlock(1, read=frozenset({0})), "read"),
        (StatusBlock(1, delivered=frozenset({0}), read=frozenset({0})), "read"),
        (StatusBlock(1, failed={0: "skip:opted_out"}), "skipped"),
        (StatusBlock(1, failed={0: CANCELLED}), "cancelled"),
        (StatusBlock(1, replied=frozenset({0}), priced={"marketing": frozenset({0})}), None),
        (StatusBlock(1, held=frozenset({0})), "sent"),
        (StatusBlock(1, held=frozenset({0}), failed={0: "132015"}), "failed"),
    ],
)
def test_what_counts_for_a_recipient(block: StatusBlock, expected: str | None) -> None:
    assert block.outcome(0) == expected


@pytest.mark.parametrize(
    ("claimed", "retrying", "cancelled", "expected"),
    [
        (0, False, False, "waiting"),
        (1, False, False, "unknown"),
        (1, True, False, "waiting"),
        (0, False, True, "cancelled"),
        (1, True, True, "cancelled"),
        (1, False, True, "unknown"),
    ],
)
def test_where_somebody_without_an_outcome_stands(claimed: int, retrying: bool, cancelled: bool, expected: str) -> None:
    books = Books(planned=1)
    tally(books, StatusBlock(1), claimed, frozenset({0} if retrying else ()), cancelled=cancelled)
    assert getattr(books, expected) == 1
    assert books.balanced
    assert books.settled == (expected == "cancelled")


def test_somebody_given_up_on_stays_unknown_but_settled() -> None:
    books = Books(planned=1)
    tally(books, StatusBlock(1, unconfirmed=frozenset({0})), 1, frozenset(), cancelled=False)
    assert (books.unknown, books.unsettled, books.settled, books.balanced) == (1, 0, True, True)


def test_meta_charges_what_it_delivers_by_country_and_category() -> None:
    """Five people in Brazil and the United States: three have it, one of them free of charge; one price came twice."""
    block = StatusBlock(
        5,
        sent=frozenset(range(5)),
        delivered=frozenset({0, 1}),
        read=frozenset({2}),
        priced={"marketing": frozenset({0, 1, 3}), "free_entry_point": frozenset({1, 2})},
        markets=pack_markets(["+5511987654321", "+14155550100", "BR.1", "+5511987654321", "+5511987654321"]),
    )
    books = Books(planned=5)
    tally(books, block, 5, frozenset(), cancelled=False)
    assert books.priced == {("BR", "marketing"): 1, ("US", "marketing"): 1, ("BR", "free_entry_point"): 1}
    assert (books.billable, books.delivered) == (3, 3)


@pytest.mark.parametrize(
    ("more", "held"),
    [
        ({}, 2),
        ({"sent": frozenset({0})}, 1),
        ({"read": frozenset({0})}, 1),
        ({"failed": {0: "132015", 1: "132015"}}, 0),
    ],
)
def test_what_meta_keeps_back_is_shown_until_its_statuses_come(more: Mapping[str, Any], held: int) -> None:
    books = Books(planned=2)
    tally(books, StatusBlock(2, held=frozenset({0, 1}), **more), 2, frozenset(), cancelled=False)
    assert (books.held, books.sent + books.failed, books.settled) == (held, 2, True)


def test_books_that_miss_somebody_do_not_balance() -> None:
    books = Books(planned=2)
    tally(books, StatusBlock(1, sent=frozenset({0})), 1, frozenset(), cancelled=False)
    assert not books.balanced


def joined(events: tuple[tuple[str, int], ...]) -> StatusBlock:
    """A block after these (status, slot) events, added as the store adds them."""
    sets: dict[str, set[int]] = {"sent": set(), "delivered": set(), "read": set()}
    failed: dict[int, str] = {}
    for status, slot in events:
        if status == "failed":
            failed.setdefault(slot, "131026")
        else:
            sets[status].add(slot)
    return StatusBlock(3, frozenset(sets["sent"]), frozenset(sets["delivered"]), frozenset(sets["read"]), failed=failed)


@pytest.mark.parametrize(
    "events",
    [
        (("sent", 0), ("delivered", 0), ("read", 0), ("failed", 0)),
        (("sent", 0), ("failed", 0), ("sent", 1), ("read", 1)),
        (("sent", 0), ("delivered", 1), ("failed", 2), ("read", 2), ("sent", 2)),
    ],
)
def test_any_order_and_repetition_of_statuses_gives_the_same_books(events: tuple[tuple[str, int], ...]) -> None:
    results = set()
    for order in itertools.permutations(events):
        for again in ((), order[:1], order):
            books = Books(planned=3)
            tally(books, joined(order + again), 3, frozenset(), cancelled=False)
            assert books.balanced
            results.add((books.sent, books.failed, books.delivered, books.read, books.unknown))
    assert len(results) == 1


@given(st.lists(st.sampled_from(RANK), min_size=1, max_size=6))
def test_the_furthest_status_counts(statuses: list[str]) -> None:
    block = joined(tuple((status, 0) for status in statuses))
    assert block.outcome(0) == max(statuses, key=RANK.index)
