"""One host may stand behind the endpoints of many tenants. While it answers slowly, few attempts at a time are made at
it, whoever they are for, and of those each tenant has its share: it holds up neither the others' webhooks nor, by
itself, another tenant there.

A host that answers quickly is not counted: that would cost two writes for each delivery. When it turns slow, whoever
waits for it notes so while it waits, and all that begin after that know.

**A tenant has 5 of the 20 places,** drawn by its id and the host: of two tenants, who may take all of theirs, both
have the same 5 once in 15,504 times (shuffle sharding). Somebody who has a server of many tenants answer slowly on
purpose, to slow the others down, takes at most 5 places of theirs: what is answered in 100 ms still passes at 50 a
second for each.

A host is its name and port: the same machine under two names counts twice.
"""

import hashlib
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.webhooks.target import parse_target
from shared.errors import InvalidInput
from shared.ids import TenantId

SLOW_MS = 3_000
"""An attempt that takes so long makes its host a slow one. It may take ten seconds."""
SLOW_FOR_MS = 10 * 60_000
"""So long a host counts as slow after it was last seen to be."""
RENEWED_MS = SLOW_FOR_MS // 2
"""It is not noted again while it counts as slow for longer than this."""
PLACES = 20
"""Attempts at a time at a slow host, of some two hundred that the deliverer makes at a time."""
PLACES_OF_A_TENANT = 5
PLACE_MS = 15_000
"""A place that is not given back is free again after this: longer than an attempt may take."""
_FIRST_PAUSE_MS, _LONGEST_PAUSE_MS = 15_000, 15 * 60_000


@dataclass(frozen=True, slots=True)
class HostState:
    """Until when a host counts as slow (epoch ms, 0 for not), and the places that are taken."""

    slow_until: EpochMs = EpochMs(0)
    taken: frozenset[int] = frozenset()


def host_of(url: str) -> str:
    """Name and port, "" of what is no URL: nothing is sent there."""
    try:
        target = parse_target(url, allow_private=True)
    except InvalidInput:
        return ""
    return f"{target.host.lower()}:{target.port}"


def places_of(tenant_id: TenantId, host: str) -> list[int]:
    """Which places of a host a tenant may take, always in the same order."""
    digest = hashlib.sha256(f"{tenant_id} {host}".encode()).digest()
    drawn = sorted(range(PLACES), key=lambda place: (digest[place], place))
    return drawn[:PLACES_OF_A_TENANT]


def pause_before(waited_ms: int) -> int:
    """How long to leave what finds no place (ms): longer, the longer it has waited."""
    return min(_LONGEST_PAUSE_MS, max(_FIRST_PAUSE_MS, waited_ms // 4))
