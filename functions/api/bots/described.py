"""Keyword bots, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_RULE = {"match": "contains", "keywords": ["hours", "open"], "reply": "We are open until six."}
_ROOM = ("bot_too_large", "bots_too_large", "too_many_keywords")

DESCRIPTION = Description(
    tags={"bots": "Rules that answer what people write."},
    problems={
        "create_bot": {404: ("not_found",), 422: (*_ROOM, "too_many_bots")},
        "replace_bot": {409: ("changed_meanwhile",), 422: _ROOM},
    },
    errors={
        "bot_too_large": Advice(
            "The rules of the bot take more room than one bot has.",
            "Divide it into two, or shorten its replies.",
        ),
        "bots_too_large": Advice(
            "All bots together take more room than there is.",
            "Shorten replies, or remove a bot.",
        ),
        "too_many_bots": Advice("The tenant has as many bots as there can be.", "Remove one first."),
        "too_many_keywords": Advice("All bots together have more keywords than there can be.", "Remove some."),
    },
    examples={
        "{bot_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0B0",
        "RuleIn": _RULE,
        "RuleOut": _RULE,
        "BotIn": {"name": "Opening hours"},
        "BotUpdate": {"name": "Opening hours", "revision": 0},
        "BotOut": {
            "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0B0",
            "name": "Opening hours",
            "phone_number_id": None,
            "enabled": True,
            "revision": 0,
            "created_at": "2026-11-30T09:00:00Z",
        },
    },
)
