"""Examples of the OpenAPI document: what a noun says of its schemas, put together to what an operation takes and
answers."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_REF = "#/components/schemas/"
_NOTHING = object()


class NoExample(KeyError):
    """A noun gives no example of a schema, or of something in it."""


class Examples:
    """`known`: name of a schema, `{name}` of a path parameter, or an operationId for its file -> an example. What an
    example leaves out and holds another schema is put together from that. `begun`: operationId -> what its 201 shows
    otherwise."""

    def __init__(
        self,
        schemas: Mapping[str, Json],
        known: Mapping[str, object],
        begun: Mapping[str, Mapping[str, object]],
    ) -> None:
        self._schemas = schemas
        self._known = known
        self._begun = begun

    def add(self, operation: Json) -> None:
        """Raises NoExample."""
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                parameter["example"] = self._named(f"{{{parameter['name']}}}")
        bodies = [operation.get("requestBody", {})]
        bodies += [response for status, response in operation["responses"].items() if status.startswith("2")]
        for body in bodies:
            for content in body.get("content", {}).values():
                found = self._composed(content["schema"])
                content["example"] = self._named(operation["operationId"]) if found is _NOTHING else found
        for content in operation["responses"].get("201", {}).get("content", {}).values():
            if (begun := self._begun.get(operation["operationId"])) is not None:
                content["example"] = {**content["example"], **begun}

    def _named(self, name: str) -> object:
        if name not in self._known:
            raise NoExample(name)
        return self._known[name]

    def _of(self, schema: Json, place: str = "") -> object:
        found = self._composed(schema)
        if found is _NOTHING:
            raise NoExample(place or str(schema)[:80])
        return found

    def _composed(self, schema: Json) -> object:
        """`_NOTHING` for a plain value, of which only its noun knows a good one."""
        if "$ref" in schema:
            return self._of_schema(schema["$ref"].removeprefix(_REF))
        for member in schema.get("anyOf", ()):
            if (found := self._composed(member)) is not _NOTHING:
                return found
        if schema.get("type") == "array" and (found := self._composed(schema["items"])) is not _NOTHING:
            return [found]
        return _NOTHING

    def _of_schema(self, name: str) -> object:
        schema = self._schemas[name]
        given = self._known.get(name, {} if schema.get("type") == "object" else _NOTHING)
        if not isinstance(given, dict):
            return given
        whole: Json = {}
        for field, inner in schema.get("properties", {}).items():
            if field in given:
                whole[field] = given[field]
            elif field == "next_cursor":
                whole[field] = None
            elif field in schema.get("required", ()):
                whole[field] = self._of(inner, f"{name}.{field}")
        return whole | given
