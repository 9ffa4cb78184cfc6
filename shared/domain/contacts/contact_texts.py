"""What messages may say of a contact beside its custom fields: campaigns' variables and canned replies alike."""

from collections.abc import Callable, Mapping

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.first_name import first_name_of

CONTACT_TEXTS: Mapping[str, Callable[[Contact], str]] = {
    "name": lambda contact: contact.name,
    "phone": lambda contact: contact.phone or "",
    "first_name": first_name_of,
    "last_name": lambda contact: contact.last_name,
    "email": lambda contact: contact.email,
    "language": lambda contact: contact.language,
    "time_zone": lambda contact: contact.time_zone,
}
"""Each is "" where it is not known."""
