"""Runs synchronous code so that each of its database calls is an await of the virtual loop.

The code runs in a thread that holds still whenever the loop's thread runs, and the other way round: a schedule is the
same every time, and between any two database calls everybody else may have their turn.
"""

import asyncio
import queue
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from shared.store.engine.database import Database
from tests.chaos.model.process import Process, Way
from tests.support.engine import new_test_database
from tests.support.model_client import model_client_put_back
from tests.support.wire import Wire

T = TypeVar("T")
CALL_SECONDS = 0.004
_READS = frozenset({"GetItem", "Query"})
_Request = tuple[str, dict[str, Any]]
Applied = Callable[[Process, str, dict[str, Any], dict[str, Any]], None]


class Turns:
    """Threads are kept for the next call. Calls made outside of `run` go to the database directly; what they have read
    stands until something is written.

    `applied` is told of every call of a process that went well, by name, with what it asked and what was answered, at
    the moment it took effect.
    """

    def __init__(self, wire: Wire) -> None:
        self.applied: Applied = lambda _process, _call, _parameters, _answer: None
        self._wire = wire
        self._idle: list[_Turn] = []
        self._read: dict[str, dict[str, Any]] = {}

    async def run(self, process: Process, call: Callable[[], T]) -> T:
        """What `call` returns or raises; its database calls are awaits of `process`."""
        turn = self._idle.pop() if self._idle else _Turn()
        turn.begin(call)
        while (request := turn.asked()) is not None:
            operation, parameters = request
            turn.answer(await _outcome(self._meet(process, operation, parameters)))
        self._idle.append(turn)
        return cast("T", turn.result())

    async def _meet(self, process: Process, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        async def effect() -> dict[str, Any]:
            await asyncio.sleep(CALL_SECONDS)
            answer = self._call(operation, parameters)
            self.applied(process, name, parameters, answer)
            return answer

        name = name_of(operation, parameters)
        ways: tuple[Way, ...] = ("kill", "freeze", "slow", "fail", "repeat")
        return await process.meet(name, effect, ways)

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """What botocore's client calls."""
        if operation == "TransactWriteItems":
            # As botocore does it: the same token each time a call is repeated.
            parameters = {"ClientRequestToken": str(uuid.uuid4()), **parameters}
        turn = threading.current_thread()
        if isinstance(turn, _Turn):
            return turn.ask((operation, parameters))
        if operation not in _READS:
            return self._call(operation, parameters)
        request = f"{operation}{parameters}"
        if request not in self._read:
            self._read[request] = self._call(operation, parameters)
        return self._read[request]

    def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation not in _READS:
            self._read.clear()
        return self._wire.call(operation, parameters)

    def close(self) -> None:
        for turn in self._idle:
            turn.end()


class _Turn(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._in: queue.SimpleQueue[tuple[object, BaseException | None] | Callable[[], object] | None] = (
            queue.SimpleQueue()
        )
        self._out: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._end: tuple[object, BaseException | None] = None, None
        self.start()

    def run(self) -> None:
        while callable(call := self._in.get()):
            try:
                self._end = call(), None
            except BaseException as error:  # also what ends a process: it goes on to whoever awaits the call
                self._end = None, error
            self._out.put(None)

    def begin(self, call: Callable[[], object]) -> None:
        self._in.put(call)

    def asked(self) -> _Request | None:
        """The next database call the code wants made; None when it has ended."""
        return self._out.get()

    def answer(self, outcome: tuple[object, BaseException | None]) -> None:
        self._in.put(outcome)

    def ask(self, request: _Request) -> dict[str, Any]:
        self._out.put(request)
        outcome = cast("tuple[dict[str, Any], BaseException | None]", self._in.get())
        if outcome[1] is not None:
            raise outcome[1]
        return outcome[0]

    def result(self) -> object:
        (value, error), self._end = self._end, (None, None)
        if error is not None:
            raise error
        return value

    def end(self) -> None:
        self._in.put(None)
        self.join()


async def _outcome(awaited: Awaitable[T]) -> tuple[T | None, BaseException | None]:
    try:
        return await awaited, None
    except BaseException as error:  # it is raised where the code waits for the answer
        return None, error


def name_of(operation: str, parameters: dict[str, Any]) -> str:
    """A call by what it does and the kind of item: `UpdateItem LANE`, `DeleteItem Q`, `PutItem SUM`, `Query OPT`."""
    if operation == "Query":
        partition = str(next(iter(parameters["ExpressionAttributeValues"].values()))["S"])
        return f"Query {_kind(partition) or partition.partition('#')[0]}"
    if operation == "TransactWriteItems":
        parts = [part for one in parameters["TransactItems"] for part in one.values()]
        parameters = next((part for part in reversed(parts) if not _is_entry(part)), parts[-1])
    item = parameters.get("Key") or parameters.get("Item") or {}
    if "sk" not in item:
        return operation
    return f"{operation} {_kind(str(item['pk']['S'])) or str(item['sk']['S']).partition('#')[0]}"


def _is_entry(part: dict[str, Any]) -> bool:
    """Of the audit log, which comes last: what it tells of is what the transaction does."""
    return "#AUDIT#" in part.get("Item", {}).get("pk", {}).get("S", "")


def _kind(partition: str) -> str:
    """Of a partition that holds items of one kind; "" for others."""
    kind = partition.rpartition("#")[2]
    return kind if kind in ("OPT", "SUM", "TURN") else ""


@contextmanager
def database_in_turns(url: str) -> Iterator[tuple[Database, Turns]]:
    """A database whose every call, by whichever repository, goes through the turns."""
    wire = Wire(url)
    turns = Turns(wire)
    with model_client_put_back():
        database = new_test_database(url)
        cast("Any", database.client)._make_api_call = turns.call
        try:
            yield database, turns
        finally:
            turns.close()
            wire.close()
