"""What a drill plays on: the local cloud, the operators' command, and a screen. What does not hold ends it."""

import contextlib
import io
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar

from infra.local.cloud import LocalCloud
from infra.local.demo.client import DemoError, Json, Simulator
from infra.local.demo.screen import Screen
from infra.local.drills.alarms import counted, deployed
from infra.ops.__main__ import main as operators_command

LOOK_SECONDS = 1.0


class Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


class NotHeld(DemoError):
    """A step of the drill did not hold; the message says which."""


@dataclass(frozen=True)
class Stage:
    """A context manager, one for each drill; what it `opened` is closed at its end. `since` is when the drill began
    (epoch s): what was counted before is not its own."""

    cloud: LocalCloud
    meta: Simulator
    screen: Screen
    since: float = field(default_factory=time.time)
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def opened(self, client: C) -> C:
        """The client itself."""
        return self._open.enter_context(contextlib.closing(client))

    def ops(self, *words: str, typed: str = "", status: int = 0) -> Json:
        """What the operators' command answers; `typed` is what it reads from standard input. Raises NotHeld when it
        ends with another status."""
        self.screen.step("", f"$ python -m infra.ops --local {shlex.join(words)}")
        out, said = io.StringIO(), io.StringIO()
        with (
            _environment_restored(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(said),
            _typed(f"{typed}\n"),
        ):
            ended = operators_command(["--endpoint", self.cloud.endpoint, "--json", *words])
        if ended != status:
            raise NotHeld(f"ops {shlex.join(words)} ended with {ended}: {said.getvalue()}{out.getvalue()}")
        return dict(json.loads(out.getvalue())) if out.getvalue() else {"error": said.getvalue().strip()}

    def act(self, *words: str, typed: str = "") -> Json:
        """An action of the operators' command: first what it would do, which does nothing, then in earnest."""
        preview = self.ops(*words, typed=typed)
        self.holds("it only says what it would do", "nothing_was_done" in preview, str(preview.get("would", "")))
        return self.ops(*words, "--yes", typed=typed)

    def holds(self, what: str, held: object, detail: str = "") -> None:
        """A step that must hold. Raises NotHeld."""
        if not held:
            raise NotHeld(f"NOT HELD: {what}" + (f" ({detail})" if detail else ""))
        self.screen.step(f"  ✓ {what}", detail)

    def until(self, what: str, ready: Callable[[], object], *, seconds: float = 120) -> object:
        """Asks until the answer is true, and returns it. Raises NotHeld after `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := ready()):
            if time.monotonic() > deadline:
                raise NotHeld(f"NOT HELD: {what} (not within {seconds:.0f} s)")
            self.cloud.check()
            time.sleep(LOOK_SECONDS)
        self.screen.step(f"  ✓ {what}")
        return found

    def alarm(self, logical_id: str, *, seconds: float = 120) -> None:
        """Waits until what was counted is enough for this alarm of the template. Raises NotHeld after `seconds`."""
        alarm = deployed(self.cloud, logical_id)
        deadline = time.monotonic() + seconds
        while (value := alarm.met(samples := counted(self.cloud, alarm, self.since))) is None:
            if time.monotonic() > deadline:
                raise NotHeld(f"NOT HELD: {logical_id} would be on ({alarm}): {len(samples)} counts, too few")
            self.cloud.check()
            time.sleep(LOOK_SECONDS)
        self.screen.step(f"  ✓ {logical_id} would be on", f"{alarm}: {value:g}; runbook: {alarm.section}")

    def quiet(self, logical_id: str) -> None:
        """Nothing was counted that would put this alarm on. Raises NotHeld."""
        alarm = deployed(self.cloud, logical_id)
        self.holds(f"{logical_id} is off", alarm.met(counted(self.cloud, alarm, self.since)) is None, str(alarm))


@dataclass(frozen=True, slots=True)
class Drill:
    """One scenario. `alarms` are logical ids of the template, `section` the heading in the runbook whose remedy it
    plays."""

    name: str
    what: str
    section: str
    play: Callable[[Stage], None]
    alarms: tuple[str, ...] = ()


@contextlib.contextmanager
def _environment_restored() -> Iterator[None]:
    """The command points this process's AWS clients at the deployment that is meant."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _typed(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before
