"""Work that several processes do at the same moment.

A process of its own for each, as on Lambda: the HTTP framework keeps the request it is at in a class, so one process
answers one call at a time.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

_PATIENCE_SECONDS = 600
Work = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Racers:
    """Processes that wait for something to do."""

    pipes: Sequence[Connection]

    def race(self, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What each of the calls gave; each is the arguments for one process."""
        for pipe, arguments in zip(self.pipes, calls, strict=True):
            pipe.send(arguments)
        answers = []
        for pipe in self.pipes:
            assert pipe.poll(_PATIENCE_SECONDS), "a process does not answer"
            answers.append(pipe.recv())
        return answers


@contextmanager
def racers(
    count: int, prepare: Callable[..., AbstractContextManager[Work]], *arguments: Any, loaded: str
) -> Iterator[Racers]:
    """`count` processes, each of which is prepared by `prepare(*arguments)`, which gives what it does then.

    They are forked from a process that has imported the modules of `prepare` and `loaded`, once for all of them.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([prepare.__module__, loaded])
    start = context.Barrier(count)
    pipes = [context.Pipe() for _ in range(count)]
    processes = [
        context.Process(target=_run, args=(theirs, start, prepare, arguments), daemon=True) for _, theirs in pipes
    ]
    for process, (_, theirs) in zip(processes, pipes, strict=True):
        process.start()
        # Else nobody would notice when the process is gone.
        theirs.close()
    try:
        yield Racers([ours for ours, _ in pipes])
    finally:
        for process in processes:
            process.kill()
            process.join()


def _run(
    pipe: Connection,
    start: Barrier,
    prepare: Callable[..., AbstractContextManager[Work]],
    arguments: tuple[Any, ...],
) -> None:
    with prepare(*arguments) as work:
        while True:
            given = pipe.recv()
            start.wait(_PATIENCE_SECONDS)
            pipe.send(work(*given))
