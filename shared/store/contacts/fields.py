"""A tenant's custom fields of contacts, in the Directory table."""

from collections.abc import Mapping, Sequence

from shared.domain.contacts.contact import MOST_FIELDS, ContactField
from shared.domain.limits import require_room
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

FIELDS = GuardedList("FIELD#", ContactField)


class ContactFields:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant_id: TenantId, field: ContactField, *, is_retry: bool = False) -> None:
        """Raises Conflict (`field_exists`) when the key is taken, a retry only by another field, and TooMany."""
        if is_retry and field in self.all(tenant_id):
            return
        self.create_all(tenant_id, [field], taken_is_fine=False)

    def create_all(self, tenant_id: TenantId, fields: Sequence[ContactField], *, taken_is_fine: bool = True) -> None:
        """All of them or none; one whose key is taken stays as it is. Raises TooMany (`too_many_fields`)."""

        def decide(found: Mapping[str, ContactField]) -> Mapping[str, ContactField]:
            new = {f"FIELD#{field.key}": field for field in fields if f"FIELD#{field.key}" not in found}
            if len(new) < len(fields) and not taken_is_fine:
                raise Conflict("there is a field with this key", field="key", code="field_exists")
            if new:
                require_room(len(found) + len(new) - 1, MOST_FIELDS, "custom fields", "too_many_fields")
            return new

        guarded.change(tenant_id, FIELDS, decide)

    def all(self, tenant_id: TenantId) -> list[ContactField]:
        """All: MOST_FIELDS at most."""
        return self._directory.all(tenant_id, "FIELD#", ContactField)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[ContactField]:
        """In the order of keys."""
        return self._directory.page(tenant_id, "FIELD#", ContactField, limit=limit, cursor=cursor, oldest_first=True)

    def delete(self, tenant_id: TenantId, key: str) -> None:
        self._directory.delete(tenant_id, f"FIELD#{key}")
