"""`make demo`: a campaign from sign-up to report on this machine.

The exit status is 0 only when every promise held; a goal that was missed (`!`) does not change it.
"""

import argparse
import sys

from infra.local import running
from infra.local.child import ChildError
from infra.local.cloud import STATE, LocalCloud
from infra.local.demo import story
from infra.local.demo.client import DemoError
from infra.local.demo.contacts import SHIPPED_ROWS
from infra.local.demo.report import last_line, show, write
from infra.local.demo.screen import Screen
from infra.local.stack import DeployError

_REPORT = STATE / "demo.json"
_FEWEST = 20


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo", description=__doc__)
    parser.add_argument("--contacts", type=int, default=SHIPPED_ROWS, help="rows of the contacts file")
    parser.add_argument("--kills", type=int, default=0, help="how often every lane process is killed while it sends")
    wanted = parser.parse_args()
    count = wanted.contacts
    if count < _FEWEST:
        parser.error(f"at least {_FEWEST} contacts are needed")
    screen = Screen()
    cloud = LocalCloud(meta=story.META)
    try:
        with running.writable(STATE):
            return _run(cloud, count, wanted.kills, screen)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except running.UpError as error:
        print(error, file=sys.stderr)
        return 1
    except (ChildError, DeployError, DemoError) as error:
        print(f"{error}\nlog: {cloud.log}", file=sys.stderr)
        return 1


def _run(cloud: LocalCloud, count: int, kills: int, screen: Screen) -> int:
    screen.step("starting the local cloud")
    with cloud:
        screen.step("ready", f"infra/template.yaml deployed; log {cloud.log}")
        results = story.run(cloud, count, kills, screen)
    write(results, _REPORT)
    show(results, screen)
    screen.line(f"\nreport: {_REPORT}")
    screen.line(last_line(results))
    return 0 if results.findings.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
