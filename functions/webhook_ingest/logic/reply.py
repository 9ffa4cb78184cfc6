"""Finding a person in a campaign's blocks, which are sorted by contact id. Pure, but for the reader passed in."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

REPLY_MS = 72 * 3600 * 1000
"""A message within three days of a campaign's start counts as an answer to it."""


def position_of(contact_id: str, blocks: int, read: Callable[[int], Sequence[str]]) -> tuple[int, int] | None:
    """(block of the shard, slot) by binary search; None when the person is not in the campaign.

    `read(n)` gives the contact ids of block n in order: about ten reads for a million recipients.
    """
    low, high = 0, blocks - 1
    while low <= high:
        middle = (low + high) // 2
        ids = read(middle)
        if not ids or contact_id < ids[0]:
            high = middle - 1
        elif contact_id > ids[-1]:
            low = middle + 1
        else:
            slot = bisect_left(ids, contact_id)
            return (middle, slot) if ids[slot] == contact_id else None
    return None
