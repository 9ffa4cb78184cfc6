"""The HTTP handler in a process that races others.

It looks at the database and then waits a moment, so that all have looked before anyone writes: what looks first and
writes afterwards fails every time, and not now and then.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.ids import TenantId
from shared.store.engine.database import TableItem
from tests.support.running_api import running_api

_PAUSE_SECONDS = 0.03


@contextmanager
def racing_api(dynoxide: str, graph_url: str) -> Iterator[Callable[[str, str, Any, TenantId], tuple[int, str]]]:
    """Gives what makes a call (method, path, body, tenant id) and says its status and, of a refusal, the code."""

    def call(method: str, path: str, body: Any, tenant: TenantId) -> tuple[int, str]:
        answer = api.call(method, path, body, tenant=tenant)
        return answer.status, str(answer.body.get("code", ""))

    with running_api(dynoxide, graph_url) as api:
        for look in ("Query", "GetItem"):
            TableItem._client.meta.events.register(f"after-call.dynamodb.{look}", _wait)
        yield call


def _wait(**_: object) -> None:
    time.sleep(_PAUSE_SECONDS)
