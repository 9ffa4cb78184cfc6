"""Archives that are unpacked once, however often they are asked for."""

import os
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

_unpacking = threading.Lock()


class UnpackedOnce(zipfile.ZipFile):
    """Puts links into a folder where ministack would unpack a function's eight hundred files for each of its workers.

    Unpacked means read-only, as on AWS.
    """

    def extractall(self, path: str | os.PathLike[str] | None = None, *_others: Any) -> None:
        known = hash(tuple((entry.filename, entry.CRC) for entry in self.infolist()))
        unpacked = Path(tempfile.gettempdir(), f"unpacked-{known:x}")
        with _unpacking:
            if not unpacked.exists():
                super().extractall(unpacked)
        for entry in unpacked.iterdir():
            Path(path or ".", entry.name).symlink_to(entry)
