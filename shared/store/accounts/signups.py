"""Sign-ups that wait for the confirmation of their address, in the Directory table: `SIGNUP#<hash of the address>`.

They are nobody's yet, so no tenant is in their key. A change costs 1 RRU and 1 WRU. The index has them by the moment at
which they can no longer be confirmed, until the user pool has forgotten them; TTL removes them three days after the
last call for their address.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import cast

from pynamodb.exceptions import PutError

from shared.clock import EpochMs
from shared.domain.accounts.signup import PendingSignup
from shared.errors import RetryableError
from shared.store.engine.database import ActivityIndex, refusal_code
from shared.store.engine.directory import Directory, DirectoryItem, due_key, due_keys
from shared.store.engine.documents import from_document, to_document

_ATTEMPTS = 8
_KEPT_SECONDS = 3 * 86_400
_SORT_KEY = "PENDING"
_KIND = "SIGNUP"


class Signups:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def find(self, email: str) -> PendingSignup:
        """An empty one when there is none."""
        return _read(_key(email))[0]

    def change(self, email: str, change: Callable[[PendingSignup], PendingSignup], now: EpochMs) -> PendingSignup:
        """What is stored afterwards. `change` must be pure: it may run more than once. Raises whatever it raises, and
        RetryableError when others keep winning."""
        key = _key(email)
        for _ in range(_ATTEMPTS):
            before, version = _read(key)
            after = change(before)
            if after == before:
                return before
            item = _item(key, after, version, now)
            if after.subject:
                item.gsi1pk, item.gsi1sk = due_key(_KIND, key), f"{after.expires_at:013d}#{key}"
            if _save(item, version):
                return after
        raise RetryableError("many changes at the same moment; try again")

    def ended(self, now: EpochMs, most: int) -> Iterator[tuple[str, str]]:
        """(key, subject) of up to `most` that could no longer be confirmed at `now`, oldest first."""
        end = ActivityIndex.gsi1sk < f"{now:013d}"
        rows = [row for key in due_keys(_KIND) for row in DirectoryItem.index.query(key, end, limit=most)]
        oldest = sorted((cast("DirectoryItem", row) for row in rows), key=lambda row: str(row.gsi1sk))
        for row in oldest[:most]:
            yield row.pk, from_document(PendingSignup, row.doc).subject

    def note_ended(self, key: str, subject: str, now: EpochMs) -> None:
        """The user pool has forgotten this subject: it is no longer one of `ended`."""
        found, version = _read(key)
        if found.subject == subject:
            _save(_item(key, found, version, now), version)


def _item(key: str, pending: PendingSignup, version: int, now: EpochMs) -> DirectoryItem:
    """What takes the place of this version, in no index."""
    ttl = now // 1000 + _KEPT_SECONDS
    return DirectoryItem(key, _SORT_KEY, doc=to_document(pending), version=version + 1, ttl=ttl)


def _key(email: str) -> str:
    return f"SIGNUP#{hashlib.sha256(email.encode()).hexdigest()}"


def _read(key: str) -> tuple[PendingSignup, int]:
    """What is stored and its version: an empty one and 0 when nothing is."""
    try:
        item = DirectoryItem.get(key, _SORT_KEY, consistent_read=True)
    except DirectoryItem.DoesNotExist:
        return PendingSignup(), 0
    return from_document(PendingSignup, item.doc), int(item.version)


def _save(item: DirectoryItem, version: int) -> bool:
    """False when it was changed since it had this version."""
    try:
        item.save(DirectoryItem.version == version if version else DirectoryItem.pk.does_not_exist())
    except PutError as exc:
        if refusal_code(exc) != "ConditionalCheckFailedException":
            raise
        return False
    return True
