"""The mistakes that are made on purpose can still be made: their texts are where they are said to be."""

from pathlib import Path

import pytest

from tests.chaos.mutant import Mutant
from tests.chaos.mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_texts_stand_once_in_its_file(mutant: Mutant) -> None:
    root = Path(__file__).parents[2]
    assert all((root / test).exists() for test in mutant.tests)
    source = (root / mutant.file).read_text()
    for text, instead in mutant.changes:
        assert source.count(text) == 1
        source = source.replace(text, instead)
