"""A tenant's bots, in the Directory table."""

from collections.abc import Callable, Mapping

from shared.domain.bots.bot import Bot, check_bots, folded
from shared.errors import NotFound
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.documents import to_document
from shared.store.engine.guarded import GuardedList

BOTS = GuardedList("BOT#", Bot)


class Bots:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def put(self, tenant_id: TenantId, bot: Bot) -> None:
        """Make it, or replace the one with its id. Raises TooMany (`too_many_bots`, `too_many_keywords`,
        `bot_too_large`, `bots_too_large`)."""
        self._store(tenant_id, bot.bot_id, lambda _: bot)

    def change(self, tenant_id: TenantId, bot_id: str, change: Callable[[Bot], Bot]) -> Bot:
        """Raises NotFound, TooMany like `put`, and whatever `change` raises."""

        def changed(found: Bot | None) -> Bot:
            if found is None:
                raise NotFound("there is no such thing here")
            return change(found)

        return self._store(tenant_id, bot_id, changed)

    @staticmethod
    def _store(tenant_id: TenantId, bot_id: str, change: Callable[[Bot | None], Bot]) -> Bot:
        key = f"BOT#{bot_id}"

        def decide(found: Mapping[str, Bot]) -> Mapping[str, Bot]:
            stored = folded(change(found.get(key)))
            sizes = {name: len(to_document(other).encode()) for name, other in found.items()}
            check_bots(found, {**found, key: stored}, sizes, {**sizes, key: len(to_document(stored).encode())})
            return {key: stored}

        return guarded.change(tenant_id, BOTS, decide)[key]

    def get(self, tenant_id: TenantId, bot_id: str) -> Bot:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"BOT#{bot_id}", Bot)

    def all(self, tenant_id: TenantId) -> list[Bot]:
        """In the order they were made, which is the order in which they are asked."""
        return self._directory.all(tenant_id, "BOT#", Bot)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Bot]:
        """In the order in which they are asked."""
        return self._directory.page(tenant_id, "BOT#", Bot, limit=limit, cursor=cursor, oldest_first=True)

    def delete(self, tenant_id: TenantId, bot_id: str) -> None:
        self._directory.delete(tenant_id, f"BOT#{bot_id}")
