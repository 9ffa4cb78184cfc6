"""What several routes are asked by alike is written down once, and is to each as if written there."""

import inspect
from dataclasses import dataclass

from functions.api.http.query import from_query


@dataclass(frozen=True, slots=True)
class Names:
    first: str | None = None
    last: str = "Silva"


@from_query
def greet(times: int, query: Names, greeting: str = "hello") -> str:
    """Says it."""
    return f"{greeting} {query.first} {query.last}! " * times


def test_its_fields_are_parameters_of_the_route_in_the_place_of_the_query() -> None:
    parameters = inspect.signature(greet).parameters.values()
    assert [(one.name, one.annotation, one.default) for one in parameters] == [
        ("times", int, inspect.Parameter.empty),
        ("first", str | None, None),
        ("last", str, "Silva"),
        ("greeting", str, "hello"),
    ]
    assert (inspect.signature(greet).return_annotation, greet.__doc__) == (str, "Says it.")


def test_the_route_is_called_with_what_was_asked() -> None:
    assert greet(times=1, first="Ana", last="Souza", greeting="hi") == "hi Ana Souza! "
