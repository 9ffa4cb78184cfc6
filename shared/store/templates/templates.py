"""Message templates as Meta has them, in the Directory table."""

from collections.abc import Callable

from shared.domain.templates.template import Template
from shared.errors import NotFound
from shared.ids import TenantId
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory


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

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Template]:
        """In the order of Meta's ids."""
        return self._directory.page(tenant_id, "TPL#", Template, limit=limit, cursor=cursor, oldest_first=True)

    def change(self, tenant_id: TenantId, template_id: str, change: Callable[[Template], Template]) -> bool:
        """False when the tenant has no such template."""
        try:
            self._directory.update(tenant_id, f"TPL#{template_id}", Template, change)
        except NotFound:
            return False
        return True
