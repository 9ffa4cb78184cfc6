"""How many of a kind of call a tenant, and each of its callers, may have at a time.

Whoever begins takes a lease, and gives it back; one that is not given back ends by itself, so that a worker that died
holds up nobody for longer than that. A lease that nobody gives back bounds how many may begin within its time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Lease:
    """`holder` is who takes it; it ends at `until` (epoch ms)."""

    holder: str
    until: EpochMs


@dataclass(frozen=True, slots=True)
class Leases:
    """Those of one tenant and kind, by their id."""

    held: Mapping[str, Lease] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bound:
    """`most` leases of a tenant at a time, `most_of_holder` of each holder. `code` and `words` are what whoever gets
    none is told."""

    kind: str
    most: int
    most_of_holder: int
    code: str
    words: str


WAITING = Bound(
    "waiting", 10, 2, "too_many_waiting", "too many calls wait for events: ask without `wait`, or when one has ended"
)
TESTS = Bound(
    "tests", 30, 5, "too_many_tests", "an endpoint is tested or verified five times a minute, all together thirty times"
)
DRY_RUNS = Bound(
    "dry_runs", 5, 5, "too_many_dry_runs", "five dry runs are made at a time: ask again when one of them is complete"
)
COUNTS = Bound(
    "counts", 3, 2, "too_many_counts", "three counts of people are made at a time: ask again when one has ended"
)
REPLAYS = Bound("replays", 60, 60, "too_many_replays", "deliveries are replayed by sixty calls a minute at most")


def with_lease(leases: Leases, lease_id: str, lease: Lease, now: EpochMs, bound: Bound) -> Leases:
    """The leases with one more, without those that have ended. Raises RateLimited, with when the next one ends; `now`
    is epoch ms."""
    live = {name: found for name, found in leases.held.items() if found.until > now and name != lease_id}
    own = [found for found in live.values() if found.holder == lease.holder]
    _require_room(own, bound.most_of_holder, now, bound)
    _require_room(list(live.values()), bound.most, now, bound)
    return Leases({**live, lease_id: lease})


def without_lease(leases: Leases, lease_id: str) -> Leases:
    return Leases({name: lease for name, lease in leases.held.items() if name != lease_id})


def _require_room(live: Sequence[Lease], most: int, now: EpochMs, bound: Bound) -> None:
    if len(live) >= most:
        first = min(lease.until for lease in live)
        raise RateLimited(bound.words, wait_ms=first - now, code=bound.code)
