"""A contact: one person as one tenant knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.clock import EpochMs
from shared.ids import ContactId


@dataclass(frozen=True, slots=True)
class Contact:
    """Times are epoch milliseconds UTC; `phone` is E.164 with plus; `region` is the phone's ISO country.

    `opted_out_at` is when the person said no (None when they did not); `last_inbound_at` is when they last wrote to
    any of the tenant's numbers; `merged` are the ids of contacts that turned out to be the same person.

    `name` is the one the tenant gave, else the one in the phone book of their WhatsApp Business app, else
    `profile_name`, which the person gave themselves in WhatsApp. `given_name` is the first name that the tenant gave
    beside that `name`, blank if none (see shared.domain.contacts.first_name), `last_name` the last one. `language` is a
    tag (BCP 47), `time_zone` a name of the IANA database. `username` is WhatsApp's, without @;
    it may change freely and identifies nobody (Meta, business-scoped user ids). `moved_at` is when WhatsApp last told
    that the person changed their number or user id, 0 for never. `deleted_at`: the tenant deleted them then, and what
    is left is where their identities lead and what they said of consent; 0 for whoever is there. `revision` counts how
    often a caller changed names, attributes, fields and tags.
    """

    contact_id: ContactId
    phone: str | None = None
    bsuid: str | None = None
    name: str = ""
    region: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    opted_out_at: EpochMs | None = None
    opt_out_source: str = ""
    last_inbound_at: EpochMs | None = None
    created_at: EpochMs = EpochMs(0)
    updated_at: EpochMs = EpochMs(0)
    merged: frozenset[ContactId] = frozenset()
    profile_name: str = ""
    username: str = ""
    given_name: str = ""
    moved_at: EpochMs = EpochMs(0)
    revision: int = 0
    last_name: str = ""
    language: str = ""
    time_zone: str = ""
    email: str = ""
    deleted_at: EpochMs = EpochMs(0)

    @property
    def shown_name(self) -> str:
        """What people see them as in a list: the username of somebody who gives no name."""
        return self.name or (f"@{self.username}" if self.username else "")


def end_of_second(at: EpochMs) -> EpochMs:
    return EpochMs(at // 1000 * 1000 + 999)


def was_before(at: EpochMs, deleted_at: EpochMs) -> bool:
    """Whether what is from `at` is from before a deletion. Meta's times are whole seconds: of the second of the
    deletion it is not known, and 0 is no time."""
    return at > 0 and end_of_second(at) <= deleted_at


def living_first(people: Iterable[Contact]) -> list[Contact]:
    """In their order, but those who are there before what is left of those who were deleted."""
    return sorted(people, key=lambda one: bool(one.deleted_at))


NEVER_BACK = EpochMs(1)
"""The time of a report that makes nobody who was deleted be there again: it is from before every deletion."""


MOST_FIELDS = 100
"""Custom fields of a tenant."""


@dataclass(frozen=True, slots=True)
class ContactField:
    """A custom field the tenant defined. `kind` decides how an import checks its values."""

    key: str
    label: str
    kind: str = "text"
