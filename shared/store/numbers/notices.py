"""Notices, in the Directory table: `NOTICE#<ms>-<id>` of a tenant, forgotten after RETENTION_DAYS."""

from shared.domain.numbers.notice import Notice
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory, DirectoryItem, document_item

RETENTION_DAYS = 400
_PREFIX = "NOTICE#"


class Notices:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def put(self, tenant_id: TenantId, notice: Notice) -> bool:
        """False when it was there."""
        try:
            self._directory.create(tenant_id, _PREFIX + notice.notice_id, notice, ttl=_ends(notice))
        except Conflict:
            return False
        return True

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Notice]:
        """Newest first. Raises InvalidInput for a cursor this API did not hand out."""
        return self._directory.page(tenant_id, _PREFIX, Notice, limit=limit, cursor=cursor)


def notice_item(tenant_id: TenantId, notice: Notice) -> DirectoryItem:
    """For a transaction: to be written where nothing stands."""
    return document_item(tenant_id, _PREFIX + notice.notice_id, notice, ttl=_ends(notice))


def _ends(notice: Notice) -> int:
    """Epoch seconds."""
    return notice.at // 1000 + RETENTION_DAYS * 24 * 3600
