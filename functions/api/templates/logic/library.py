"""A small library of templates to begin with, in several languages. The words stand in `library.json`."""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.domain.templates.draft import TemplateDraft

_FILE = Path(__file__).with_name("library.json")


@dataclass(frozen=True, slots=True)
class LibraryTemplate:
    """`purpose` is when it is of use, in English."""

    key: str
    purpose: str
    draft: TemplateDraft


@functools.cache
def library() -> Sequence[LibraryTemplate]:
    """All, by key and language; every one passes the check."""
    read = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        LibraryTemplate(
            one["key"],
            one["purpose"],
            TemplateDraft(one["key"], language, one["category"], "NAMED", components),
        )
        for one in read["templates"]
        for language, components in one["languages"].items()
    )


def chosen_of(language: str, category: str) -> list[LibraryTemplate]:
    """Blank chooses nothing; `pt` chooses pt_BR as well."""
    return [
        one
        for one in library()
        if (not category or one.draft.category == category)
        and (not language or one.draft.language == language or one.draft.language.startswith(f"{language}_"))
    ]
