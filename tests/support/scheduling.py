"""How `make test` shares the suite out among its workers: file by file. All that needs the local cloud stays with one
of them and comes first, in the order in which it stands, so that the cloud is started once and ends before the rest."""

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadScopeScheduling

_IN_THE_CLOUD = ("tests/integration/cloud/", "tests/e2e/")


class CloudFirst(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """What one worker runs without a break; `nodeid` begins with the path of the test's file."""
    return "the local cloud" if nodeid.startswith(_IN_THE_CLOUD) else nodeid.partition("::")[0]


def cloud_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    return sorted(items, key=lambda item: not item.nodeid.startswith(_IN_THE_CLOUD))
