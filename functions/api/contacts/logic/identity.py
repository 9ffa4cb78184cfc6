"""Which contact is meant by what somebody says of it, and what it is called."""

from dataclasses import dataclass

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.first_name import kept_with_name
from shared.domain.contacts.identity import contact_id_for
from shared.errors import Conflict
from shared.ids import ContactId, TenantId


@dataclass(frozen=True, slots=True)
class Identities:
    """The ids that a contact's phone and user id lead to; "" where it has none."""

    by_phone: ContactId
    by_bsuid: ContactId

    @classmethod
    def of(cls, tenant_id: TenantId, phone: str, bsuid: str) -> "Identities":
        return cls(
            contact_id_for(tenant_id, "phone", phone) if phone else ContactId(""),
            contact_id_for(tenant_id, "bsuid", bsuid) if bsuid else ContactId(""),
        )

    def of_contact(self, found: Contact | None) -> ContactId:
        """The id of the contact that is known, or of the one to be made."""
        return found.contact_id if found else self.by_phone or self.by_bsuid

    def beside(self, contact_id: ContactId) -> list[ContactId]:
        """Those that must lead to this contact."""
        return [one for one in (self.by_phone, self.by_bsuid) if one and one != contact_id]


def one_contact(by_phone: Contact | None, by_bsuid: Contact | None) -> Contact | None:
    """The one that is known under either identity, else who was deleted. Raises Conflict `identity_taken` when they are
    two that there are."""
    found = [one for one in (by_phone, by_bsuid) if one]
    there = [one for one in found if not one.deleted_at]
    if len({one.contact_id for one in there}) > 1:
        raise Conflict("phone and bsuid belong to two different contacts", field="bsuid", code="identity_taken")
    return next(iter(there or found), None)


def new_names(name: str, *, first: str, last: str) -> dict[str, str]:
    """Names as they are stored, "" for those that nobody gave: a first and a last name alone are the name."""
    first, last = one_line(first), one_line(last)
    whole = one_line(name) or _joined(first, last)
    return {"name": whole, "first": kept_with_name(first, whole), "last": kept_with_name(last, whole)}


def changed_names(before: Contact, *, name: str | None, first: str | None, last: str | None) -> dict[str, str]:
    """Names as they are stored, without those that stay; a first and a last name are kept with the name that they
    belong to."""
    parts = {key: one_line(text) for key, text in (("first", first), ("last", last)) if text is not None}
    whole = before.name if name is None else one_line(name)
    changed = {} if name is None else {"name": whole}
    if not whole and any(parts.values()):
        changed["name"] = whole = _joined(parts.get("first", ""), parts.get("last", ""))
    return changed | {key: kept_with_name(text, whole) for key, text in parts.items()}


def _joined(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def one_line(text: str) -> str:
    return " ".join(text.split())
