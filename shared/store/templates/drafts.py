"""A tenant's own drafts of templates, in the Directory table.

| access | key | cost |
|---|---|---|
| a draft | `T#<t>` / `TPLD#<id>` | 1 RRU per 4 KB |
| drafts, newest first | `T#<t>` / `TPLD#…` | 0.5 RRU per 4 KB |
| make | same | 1 RRU per 4 KB of all, and 2 WRU per KB |
| change, delete | same | 1 RRU + 1 WRU per KB |
"""

from collections.abc import Callable, Mapping

from shared.domain.limits import require_room
from shared.domain.templates.stored_draft import MOST_DRAFTS, StoredDraft, require_size
from shared.errors import NotFound
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.documents import to_document
from shared.store.engine.guarded import GuardedList

_DRAFTS = GuardedList("TPLD#", StoredDraft)
_MISSING = "there is no such draft"


class TemplateDrafts:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant_id: TenantId, draft: StoredDraft) -> StoredDraft:
        """What is stored then: the draft that was there, when the same request came before. Raises TooMany
        (`too_many_drafts`) and InvalidInput (`draft_too_large`)."""
        require_size(to_document(draft))
        key = f"TPLD#{draft.draft_id}"

        def decide(found: Mapping[str, StoredDraft]) -> Mapping[str, StoredDraft]:
            if key in found:
                return {key: found[key]}
            require_room(len(found), MOST_DRAFTS, "drafts of templates", "too_many_drafts")
            return {key: draft}

        return guarded.change(tenant_id, _DRAFTS, decide)[key]

    def get(self, tenant_id: TenantId, draft_id: str) -> StoredDraft:
        """Raises NotFound."""
        found = self._directory.get(tenant_id, f"TPLD#{draft_id}", StoredDraft, consistent=True)
        if found is None:
            raise NotFound(_MISSING)
        return found

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[StoredDraft]:
        """Newest first."""
        return self._directory.page(tenant_id, "TPLD#", StoredDraft, limit=limit, cursor=cursor)

    def change(self, tenant_id: TenantId, draft_id: str, change: Callable[[StoredDraft], StoredDraft]) -> StoredDraft:
        """Raises NotFound, InvalidInput (`draft_too_large`), and whatever `change` raises."""

        def changed(before: StoredDraft) -> StoredDraft:
            after = change(before)
            require_size(to_document(after))
            return after

        try:
            return self._directory.update(tenant_id, f"TPLD#{draft_id}", StoredDraft, changed)
        except NotFound as exc:
            raise NotFound(_MISSING) from exc

    def delete(self, tenant_id: TenantId, draft_id: str) -> None:
        """Nothing happens when it is not there."""
        self._directory.delete(tenant_id, f"TPLD#{draft_id}")
