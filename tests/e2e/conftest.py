"""What the end-to-end suites share: people who do only what a test has them do."""

from pathlib import Path

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script

_HERE = Path(__file__).parent
_STORIES = {*_HERE.glob("test_*.py"), _HERE.parent / "integration" / "cloud" / "test_redelivery.py"}
_LAST = ("test_log_lines.py", "test_policies.py")
_A_MINUTE_LATER = "test_sessions_roles_keys_and_memberships_end_within_a_minute"
_ACTS = ("stop_share", "button_share", "answer_share", "react_share")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back at what all the others did comes last, and before it what others leave a minute to."""
    items.sort(key=lambda item: 2 if item.path.name in _LAST else int(item.name == _A_MINUTE_LATER))


@pytest.fixture(scope="session")
def whole_run(request: pytest.FixtureRequest) -> bool:
    """Whether all the tests that have the functions work are in this run: then what they did not do is never done."""
    assert all(story.exists() for story in _STORIES), "a story that has moved would make every run a part of one"
    return not request.config.option.keyword and {item.path for item in request.session.items} >= _STORIES


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
