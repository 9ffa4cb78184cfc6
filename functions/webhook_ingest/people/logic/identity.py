"""Who a webhook speaks of: phone number and business-scoped user id (BSUID), either of which may be absent. Pure.

Source: Meta, business-scoped user ids (2026): `wa_id` and `from` are left out for people with a username; a BSUID has
been seen inside `from` and `wa_id` too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.json_input import as_object, word
from shared.domain.contacts.identity import IdentityKind, contact_id_for
from shared.domain.contacts.number_plans import phone_of_wa_id, spellings

_BSUID = re.compile(r"[A-Z]{2}\.(?!ENT\.)[A-Za-z0-9.]{1,140}")
"""Not the parent's, which names the same person to every business of a group."""
_DIGITS = re.compile(r"\+?[0-9]{5,20}")


@dataclass(frozen=True, slots=True)
class Identities:
    """`phone` is canonical (`number_plans`), E.164 with plus; blank is unknown.

    `name` is the WhatsApp profile's, `username` has no @.
    """

    phone: str = ""
    bsuid: str = ""
    name: str = ""
    username: str = ""

    def __bool__(self) -> bool:
        return bool(self.phone or self.bsuid)

    def keys(self, tenant_id: str) -> dict[str, tuple[IdentityKind, str]]:
        """Contact id -> identity, the most telling first: the phone, earlier ways of writing it, the BSUID."""
        known: list[tuple[IdentityKind, str]] = [("phone", phone) for phone in spellings(self.phone)]
        if self.bsuid:
            known.append(("bsuid", self.bsuid))
        return {contact_id_for(tenant_id, kind, value): (kind, value) for kind, value in known}


@dataclass(frozen=True, slots=True)
class Change:
    """A person changed their number or their user id."""

    old: Identities
    new: Identities


def identities(phone_or_bsuid: str, bsuid: str) -> Identities:
    """From what stands in `from` or `wa_id`, and in `from_user_id` or `user_id`."""
    phone = phone_of_wa_id(phone_or_bsuid) if _DIGITS.fullmatch(phone_or_bsuid) else ""
    known = [value for value in (bsuid, phone_or_bsuid) if _BSUID.fullmatch(value)]
    return Identities(phone, known[0] if known else "")


def sender_of(message: Mapping[str, object], contact: Mapping[str, object]) -> Identities:
    """Who sent a message; nobody (falsy) when neither the message nor its contact entry says."""
    return _named(identities(word(message, "from"), word(message, "from_user_id")), contact)


def addressee_of(message: Mapping[str, object], contact: Mapping[str, object]) -> Identities:
    """To whom the business wrote with the WhatsApp Business app; nobody (falsy) when that is not said."""
    return _named(identities(word(message, "to"), word(message, "to_user_id")), contact)


def _named(written: Identities, contact: Mapping[str, object]) -> Identities:
    described = identities(word(contact, "wa_id"), word(contact, "user_id"))
    profile = as_object(contact.get("profile"))
    # The username has been seen beside the profile too, with and without @.
    username = word(profile, "username") or word(contact, "username")
    return Identities(
        written.phone or described.phone,
        written.bsuid or described.bsuid,
        word(profile, "name")[:200],
        username.lstrip("@")[:100],
    )


def change_of(message: Mapping[str, object]) -> Change | None:
    """What a `system` message says about a person's identities; None when it says nothing of the kind."""
    system = as_object(message.get("system"))
    if word(system, "type") not in ("user_changed_number", "user_changed_user_id"):
        return None
    new = identities(word(system, "wa_id") or word(system, "new_wa_id"), word(system, "user_id"))
    before = word(system, "previous_user_id") or word(message, "from_user_id")
    old = identities(word(message, "from"), before if before != new.bsuid else "")
    return Change(old, new) if old and new else None
