"""Two of the runbook's drills, those that disturb nobody else; the others are played by `make drills`."""

from contextlib import closing

import pytest

from infra.local.cloud import LocalCloud
from infra.local.demo.client import Simulator
from infra.local.demo.screen import Screen
from infra.local.drills.catalogue import DRILLS
from infra.local.drills.stage import Stage


@pytest.mark.parametrize("name", ["token-revoked", "got-it-twice"])
def test_the_remedy_ends_it(cloud: LocalCloud, name: str) -> None:
    with closing(Simulator(cloud.simulator_url)) as meta, Stage(cloud, meta, Screen()) as stage:
        DRILLS[name].play(stage)
