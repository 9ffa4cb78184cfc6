"""Letting few deliveries at a time at a host that answers slowly, whoever's they are."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.webhooks.slow_host import SLOW_MS, HostState, places_of
from shared.ids import TenantId
from shared.observability import count
from shared.sqs_batch import log_failure
from shared.store.webhooks.slow_hosts import SlowHosts


@dataclass(frozen=True, slots=True)
class HostGate:
    """`slow_ms` is after how long an attempt makes its host a slow one."""

    hosts: SlowHosts
    clock: Callable[[], EpochMs]
    new_token: Callable[[], str]
    slow_ms: int = SLOW_MS

    @contextmanager
    def passing(self, tenant_id: TenantId, host: str) -> Iterator[bool]:
        """While something is sent there; with False nothing may be: the host is slow, and has enough to do."""
        state = self.hosts.state(host, self.clock())
        if not state.slow_until:
            with self._watching(host):
                yield True
            return
        token = self.new_token()
        place = self._take(tenant_id, host, state, token)
        if place is None:
            yield False
            return
        try:
            with self._watching(host):
                yield True
        finally:
            self._leave(host, place, token)

    def _take(self, tenant_id: TenantId, host: str, state: HostState, token: str) -> int | None:
        """A place of the tenant's own that nobody had a moment ago, and nobody has been quicker to take."""
        free = (place for place in places_of(tenant_id, host) if place not in state.taken)
        return next((place for place in free if self.hosts.take(host, place, token, self.clock())), None)

    def _leave(self, host: str, place: int, token: str) -> None:
        """Whatever comes of it, what was sent was sent: the place is free again by itself."""
        try:
            self.hosts.give_back(host, place, token)
        except Exception as error:
            log_failure("a host's place", error)

    @contextmanager
    def _watching(self, host: str) -> Iterator[None]:
        """Others are to know of a slow host while this one still waits for it."""
        watch = threading.Timer(self.slow_ms / 1000, self._note, (host,))
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _note(self, host: str) -> None:
        """What is not noted is noted by the next that waits so long."""
        count("WebhookHostSlow")
        try:
            self.hosts.note(host, self.clock())
        except Exception as error:
            log_failure("a slow host", error)
