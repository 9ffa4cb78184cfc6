"""Custom fields' values, which are stored as texts, in the types that their fields' kinds say."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from shared.domain.contacts.contact import ContactField

NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,20})?\Z", re.ASCII)


def typed(values: Mapping[str, str], known: Sequence[ContactField]) -> dict[str, bool | int | float | str]:
    """Stored values as their fields' kinds say: a number is one, a boolean too. A text stays what its field had been
    something else for, and a number that doubles do not hold exactly (IEEE 754, as JSON is read by most)."""
    kinds = {field.key: field.kind for field in known}
    return {key: _typed(value, kinds.get(key, "text")) for key, value in values.items()}


def _typed(value: str, kind: str) -> bool | int | float | str:
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind != "number" or not NUMBER.match(value):
        return value
    number = int(value) if "." not in value else float(value)
    return number if Decimal(float(number)) == number and Decimal(repr(number)) == Decimal(value) else value
