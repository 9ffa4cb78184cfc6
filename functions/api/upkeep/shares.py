"""Several tasks in the time of one invocation: none takes the time of another, and none that fails stops another."""

from collections.abc import Callable, Sequence

from shared.failures import failure
from shared.observability import logger

MoreTime = Callable[[], bool]
Task = Callable[[MoreTime], object]
"""Does what it can for as long as there is more time, and keeps the place where the next run goes on."""


def do_in_turn(tasks: Sequence[Task], left_ms: Callable[[], int]) -> None:
    """Each has an equal part of the time that is left by then: what one does not need is the others'.

    Raises the last failure once all had their turn, so that the run counts as failed.
    """
    failed: Exception | None = None
    for done, task in enumerate(tasks):
        for_others = left_ms() * (len(tasks) - done - 1) // (len(tasks) - done)
        try:
            task(lambda: left_ms() > for_others)  # noqa: B023 - it is called before the next one begins
        except Exception as error:
            logger.error("a task of the upkeep failed", extra=failure(error))
            failed = error
    if failed is not None:
        raise failed
