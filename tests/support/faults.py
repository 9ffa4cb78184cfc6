"""Accidents between a program and its database, made to happen at a chosen call."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier
from types import SimpleNamespace
from typing import Any, Literal, TypeVar, cast

from botocore.exceptions import ReadTimeoutError

from shared.store.engine.database import Database

T = TypeVar("T")
READS = ("GetItem", "BatchGetItem", "Query")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


class Crash(Exception):
    """The process died here."""


@contextmanager
def crash_at_write(database: Database, k: int, when: Literal["before", "after"]) -> Iterator[Callable[[], bool]]:
    """The k-th write (from 1) dies before or after it took effect, and so does every write that follows.

    Yields a function that says whether it came to that.
    """
    writes = 0

    def die(**_details: object) -> None:
        nonlocal writes
        writes += 1
        if writes >= k:
            raise Crash

    with _hook(database, f"{when}-call", WRITES, die):
        yield lambda: writes >= k


@contextmanager
def answer_lost(database: Database, operation: str) -> Iterator[None]:
    """The next such call takes effect, but its caller hears of a read timeout."""
    lost = False

    def lose(**_details: object) -> None:
        nonlocal lost
        if not lost:
            lost = True
            raise ReadTimeoutError(endpoint_url="http://dynamodb")

    with _hook(database, "after-call", (operation,), lose):
        yield


@contextmanager
def refusing(client: Any, status: int, code: str, operations: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """This client's service answers nothing but this error, to these operations if any are named. Which were called is
    told."""
    refused: list[str] = []
    answer = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}

    def refuse(model: Any, **_details: object) -> tuple[SimpleNamespace, dict[str, Any]] | None:
        if operations and model.name not in operations:
            return None
        refused.append(model.name)
        return SimpleNamespace(status_code=status), answer

    with _heard(client, "before-call", refuse):
        yield refused


@contextmanager
def answers_lost(client: Any, operations: tuple[str, ...]) -> Iterator[list[str]]:
    """These operations take effect, but their caller hears of a read timeout. Which were called is told."""
    lost: list[str] = []

    def lose(model: Any, **_details: object) -> None:
        if model.name in operations:
            lost.append(model.name)
            raise ReadTimeoutError(endpoint_url="http://aws")

    with _heard(client, "after-call", lose):
        yield lost


@contextmanager
def sent_twice(database: Database, operation: str, between: Callable[[], object] = lambda: None) -> Iterator[None]:
    """The next such request goes over the wire twice, as when the client repeats one whose answer was lost; only the
    second answer is seen. `between` is what others do meanwhile."""
    sent = False

    def send_first(model: Any, params: Any, context: Any, **_details: object) -> None:
        nonlocal sent
        if not sent:
            sent = True
            cast("Any", database.client)._make_request(model, params, context)
            between()

    with _hook(database, "before-call", (operation,), send_first):
        yield


@contextmanager
def each_sent_twice(client: Any, operations: tuple[str, ...]) -> Iterator[list[str]]:
    """Each such request goes over the wire twice, and only the second answer is seen. Which were is told."""
    sent: list[str] = []

    def send_first(model: Any, params: Any, context: Any, **_details: object) -> None:
        if model.name in operations:
            sent.append(model.name)
            client._make_request(model, params, context)

    with _heard(client, "before-call", send_first):
        yield sent


@contextmanager
def before_call(
    database: Database, operation: str, meanwhile: Callable[[], object], *, always: bool = False
) -> Iterator[None]:
    """The next such call, or each, comes late: others do something before. What they call is not held up again."""
    held = False

    def hold(**_details: object) -> None:
        nonlocal held
        if not held:
            held = True
            meanwhile()
            held = not always

    with _hook(database, "before-call", (operation,), hold):
        yield


@contextmanager
def before_kth_call(database: Database, k: int, meanwhile: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    """Others do something before the k-th call (from 1), of whatever kind. What they call does not count.

    Yields a function that says whether it came to that.
    """
    calls, acting = 0, False

    def act(**_details: object) -> None:
        nonlocal calls, acting
        if acting:
            return
        calls += 1
        if calls == k:
            acting = True
            meanwhile()
            acting = False

    with _hook(database, "before-call", (*READS, *WRITES), act):
        yield lambda: calls >= k


@contextmanager
def _hook(database: Database, event: str, operations: tuple[str, ...], handler: Callable[..., None]) -> Iterator[None]:
    with ExitStack() as stack:
        for operation in operations:
            stack.enter_context(_heard(database.client, f"{event}.dynamodb.{operation}", handler))
        yield


@contextmanager
def _heard(client: Any, event: str, handler: Callable[..., object]) -> Iterator[None]:
    """While it lasts, `handler` is called at each such event of a boto3 client."""
    client.meta.events.register(event, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(event, handler)


def at_once(count: int, call: Callable[[int], T]) -> list[T]:
    """`call(0)` to `call(count - 1)`, each in a thread, all let go at the same moment."""
    barrier = Barrier(count)

    def start(i: int) -> T:
        barrier.wait()
        return call(i)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))
