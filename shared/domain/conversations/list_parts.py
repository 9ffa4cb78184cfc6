"""Into how many parts the lists of a tenant's conversations are split. Pure.

A part is a key of an index, and one key takes 1,000 write units a second (Amazon DynamoDB, partitions). A message moves
its conversation within its list, which is two of them.
"""

import hashlib

from shared.ids import ConversationId

MOST_PARTS = 16
"""A page of a list begins with one read of each."""
_WRITES_A_SECOND = 200
"""What a part is to take at most: it may hold others' parts beside it, and hours are not alike."""
_HEARD_PERCENT = 30
"""Messages that come in, of all that a number's throughput lets through in both directions."""


def parts_for(throughput: int) -> int:
    """A power of two, for numbers that together have this throughput (messages a second)."""
    writes = throughput * _HEARD_PERCENT / 100 * 2
    parts = 1
    while parts < MOST_PARTS and writes / parts > _WRITES_A_SECOND:
        parts *= 2
    return parts


def part_of(conversation_id: ConversationId, parts: int) -> int:
    """Always the same for a conversation, from 0."""
    return int.from_bytes(hashlib.sha256(conversation_id.encode()).digest()[:4]) % parts
