"""A local cloud of its own: it starts as a whole or not at all, and goes without a trace."""

import contextlib
import signal
import subprocess
import sys

import pytest

from infra.local.cloud import STATE, LocalCloud
from tests.support.api import wait_for
from tests.support.processes import processes_of

PROGRAM = """
import time
from infra.local.cloud import LocalCloud
with LocalCloud():
    print("ready", flush=True)
    time.sleep(3600)
"""


def test_failed_start_leaves_nothing() -> None:
    failing = LocalCloud(parameters={"StatusBatchSize": "20000"})
    with pytest.raises(Exception, match="StatusBatchSize"):
        failing.__enter__()
    assert not failing.run_directory.exists()
    assert processes_of(str(failing.run_directory)) == []


@pytest.mark.parametrize(("number", "ready"), [(signal.SIGKILL, True), (signal.SIGINT, False), (signal.SIGTERM, False)])
def test_ends_without_a_trace(number: signal.Signals, ready: bool) -> None:
    """Once it is there, and in the middle of its start."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    run = STATE / "run" / f"{process.pid}-0"
    with process, process.stdout as output, contextlib.ExitStack() as after:
        after.callback(process.kill)
        if ready:
            assert output.readline() == b"ready\n"
            log = (STATE / "logs" / f"cloud-{run.name}.log").read_text()
            assert " ERROR " not in log, "a healthy start fails at nothing"
        wait_for(lambda: processes_of(str(run)), lambda found: len(found) >= 3)
        process.send_signal(number)
        process.wait()
    wait_for(lambda: processes_of(str(run)), lambda left: not left)
    # A killed process can't remove its folder; the next start does (so that case comes first).
    assert run.exists() == (number == signal.SIGKILL)
