"""No tenant's work holds up another's: whose a queue's message is, and in which order a batch is worked through.

Standard queues: the message group names the owner, which makes the queue a fair one (Amazon SQS, fair queues: whoever
has many messages in flight waits for those who have few). FIFO queues know no such thing: there every group is worked
on by one worker at a time, so an owner with a fixed number of groups has at most so many workers.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
_BETWEEN = "."


def ordered_group(owner: str, order: str) -> str:
    """A FIFO group: messages of one owner and one `order` are handled one after the other."""
    return f"{owner}{_BETWEEN}{order}"


def one_of(groups: int, key: str) -> str:
    """Always the same one of so many names for this key: what bounds the workers that an owner has at a time."""
    return str(int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % groups)


def owner_of(group: str) -> str:
    """Whose a message is, by its group."""
    return group.partition(_BETWEEN)[0]


def in_turns(items: Iterable[T], owner: Callable[[T], str]) -> list[T]:
    """One of each owner in turn, so that nobody's many come before somebody's few; each owner's in their order."""
    waiting: dict[str, deque[T]] = {}
    for item in items:
        waiting.setdefault(owner(item), deque()).append(item)
    ordered: list[T] = []
    while waiting:
        for name in list(waiting):
            ordered.append(waiting[name].popleft())
            if not waiting[name]:
                del waiting[name]
    return ordered
