"""The Lambda workers of a local cloud, found in /proc: which one made a connection, and which function it runs."""

import contextlib
import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

_FOLDER = re.compile(r"/ministack-lambda-wasapbos-([A-Za-z]+)-[^/]+/code$")


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that runs a function, such as `CampaignLane`."""

    pid: int
    function: str


class Workers:
    """Those of the local cloud whose run lives in `run_directory`. Nothing else is ever touched."""

    def __init__(self, run_directory: Path) -> None:
        self._prefix = f"{run_directory}/"
        self._known: dict[int, Worker] = {}

    def all(self) -> list[Worker]:
        found = (self._worker(int(name)) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - hot
        self._known = {worker.pid: worker for worker in found if worker is not None}
        return list(self._known.values())

    def at(self, port: int) -> Worker | None:
        """The worker whose end of a connection on this machine is `port`."""
        inode = _inode_of(port)
        if inode is None:
            return None
        # New connections come from new workers, mostly.
        known = next((w for w in reversed(self._known.values()) if _holds(w.pid, inode)), None)
        if known is not None and self._worker(known.pid) == known:
            return known
        return next((worker for worker in self.all() if _holds(worker.pid, inode)), None)

    def kill(self, worker: Worker) -> bool:
        """SIGKILL; False when that process has gone."""
        if self._worker(worker.pid) != worker:
            return False
        try:
            os.kill(worker.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _worker(self, pid: int) -> Worker | None:
        try:
            folder = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - hot
        except OSError:
            return None
        found = _FOLDER.search(folder) if folder.startswith(self._prefix) else None
        return Worker(pid, found[1]) if found else None


def _inode_of(port: int) -> str | None:
    wanted = f":{port:04X} "
    with Path("/proc/net/tcp").open() as lines:
        for line in lines:
            if wanted in line[:24] and (inode := line.split()[9]) != "0":
                return inode
    return None


def _holds(pid: int, inode: str) -> bool:
    wanted, folder = f"socket:[{inode}]", f"/proc/{pid}/fd/"
    try:
        names = os.listdir(folder)  # noqa: PTH208 - hot
    except OSError:
        return False
    for name in reversed(names):
        with contextlib.suppress(OSError):
            if os.readlink(folder + name) == wanted:  # noqa: PTH115 - hot
                return True
    return False
