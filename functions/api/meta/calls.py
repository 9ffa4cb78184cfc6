"""Graph API calls of the API that are not message sends: reading lists, and access with a tenant's own token."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from shared.clients.graph import GraphAccess, GraphClient, wait_for
from shared.errors import RetryableError

_MOST_PAGES = 100


class Graph(Protocol):
    """One call; raises ProviderRejected with Meta's words, RetryableError when Meta is out of reach."""

    def call(
        self,
        method: str,
        path: str,
        access: GraphAccess | None = None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, Any]: ...


class SyncGraph:
    """The Graph client for synchronous callers; it waits `seconds` for an answer."""

    def __init__(self, client: GraphClient, seconds: float = 30.0) -> None:
        self._client = client
        self._seconds = seconds

    def call(
        self,
        method: str,
        path: str,
        access: GraphAccess | None = None,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        return wait_for(self._client.call(method, path, access, params=params, body=body, seconds=self._seconds))


def every(graph: Graph, path: str, access: GraphAccess, fields: str, **more: str) -> Iterator[Mapping[str, Any]]:
    """All rows of an edge, page by page (Meta, Graph API paged results: `paging.cursors.after` while there is a
    `paging.next`); `more` are further parameters. Raises RetryableError also for what is no list: that nothing was
    said is not that nothing is there."""
    params = {"fields": fields, "limit": "100", **more}
    for _ in range(_MOST_PAGES):
        answer = graph.call("GET", path, access, params=params)
        rows = answer.get("data")
        if not isinstance(rows, list):
            raise RetryableError("Meta's list cannot be read; try again in a minute")
        yield from (row for row in rows if isinstance(row, dict))
        paging = answer.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next"):
            return
        if not after:
            raise RetryableError("Meta's list cannot be read to its end; try again in a minute")
        params = {**params, "after": str(after)}
    raise RetryableError(f"Meta's list has more than {_MOST_PAGES} pages")
