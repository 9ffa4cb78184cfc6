"""Message templates as Meta has them, in the Directory table.

| access | key | cost |
|---|---|---|
| a template | `T#<t>` / `TPL#<id>` | 1 RRU per 4 KB |
| a page, in the order of ids | `T#<t>` / `TPL#…` | 0.5 RRU per 4 KB of MOST_LOOKED_AT templates at most |
| a page, in another order | same | 0.5 RRU per 4 KB of all of them, MOST_SORTED at most |
| change | `T#<t>` / `TPL#<id>` | 1 RRU + 1 WRU per KB; new words: as much again for the version before |
| what it said before | `T#<t>` / `TPLV#<id>#<version>` | 0.5 RRU per 4 KB |
"""

from collections.abc import Callable, Iterator

from shared.domain.templates.listing import Order, TemplateFilter, place_of
from shared.domain.templates.template import Template
from shared.domain.templates.versions import MOST_VERSIONS, TemplateVersion, current_version, numbered
from shared.errors import InvalidInput, NotFound, TooMany
from shared.ids import TenantId
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor
from shared.store.engine.directory import Directory, cursor_behind
from shared.store.engine.documents import to_document

MOST_LOOKED_AT = 500
"""For one page in the order of ids."""
MOST_SORTED = 6_000
"""So many are read for a page in another order: as many as Meta allows one account."""
_EVERYTHING = TemplateFilter()
_ID = r"[0-9]{1,32}"


class Templates:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def put(self, tenant_id: TenantId, template: Template) -> None:
        self._directory.put(tenant_id, f"TPL#{template.template_id}", template)

    def get(self, tenant_id: TenantId, template_id: str) -> Template:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"TPL#{template_id}", Template)

    def all(self, tenant_id: TenantId) -> list[Template]:
        """All: Meta bounds them (6,000 of an account: business management API, message templates)."""
        return self._directory.all(tenant_id, "TPL#", Template)

    def page(
        self,
        tenant_id: TenantId,
        limit: int,
        cursor: str | None,
        chosen: TemplateFilter = _EVERYTHING,
        order: Order = "id",
    ) -> Page[Template]:
        """Those that are chosen. In the order of Meta's ids a page looks at MOST_LOOKED_AT at most: it may hold fewer
        than `limit`, even none, and still have a next one. Raises InvalidInput for a cursor of another list, and
        TooMany (`too_many_to_sort`) for another order of more than MOST_SORTED."""
        if order == "id":
            return self._by_id(tenant_id, limit, cursor, chosen)
        return self._sorted(tenant_id, limit, cursor, chosen, order)

    def _by_id(self, tenant_id: TenantId, limit: int, cursor: str | None, chosen: TemplateFilter) -> Page[Template]:
        found: list[Template] = []
        room, looked = PageBytes(), 0
        while True:
            page = self._directory.page(tenant_id, "TPL#", Template, limit=100, cursor=cursor, oldest_first=True)
            for template in page.items:
                behind = cursor_behind("TPL#", f"TPL#{template.template_id}")
                if chosen.holds(template):
                    if len(found) == limit or not room.takes(len(to_document(template).encode())):
                        return Page(found, cursor)
                    found.append(template)
                cursor, looked = behind, looked + 1
            if page.cursor is None:
                return Page(found, None)
            if len(found) == limit or looked >= MOST_LOOKED_AT:
                return Page(found, cursor)

    def _sorted(
        self, tenant_id: TenantId, limit: int, cursor: str | None, chosen: TemplateFilter, order: Order
    ) -> Page[Template]:
        position = decode_cursor(f"TPL#{order}", cursor, id=_ID, at=r"[0-9]{13}")
        everything = list(self._up_to(tenant_id, MOST_SORTED))
        backwards = order.startswith("-")
        rows = sorted(filter(chosen.holds, everything), key=lambda row: place_of(row, order), reverse=backwards)
        if position is not None:
            last = next((row for row in everything if row.template_id == position["id"]), None)
            if last is None:
                raise InvalidInput("cursor names a template that is no more; start without it", field="cursor")
            place = place_of(last, order)
            # Where it stood when it was shown: it may have changed since.
            place = (position["at"], *place[1:]) if order.endswith("updated_at") else place
            rows = [
                row for row in rows if (place_of(row, order) < place if backwards else place_of(row, order) > place)
            ]
        found: list[Template] = []
        room = PageBytes()
        for row in rows[:limit]:
            if not room.takes(len(to_document(row).encode())):
                break
            found.append(row)
        if len(found) == len(rows):
            return Page(found, None)
        last_shown = found[-1]
        return Page(
            found,
            encode_cursor(f"TPL#{order}", {"id": last_shown.template_id, "at": f"{last_shown.updated_at:013d}"}),
        )

    def _up_to(self, tenant_id: TenantId, most: int) -> Iterator[Template]:
        cursor: str | None = None
        count = 0
        while True:
            page = self._directory.page(tenant_id, "TPL#", Template, limit=500, cursor=cursor, oldest_first=True)
            count += len(page.items)
            if count > most:
                words = f"there are more than {most} templates; list them in the order of their ids"
                raise TooMany(words, code="too_many_to_sort", field="sort")
            yield from page.items
            cursor = page.cursor
            if cursor is None:
                return

    def change(self, tenant_id: TenantId, template_id: str, change: Callable[[Template], Template]) -> bool:
        """False when the tenant has no such template. What it said before is kept as a version. Raises whatever
        `change` raises."""
        seen: list[Template] = []

        def changed(before: Template) -> Template:
            after = numbered(before, change(before))
            if after.version != before.version and (not seen or seen[-1].version != before.version):
                seen.append(before)
            return after

        try:
            known = self._directory.get(tenant_id, f"TPL#{template_id}", Template, consistent=True)
            if known is None:
                return False
            # Kept before it is replaced: a version's words never change, so keeping them twice is harmless.
            changed(known)
            kept = len(self._keep(tenant_id, seen))
            self._directory.update(tenant_id, f"TPL#{template_id}", Template, changed)
        except NotFound:
            return False
        self._keep(tenant_id, seen[kept:])
        return True

    def _keep(self, tenant_id: TenantId, templates: list[Template]) -> list[Template]:
        for template in templates:
            key = f"TPLV#{template.template_id}#"
            self._directory.put(tenant_id, f"{key}{template.version:06d}", current_version(template))
            if template.version > MOST_VERSIONS:
                self._directory.delete(tenant_id, f"{key}{template.version - MOST_VERSIONS:06d}")
        return templates

    @staticmethod
    def versions_before(template: Template) -> str:
        """With this cursor `versions` begins at what it said before the present version."""
        prefix = f"TPLV#{template.template_id}#"
        return cursor_behind(prefix, f"{prefix}{template.version:06d}")

    def versions(self, tenant_id: TenantId, template_id: str, limit: int, cursor: str | None) -> Page[TemplateVersion]:
        """What it said before, newest first: MOST_VERSIONS at most are kept."""
        prefix = f"TPLV#{template_id}#"
        return self._directory.page(tenant_id, prefix, TemplateVersion, limit=limit, cursor=cursor)
