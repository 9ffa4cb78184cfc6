"""The folder of one run of the local cloud, and the log that outlives it."""

import os
import shutil
from pathlib import Path

_LOGS_KEPT = 5


def create(base: Path) -> Path:
    """A fresh folder for this process below `base`; folders of processes that are gone are removed."""
    runs = base / "run"
    runs.mkdir(parents=True, exist_ok=True)
    for left in runs.iterdir():
        if not _alive(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    number = 0
    while True:
        folder = runs / f"{os.getpid()}-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
            continue
        (folder / "tmp").mkdir()
        return folder


def new_log(base: Path, run: Path) -> Path:
    """Path of an empty log for `run`; only the newest few logs are kept."""
    logs = base / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for old in sorted(logs.glob("*.log"), key=lambda path: path.stat().st_mtime)[: -(_LOGS_KEPT - 1)]:
        old.unlink(missing_ok=True)
    log = logs / f"cloud-{run.name}.log"
    log.write_bytes(b"")
    return log


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        pass
    return True
