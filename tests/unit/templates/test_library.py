"""The templates to begin with are right, whole and in every language."""

from collections import Counter

import pytest

from functions.api.templates.logic.library import LibraryTemplate, chosen_of, library
from shared.domain.templates.checks.check import faults_of
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import Template
from shared.ids import WabaId

LANGUAGES = {"en", "ms", "id", "ar", "es", "pt_BR"}


def slots(one: LibraryTemplate) -> set[str]:
    draft = one.draft
    made = Template("", WabaId(""), draft.name, draft.language, draft.category, "", "NAMED", draft.components)
    return {slot.key for slot in slots_of(made)}


@pytest.mark.parametrize("one", library(), ids=lambda one: f"{one.key}-{one.draft.language}")
def test_each_passes_the_check_and_can_be_filled(one: LibraryTemplate) -> None:
    assert faults_of(one.draft) == []
    assert slots(one)


def test_each_is_there_in_every_language_with_the_same_variables() -> None:
    assert {one.draft.language for one in library()} == LANGUAGES
    assert set(Counter(one.key for one in library()).values()) == {len(LANGUAGES)}
    by_key: dict[str, set[frozenset[str]]] = {}
    for one in library():
        by_key.setdefault(one.key, set()).add(frozenset(slots(one)))
    assert {key: len(found) for key, found in by_key.items()} == dict.fromkeys(by_key, 1)


def test_they_are_chosen_by_language_and_category() -> None:
    assert {one.draft.language for one in chosen_of("pt", "")} == {"pt_BR"}
    assert {one.draft.category for one in chosen_of("ar", "UTILITY")} == {"UTILITY"}
