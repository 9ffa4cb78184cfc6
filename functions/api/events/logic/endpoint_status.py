"""How deliveries to an endpoint are doing just now."""

from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.domain.webhooks.backlog import Backlog


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """`host_slow_until` in epoch ms, 0 for a host that is not slow."""

    backlog: Backlog = field(default_factory=Backlog)
    host_slow_until: EpochMs = EpochMs(0)
