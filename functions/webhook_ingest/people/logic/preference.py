"""What people choose in WhatsApp's own control. Source: Meta, webhooks reference, user_preferences. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.json_input import constant, time_ms, word
from functions.webhook_ingest.people.logic.identity import Identities, identities
from shared.clock import EpochMs

_SAYS_NO = {"STOP": True, "RESUME": False, "SIGNUP": False}
"""Value -> whether that is a no. Who signs up (Meta, In-App Signup, 2026) asks for messages."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What one person chose in WhatsApp's own control; `at` is epoch ms, None when Meta gave no time."""

    who: Identities
    opted_out: bool
    at: EpochMs | None


def is_choice(chosen: Mapping[str, object]) -> bool:
    """Whether it says yes or no to marketing."""
    return constant(chosen, "value") in _SAYS_NO and constant(chosen, "category") in ("", "MARKETING_MESSAGES")


def preference_of(chosen: Mapping[str, object], contact: Mapping[str, object]) -> Preference | None:
    """`contact` is the entry of `contacts` that describes the person, or empty. None for what is not understood."""
    who, described = (identities(word(source, "wa_id"), word(source, "user_id")) for source in (chosen, contact))
    who = who or described
    if not who or not is_choice(chosen):
        return None
    return Preference(who, _SAYS_NO[constant(chosen, "value")], time_ms(chosen.get("timestamp")))
