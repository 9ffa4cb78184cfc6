"""No value shows a secret that it holds when it is printed: what is printed may end in a log."""

import ast
from collections.abc import Iterator

import pytest

from tests.unit.house.test_floor_plan import modules

SECRETS = frozenset(
    {
        *("password", "pin", "proof", "secret", "seed", "confirmation_code", "recovery_code", "second_factor_code"),
        *("access_token", "id_token", "refresh_token"),
        *("meta_app_secret", "meta_app_secret_previous", "meta_verify_token"),
        *("stripe_api_key", "stripe_webhook_secret"),
    }
)
"""Names of fields that hold one in the open."""


def holders() -> Iterator[tuple[str, ast.AnnAssign]]:
    """(module, class and name, the field) of each that is named so in a dataclass."""
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(one) for one in node.decorator_list):
                for field in node.body:
                    if isinstance(field, ast.AnnAssign) and ast.unparse(field.target) in SECRETS:
                        yield f"{name}.{node.name}.{ast.unparse(field.target)}", field


@pytest.mark.parametrize(("name", "field"), [pytest.param(*one, id=one[0]) for one in holders()])
def test_a_secret_is_not_shown(name: str, field: ast.AnnAssign) -> None:
    assert field.value is not None, name
    assert "repr=False" in ast.unparse(field.value), name


def test_those_that_matter_are_looked_at() -> None:
    found = {name.rpartition(".")[2] for name, _ in holders()}
    assert found >= {"password", "pin", "proof", "secret", "seed", "access_token", "meta_app_secret", "stripe_api_key"}
