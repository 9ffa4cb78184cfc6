"""Reading JSON that somebody else wrote: anything may be missing, of another type, or not storable at all."""

import json
import re
from collections.abc import Mapping
from typing import cast

from shared.clock import EpochMs
from shared.domain.json_text import TooDeep, check_depth, finite, may_be_unstorable, storable

Json = dict[str, object]

_ID_LENGTH = 64
_SECONDS_BEFORE_MS = 1_000_000_000_000
_DECODER = json.JSONDecoder(parse_constant=lambda _: None, parse_float=finite)
_BETWEEN = re.compile(r"[\s_\u2010-\u2015-]+")


class NotUnderstood(ValueError):
    """The bytes are not JSON that can be handled; the text says why, without quoting them."""


def parse_json(raw: bytes) -> object:
    """The document, with characters that no store takes replaced by U+FFFD, and numbers that JSON has not by null.

    Raises NotUnderstood for what is not JSON or is nested deeper than any webhook is.
    """
    try:
        text = raw.decode(json.detect_encoding(raw), "surrogatepass")
        document = _DECODER.decode(text)
        if may_be_unstorable(text):
            return storable(document)
        check_depth(document)
        return document
    except TooDeep as exc:
        raise NotUnderstood("nested too deep") from exc
    except (ValueError, RecursionError) as exc:
        raise NotUnderstood("not JSON") from exc


def as_object(value: object) -> Json:
    """The object, or an empty one."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: object) -> list[Json]:
    """The objects of a list, or the one that stands in its place: Meta has either for what is mostly one."""
    return [as_object(item) for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def word(source: Mapping[str, object], key: str) -> str:
    """A text or an id, which Meta writes as text here and as a whole number there; "" for anything else."""
    value = source.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30 else ""


def constant(source: Mapping[str, object], key: str) -> str:
    """One of the words of a list of Meta's, in capitals with underscores, or ""; it may be none of the list.

    Meta has written such words in other case, with blanks around them, and with hyphens or blanks for underscores;
    what is meant is clear all the same.
    """
    text = word(source, key)
    return _BETWEEN.sub("_", text).strip("_").upper() if text else ""


def identifier(source: Mapping[str, object], key: str) -> str:
    """One of Meta's ids of numbers, accounts and templates, which are keys here; "" for what is too long to be one."""
    value = word(source, key)
    return value if len(value) <= _ID_LENGTH else ""


def time_ms(value: object) -> EpochMs | None:
    """A Unix time in epoch ms, from seconds or milliseconds, text or number; None when it is not one.

    Statuses and messages carry seconds as text, user preferences as a number, and milliseconds have been seen.
    """
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 15):
            return None
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**15:
        return None
    return EpochMs(value if value >= _SECONDS_BEFORE_MS else value * 1000)
