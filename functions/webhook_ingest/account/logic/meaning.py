"""What an account event means for us. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.account.logic.account_news import AccountNews, account_news
from functions.webhook_ingest.account.logic.number_news import NumberNews, number_news
from functions.webhook_ingest.account.logic.template_news import TemplateNews, template_news
from functions.webhook_ingest.json_input import Json, as_list, as_object, time_ms, word
from functions.webhook_ingest.people.logic.identity import Identities, identities
from functions.webhook_ingest.receive.routing import finder

_SAYS_NO = {"stop": True, "resume": False, "signup": False}
"""What people choose in WhatsApp's own control -> whether that is a no. Who signs up (Meta, In-App Signup,
2026) asks for messages."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What one person chose in WhatsApp's own control; `at` is epoch ms, None when Meta gave no time."""

    who: Identities
    opted_out: bool
    at: int | None


@dataclass(frozen=True, slots=True)
class Preferences:
    """Shape: Meta, webhooks reference, user_preferences. `complete` unless there is more that is not understood."""

    chosen: tuple[Preference, ...]
    complete: bool


Meaning = TemplateNews | NumberNews | AccountNews | Preferences


def meaning_of(field: str, value: Mapping[str, object]) -> Meaning | None:
    """None for an event that changes nothing here: it is kept."""
    if field == "user_preferences":
        told = as_list(value.get("user_preferences"))
        find = finder(value, told, ("user_id", "wa_id"))
        chosen = tuple(filter(None, (_preference(as_object(item), find(as_object(item))) for item in told)))
        return Preferences(chosen, len(chosen) == len(told)) if chosen else None
    return template_news(field, value) or number_news(field, value) or account_news(field, value)


def _preference(chosen: Json, contact: Json) -> Preference | None:
    who, described = (identities(word(source, "wa_id"), word(source, "user_id")) for source in (chosen, contact))
    who = who or described
    value = word(chosen, "value")
    if not who or value not in _SAYS_NO or word(chosen, "category") not in ("", "marketing_messages"):
        return None
    return Preference(who, _SAYS_NO[value], time_ms(chosen.get("timestamp")))
