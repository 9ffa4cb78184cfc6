"""Tenants' webhook endpoints, in the Directory table: `WHE#<endpoint>`, read with every batch of events (0.5 RRU)."""

from collections.abc import Callable, Mapping

from shared.domain.limits import require_room
from shared.domain.webhooks.endpoint import MOST_ENDPOINTS, WebhookEndpoint
from shared.errors import NotFound
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

ENDPOINTS = GuardedList("WHE#", WebhookEndpoint)


class WebhookEndpoints:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant_id: TenantId, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """As it is stored: where one of this id is there already, as that one is by now. Raises TooMany
        (`too_many_endpoints`)."""
        key = _key(endpoint.endpoint_id)

        def decide(found: Mapping[str, WebhookEndpoint]) -> Mapping[str, WebhookEndpoint]:
            if key not in found:
                require_room(len(found), MOST_ENDPOINTS, "endpoints", "too_many_endpoints")
            return {key: found.get(key, endpoint)}

        return guarded.change(tenant_id, ENDPOINTS, decide)[key]

    def all(self, tenant_id: TenantId) -> list[WebhookEndpoint]:
        """In the order in which they were made."""
        return self._directory.all(tenant_id, "WHE#", WebhookEndpoint)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[WebhookEndpoint]:
        """In the order they were made."""
        return self._directory.page(tenant_id, "WHE#", WebhookEndpoint, limit=limit, cursor=cursor, oldest_first=True)

    def get(self, tenant_id: TenantId, endpoint_id: str) -> WebhookEndpoint:
        """Raises NotFound."""
        return self._directory.need(tenant_id, _key(endpoint_id), WebhookEndpoint)

    def change(
        self, tenant_id: TenantId, endpoint_id: str, change: Callable[[WebhookEndpoint], WebhookEndpoint]
    ) -> WebhookEndpoint:
        """Raises NotFound."""
        return self._directory.update(tenant_id, _key(endpoint_id), WebhookEndpoint, change)

    def note(self, tenant_id: TenantId, endpoint_id: str, change: Callable[[WebhookEndpoint], WebhookEndpoint]) -> None:
        """What a delivery found out; an endpoint that is gone meanwhile stays gone."""
        try:
            self.change(tenant_id, endpoint_id, change)
        except NotFound:
            return

    def delete(self, tenant_id: TenantId, endpoint_id: str) -> None:
        self._directory.delete(tenant_id, _key(endpoint_id))


def _key(endpoint_id: str) -> str:
    return f"WHE#{endpoint_id}"
