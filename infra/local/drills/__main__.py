"""`make drills`: plays what wakes somebody, and what the runbook says to do about it, in the local cloud.

ARGS="stuck-campaign bad-deploy" plays these only; `--list` says which there are. The exit status is 0 only when every
step of every drill held.
"""

import argparse
import sys

from infra.local.child import ChildError
from infra.local.cloud import LocalCloud
from infra.local.demo.client import DemoError, Simulator
from infra.local.demo.screen import Screen
from infra.local.drills.catalogue import DRILLS
from infra.local.drills.stage import Drill, Stage
from infra.local.stack import DeployError
from infra.local.tenant import ApiError

PARAMETERS = {"LaneSliceSeconds": "5", "UnknownGraceSeconds": "15", "ConsumerVisibilitySeconds": "5"}
"""What is tried five times is given up after half a minute here, and after half an hour on AWS."""
META: dict[str, object] = {
    "people": dict.fromkeys(("stop_share", "button_share", "answer_share", "react_share"), 0),
    "statuses": {"failed": {}, "delivered_share": 1.0, "sent_delay": [0.05, 0.2], "delivered_delay": [0.1, 0.4]},
    "templates": {"review_seconds": 0.1},
}
"""Nobody answers by themselves, and what is accepted arrives: what goes wrong is what the drill has go wrong."""


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.drills", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to play; all if none is named")
    parser.add_argument("--list", action="store_true", help="say which there are")
    wanted = parser.parse_args()
    unknown = sorted(set(wanted.names) - DRILLS.keys())
    if unknown:
        parser.error(f"no such drill: {', '.join(unknown)}; there are {', '.join(DRILLS)}")
    if wanted.list:
        for drill in DRILLS.values():
            print(f"{drill.name:<20} {drill.what}")
        return 0
    cloud = LocalCloud(parameters=PARAMETERS, meta=META)
    try:
        return _run(cloud, [DRILLS[name] for name in wanted.names or DRILLS], Screen())
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except (ChildError, DeployError) as error:
        print(f"{error}\nlog: {cloud.log}", file=sys.stderr)
        return 1


def _run(cloud: LocalCloud, drills: list[Drill], screen: Screen) -> int:
    screen.step("starting the local cloud")
    failed = []
    with cloud:
        screen.step("ready", f"infra/template.yaml deployed; log {cloud.log}")
        meta = Simulator(cloud.simulator_url)
        for drill in drills:
            screen.title(f"{drill.name}: {drill.what}")
            try:
                with Stage(cloud, meta, screen) as stage:
                    drill.play(stage)
            except (ApiError, DemoError) as error:
                screen.step(f"  ✗ {error}")
                failed.append(drill.name)
        meta.close()
    held = len(drills) - len(failed)
    screen.line(f"\n{held} of {len(drills)} drills held" + (f"; not: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
