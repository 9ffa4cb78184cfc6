"""When tokens end, in the Directory table: `TOKEN#<account>` of a tenant, found by the index at its next moment.

Keeping one is 1 RRU and 2 WRU; what is due costs 0.5 RRU per 4 KB and for each of 17 keys.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.numbers.token_watch import TokenWatch, next_warning
from shared.errors import Conflict, NotFound
from shared.ids import TenantId, WabaId
from shared.store.engine.directory import Directory, Due

_KIND = "TOKEN"
_PREFIX = "TOKEN#"


def _due(watch: TokenWatch) -> Due | None:
    at = next_warning(watch)
    return Due(_KIND, at) if at is not None else None


@dataclass(frozen=True, slots=True)
class DueWatch:
    """`place` is where it stands among all that are due."""

    tenant_id: TenantId
    watch: TokenWatch
    place: str


class TokenWatches:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def put(self, tenant_id: TenantId, watch: TokenWatch) -> None:
        """In place of what was kept of the account."""
        key = _PREFIX + watch.waba_id
        try:
            self._directory.create(tenant_id, key, watch, due=_due(watch))
        except Conflict:
            self._directory.update(tenant_id, key, TokenWatch, lambda _: watch, due=_due)

    def due(self, now: EpochMs, behind: str = "") -> Iterator[DueWatch]:
        """Those whose moment has come, from behind a place on (`Directory.due`)."""
        for document in self._directory.due(_KIND, now, behind):
            watch = self._directory.get(document.tenant_id, document.key, TokenWatch, consistent=True)
            if watch is not None:
                yield DueWatch(document.tenant_id, watch, document.place)

    def change(self, tenant_id: TenantId, waba_id: WabaId, change: Callable[[TokenWatch], TokenWatch]) -> None:
        """Nothing happens when it is not there."""
        try:
            self._directory.update(tenant_id, _PREFIX + waba_id, TokenWatch, change, due=_due)
        except NotFound:
            return
