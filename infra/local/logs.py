"""`make logs`: what the functions of the local cloud that `make up` runs write, each line with its function.

make logs                                   everything, and then what comes
make logs ARGS="--once"                     what there is
make logs ARGS="CampaignLane Api --errors"  of two functions, lines of failures only
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError

from infra.local import running, stack
from infra.local.cloud import STACK, STATE

_PLATFORM = ("START RequestId", "END RequestId", "REPORT RequestId")
"""Lines that Lambda writes around each invocation."""
_PREFIX = f"/aws/lambda/{STACK}-"
_BETWEEN_LOOKS_SECONDS = 1.0
_MOST = 10_000
"""Lines of an answer (CloudWatch Logs, FilterLogEvents)."""
_OVERLAP_MS = 5_000
"""A line is kept when its invocation ends, and has that moment: others may have come meanwhile."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="make logs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="such as CampaignLane; all of them without")
    parser.add_argument("--once", action="store_true", help="show what there is, and wait for nothing")
    parser.add_argument("--errors", action="store_true", help="failures only")
    wanted = parser.parse_args(arguments)
    here = running.handle(STATE)
    if here is None:
        print("no local cloud is running here: `make up` starts one", file=sys.stderr)
        return 1
    logs = stack.client("logs", str(here["aws_endpoint_url"]))
    look = Look(logs, frozenset(wanted.functions), errors=wanted.errors)
    try:
        for line in look.once() if wanted.once else _follow(look):
            print(line, flush=True)
    except KeyboardInterrupt:
        return 0
    except BotoCoreError:
        print("the local cloud has gone", file=sys.stderr)
        return 1
    return 0


class Look:
    """Every line once, in the order of time within a look."""

    def __init__(self, logs: Any, functions: frozenset[str], *, errors: bool) -> None:
        self._logs, self._functions, self._errors = logs, functions, errors
        self._since = 0
        self._shown: dict[str, int] = {}

    def once(self) -> Iterator[str]:
        """With time (UTC) and function."""
        for at, name, message in self._new():
            yield f"{datetime.fromtimestamp(at / 1000, UTC):%H:%M:%S}  {name:<18} {message}"

    def lines(self) -> Iterator[str]:
        """As they were written."""
        return (message for _, _, message in self._new())

    def _new(self) -> Iterator[tuple[int, str, str]]:
        for event in sorted(event for name in self._groups() for event in self._events(name)):
            self._since = max(self._since, event[0] - _OVERLAP_MS)
            yield event
        self._shown = {event_id: at for event_id, at in self._shown.items() if at >= self._since}

    def _groups(self) -> Iterator[str]:
        for page in self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX):
            for group in page["logGroups"]:
                name = str(group["logGroupName"]).removeprefix(_PREFIX)
                if not self._functions or name in self._functions:
                    yield name

    def _events(self, name: str) -> Iterator[tuple[int, str, str]]:
        start = self._since
        while True:
            answer = self._logs.filter_log_events(logGroupName=f"{_PREFIX}{name}", startTime=start, limit=_MOST)
            yield from self._shown_once(name, answer["events"])
            last = int(answer["events"][-1]["timestamp"]) if answer["events"] else start
            if len(answer["events"]) < _MOST or last == start:
                return
            start = last

    def _shown_once(self, name: str, events: Iterable[Any]) -> Iterator[tuple[int, str, str]]:
        seen: dict[tuple[str, int, str], int] = {}
        for event in events:
            at, message = int(event["timestamp"]), str(event["message"]).rstrip()
            same = (str(event["logStreamName"]), at, message)
            seen[same] = seen.get(same, 0) + 1
            event_id = f"{name} {same} {seen[same]}"
            if event_id in self._shown:
                continue
            self._shown[event_id] = at
            if message and not message.startswith(_PLATFORM) and not (self._errors and not is_error(message)):
                yield at, name, message


def is_error(message: str) -> bool:
    """Whether a line tells of a failure; what is not ours (a traceback of the runtime) does."""
    try:
        line = json.loads(message)
    except ValueError:
        return True
    return isinstance(line, dict) and (line.get("level") in ("WARNING", "ERROR") or bool(line.get("failed")))


def _follow(look: Look, pause: Callable[[float], None] = time.sleep) -> Iterable[str]:
    while True:
        yield from look.once()
        pause(_BETWEEN_LOOKS_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
