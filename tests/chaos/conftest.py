"""The database of the model: every call of every process goes through its turns."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TypeVar

import pytest

from functions.webhook_ingest.statuses import compaction
from functions.webhook_ingest.statuses import record as statuses
from functions.webhook_ingest.statuses.logic import journalling
from tests.chaos.model.stage import Ground
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


@pytest.fixture(scope="module")
def ground(dynoxide: str) -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as patch, database_in_turns(dynoxide) as (database, turns):
        # Its writers in threads of their own could not be told apart, nor take turns in the same order every time.
        patch.setattr(statuses, "ThreadPoolExecutor", OneAfterTheOther)
        patch.setattr(compaction, "ThreadPoolExecutor", OneAfterTheOther)
        # The campaigns here are small: nothing of them would go into a journal.
        patch.setattr(journalling, "FEW_BLOCKS", 0)
        yield Ground.of(database, turns)
