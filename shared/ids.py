"""Ids. ULIDs (github.com/ulid/spec) sort by time: 48 bits of milliseconds and 80 of chance in 26 characters."""

import hashlib
import os
from typing import NewType

from shared.clock import EpochMs, epoch_ms

TenantId = NewType("TenantId", str)
"""Whose data it is: every repository function takes one, first."""
ContactId = NewType("ContactId", str)
"""32 hex digits: `contact_id_for` in shared/domain/contacts/identity.py."""
ConversationId = NewType("ConversationId", str)
"""32 hex digits: `conversation_id_for`, beside it."""
CampaignId = NewType("CampaignId", str)
"""A ULID."""
WabaId = NewType("WabaId", str)
"""Meta's, of a WhatsApp Business Account: digits."""
PhoneNumberId = NewType("PhoneNumberId", str)
"""Meta's, of a number of such an account: digits too, and no phone number."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(_CROCKFORD)}
_TIME_CHARACTERS = 10


def new_ulid(at: EpochMs | None = None) -> str:
    """Of this moment, or of now. For edges: logic gets its ids passed in."""
    value = ((epoch_ms() if at is None else at) << 80) | int.from_bytes(os.urandom(10), "big")
    return _text(value, 26)


def derived_ulid(ulid: str, purpose: str) -> str:
    """A ULID of the same moment that follows from another one."""
    chance = int.from_bytes(hashlib.sha256(f"{ulid}|{purpose}".encode()).digest()[:10], "big")
    return time_part(ulid) + _text(chance, 16)


def time_part(ulid: str) -> str:
    """Its characters that hold the time: they sort as the moments do."""
    return ulid[:_TIME_CHARACTERS]


def last_ulid(at: EpochMs) -> str:
    """No ULID of this moment sorts behind it."""
    return _text((at << 80) | ((1 << 80) - 1), 26)


def moment_of(ulid: str) -> EpochMs:
    """When it was made. Raises KeyError for what is no ULID."""
    value = 0
    for character in time_part(ulid):
        value = value << 5 | _VALUES[character]
    return EpochMs(value)


def _text(value: int, characters: int) -> str:
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(5 * (characters - 1), -1, -5))
