"""What a team sets up for its inbox: labels and canned replies."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_texts import CONTACT_TEXTS
from shared.errors import Conflict

MOST_LABELS = 200
MOST_CANNED = 500
_PLACE = re.compile(r"\{([A-Za-z_.0-9]+)(?:\|([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Label:
    """`colour` is #rrggbb. `revision` counts the changes."""

    label_id: str
    name: str
    colour: str
    created_at: EpochMs = EpochMs(0)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A text to answer with, found by its `shortcut`. It may hold places such as `{contact.first_name|there}`: what
    stands behind the bar is written when the contact has no such value. `revision` counts the changes."""

    reply_id: str
    shortcut: str
    text: str
    created_at: EpochMs = EpochMs(0)
    updated_at: EpochMs = EpochMs(0)
    revision: int = 0


def check_label(label: Label, others: Collection[Label]) -> None:
    """Raises Conflict for a name that one of the tenant's others has."""
    if any(other.name.casefold() == label.name.casefold() for other in others):
        raise Conflict("there is a label with this name", field="name", code="label_exists")


def check_canned_reply(reply: CannedReply, others: Collection[CannedReply]) -> None:
    """Raises Conflict for a shortcut that one of the tenant's others has."""
    if any(other.shortcut == reply.shortcut for other in others):
        raise Conflict("there is a reply with this shortcut", field="shortcut", code="shortcut_taken")


def unknown_places(text: str, fields: Collection[str]) -> list[str]:
    """Places that nothing could fill; `fields` are the tenant's custom fields."""
    names = [match.group(1) for match in _PLACE.finditer(text)]
    known = {f"contact.{name}" for name in CONTACT_TEXTS} | {f"contact.fields.{key}" for key in fields}
    return [name for name in dict.fromkeys(names) if name not in known]


def fill(text: str, contact: Contact) -> tuple[str, list[str]]:
    """(the text with its places filled, the places for which there is neither a value nor a fallback)."""
    values: Mapping[str, str] = {
        **{f"contact.{name}": text(contact) for name, text in CONTACT_TEXTS.items()},
        **{f"contact.fields.{key}": value for key, value in contact.fields.items()},
    }
    missing: list[str] = []

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match.group(1)) or match.group(2) or ""
        if not value and match.group(2) is None:
            missing.append(match.group(1))
        return value

    return _PLACE.sub(value_of, text), list(dict.fromkeys(missing))
