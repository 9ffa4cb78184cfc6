"""A change of consent, as it is stored and shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One entry of the feed: this contact said no (`opted_out`) or yes again, at `at` (epoch ms)."""

    contact_id: str
    opted_out: bool
    at: int


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """A person said no (`opted_out`) or yes, at `at` (epoch ms); `source` says how."""

    event_id: str
    opted_out: bool
    source: str
    at: int
