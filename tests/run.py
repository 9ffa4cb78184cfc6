"""`make test`: the whole suite, as two runs of pytest beside each other that keep two cores busy.

What the first part prints is shown as it comes, what the second one prints when the first has ended. The last lines
name the tests that failed and give the sum of each part. The status is 0 only when both passed. Ctrl-C and SIGTERM end
both, after their fixtures have cleaned up.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import NoReturn

CLOUD = ("tests/integration/cloud", "tests/e2e")
PARTS: Mapping[str, Sequence[str]] = {
    "unit, integration, chaos": (
        *("tests/unit", "tests/integration", "tests/chaos"),
        *(f"--ignore={folder}" for folder in CLOUD),
    ),
    "in the local cloud": CLOUD,
}
_CLEAN_UP_SECONDS = 60.0
_SUMMARY = "short test summary info"
_NAMED = ("FAILED ", "ERROR ", "NOT RUN: ")


class Part:
    """One run of pytest, started at once."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        colour = ["--color=yes"] if sys.stdout.isatty() else []
        self.name = name
        self._lock = threading.Lock()
        self._shown = False
        self._printed = bytearray()
        # In a session of its own: a Ctrl-C reaches it once, from here, and never in the middle of its cleaning up.
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pytest", *colour, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def show(self) -> None:
        """Prints what was printed so far, and from now on what comes."""
        with self._lock:
            self._shown = True
            _write(self._printed)

    def status(self) -> int:
        """Waits for its end; pytest's exit status, or minus the signal that ended it."""
        status = self._process.wait()
        self._reader.join()
        return status

    def interrupt(self) -> None:
        """Has it stop where it is and clean up, as Ctrl-C does."""
        self._signal(signal.SIGINT)

    def end(self) -> int:
        """Kills it with all it started, unless it ends by itself soon; its exit status."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLEAN_UP_SECONDS)
        self._signal(signal.SIGKILL)
        return self.status()

    def summary(self) -> list[str]:
        """The line of each test that failed, and pytest's last line behind the part's name."""
        lines = self._printed.decode(errors="replace").splitlines()
        start = max((at for at, line in enumerate(lines) if _SUMMARY in line), default=len(lines))
        named = [line for line in lines[start:] if _plain(line).startswith(_NAMED[:2])]
        named += [line for line in lines if _plain(line).startswith(_NAMED[2])]
        last = next((line for line in reversed(lines) if line.strip()), "it printed nothing")
        died = f" (ended by signal {-self._process.returncode})" if self._process.returncode < 0 else ""
        return [*named, f"{self.name}: {last.strip(' =')}{died}"]

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            while chunk := os.read(stream.fileno(), 65_536):
                with self._lock:
                    self._printed += chunk
                    if self._shown:
                        _write(chunk)

    def _signal(self, number: signal.Signals) -> None:
        # What it started may outlive it, so the group is signalled even when it has gone.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def run(parts: Mapping[str, Sequence[str]]) -> int:
    """Runs pytest with the arguments of each part; the exit status of the whole."""
    signal.signal(signal.SIGTERM, _interrupt)
    started = [Part(name, arguments) for name, arguments in parts.items()]
    try:
        statuses = [_followed(part) for part in started]
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for part in started:
            part.interrupt()
        statuses = [part.end() for part in started]
    lines = [line for part in started for line in part.summary()]
    print("", *lines, sep="\n", flush=True)
    return int(any(statuses))


def _followed(part: Part) -> int:
    part.show()
    return part.status()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _write(printed: bytes | bytearray) -> None:
    sys.stdout.buffer.write(printed)
    sys.stdout.buffer.flush()


def _plain(line: str) -> str:
    """Without the colour it may begin with."""
    return line[line.index("m") + 1 :] if line.startswith("\x1b[") and "m" in line else line


if __name__ == "__main__":
    raise SystemExit(run(PARTS))
