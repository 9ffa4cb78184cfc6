"""The Lambda workers of a local cloud, found in /proc: which one made a connection, and which function it runs."""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOLDER = re.compile(r"/ministack-lambda-wasapbos-([A-Za-z]+)-[^/]+/code$")


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that runs a function, such as `CampaignLane`."""

    pid: int
    function: str


def workers(run_directory: Path) -> Iterator[Worker]:
    """Workers of the local cloud whose run lives in this folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (function := _function_of(int(entry.name), run_directory)):
            yield Worker(int(entry.name), function)


def worker_at(port: int, run_directory: Path) -> Worker | None:
    """The worker whose end of a connection on this machine is `port`."""
    inode = _inode_of(port)
    if inode is None:
        return None
    return next((worker for worker in workers(run_directory) if _holds(worker.pid, inode)), None)


def kill(worker: Worker, run_directory: Path) -> bool:
    """SIGKILL; False when that process has gone."""
    if _function_of(worker.pid, run_directory) != worker.function:
        return False
    try:
        os.kill(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _function_of(pid: int, run_directory: Path) -> str:
    try:
        folder = str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""
    found = _FOLDER.search(folder) if folder.startswith(f"{run_directory}/") else None
    return found[1] if found else ""


def _inode_of(port: int) -> str | None:
    wanted = f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[1].endswith(wanted) and columns[9] != "0":
            return columns[9]
    return None


def _holds(pid: int, inode: str) -> bool:
    try:
        return any(str(entry.readlink()) == f"socket:[{inode}]" for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
