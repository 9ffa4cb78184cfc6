"""The one local cloud that `make up` keeps running in a checkout: who has it, and where it is."""

import contextlib
import errno
import fcntl
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

_NOT_OURS_TO_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS)


class UpError(Exception):
    """Why a local cloud is not started here; its text is for whoever asked for it."""


@contextlib.contextmanager
def only_one(state: Path) -> Iterator[None]:
    """While this is open no other process gets in; whoever is killed lets go. Raises UpError when there is one."""
    with writable(state):
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "up.lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = _read(state)
            at = f"its API is at {where['api_url']}" if where and "api_url" in where else "it is still starting"
            raise UpError(
                f"a local cloud is running here already: {at}. "
                "Use it (.local/cloud.json has all of it, `make logs` shows its logs), or end it with Ctrl-C there."
            ) from None
        (state / "cloud.json").unlink(missing_ok=True)
        try:
            yield
        finally:
            (state / "cloud.json").unlink(missing_ok=True)


def tell(state: Path, described: Mapping[str, object]) -> Path:
    """Write down where the cloud is, for whoever holds `only_one`; returns the file."""
    path = state / "cloud.json"
    path.write_text(json.dumps(described, indent=2))
    return path


def handle(state: Path) -> dict[str, object] | None:
    """Where the running local cloud is; None when none is running."""
    try:
        lock = (state / "up.lock").open("r")
    except OSError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(state)
    return None


@contextlib.contextmanager
def writable(state: Path) -> Iterator[None]:
    """Raises UpError, with a plain sentence, for what fails because this checkout cannot be written to."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_OURS_TO_WRITE:
            raise
        raise UpError(
            f"{state} cannot be written to. The local cloud keeps its run and its log there: "
            "use a checkout that you may write to."
        ) from None


def _read(state: Path) -> dict[str, object] | None:
    try:
        found = json.loads((state / "cloud.json").read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
