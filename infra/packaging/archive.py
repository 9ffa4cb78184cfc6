"""Zip archives that are the same bytes for the same content, whoever builds them and whenever."""

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip entry can carry
_FILE_MODE = 0o100644 << 16


def write_archive(target: Path, entries: Iterable[tuple[str, bytes]], *, compress: bool) -> Path:
    """Writes `entries` (name, content) to `target`: sorted, with a fixed time and mode. Returns `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", method, compresslevel=9 if compress else None) as archive:
        for name, content in sorted(entries):
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type = method
            info.external_attr = _FILE_MODE
            info.create_system = 3  # Unix, on every machine
            archive.writestr(info, content)
    return target


def tree_entries(root: Path, prefix: str = "") -> list[tuple[str, bytes]]:
    """Every file under `root` as (path below `root` after `prefix`, content)."""
    return [(f"{prefix}{path.relative_to(root)}", path.read_bytes()) for path in root.rglob("*") if path.is_file()]


def with_digest(path: Path) -> Path:
    """Renames `name.zip` to `name-<digest of its bytes>.zip`, so that new content has a new key."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return path.rename(path.with_name(f"{path.stem}-{digest}{path.suffix}"))
