"""What the API says of itself stands beside the code as it is: whoever changes a route, a model or a code
makes it anew.

The files are in the repository, so that a change of the API shows in its diff what it changes for clients."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra import openapi


@pytest.fixture(scope="module")
def files() -> Mapping[Path, str]:
    return openapi.files()


@pytest.mark.parametrize("name", ["openapi.json", "ERRORS.md", "README.md"])
def test_what_is_kept_is_what_would_be_made(files: Mapping[Path, str], name: str) -> None:
    ((path, text),) = [(path, text) for path, text in files.items() if path.name == name]
    same = path.exists() and path.read_text() == text
    assert same, f"{name} is not what the code says: run `make openapi`, and look at what it changes"
