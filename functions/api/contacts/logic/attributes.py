"""What a contact may have beside its name and number: how a value is checked, for imports and for the API alike."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.api.contacts.logic.language_tags import LONGEST_TAG, language_tag
from functions.api.http.time_zones import LONGEST_ZONE, zone_named
from shared.domain.json_text import LOST
from shared.errors import InvalidInput

LONGEST_EMAIL = 254
"""Octets of an address: a path of SMTP has 256, with its brackets (RFC 5321, 4.5.3.1.3)."""
_LONGEST_LOCAL = 64
"""RFC 5321, 4.5.3.1.1."""
# A dot-atom (RFC 5322, 3.2.3; RFC 6532 beyond ASCII) at a host with a name: addresses with quotation marks, comments or
# bare IP numbers are no customer's.
_ATOM = r'[^\x00-\x20\x7f-\xa0"(),.:;<>@\[\\\]]+'
_LETTER = r"[a-z0-9\u00a1-\U0010ffff]"
_LABEL = rf"{_LETTER}(?:[a-z0-9\u00a1-\U0010ffff-]{{0,61}}{_LETTER})?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<host>(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL})", re.IGNORECASE)


def _address(text: str) -> str | None:
    found = _ADDRESS.fullmatch(text)
    if found is None or LOST in text or not text.isprintable() or any(char.isspace() for char in text):
        return None
    if len(found["local"].encode()) > _LONGEST_LOCAL or len(text.encode()) > LONGEST_EMAIL:
        return None
    # The host's letters have no case; what case means in the other part is the host's business (RFC 5321, 2.4).
    return f"{found['local']}@{found['host'].lower()}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`stored` is what the store calls it; `check` gives the value as it is stored, None for what is none; `code` and
    `hint` are for the refusal. `longest`: characters."""

    stored: str
    check: Callable[[str], str | None]
    longest: int
    code: str
    hint: str


ATTRIBUTES: Mapping[str, Attribute] = {
    "language": Attribute("lang", language_tag, LONGEST_TAG, "invalid_language", "language tag (BCP 47) such as pt-BR"),
    "time_zone": Attribute(
        "zone", zone_named, LONGEST_ZONE, "invalid_time_zone", "name of an IANA time zone such as Europe/Madrid"
    ),
    "email": Attribute("email", _address, LONGEST_EMAIL, "invalid_email", "valid address such as ana@example.com"),
}


def checked_attribute(name: str, text: str) -> str:
    """The value as it is stored; "" for a blank one. Raises InvalidInput, which names the attribute and never repeats
    what was written."""
    attribute, value = ATTRIBUTES[name], text.strip()
    if not value:
        return ""
    found = attribute.check(value) if len(value) <= attribute.longest else None
    if found is None:
        raise InvalidInput(f"{name} is no {attribute.hint}", field=name, code=attribute.code)
    return found
