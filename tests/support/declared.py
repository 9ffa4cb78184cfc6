"""Whether an answer is one that the API's description declares: every call of the tests is held to it."""

import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_GATEWAYS = frozenset({401, 413, 429, 500, 502, 503})
"""What the gateway answers by itself, as `{"message": …}`; 502 is the local cloud's, of a function that is gone."""
_NOWHERE = frozenset({"unknown_route", "forbidden", "token_expired", "token_invalid", "token_missing"})
"""What is answered where no operation is."""


class Undeclared(AssertionError):
    """An answer that the OpenAPI document does not know."""


@dataclass(frozen=True, slots=True)
class _Operation:
    name: str
    pattern: re.Pattern[str]
    codes: dict[int, frozenset[str]]


class Declared:
    def __init__(self, document: Json) -> None:
        shared = document["components"]["responses"]
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
                found.append(_Operation(f"{method.upper()} {path}", pattern, codes))
        self._operations = found

    def check(self, method: str, path: str, status: int, code: str | None) -> None:
        """Raises Undeclared. `code` is the problem's, None where the answer is none."""
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
