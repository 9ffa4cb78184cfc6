"""The one consent gate. What counts as a person saying no: see `consent_words`.

Every message to a person passes `refusal` at the moment of sending: campaigns, bots, agents and the API alike.
"""

import re
from enum import StrEnum
from typing import Literal

from shared.domain.contacts.contact import Contact

Purpose = Literal["marketing", "utility", "authentication", "conversation"]
"""A template's category as Meta last told us, or `conversation` for a free-form answer."""


def purpose_of(category: str) -> Purpose:
    """What a template of this category is for. Unknown ones count as marketing, the strictest."""
    match category.upper():
        case "UTILITY":
            return "utility"
        case "AUTHENTICATION":
            return "authentication"
        case _:
            return "marketing"


# ITU-T E.164: a country code and at most fifteen digits in all.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class SkipReason(StrEnum):
    """Why a recipient is not written to. The values are stored and shown; they never change meaning."""

    OPTED_OUT = "opted_out"
    NO_DESTINATION = "no_destination"
    INVALID_NUMBER = "invalid_number"
    DUPLICATE_IDENTITY = "duplicate_identity"
    MISSING_VARIABLE = "missing_variable"
    INVALID_VARIABLE = "invalid_variable"
    TOO_LONG = "too_long"
    US_MARKETING = "us_marketing"
    FREQUENCY_CAP = "frequency_cap"
    MARKETING_LIMIT = "marketing_limit"
    CONTACT_DELETED = "contact_deleted"


def refusal(contact: Contact, purpose: Purpose) -> SkipReason | None:
    """Why this person must not get a message of this purpose now, or None.

    Who said no gets no template of any category. A person who wrote again after saying no may be answered in that
    conversation, but stays out of campaigns until they opt in again.
    """
    if contact.opted_out_at is not None:
        wrote_since = contact.last_inbound_at is not None and contact.last_inbound_at > contact.opted_out_at
        if not (purpose == "conversation" and wrote_since):
            return SkipReason.OPTED_OUT
    # Authentication templates cannot go to a BSUID (Meta, error 131062).
    if contact.phone is None and (contact.bsuid is None or purpose == "authentication"):
        return SkipReason.NO_DESTINATION
    if contact.phone is not None and not _E164.fullmatch(contact.phone):
        return SkipReason.INVALID_NUMBER
    # Meta does not deliver marketing templates to US numbers since 2025-04-01 (per-user marketing limits page).
    if purpose == "marketing" and contact.region == "US":
        return SkipReason.US_MARKETING
    return None
