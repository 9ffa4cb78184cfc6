"""Whether an answer is one that the API's description declares: every call of the tests is held to it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

Json = dict[str, Any]
_GATEWAYS = frozenset({401, 413, 429, 500, 502, 503})
"""What the gateway answers by itself, as `{"message": …}`; 502 is the local cloud's, of a function that is gone."""
_NOWHERE = frozenset({"unknown_route", "forbidden", "token_expired", "token_invalid", "token_missing"})
"""What is answered where no operation is."""


_BELOW_ZERO = frozenset({"SinceDryRunOut"})
"""Differences: elsewhere no number of ours is negative, nor is -1 a word for something else."""
_COMPONENTS = "#/components/schemas/"


class Undeclared(AssertionError):
    """An answer that the OpenAPI document does not know."""


def closed(schema: Any) -> Any:
    """With what no schema names refused, and states that it does not list, and "", -1 and 1970 for what is not there:
    to a client they may come, to us they are mistakes."""
    if isinstance(schema, list):
        return [closed(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        found.setdefault("additionalProperties", False)
    elif schema.get("type") == "string" and "x-extensible-enum" in schema:
        found["enum"] = schema["x-extensible-enum"]
    elif schema.get("type") == "string":
        found.setdefault("minLength", 1)
    elif schema.get("type") == "integer":
        found["not"] = {"const": -1}
    elif {"type": "null"} in schema.get("anyOf", ()):
        found["not"] = {"const": "1970-01-01T00:00:00Z"}
    return found


def errors(validator: jsonschema_rs.Validator, body: object) -> Iterator[str]:
    """(place: what is wrong) of each. Half a surrogate pair, which people may write, is a character like any other."""
    whole = json.loads(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    for error in validator.iter_errors(whole):
        yield f"{'.'.join(map(str, error.instance_path))}: {error.message}"


class _Schemas:
    """The components of a document, as validators of what answers with them."""

    def __init__(self, schemas: Json) -> None:
        self._schemas = {name: schema if name in _BELOW_ZERO else closed(schema) for name, schema in schemas.items()}
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def wrong(self, name: str, body: object) -> Iterator[str]:
        if name not in self._validators:
            known = {"components": {"schemas": {one: self._schemas[one] for one in self._under(name)}}}
            whole = {"$ref": _COMPONENTS + name, **known}
            self._validators[name] = jsonschema_rs.validator_for(whole, validate_formats=True)
        yield from errors(self._validators[name], body)

    def _under(self, name: str) -> set[str]:
        found, left = set[str](), [name]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += re.findall(_COMPONENTS + r"(\w+)", str(self._schemas[one]))
        return found


@dataclass(frozen=True, slots=True)
class _Operation:
    name: str
    pattern: re.Pattern[str]
    codes: dict[int, frozenset[str]]
    schemas: dict[int, str]


class Declared:
    def __init__(self, document: Json) -> None:
        shared = document["components"]["responses"]
        self._schemas = _Schemas(document["components"].get("schemas", {}))
        found: list[_Operation] = []
        # What is written out goes before what has a place for an id, as when the API looks for a route.
        for path, methods in sorted(document["paths"].items(), key=lambda item: item[0].count("{")):
            pattern = re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", path)))
            for method, operation in methods.items():
                codes = {
                    int(status): frozenset(
                        (shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response).get(
                            "x-problem-codes", ()
                        )
                    )
                    for status, response in operation["responses"].items()
                }
                schemas = {int(s): name for s, r in operation["responses"].items() if (name := _schema_of(r))}
                found.append(_Operation(f"{method.upper()} {path}", pattern, codes, schemas))
        self._operations = found

    def check(self, method: str, path: str, status: int, code: str | None, body: object = None) -> None:
        """Raises Undeclared. `code` is the problem's, None where the answer is none; `body` is a success's JSON."""
        operation = next(
            (
                one
                for one in self._operations
                if one.name.startswith(f"{method} ") and one.pattern.fullmatch(path.partition("?")[0])
            ),
            None,
        )
        if code is None and status in _GATEWAYS:
            return
        if operation is None:
            if code not in _NOWHERE:
                raise Undeclared(f"{method} {path} is no operation, and was answered {status} {code}")
            return
        if status not in operation.codes:
            raise Undeclared(f"{operation.name} does not declare {status} {code or ''}")
        if code is not None and code not in operation.codes[status]:
            raise Undeclared(f"{operation.name} does not declare the code {code} of its {status}")
        if body is not None and status in operation.schemas:
            for wrong in self._schemas.wrong(operation.schemas[status], body):
                raise Undeclared(f"{operation.name} does not answer {status} as declared: {wrong}")


def _schema_of(response: Json) -> str:
    """Name of the schema of a JSON answer, blank for one without."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).removeprefix(_COMPONENTS)
