"""A change of consent, as it is stored and shown."""

from dataclasses import dataclass

from shared.clock import EpochMs
from shared.ids import ContactId


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One entry of the feed: this contact said no (`opted_out`) or yes again, as was learned at `at` (epoch ms); or
    turned out to be the same person as the contact `same_as`, which says neither. Who was `deleted` is written to no
    more either: to what is under way that is a no."""

    contact_id: ContactId
    opted_out: bool
    at: EpochMs
    same_as: ContactId = ContactId("")
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """A person said no (`opted_out`) or yes, at `at` (epoch ms); `source` says how."""

    event_id: str
    opted_out: bool
    source: str
    at: EpochMs
