"""What an account event means for us. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.account.logic.account_news import AccountNews, account_news
from functions.webhook_ingest.account.logic.number_news import NumberNews, number_news
from functions.webhook_ingest.account.logic.template_news import TemplateNews, template_news
from functions.webhook_ingest.json_input import as_list, as_object
from functions.webhook_ingest.people.logic.preference import Preference, preference_of
from functions.webhook_ingest.receive.routing import finder


@dataclass(frozen=True, slots=True)
class Preferences:
    """Shape: Meta, webhooks reference, user_preferences. `complete` unless there is more that is not understood."""

    chosen: tuple[Preference, ...]
    complete: bool


Meaning = TemplateNews | NumberNews | AccountNews | Preferences


def meaning_of(field: str, value: Mapping[str, object]) -> Meaning | None:
    """None for an event that changes nothing here: it is kept."""
    if field == "user_preferences":
        preferences = as_list(value.get("user_preferences"))
        find = finder(value, preferences, ("user_id", "wa_id"))
        chosen = tuple(filter(None, (preference_of(as_object(item), find(as_object(item))) for item in preferences)))
        return Preferences(chosen, len(chosen) == len(preferences)) if chosen else None
    return template_news(field, value) or number_news(field, value) or account_news(field, value)
