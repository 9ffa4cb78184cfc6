"""Stands between the functions and DynamoDB: passes calls on, or has befall them what the saboteur says.

Each connection of a worker has one of its own behind it, so that requests and answers can be handed on as bytes.
"""

import asyncio
import json
import re
import threading
from concurrent.futures import Future

from infra.local.workers import Worker
from tests.chaos.saboteur import KILL_AFTER, KILL_BEFORE, OUTAGE, PASS, Saboteur

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *DynamoDB_\d+\.(\w+)", re.IGNORECASE)
_HANG_SECONDS = 7.0
"""Longer than the product waits for an answer."""
_NOBODY = Worker(0, "")


class DynamoProxy:
    """A context manager. `forward_to` says where DynamoDB is; calls before that are refused."""

    def __init__(self, saboteur: Saboteur) -> None:
        self.url = ""
        self._saboteur = saboteur
        self._upstream: tuple[str, int] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready: Future[str] = Future()

    def __enter__(self) -> "DynamoProxy":
        self._thread.start()
        self.url = self._ready.result(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def forward_to(self, endpoint: str) -> None:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        self._upstream = host, int(port)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self._ready.set_result(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind: asyncio.StreamWriter | None = None
        try:
            if self._upstream is None:
                return
            worker = self._saboteur.workers.at(writer.get_extra_info("peername")[1]) or _NOBODY
            answers, behind = await asyncio.open_connection(*self._upstream)
            while await self._exchange(worker, reader, writer, answers, behind):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # one side went away, killed or done, or the run ends
        finally:
            writer.close()
            if behind is not None:
                behind.close()

    async def _exchange(
        self,
        worker: Worker,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        behind: asyncio.StreamWriter,
    ) -> bool:
        """One call and its answer. False when the connection is to be dropped."""
        head, body = await _read_message(reader)
        fate, target = self._saboteur.fate(worker, body)
        if fate == KILL_BEFORE and target is not None:
            self._saboteur.strike(target, worker)
            return False
        if fate == "drop_before":
            return False
        refusal = _refusal(fate, head)
        if refusal is not None:
            writer.write(refusal)
            await writer.drain()
            return True
        behind.write(head + body)
        answer = b"".join(await _read_message(answers))
        if fate in (PASS, "conflict"):
            writer.write(answer)
            await writer.drain()
            return True
        if fate == KILL_AFTER and target is not None:
            self._saboteur.strike(target, worker)
        elif fate == "error_after":
            writer.write(_error(500, "InternalServerError"))
            await writer.drain()
            return True
        elif fate == "hang_after":
            await asyncio.sleep(_HANG_SECONDS)
        return False


async def _read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


def _refusal(fate: str, head: bytes) -> bytes | None:
    if fate == "throttle":
        return _error(400, "ProvisionedThroughputExceededException")
    if fate in ("error_before", OUTAGE):
        return _error(500, "InternalServerError")
    if fate == "conflict":
        found = _TARGET.search(head)
        return _conflict(found[1].decode() if found else "")
    return None


def _conflict(operation: str) -> bytes | None:
    """Another transaction holds the item: what it looks like depends on the call; reads never see it (DynamoDB,
    transactions, handling of conflicts)."""
    if operation == "TransactWriteItems":
        reasons = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]
        return _error(400, "TransactionCanceledException", {"CancellationReasons": reasons})
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return _error(400, "TransactionConflictException")
    return None


def _error(status: int, name: str, more: dict[str, object] | None = None) -> bytes:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": "injected", **(more or {})}
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Injected\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content
