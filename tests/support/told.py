"""Whether an event is one that the API's description knows: all that tests see emitted are held to it."""

import functools
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jsonschema_rs

from shared.domain.webhooks import tenant_event
from shared.domain.webhooks.tenant_event import TenantEvent
from tests.support.api_document import api_document
from tests.support.declared import closed, errors

Json = dict[str, Any]
_OURS = ("functions", "shared", "infra")


class Undescribed(AssertionError):
    """An event that the OpenAPI document does not know, or that carries what is not declared."""


class Told:
    """The events of an OpenAPI document, each with nothing but what its schema names."""

    def __init__(self, document: Json) -> None:
        schemas = closed({"components": {"schemas": document["components"]["schemas"]}})
        self._checks = {
            kind: jsonschema_rs.validator_for({**schemas, **_schema_of(webhook)}, validate_formats=True)
            for kind, webhook in document["webhooks"].items()
        }

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self._checks)

    def check(self, event: Mapping[str, Any]) -> None:
        """An event as it is in the feed and in the body of a webhook. Raises Undescribed."""
        kind = str(event.get("type"))
        if kind not in self._checks:
            raise Undescribed(f"{kind} has no schema")
        for wrong in errors(self._checks[kind], dict(event)):
            raise Undescribed(f"{kind}: {wrong}")


def _schema_of(webhook: Json) -> Json:
    found: Json = webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
    return found


@functools.cache
def told() -> Told:
    """Of the code at hand."""
    return Told(api_document())


@contextmanager
def told_as_described() -> Iterator[None]:
    """Checks every event that the platform's code makes, wherever it does so; those that tests make up are not its.
    Raises Undescribed at the end, because who makes an event may catch what goes wrong with it."""
    found: list[str] = []
    original = TenantEvent.__init__

    def checked(event: TenantEvent, *arguments: Any, **named: Any) -> None:
        original(event, *arguments, **named)
        maker = str(sys._getframe(1).f_globals.get("__name__"))
        if maker.partition(".")[0] not in _OURS or maker == tenant_event.__name__:
            return  # a test's, or one that was made before and is read again
        try:
            told().check(json.loads(event.to_json()))
        except Undescribed as error:
            found.append(f"{maker}: {error}")

    TenantEvent.__init__ = checked  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        TenantEvent.__init__ = original  # type: ignore[method-assign]
    if found:
        raise Undescribed("; ".join(dict.fromkeys(found)))
