"""What a route works with: the collaborators of its noun, put into each request by the handler.

A noun says in its `parts.py` what it needs; `functions.api.bootstrap` makes it. So routes import no wiring, and nothing
sees more than it uses.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from aws_lambda_powertools.event_handler import ApiGatewayResolver
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

P = TypeVar("P")
_PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is the base URL of the HTTP API, as clients call it."""

    url: str


class Parts:
    """One collaborator of each type, made when it is first asked for: a cold start waits for its own noun only."""

    def __init__(self, makers: Mapping[str, Callable[[], Iterable[object]]]) -> None:
        """`makers`: module -> makes one of each type that a route may ask for and that stands in that module."""
        self._makers = makers
        self._by_type: dict[type[object], object] = {}

    def __getitem__(self, kind: type[P]) -> P:
        """Raises KeyError, which names the type or its module, when nobody makes it."""
        if kind not in self._by_type:
            self._make(kind.__module__)
        return cast("P", self._by_type[kind])

    def make_all(self) -> None:
        for module in self._makers:
            self._make(module)

    def _make(self, module: str) -> None:
        for part in self._makers[module]():
            self._by_type.setdefault(type(part), part)


def provide(app: ApiGatewayResolver, parts: Parts) -> None:
    """For the next request only: the framework forgets its context after each."""
    app.append_context(**{_PARTS: parts})  # type: ignore[no-untyped-call]


def part_of(app: BaseRouter, kind: type[P]) -> P:
    """The collaborator of this type. Raises KeyError, which names it, when the bootstrap does not make it."""
    found: P = app.context[_PARTS][kind]
    return found


def parts_for(router: BaseRouter, kind: type[P]) -> Callable[[], P]:
    """Gives the collaborators while a request is handled."""
    return lambda: part_of(router, kind)
