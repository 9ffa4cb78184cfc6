"""`python -m tests.chaos.mutations [words]`: does the model notice mistakes? One line for each of the mutants.

Every mutant is made in a copy of the tree, never here, and the model's tests run there. With words, only mutants whose
names contain them. The status is 0 when all were caught but those of which nothing can come.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.mutants import MUTANTS, Mutant

_ROOT = Path(__file__).parents[2]
_COPIED = ("functions", "shared", "infra", "tests", "pyproject.toml")
_TESTS = ("tests/chaos/test_model.py", "tests/chaos/test_schedules.py")
_REASON = re.compile(r"^E +(?:Failed: |AssertionError: )?(.+)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.mutations")
    parser.add_argument("words", nargs="*", help="only mutants whose names contain all of these")
    wanted = [m for m in MUTANTS if all(word in m.name for word in parser.parse_args().words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as made:
        tree = Path(made)
        _copy(tree)
        if (reason := _failure(tree)) is not None:
            print(f"the model fails as it is: {reason}")
            return 1
        survived = sum(not _try(tree, mutant) for mutant in wanted)
    print(f"{len(wanted)} mutants, {survived} survived")
    return 1 if survived else 0


def _copy(tree: Path) -> None:
    for name in _COPIED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(_ROOT / name, tree / name)
    (tree / ".local").symlink_to(_ROOT / ".local")


def _try(tree: Path, mutant: Mutant) -> bool:
    """Whether the model notices."""
    path = tree / mutant.file
    source = path.read_text()
    changed = source
    for text, instead in mutant.changes:
        if changed.count(text) != 1:
            print(f"outdated  {mutant.name}: {mutant.file} does not contain once: {text!r}", flush=True)
            return False
        changed = changed.replace(text, instead)
    path.write_text(changed)
    began = time.monotonic()
    try:
        reason = _failure(tree)
    finally:
        path.write_text(source)
    verdict = "caught  " if reason is not None else "harmless" if mutant.harmless else "survived"
    said = reason or mutant.harmless or "nothing was noticed"
    print(f"{verdict}  {mutant.name} ({time.monotonic() - began:.0f} s): {said}", flush=True)
    return verdict != "survived"


def _failure(tree: Path) -> str | None:
    """What the model says against this tree; None when nothing."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *_TESTS],
        cwd=tree,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return None
    found = _REASON.search(run.stdout)
    return found[1][:150] if found else (run.stdout + run.stderr).strip()[-300:]


if __name__ == "__main__":
    sys.exit(main())
