"""What each code of a problem means and what to do then, from the nouns' `described.py`: a page that the API shows, and
the same as Markdown with who answers with it."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from functions.api.http.description import Advice, Description
from functions.api.http.problems import title_of

_INTRODUCTION = (
    "Whatever the API refuses is a problem document (RFC 9457) with a `code` that never changes its meaning. More "
    "codes may come: treat one that you do not know by its status."
)


def advice(descriptions: Sequence[Description]) -> dict[str, Advice]:
    """By code, in its order. Raises ValueError for one that two nouns explain."""
    found: dict[str, Advice] = {}
    for one in descriptions:
        if twice := found.keys() & one.errors.keys():
            raise ValueError(f"explained twice: {', '.join(sorted(twice))}")
        found |= one.errors
    return dict(sorted(found.items()))


def page(descriptions: Sequence[Description]) -> str:
    """HTML, with the code as the anchor of each section."""
    sections = "".join(
        f'<h2 id="{code}">{code}</h2><p>{_html(one.meaning)}</p><p><b>What to do:</b> {_html(one.remedy)}</p>'
        for code, one in advice(descriptions).items()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Error codes</title>'
        f"<h1>Error codes</h1><p>{_html(_INTRODUCTION)}</p>{sections}</html>"
    )


def markdown(descriptions: Sequence[Description], document: Mapping[str, Any]) -> str:
    """The same, with the statuses and operations of the OpenAPI document that have each code."""
    places = _places(document)
    sections = [
        f"## {code}\n\n{title_of(code)}{_answered(places.get(code, {}))}. {one.meaning}\n\n"
        f"**What to do:** {one.remedy}\n"
        for code, one in advice(descriptions).items()
    ]
    return "\n".join([f"# Error codes\n\nMade by `make openapi`. {_INTRODUCTION}\n", *sections])


def _html(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _places(document: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Code -> status -> the operations that answer with it."""
    shared = document["components"]["responses"]
    found: dict[str, dict[str, list[str]]] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                whole = shared.get(response.get("$ref", "").rpartition("/")[2], response)
                for code in whole.get("x-problem-codes", ()):
                    found.setdefault(code, {}).setdefault(status, []).append(operation["operationId"])
    return found


def _answered(places: Mapping[str, Sequence[str]]) -> str:
    most = 6
    parts = [
        f"{status} of {', '.join(f'`{name}`' for name in names[:most])}{' and others' if len(names) > most else ''}"
        for status, names in sorted(places.items())
    ]
    return f" ({'; '.join(parts)})" if parts else ""
