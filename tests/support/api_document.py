"""The OpenAPI document of the code at hand. Describing every route takes a while, so it is done once a process."""

import functools
import json
from typing import Any

SERVER = "https://api.example.com"
Json = dict[str, Any]


@functools.cache
def api_document() -> Json:
    """Read only: everybody is given the same."""
    from functions.api import handler

    document: Json = json.loads(handler.api.document(SERVER))
    return document
