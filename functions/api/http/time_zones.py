"""Names of the IANA time zone database, as people write them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import available_timezones

LONGEST_ZONE = 64
_FORM = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """By their lower case. Looking through the folder takes some milliseconds, once."""
    return {name.casefold(): name for name in available_timezones()}


def zone_named(text: str) -> str | None:
    """The name as the database writes it (`Europe/Madrid`), None for what is none.

    A machine without the tables of time zones knows none: then the form of the name has to do.
    """
    if not _FORM.fullmatch(text):
        return None
    names = _names()
    return names.get(text.casefold()) if names else text
