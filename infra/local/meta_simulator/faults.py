"""Faults on the sending endpoints: by share of the requests, or the next n of them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from . import chance
from .config import BadScript, Json

NAMES = (
    "reset_before_accept",
    "error_before_accept",
    "storm_130429",
    "accept_then_reset",
    "accept_then_500",
    "slow",
)


@dataclass(slots=True)
class Fault:
    """One fault in force. `next_count` None means: by share, without end."""

    share: float = 0.0
    next_count: int | None = None
    milliseconds: float = 500.0
    code: int = 0
    plain: bool = False
    phone_number_id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What befalls one request; at most one of the names, and independently how long its answer is held back."""

    name: str = ""
    code: int = 0
    plain: bool = False
    delay_seconds: float = 0.0


_NOTHING = Verdict()


class Faults:
    """The faults set by script. Shares are drawn per recipient and attempt, so that a run repeats."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._faults: dict[str, Fault] = {}
        self._attempts: Counter[tuple[str, str]] = Counter()

    def set(self, change: object) -> Json:
        """Set or clear faults by name; a number is a share, `{"next": n}` a count, null or 0 clears.

        Raises:
            BadScript: an unknown name or value.
        """
        if not isinstance(change, dict):
            raise BadScript("faults must be an object")
        parsed = {name: _parse(name, value) for name, value in change.items()}
        for name, fault in parsed.items():
            self._faults.pop(name, None)
            if fault is not None:
                self._faults[name] = fault
        return self.describe()

    def describe(self) -> Json:
        """The faults in force."""
        return {
            name: {"share": fault.share} if fault.next_count is None else {"next": fault.next_count}
            for name, fault in self._faults.items()
        }

    def draw(self, phone_number_id: str, recipient: str) -> Verdict:
        """What befalls the next request to a recipient."""
        if not self._faults:
            return _NOTHING
        key = (phone_number_id, recipient)
        self._attempts[key] += 1
        hit = ""
        delay = 0.0
        for name in NAMES:
            fault = self._faults.get(name)
            if fault is None or (hit and name != "slow") or not self._hits(name, fault, phone_number_id, recipient):
                continue
            if name == "slow":
                delay = fault.milliseconds / 1000
            else:
                hit = name
        if not hit:
            return Verdict(delay_seconds=delay)
        fault = self._faults[hit]
        return Verdict(hit, fault.code, fault.plain, delay)

    def _hits(self, name: str, fault: Fault, phone_number_id: str, recipient: str) -> bool:
        if fault.phone_number_id and fault.phone_number_id != phone_number_id:
            return False
        if fault.next_count is not None:
            if fault.next_count <= 0:
                return False
            fault.next_count -= 1
            return True
        attempt = str(self._attempts[phone_number_id, recipient])
        return chance.fraction(self._seed, "fault", name, recipient, attempt) < fault.share


def _parse(name: str, value: Any) -> Fault | None:
    if name not in NAMES:
        raise BadScript(f"faults.{name} is not a fault; known: {', '.join(NAMES)}")
    if value is None or value == 0:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = {"share": value}
    if not isinstance(value, dict):
        raise BadScript(f"faults.{name} must be a share or an object")
    unknown = set(value) - {"share", "next", "ms", "code", "plain", "phone_number_id"}
    if unknown:
        raise BadScript(f"faults.{name}: unknown {', '.join(sorted(unknown))}")
    count = value.get("next")
    share = value.get("share", 1.0 if count is None else 0.0)
    if not isinstance(share, int | float) or not 0 <= share <= 1 or not (count is None or isinstance(count, int)):
        raise BadScript(f"faults.{name}: share is 0 to 1, next is a count")
    milliseconds, code = value.get("ms", 500), value.get("code", 0)
    if not isinstance(milliseconds, int | float) or not isinstance(code, int):
        raise BadScript(f"faults.{name}: ms and code are numbers")
    return Fault(
        share=float(share),
        next_count=count,
        milliseconds=float(milliseconds),
        code=code,
        plain=bool(value.get("plain", False)),
        phone_number_id=str(value.get("phone_number_id", "")),
    )
