"""Sign-ups that wait for the confirmation of their address, in the Directory table: `SIGNUP#<hash of the address>`.

They are nobody's yet, so no tenant is in their key. A change costs 1 RRU and 1 WRU. The index has them by the moment at
which they can no longer be confirmed, until the user pool has forgotten them; TTL removes them three days after the
last call for their address.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.accounts.signup import PendingSignup
from shared.store.engine import lone
from shared.store.engine.directory import Directory, DirectoryItem, due_key

_KEPT_SECONDS = 3 * 86_400
_SORT_KEY = "PENDING"
_KIND = "SIGNUP"


@dataclass(frozen=True, slots=True)
class EndedSignup:
    """`place` is where it stands among all that have ended."""

    key: str
    subject: str
    place: str


class Signups:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def find(self, email: str) -> PendingSignup:
        """An empty one when there is none."""
        return lone.read(_key(email), _SORT_KEY, PendingSignup())[0]

    def change(self, email: str, change: Callable[[PendingSignup], PendingSignup], now: EpochMs) -> PendingSignup:
        """What is stored afterwards. `change` must be pure: it may run more than once. Raises whatever it raises, and
        RetryableError when others keep winning."""
        key = _key(email)

        def item_of(after: PendingSignup, version: int) -> DirectoryItem:
            item = _item(key, after, version, now)
            if after.subject:
                item.gsi1pk, item.gsi1sk = due_key(_KIND, key), f"{after.expires_at:013d}#{key}"
            return item

        return lone.change(key, _SORT_KEY, PendingSignup(), change, item_of)

    def ended(self, now: EpochMs, behind: str = "") -> Iterator[EndedSignup]:
        """Those that could no longer be confirmed at `now`, from behind a place on (`Directory.due`)."""
        for due in self._directory.due(_KIND, now, behind):
            key = str(due.tenant_id)  # nobody's yet: what stands in a tenant's place is the whole key
            found, _ = lone.read(key, _SORT_KEY, PendingSignup())
            if found.subject and found.expires_at <= now:
                yield EndedSignup(key, found.subject, due.place)

    def note_ended(self, key: str, subject: str, now: EpochMs) -> None:
        """The user pool has forgotten this subject: it is no longer one of `ended`."""
        found, version = lone.read(key, _SORT_KEY, PendingSignup())
        if found.subject == subject:
            lone.save(_item(key, found, version, now), version)


def _item(key: str, pending: PendingSignup, version: int, now: EpochMs) -> DirectoryItem:
    """What takes the place of this version, in no index."""
    ttl = now // 1000 + _KEPT_SECONDS
    return lone.replacement(key, _SORT_KEY, pending, version, ttl)


def _key(email: str) -> str:
    return f"SIGNUP#{hashlib.sha256(email.encode()).hexdigest()}"
