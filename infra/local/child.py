"""Child processes of the local cloud: started in a group of their own, tied to this process, ended as a group."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

_GRACE_SECONDS = 2.0


class ChildError(Exception):
    """A child process ended early or said nothing in time."""


class Child:
    """One Python module, run as a child process. What it prints goes to the log; its first line can be waited for."""

    def __init__(self, module: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.module = module
        self._log = log.open("ab")
        self._first: queue.Queue[bytes] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.tied", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=dict(environment),
            start_new_session=True,
        )
        self._pump = threading.Thread(target=self._copy_output, daemon=True)
        self._pump.start()

    def first_line(self, timeout: float) -> bytes:
        """The first line that the child prints. Raises ChildError when it ends or `timeout` (seconds) passes first."""
        try:
            line = self._first.get(timeout=timeout)
        except queue.Empty:
            raise ChildError(f"{self.module} printed nothing for {timeout:.0f} s") from None
        if not line:
            raise ChildError(f"{self.module} ended before it was ready")
        return line

    def check(self) -> None:
        """Raises ChildError when the child has ended."""
        if self._process.poll() is not None:
            raise ChildError(f"{self.module} ended with status {self._process.returncode}")

    def stop(self) -> None:
        """Ends the child and everything it started. Safe to call twice."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._pump.join()
        if self._process.stdin:
            self._process.stdin.close()
        self._log.close()

    def _signal(self, number: signal.Signals) -> None:
        # The group can outlive its leader, so it is signalled even when the leader has gone.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _copy_output(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            self._first.put(stream.readline())
            for line in stream:
                self._log.write(line)
                self._log.flush()
