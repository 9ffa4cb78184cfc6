"""Connections of accounts, step by step, in the Directory table: `ONBOARDING#<id>` of a tenant, the newest MOST_KEPT.

| access | cost |
|---|---|
| begin (`create`) | 1 RRU per 4 KB of those there are, 1 for their guard; 2 WRU per KB and for the guard |
| a step (`change`) | 1 RRU per 4 KB + 1 WRU per KB |
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from shared.clock import EpochMs
from shared.domain.limits import require_room
from shared.domain.numbers.onboarding import Onboarding
from shared.errors import NotFound
from shared.ids import TenantId, WabaId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

MOST_KEPT = 50
_PREFIX = "ONBOARDING#"
ONBOARDINGS = GuardedList(_PREFIX, Onboarding)


class Onboardings:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create(self, tenant_id: TenantId, onboarding: Onboarding) -> Onboarding:
        """What is stored under this id afterwards. The oldest that nobody works at makes room. Raises TooMany
        (`too_many_onboardings`) where others were faster."""
        key = _PREFIX + onboarding.onboarding_id
        found = self._directory.all(tenant_id, _PREFIX, Onboarding)
        if len(found) >= MOST_KEPT:
            idle = [one for one in found if one.run_until <= onboarding.created_at]
            for one in idle[: len(found) - MOST_KEPT + 1]:
                self._directory.delete(tenant_id, _PREFIX + one.onboarding_id)

        def decide(found: Mapping[str, Onboarding]) -> Mapping[str, Onboarding]:
            if key in found:
                return {key: found[key]}
            require_room(len(found), MOST_KEPT, "connections of accounts", "too_many_onboardings")
            return {key: onboarding}

        return guarded.change(tenant_id, ONBOARDINGS, decide)[key]

    def get(self, tenant_id: TenantId, onboarding_id: str) -> Onboarding:
        """Raises NotFound."""
        return self._directory.need(tenant_id, _PREFIX + onboarding_id, Onboarding)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Onboarding]:
        """Newest first."""
        return self._directory.page(tenant_id, _PREFIX, Onboarding, limit=limit, cursor=cursor)

    def change(self, tenant_id: TenantId, onboarding_id: str, change: Callable[[Onboarding], Onboarding]) -> Onboarding:
        """Raises NotFound, and whatever `change` raises."""
        return self._directory.update(tenant_id, _PREFIX + onboarding_id, Onboarding, change)

    def give_up_access(self, tenant_id: TenantId, waba_id: WabaId, at: EpochMs) -> None:
        """None of an account's connections goes on before another sign-up, but those that somebody has worked at since
        (`at` is epoch ms). Repeating it changes nothing."""

        def without_token(one: Onboarding) -> Onboarding:
            return replace(one, token="") if one.updated_at <= at else one

        for found in self._directory.all(tenant_id, _PREFIX, Onboarding):
            if found.waba_id == waba_id and found.token:
                with suppress(NotFound):  # it made room for a newer one
                    self.change(tenant_id, found.onboarding_id, without_token)
