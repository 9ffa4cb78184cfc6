"""Dates for date-time parameters, and the moment an offer ends.

Meta shows a date-time parameter as the text it is given, so the mapping says how to write it: YYYY, YY, MM, M, DD, D,
HH and mm stand for the parts; anything in square brackets is written as it is.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from shared.clock import EpochMs

DEFAULT_PATTERN = "YYYY-MM-DD"
_TOKEN = re.compile(r"YYYY|YY|MM|M|DD|D|HH|mm|\[[^\[\]]*\]")
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_EPOCH_MS = re.compile(r"[0-9]{13}")
_TIMES = frozenset({"HH", "mm"})
_PARTS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}",
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: str(at.month),
    "DD": lambda at: f"{at.day:02}",
    "D": lambda at: str(at.day),
    "HH": lambda at: f"{at.hour:02}",
    "mm": lambda at: f"{at.minute:02}",
}


def is_pattern(pattern: str) -> bool:
    """Whether the pattern has a part of a date, and no letters that are neither a part nor in brackets."""
    rest = _TOKEN.sub("", pattern)
    tokens = [token for token in _TOKEN.findall(pattern) if token in _PARTS]
    return bool(tokens) and not any(c.isalpha() or c in "[]" for c in rest)


def date_text(pattern: str, value: str) -> str | None:
    """An ISO 8601 date or time in this pattern, in the zone it is written in.

    None when it is no date, or when the pattern wants a time of day and there is only a date.
    """
    at = _moment(value)
    if at is None or (len(value) == 10 and not _TIMES.isdisjoint(_TOKEN.findall(pattern))):
        return None
    return _TOKEN.sub(lambda found: _part(found.group(), at), pattern)


def _part(token: str, at: datetime) -> str:
    return _PARTS[token](at) if token in _PARTS else token[1:-1]


def _moment(value: str) -> datetime | None:
    if not _ISO.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def epoch_of(value: str) -> EpochMs | None:
    """The moment meant, epoch milliseconds: itself, RFC 3339 with a zone, or a date, meaning its end in UTC."""
    if _EPOCH_MS.fullmatch(value):
        return EpochMs(int(value))
    at = _moment(value)
    if at is None:
        return None
    if len(value) == 10:
        at = at.replace(hour=23, minute=59, second=59, tzinfo=UTC)
    return EpochMs(int(at.timestamp() * 1000)) if at.tzinfo is not None else None
