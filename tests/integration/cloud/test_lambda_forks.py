"""The local cloud's workers are forks of one process: one that ends takes nothing with it for good."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.lambda_forks import Fork, LambdaForks

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="there are no pidfds here, and no forks")
OPEN = Path("/proc/self/fd")


class Forks:
    def __init__(self, folder: Path) -> None:
        self._program, self._folder = folder / "worker.py", folder
        self._program.write_text(
            "import os, sys\nfor line in sys.stdin:\n    print(os.getppid(), line.strip(), flush=True)\n"
        )
        self.forks, self._started = LambdaForks(sys.executable), list[Fork]()

    def start(self) -> Fork:
        command = [sys.executable, str(self._program)]
        fork = self.forks.start(command, cwd=str(self._folder), env={"PATH": os.defpath})
        assert isinstance(fork, Fork)
        self._started.append(fork)
        return fork

    def close(self) -> None:
        for fork in self._started:
            for stream in (fork.stdin, fork.stdout, fork.stderr):
                stream.close()
        if self.forks._channel is not None and self.forks._forking is not None:
            self.forks._channel.close()
            self.forks._forking.wait(60)


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    made = Forks(tmp_path)
    yield made
    made.close()


def said(fork: Fork, word: str) -> tuple[int, str]:
    """Who forked it, and what it makes of a word."""
    fork.stdin.write(f"{word}\n")
    fork.stdin.flush()
    parent, _, answer = fork.stdout.readline().strip().partition(" ")
    return int(parent), answer


def test_workers_are_forks_of_one_process_and_end_each_for_itself(forks: Forks) -> None:
    one, two = forks.start(), forks.start()
    (parent, answer), of_the_other = said(one, "one"), said(two, "two")
    assert (answer, of_the_other) == ("one", (parent, "two"))
    with pytest.raises(subprocess.TimeoutExpired):
        one.wait(0.01)
    one.kill()
    assert one.wait(60) == one.poll() == 1
    assert two.poll() is None
    assert said(two, "still here") == (parent, "still here")
    two.stdin.close()
    assert two.wait(60) == 1


def end(process: int) -> None:
    watched = os.pidfd_open(process)
    signal.pidfd_send_signal(watched, signal.SIGKILL)
    select.select([watched], [], [], 60)
    os.close(watched)


def test_when_the_process_that_forks_has_ended_there_is_another(forks: Forks) -> None:
    parent, _ = said(forks.start(), "one")
    end(parent)
    before = len(list(OPEN.iterdir()))
    with pytest.raises(OSError, match=r"ended|pipe|reset"):
        forks.start()
    assert len(list(OPEN.iterdir())) == before - 1, "all ends of it are closed, and those to who has ended"
    another, answer = said(forks.start(), "two")
    assert (answer, another != parent) == ("two", True)
