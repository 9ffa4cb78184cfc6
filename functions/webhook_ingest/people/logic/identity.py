"""Who a webhook speaks of: phone number and business-scoped user id (BSUID), either of which may be absent. Pure.

Source: Meta, business-scoped user ids (2026): `wa_id` and `from` are left out for people with a username; a BSUID has
been seen inside `from` and `wa_id` too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.json_input import as_list, as_object, constant, word
from shared.domain.contacts.identity import IdentityKind, contact_id_for
from shared.domain.contacts.number_plans import canonical_phone, phone_of_wa_id, spellings
from shared.ids import ContactId, TenantId

_CHANGES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
_BSUID = re.compile(r"[A-Z]{2}\.(?!ENT\.)[A-Za-z0-9.]{1,140}")
"""Not the parent's, which names the same person to every business of a group."""
_DIGITS = re.compile(r"\+?[0-9]{5,20}")
_SHOWN = re.compile(r"[+0-9()./\s\u00a0\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069-]{5,60}")


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

    def keys(self, tenant_id: TenantId) -> dict[ContactId, tuple[IdentityKind, str]]:
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


def shown_phone(text: str) -> str:
    """E.164 of a number as people write it, such as a `display_phone_number`, which Meta sends as "15551000001" and as
    "+1 555-100-0001"; "" for what is none. The country code must be in it."""
    digits = "".join(char for char in text if char.isascii() and char.isdecimal())
    return phone_of_wa_id(digits) if _SHOWN.fullmatch(text) and _DIGITS.fullmatch(digits) else ""


def same_phone(one: str, other: str) -> bool:
    """Whether these are one number (E.164), however a changed plan writes it; no for a blank one."""
    return bool(one) and canonical_phone(one) == canonical_phone(other)


def identities(phone_or_bsuid: str, bsuid: str) -> Identities:
    """From what stands in `from` or `wa_id`, and in `from_user_id` or `user_id`."""
    phone = phone_of_wa_id(phone_or_bsuid) if _DIGITS.fullmatch(phone_or_bsuid) else ""
    known = [value for value in (bsuid, phone_or_bsuid) if _BSUID.fullmatch(value)]
    return Identities(phone, known[0] if known else "")


def sender_of(message: Mapping[str, object], contact: Mapping[str, object]) -> Identities:
    """Who sent a message; nobody (falsy) when neither the message nor its contact entry says.

    Whoever was asked for their number answers with a card of their own, which tells it.
    """
    who = _named(identities(word(message, "from"), word(message, "from_user_id")), contact)
    return who if who.phone else replace(who, phone=_shared_phone(message))


def addressee_of(message: Mapping[str, object], contact: Mapping[str, object]) -> Identities:
    """To whom the business wrote with the WhatsApp Business app; nobody (falsy) when that is not said."""
    return _named(identities(word(message, "to"), word(message, "to_user_id")), contact)


def _shared_phone(message: Mapping[str, object]) -> str:
    """The number on the card that answers a request for it (Meta, business-scoped user ids: `origin` is
    `contact_request`); "" when there is none, or more than one."""
    asked = [card for card in map(as_object, as_list(message.get("contacts"))) if _is_answer(card)]
    phones = {
        identities(word(phone, "wa_id"), "").phone or shown_phone(word(phone, "phone"))
        for card in asked
        for phone in map(as_object, as_list(card.get("phones")))
    } - {""}
    return phones.pop() if len(phones) == 1 else ""


def _is_answer(card: Mapping[str, object]) -> bool:
    return constant(card, "origin") == "CONTACT_REQUEST"


def _named(written: Identities, contact: Mapping[str, object]) -> Identities:
    described = identities(word(contact, "wa_id"), word(contact, "user_id"))
    if _differ(written, described):
        # Its name is theirs, for there is no other entry; whose its ids are, is not said.
        described = Identities()
    profile = as_object(contact.get("profile"))
    # The username has been seen beside the profile too, with and without @.
    username = word(profile, "username") or word(contact, "username")
    return Identities(
        written.phone or described.phone,
        written.bsuid or described.bsuid,
        word(profile, "name")[:200],
        username.lstrip("@")[:100],
    )


def _differ(one: Identities, other: Identities) -> bool:
    """Whether they name the same kind of id, and not the same one."""
    if one.phone and other.phone:
        return not same_phone(one.phone, other.phone)
    return bool(one.bsuid and other.bsuid) and one.bsuid != other.bsuid


def change_of(message: Mapping[str, object]) -> Change | None:
    """What a `system` message says about a person's identities; None when it says nothing of the kind.

    Older versions call it `customer_changed_number`, and name the old number as `customer` (Meta, webhooks, system
    messages).
    """
    system = as_object(message.get("system"))
    if constant(system, "type").lower() not in _CHANGES:
        return None
    new = identities(word(system, "wa_id") or word(system, "new_wa_id"), word(system, "user_id"))
    before = word(system, "previous_user_id") or word(message, "from_user_id")
    old = identities(word(message, "from") or word(system, "customer"), before if before != new.bsuid else "")
    return Change(old, new) if old and new else None
