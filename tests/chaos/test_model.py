"""A model of everything that may go wrong with a campaign, explored by hypothesis over a real DynamoDB.

Lanes, the sweep, late load tasks, the API's controls and the consumers of webhooks run as they are, in virtual time,
and take turns at every database call. Each of them may be killed, stand still or fail before and after any of its
awaits; workers are started twice and wake up when their lane is long somebody else's; Meta refuses, drops, delays;
statuses come in any order, any number of times or never; people who still wait say no; somebody pauses, resumes and
cancels. What must hold is in tests/chaos/model/promises.py; the schedules are as many as MODEL_EXAMPLES says.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.chaos.model.schedule import drawn, played, shortened
from tests.chaos.model.stage import Ground

pytestmark = pytest.mark.filterwarnings("ignore")
EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "40"))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    # A seed has no smaller form; the schedule drawn from it is made shorter below.
    phases=(Phase.reuse, Phase.generate),
)
@given(seed=st.integers(0, 2**48))
def test_no_schedule_of_failures_sends_twice_or_loses_anybody(ground: Ground, seed: int) -> None:
    schedule = drawn(seed)
    broken = played(schedule, ground).promises.broken
    if broken:
        short = shortened(schedule, lambda shorter: bool(played(shorter, ground).promises.broken))
        pytest.fail("\n".join([*broken, f"seed {seed}; fails already with", str(short)]))
