"""The one consent gate, and what counts as a person saying no.

Every message to a person passes `refusal` at the moment of sending: campaigns, bots, agents and the API alike.
"""

import re
from enum import StrEnum
from typing import Literal

from shared.domain.contacts.contact import Contact
from shared.domain.text_fold import fold, in_word

Purpose = Literal["marketing", "utility", "authentication", "conversation"]
"""A template's category as Meta last told us, or `conversation` for a free-form answer."""
ConsentWord = Literal["stop", "start"]


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


def refusal(contact: Contact, purpose: Purpose) -> SkipReason | None:
    """Why this person must not get a message of this purpose now, or None.

    Who said no gets no template of any category. A person who wrote again after saying no may be answered in that
    conversation, but stays out of campaigns until they opt in again.
    """
    if contact.opted_out_at is not None:
        wrote_again = contact.last_inbound_at is not None and contact.last_inbound_at > contact.opted_out_at
        if not (purpose == "conversation" and wrote_again):
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


_STOP = frozenset(
    [
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "opt out",
        "optout",
        "cancel",
        "end",
        "quit",
        "remove me",
        "parar",
        "pare",
        "sair",
        "cancelar",
        "descadastrar",
        "baja",
        "darme de baja",
        "alto",
        "no mas",
        "arret",
        "arreter",
        "desabonner",
        "stopp",
        "abmelden",
        "abbestellen",
        "disiscrivimi",
        "basta",
        "berhenti",
        "henti",
        "stop promosi",
        "hentikan promosi",
        "stop promo",
        "stop promotion",
        "stop promotions",
        "stop messages",
        "stop marketing",
        "no more messages",
        "unsubscribe me",
        "detener promociones",
        "no mas promociones",
        "parar promocoes",
        "interromper promocoes",
        "arreter les promotions",
        "keine werbung",
        "keine werbung mehr",
        "werbung stoppen",
        "basta promozioni",
        "interrompi promozioni",
        "dur",
        "iptal",
        "стоп",
        "отписаться",
        "отписка",
        "الغاء",
        "إلغاء",
        "توقف",
        "ايقاف",
        "הסר",
        "退订",
        "取消",
        "停止",
        "बंद",
        "रोकें",
    ]
)
_START = frozenset(
    [
        "start",
        "unstop",
        "subscribe",
        "opt in",
        "optin",
        "resume",
        "voltar",
        "alta",
        "iniciar",
        "commencer",
        "старт",
        "mula",
    ]
)


def _fold(text: str) -> str:
    return " ".join("".join(c for c in fold(text) if in_word(c) or c.isspace()).split())


_STOP_FOLDED = frozenset(_fold(word) for word in _STOP)
_ALSO_ANSWERS = frozenset(
    _fold(word)
    for word in [
        "cancel",
        "end",
        "quit",
        "parar",
        "pare",
        "sair",
        "cancelar",
        "alto",
        "no mas",
        "basta",
        "dur",
        "iptal",
        "arret",
        "arreter",
        "stopp",
        "berhenti",
        "henti",
        "الغاء",
        "إلغاء",
        "توقف",
        "ايقاف",
        "取消",
        "停止",
        "बंद",
        "रोकें",
    ]
)
"""Words of no that may as well answer a question: on a button that we offered they do."""
_START_FOLDED = frozenset(_fold(word) for word in _START)


def consent_word(text: str) -> ConsentWord | None:
    """Whether the whole message is an opt-out or opt-in word, in any of the languages listed here.

    Case, accents, punctuation and emoji around the word do not matter; a sentence that merely contains it does not
    count, so that "don't stop" opts nobody out.
    """
    folded = _fold(text)
    if folded in _STOP_FOLDED:
        return "stop"
    if folded in _START_FOLDED:
        return "start"
    return None


def is_plain_no(text: str) -> bool:
    """Whether this is an opt-out word that has no other meaning, even as the answer to a question."""
    return consent_word(text) == "stop" and _fold(text) not in _ALSO_ANSWERS
