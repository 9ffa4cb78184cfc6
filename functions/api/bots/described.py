"""Keyword bots, for the OpenAPI document."""

from functions.api.http.description import Description

_ROOM = ("bot_too_large", "bots_too_large", "too_many_keywords")

DESCRIPTION = Description(
    tags={"bots": "Rules that answer what people write."},
    problems={
        "create_bot": {404: ("not_found",), 422: (*_ROOM, "too_many_bots")},
        "replace_bot": {422: _ROOM},
    },
)
