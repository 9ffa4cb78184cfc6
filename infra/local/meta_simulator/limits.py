"""Meta's sending limits, each over the simulator's own clock (seconds of `time.monotonic`)."""

from collections import deque

from .config import LimitRules
from .errors import GraphError

_DAY = 86_400.0


class Throughput:
    """A real sliding one-second window over what a number sent and received.

    Meta: 80 messages per second for a business phone number, in and out together (20 on coexistence, 1,000 upgraded).
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def used(self, now: float) -> int:
        """How many messages lie in the second before `now`."""
        times = self._times
        while times and times[0] <= now - 1.0:
            times.popleft()
        return len(times)

    def add(self, now: float) -> None:
        """Count one message."""
        self._times.append(now)


class Limits:
    """Pair limit and messaging limit of all numbers."""

    def __init__(self) -> None:
        self._pair_due: dict[tuple[str, str], float] = {}
        self._people: dict[str, dict[str, float]] = {}

    def check_pair(self, rules: LimitRules, number_id: str, person: str, now: float) -> None:
        """One message per six seconds to one person; a burst borrows from the future.

        Raises:
            GraphError: 131056.
        """
        if not rules.pair_limit:
            return
        ahead = self._pair_due.get((number_id, person), now) - now
        if ahead > rules.pair_seconds * (rules.pair_burst - 1):
            raise GraphError(131056, "Too many messages sent from this phone number to the same phone number.")

    def check_people(self, limit: int, waba_id: str, person: str, now: float) -> None:
        """Unique people that a business writes to outside their service window within 24 hours.

        Raises:
            GraphError: 131048, when a new person would exceed the limit.
        """
        if limit <= 0:
            return
        people = self._people.setdefault(waba_id, {})
        if person not in people or people[person] <= now - _DAY:
            for old in [name for name, at in people.items() if at <= now - _DAY]:
                del people[old]
            if len(people) >= limit:
                raise GraphError(131048, f"The messaging limit of {limit} unique people in 24 hours was reached.")

    def count(self, rules: LimitRules, waba_id: str, number_id: str, person: str, now: float, *, opens: bool) -> None:
        """Count one accepted message; `opens` when it went to somebody outside the service window."""
        if rules.pair_limit:
            key = (number_id, person)
            self._pair_due[key] = max(self._pair_due.get(key, now), now) + rules.pair_seconds
        if opens:
            self._people.setdefault(waba_id, {}).setdefault(person, now)
