"""What a noun says of its routes beside their models, for the OpenAPI document: each has a `described.py`, which is
loaded for the document only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Codes = Sequence[str]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a code means, and what to do then; in Markdown, of which only `code` is used."""

    meaning: str
    remedy: str


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """`tags`: name -> what it is about. `problems`: operationId -> status -> the codes that come beside those that
    every route of its form can give (`http/answers.py`). `successes`: operationId -> a further status -> when it comes,
    with the same body as the first. `errors`: code -> what to do about it, at the noun that it is about. `files`:
    operationId -> media type, where no model says what the answer is. `examples`: name of a schema, `{name}` of a path
    parameter, or operationId of a file -> what one looks like. `begun`: operationId -> what its 201 shows
    otherwise than its schema's example, which is of later. `schemas`: name -> one that no model of a route gives,
    or that says more than its model. `webhooks`: name -> what is sent to a tenant's server."""

    tags: Mapping[str, str]
    problems: Mapping[str, Mapping[int, Codes]] = field(default_factory=dict)
    successes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    errors: Mapping[str, Advice] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, object] = field(default_factory=dict)
    begun: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    schemas: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    webhooks: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
