"""The error-rate trip: a campaign that keeps failing for one reason stops by itself before it burns its audience."""

from collections import Counter, deque
from dataclasses import dataclass, field

WINDOW = 100
"""Outcomes looked at, the last ones of a campaign."""
SHARE = 0.5
"""Of those, the share refused with one and the same code that stops the campaign."""


@dataclass(slots=True)
class ErrorTrip:
    """One campaign's last outcomes; the code is "" for a message that was accepted."""

    _codes: deque[str] = field(default_factory=deque)
    _counts: Counter[str] = field(default_factory=Counter)

    def note(self, code: str) -> bool:
        """Whether this refusal is the one too many; the count begins anew afterwards."""
        self._codes.append(code)
        self._counts[code] += 1
        if len(self._codes) > WINDOW:
            self._counts[self._codes.popleft()] -= 1
        if not code or len(self._codes) < WINDOW or self._counts[code] < WINDOW * SHARE:
            return False
        self._codes.clear()
        self._counts.clear()
        return True
