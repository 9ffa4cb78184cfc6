"""The customer service window: 24 hours from a person's last message to a number."""

_SERVICE_SECONDS = 86_400.0


class Windows:
    """When each person last wrote to each number (seconds of `time.monotonic`)."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], float] = {}

    def opened(self, number_id: str, person: str, at: float) -> None:
        """The person wrote at this moment."""
        self._last[number_id, person] = at

    def is_open(self, number_id: str, person: str, now: float) -> bool:
        """True within 24 hours of the person's last message."""
        last = self._last.get((number_id, person))
        return last is not None and now - last < _SERVICE_SECONDS
