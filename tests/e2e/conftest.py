"""What the end-to-end suites share: people who do only what a test has them do."""

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script

_LAST = ("test_log_lines.py", "test_policies.py")
_ACTS = ("stop_share", "button_share", "answer_share", "react_share")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back at what all the others did comes last."""
    items.sort(key=lambda item: item.path.name in _LAST)


@pytest.fixture(scope="session", autouse=True)
def quiet_people(cloud: LocalCloud) -> None:
    """Nobody answers a campaign by themselves, and what is accepted arrives, whatever chance says; statuses come
    quickly."""
    script(
        cloud.simulator_url,
        {
            "people": dict.fromkeys(_ACTS, 0),
            "statuses": {
                "failed": {},
                "delivered_share": 1.0,
                "sent_delay": [0.05, 0.2],
                "delivered_delay": [0.1, 0.4],
                "read_delay": [0.1, 0.5],
            },
            "templates": {"review_seconds": 0.1},
        },
    )
