"""A tenant's library of files, in the Directory table.

| access | key | cost |
|---|---|---|
| a file | `T#<t>` / `FILE#<id>` | 1 RRU |
| files, newest first | `T#<t>` / `FILE#…` | 0.5 RRU per 4 KB |
| create, change, delete | same | 1 WRU, a change 1 RRU more |
"""

from collections.abc import Callable

from shared.domain.media.library import LibraryFile
from shared.errors import Conflict, NotFound
from shared.ids import TenantId
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory

_MISSING = "there is no such file; upload it first"


class MediaLibrary:
    """Every method takes the tenant id."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant_id: TenantId, file: LibraryFile) -> LibraryFile:
        """What is stored then: the file that was there, when the same request came before."""
        try:
            self._directory.create(tenant_id, f"FILE#{file.file_id}", file)
        except Conflict:
            return self.get(tenant_id, file.file_id)
        return file

    def get(self, tenant_id: TenantId, file_id: str) -> LibraryFile:
        """Raises NotFound."""
        found = self._directory.get(tenant_id, f"FILE#{file_id}", LibraryFile, consistent=True)
        if found is None:
            raise NotFound(_MISSING)
        return found

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[LibraryFile]:
        """Newest first."""
        return self._directory.page(tenant_id, "FILE#", LibraryFile, limit=limit, cursor=cursor)

    def change(self, tenant_id: TenantId, file_id: str, change: Callable[[LibraryFile], LibraryFile]) -> LibraryFile:
        """Raises NotFound and whatever `change` raises."""
        try:
            return self._directory.update(tenant_id, f"FILE#{file_id}", LibraryFile, change)
        except NotFound as exc:
            raise NotFound(_MISSING) from exc

    def delete(self, tenant_id: TenantId, file_id: str) -> None:
        """Nothing happens when it is not there."""
        self._directory.delete(tenant_id, f"FILE#{file_id}")
