"""Custom fields' values, which are stored as texts, as their kinds say."""

import pytest

from functions.api.contacts.logic.typed_values import typed
from shared.domain.contacts.contact import ContactField

FIELDS = [ContactField(kind, kind, kind) for kind in ("text", "number", "date", "boolean")]


@pytest.mark.parametrize(
    ("kind", "stored", "shown"),
    [
        ("number", "12", 12),
        ("number", "-12.50", -12.5),
        ("number", "9007199254740992", 9007199254740992),
        ("number", "9007199254740993", "9007199254740993"),
        ("number", "0.12345678901234567890", "0.12345678901234567890"),
        ("number", "twelve", "twelve"),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("boolean", "perhaps", "perhaps"),
        ("text", "12", "12"),
        ("text", "true", "true"),
        ("date", "2026-12-31", "2026-12-31"),
        ("gone", "12", "12"),
    ],
)
def test_a_value_keeps_its_type_and_loses_nothing(kind: str, stored: str, shown: object) -> None:
    found = typed({kind: stored}, FIELDS)[kind]
    assert (found, type(found)) == (shown, type(shown))
