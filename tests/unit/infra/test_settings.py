"""A function's block in the template names the settings that its bootstrap reads: every one of them, and no other."""

import pytest

from tests.support.settings import Settings, settings_read
from tests.support.template import load_template, resources

TEMPLATE = load_template()
LAMBDAS = resources(TEMPLATE, "AWS::Serverless::Function")
EVERYWHERE = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]


def stated(logical_id: str) -> dict[str, str]:
    """The names in a function's own block; "1" does as a text, a number and an id, but names no cell."""
    names = LAMBDAS[logical_id].get("Environment", {}).get("Variables", {})
    return {name: "" if name == "CELL_URLS" else "1" for name in names}


def module(logical_id: str) -> str:
    return str(LAMBDAS[logical_id]["Handler"]).rpartition(".")[0]


@pytest.fixture(scope="module")
def found() -> dict[str, Settings]:
    return settings_read({module(name): stated(name) for name in LAMBDAS})


@pytest.mark.parametrize("logical_id", sorted(LAMBDAS))
def test_function_is_given_what_its_bootstrap_reads_and_nothing_else(
    logical_id: str, found: dict[str, Settings]
) -> None:
    assert found[module(logical_id)] == Settings(sorted(stated(logical_id)))


def test_what_every_function_is_given_is_what_its_logger_and_its_metrics_read() -> None:
    assert set(EVERYWHERE) == {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL"}
    assert not [name for name in LAMBDAS if EVERYWHERE.keys() & stated(name)]


def test_no_secret_is_in_an_environment() -> None:
    named = {name for logical_id in LAMBDAS for name in stated(logical_id)} | set(EVERYWHERE)
    assert not [name for name in named if name.endswith(("SECRET", "TOKEN", "PASSWORD", "API_KEY"))]
