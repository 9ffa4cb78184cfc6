"""Which e-mail addresses are taken: what is written in another way is counted apart, and mailed all the same."""

import pytest
from pydantic import TypeAdapter, ValidationError

from functions.api.accounts.field_models import Email

ADDRESS: TypeAdapter[str] = TypeAdapter(Email)


@pytest.mark.parametrize(
    "text", ["ana@example.com", " Ana@Example.com ", "a.b+c_d'e@mail.example.co.uk", "x@1a.xn--fiqs8s", "a@b-c.de"]
)
def test_an_address_is_taken_in_lower_case(text: str) -> None:
    assert ADDRESS.validate_python(text) == text.strip().lower()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Ana <ana@example.com>",
            "a<ana@example.com>",
            "<ana@example.com>",
            "(a)ana@example.com",
            '"ana"@example.com',
        ),
        *("ana@example.com,b.de", "a,ana@example.com", "a;ana@example.com", "ana@example.com>", "ana@example.com\nx"),
        *("an\x00a@example.com", "an\u202ea@example.com", "aná@example.com", "ana@exämple.com", "\u017fam@example.com"),
        *(
            "ana@example",
            "ana@example..com",
            "ana@-example.com",
            "ana@ex_ample.com",
            "ana@@example.com",
            "@example.com",
        ),
        f"{'a' * 65}@example.com",
    ],
)
def test_nothing_else_is(text: str) -> None:
    with pytest.raises(ValidationError):
        ADDRESS.validate_python(text)
