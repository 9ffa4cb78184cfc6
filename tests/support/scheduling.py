"""How `make test` shares the suite out among its workers: file by file. All that needs the local cloud stays with one
of them and comes first, so that the cloud is started once and ends before the rest."""

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadScopeScheduling

_CLOUD = "the local cloud"
_IN_THE_CLOUD = ("tests/integration/cloud/", "tests/e2e/")


class CloudFirst(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """What one worker runs without a break; `nodeid` begins with the path of the test's file."""
    return _CLOUD if nodeid.startswith(_IN_THE_CLOUD) else nodeid.partition("::")[0]


def gives_way(nodeid: str) -> bool:
    """Whether whoever runs this test lets others go first. The cloud's tests take longest, mostly in waiting for what
    the cloud does: where they are held up, all of the suite is."""
    return scope_of(nodeid) != _CLOUD


def cloud_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """What compares whole tables comes before the stories that fill them."""

    def turn(item: pytest.Item) -> int:
        of = [i for i, folder in enumerate(_IN_THE_CLOUD) if item.nodeid.startswith(folder)]
        return of[0] if of else len(_IN_THE_CLOUD)

    return sorted(items, key=turn)
