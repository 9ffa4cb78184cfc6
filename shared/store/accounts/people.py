"""People of the user pool, in the Directory table: `PERSON#<subject>`. Read with each token that is not remembered, for
1 RRU; a change costs 1 RRU and 1 WRU."""

from collections.abc import Callable

from shared.domain.accounts.person import Person
from shared.store.engine import lone
from shared.store.engine.directory import Directory

_SORT_KEY = "PERSON"


class People:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def find(self, subject: str) -> Person:
        """An empty one when nothing is known."""
        return lone.read(_key(subject), _SORT_KEY, Person())[0]

    def change(self, subject: str, change: Callable[[Person], Person]) -> Person:
        """What is stored afterwards. `change` must be pure: it may run more than once. Raises whatever it raises, and
        RetryableError when others keep winning."""
        key = _key(subject)
        return lone.change(
            key, _SORT_KEY, Person(), change, lambda after, version: lone.replacement(key, _SORT_KEY, after, version)
        )


def _key(subject: str) -> str:
    return f"PERSON#{subject}"
