"""What several routes are asked by alike, written down once."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def from_query(route: Callable[..., T]) -> Callable[..., T]:
    """The route with every field of its parameter `query`, a dataclass, as a query parameter of its own, in its place.

    The framework takes a model for this as well, but describes no values, bounds and formats of its fields, and reads
    none of their types but the plainest.
    """
    declared = inspect.signature(route)
    model = declared.parameters["query"].annotation
    fields = inspect.signature(model).parameters

    @functools.wraps(route)
    def asked(**given: Any) -> T:
        query = model(**{name: given.pop(name) for name in fields})
        return route(query=query, **given)

    parameters: list[inspect.Parameter] = []
    for name, parameter in declared.parameters.items():
        parameters += fields.values() if name == "query" else [parameter]
    asked.__signature__ = declared.replace(parameters=parameters)  # type: ignore[attr-defined]
    return asked
