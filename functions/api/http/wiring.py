"""What a route works with: the collaborators of its noun, put into each request by the handler.

A noun says in its `parts.py` what it needs; `functions.api.bootstrap` makes it. So routes import no wiring, and nothing
sees more than it uses.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from aws_lambda_powertools.event_handler import ApiGatewayResolver
from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

P = TypeVar("P")
_PARTS = "parts"


def provide(app: ApiGatewayResolver, parts: Mapping[type[object], object]) -> None:
    """For the next request only: the framework forgets its context after each."""
    app.append_context(**{_PARTS: parts})  # type: ignore[no-untyped-call]


def part_of(app: BaseRouter, kind: type[P]) -> P:
    """The collaborator of this type. Raises KeyError, which names it, when the bootstrap does not make it."""
    found: P = app.context[_PARTS][kind]
    return found


def parts_for(router: BaseRouter, kind: type[P]) -> Callable[[], P]:
    """Gives the collaborators while a request is handled."""
    return lambda: part_of(router, kind)
