"""ULIDs sort by time and tell it."""

from shared.clock import EpochMs
from shared.ids import derived_ulid, last_ulid, moment_of, new_ulid

AT = EpochMs(1_790_000_000_123)


def test_a_ulid_tells_its_moment() -> None:
    assert moment_of(new_ulid(AT)) == AT


def test_ulids_sort_by_time() -> None:
    assert new_ulid(AT) <= last_ulid(AT) < new_ulid(EpochMs(AT + 1))
    assert moment_of(last_ulid(AT)) == AT


def test_a_derived_ulid_is_of_the_same_moment_and_follows_from_the_first() -> None:
    first = new_ulid(AT)
    derived = derived_ulid(first, "resend")
    assert derived == derived_ulid(first, "resend") != derived_ulid(first, "retry")
    assert moment_of(derived) == AT
    assert len(derived) == len(first)
