"""Where the model's processes run: one virtual loop, one database in turns, and the storm that strikes them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.exceptions import PynamoDBException

from shared.errors import Conflict, RetryableError
from shared.store.campaigns.runs import LeaseLost
from tests.chaos.model.process import Blow, Killed, Process, ProcessClock, Storm, Strike
from tests.chaos.model.turns import Turns
from tests.support.virtual_time import VirtualLoop

LIVES = {"lane": 150.0, "load": 300.0, "compaction": 300.0, "sweep": 300.0}
"""Seconds the platform gives an invocation (the template's timeouts); 60 for all others."""
FAILURES = (Conflict, RetryableError, LeaseLost, ClientError, PynamoDBException)
"""What may end a process without anything being wrong."""


class Machine:
    """`unexpected` is what processes raised that they never should; `calm` says that nothing befell any of them.
    `ended` is told when one has come to its end, whichever."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self.storm = Storm()
        self.clock = ProcessClock(self.process("observer"))
        self.unexpected: list[str] = []
        self.calm = True
        self.ended: Callable[[], None] = lambda: None

    def strike(self, blow: Blow, *, left: int = 1, kind: str = "", call: str = "") -> None:
        """Of the awaits from now, the `left`-th one of such a process at such a call is struck."""
        self.storm.strikes.append(Strike(blow, left, kind, call))

    def process(self, kind: str, skew: float = 0.0) -> Process:
        return Process(kind, self.loop, self.storm, LIVES.get(kind, 60.0), skew)

    def begin(self, process: Process, life: Callable[[], Awaitable[None]]) -> Process:
        async def lived() -> None:
            try:
                await life()
            except (Killed, *FAILURES):
                pass
            except Exception as error:
                self.unexpected.append(f"{process.kind} raised {error!r}")
            finally:
                self.calm &= not process.disturbed
                process.dead = True
                self.ended()

        self.loop.create_task(lived())
        return process

    def call(self, kind: str, call: Callable[[Process], Any], then: Callable[[], None] = lambda: None) -> Process:
        """Begin a process that makes one call; `then` is told when it went well."""
        process = self.process(kind)

        async def life() -> None:
            await self.turns.run(process, lambda: call(process))
            then()

        return self.begin(process, life)

    def close(self) -> None:
        self.ended = lambda: None
        for task in (tasks := asyncio.all_tasks(self.loop)):
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        asyncio.set_event_loop(None)
        self.loop.close()
