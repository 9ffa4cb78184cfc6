"""Documents that are no tenant's, each by its own key: read with its version, replaced if that is unchanged."""

import random
import time
from collections.abc import Callable

from shared.errors import RetryableError
from shared.store.engine.directory import DirectoryItem
from shared.store.engine.documents import T, from_document, to_document
from shared.store.engine.own_writes import written

_ATTEMPTS = 8
_LONGEST_PAUSE_SECONDS = 0.1


def read(key: str, sort_key: str, empty: T) -> tuple[T, int]:
    """What is stored and its version: `empty` and 0 when nothing is."""
    try:
        item = DirectoryItem.get(key, sort_key, consistent_read=True)
    except DirectoryItem.DoesNotExist:
        return empty, 0
    return from_document(type(empty), item.doc), int(item.version)


def replacement(key: str, sort_key: str, value: object, version: int, ttl: int | None = None) -> DirectoryItem:
    """What takes the place of this version, in no index; not yet written."""
    return DirectoryItem(key, sort_key, doc=to_document(value), version=version + 1, ttl=ttl)


def save(item: DirectoryItem, version: int) -> bool:
    """False when others changed it since it had this version."""
    return written(item, DirectoryItem.version == version if version else DirectoryItem.pk.does_not_exist())


def change(
    key: str,
    sort_key: str,
    empty: T,
    change_it: Callable[[T], T],
    item_of: Callable[[T, int], DirectoryItem],
) -> T:
    """What is stored afterwards. `change_it` must be pure: it may run more than once. `item_of` makes the item that
    takes the place of a version. Raises whatever `change_it` raises, and RetryableError when others keep winning."""
    for attempt in range(_ATTEMPTS):
        before, version = read(key, sort_key, empty)
        after = change_it(before)
        if after == before:
            return before
        if save(item_of(after, version), version):
            return after
        time.sleep(random.uniform(0, min(_LONGEST_PAUSE_SECONDS, 0.005 * 2**attempt)))  # noqa: S311 - no secret
    raise RetryableError("many changes at the same moment; try again")
