"""What becomes of a contact that is stored under a form of its number that the national plan has given up. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact, living_first
from shared.domain.contacts.number_plans import canonical_phone
from shared.ids import ContactId


@dataclass(frozen=True, slots=True)
class Respelling:
    """`kept` is reached under `phone`, the canonical form, and takes in `merged`.

    `opted_out_at` is the latest no of any of them (epoch ms), None when nobody said no.
    """

    phone: str
    kept: Contact
    merged: tuple[Contact, ...]
    opted_out_at: EpochMs | None


def respelling_of(contact: Contact, ids: Sequence[ContactId], known: Mapping[ContactId, Contact]) -> Respelling | None:
    """None for a contact whose phone is canonical, or unknown.

    `ids` are those of every spelling, the canonical one first, and `known` whom they lead to. Who is reached under
    another number by now is another person. The contact under the first of these ids stays: the one whom a campaign
    that is loaded meanwhile writes to, before and after (`of_same_number`), and to whom a webhook leads.
    """
    phone = canonical_phone(contact.phone or "")
    if phone == (contact.phone or ""):
        return None
    same = {
        other.contact_id: other
        for other in (*(known[one] for one in ids if one in known), contact)
        if other.deleted_at or canonical_phone(other.phone or "") == phone
    }
    # Who was deleted has no number, and leaves what they consented to.
    kept, *merged = living_first(same.values())
    noes = [other.opted_out_at for other in same.values() if other.opted_out_at is not None]
    return Respelling(phone, kept, tuple(merged), max(noes, default=None))
