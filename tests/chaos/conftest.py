"""The database of the model: every call of every process goes through its turns."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TypeVar

import pytest

from functions.campaign_dispatch.sweep import campaign as sweep
from functions.campaign_dispatch.sweep import turn
from functions.campaign_dispatch.sweep import turns as turns_of_the_sweep
from functions.webhook_ingest.statuses import compaction, reach
from functions.webhook_ingest.statuses import record as statuses
from functions.webhook_ingest.statuses.logic import journalling
from shared.store.campaigns import books
from tests.chaos.model.promises import REPORTS_IN_CHUNKS, SWEEP_IN_CHUNKS
from tests.chaos.model.stage import Ground, Make, Stage
from tests.chaos.model.sweeps import only_what_may_happen
from tests.chaos.model.turns import database_in_turns

T = TypeVar("T")
R = TypeVar("R")


class OneAfterTheOther:
    """An executor without threads."""

    def __init__(self, _threads: int) -> None:
        pass

    def __enter__(self) -> "OneAfterTheOther":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        pass

    def map(self, call: Callable[[T], R], items: Iterable[T]) -> list[R]:
        return [call(item) for item in items]


def read_one_after_the_other(keys: Iterable[T], read: Callable[[T], R], _seconds: float) -> dict[T, R | Exception]:
    """`read_side_by_side` without threads."""
    found: dict[T, R | Exception] = {}
    for key in keys:
        try:
            found[key] = read(key)
        except Exception as error:
            found[key] = error
    return found


@pytest.fixture(scope="module")
def ground(dynoxide: str) -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as patch, database_in_turns(dynoxide) as (database, turns):
        # Its writers in threads of their own could not be told apart, nor take turns in the same order every time.
        patch.setattr(statuses, "ThreadPoolExecutor", OneAfterTheOther)
        patch.setattr(compaction, "ThreadPoolExecutor", OneAfterTheOther)
        for module in (statuses, reach):
            patch.setattr(module, "read_side_by_side", read_one_after_the_other)
        patch.setattr(turns_of_the_sweep, "ThreadPoolExecutor", OneAfterTheOther)
        # The campaigns here are small: nothing of them would go into a journal, nor be summed up.
        patch.setattr(journalling, "FEW_BLOCKS", 0)
        patch.setattr(sweep, "FOR_SWEEP", SWEEP_IN_CHUNKS)
        patch.setattr(books, "FOR_REPORTS", REPORTS_IN_CHUNKS)
        for module in (turn, turns_of_the_sweep):
            patch.setattr(module, "log_failure", only_what_may_happen)
        yield Ground.of(database, turns)


@pytest.fixture
def make(ground: Ground) -> Iterator[Make]:
    """Makes a stage; at the end it comes to rest, and every promise must have been kept."""
    made: list[Stage] = []

    def make(people: int = 12, **more: object) -> Stage:
        made.append(Stage(ground, people=people, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for stage in made:
        try:
            stage.come_to_rest(silent=1)
            assert stage.promises.broken == []
        finally:
            stage.machine.close()
