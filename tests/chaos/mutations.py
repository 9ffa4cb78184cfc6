"""`python -m tests.chaos.mutations [words]`: does the model notice mistakes? One line for each of the mutants.

Every mutant is made in a copy of the tree, never here, and the model's tests run there, or those that it names. With
words, only mutants whose names contain them. The status is 0 when all were caught but those of which nothing can come.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.chaos.mutant import Mutant
from tests.chaos.mutants import MUTANTS

_ROOT = Path(__file__).parents[2]
_COPIED = ("functions", "shared", "infra", "tests", "pyproject.toml")
_TESTS = tuple(f"tests/chaos/test_{name}.py" for name in ("turns", "summaries", "schedules", "model"))
_TIMES_AS_LONG = 8
"""As without the mistake: what takes longer has not ended."""
_REASON = re.compile(r"^E +(?:Failed: |AssertionError: )?(.+)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.mutations")
    parser.add_argument("words", nargs="*", help="only mutants whose names contain all of these")
    wanted = [m for m in MUTANTS if all(word in m.name for word in parser.parse_args().words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as made:
        tree = Path(made)
        _copy(tree)
        limits: dict[tuple[str, ...], float] = {}
        for tests in {mutant.tests or _TESTS for mutant in wanted}:
            began = time.monotonic()
            if (reason := _failure(tree, tests)) is not None:
                print(f"{' '.join(tests)} fail as it is: {reason}")
                return 1
            limits[tests] = _TIMES_AS_LONG * (time.monotonic() - began)
        verdicts = Counter(_try(tree, mutant, limits[mutant.tests or _TESTS]) for mutant in wanted)
    print(f"{len(wanted)} mutants: {', '.join(f'{count} {verdict}' for verdict, count in verdicts.items())}")
    return 0 if verdicts.keys() <= {"caught", "harmless"} else 1


def _copy(tree: Path) -> None:
    for name in _COPIED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(_ROOT / name, tree / name)
    (tree / ".local").symlink_to(_ROOT / ".local")


def _try(tree: Path, mutant: Mutant, limit: float) -> str:
    """caught, harmless, survived or outdated, within `limit` seconds."""
    path = tree / mutant.file
    source = path.read_text()
    changed = source
    for text, instead in mutant.changes:
        if changed.count(text) != 1:
            print(f"outdated  {mutant.name}: {mutant.file} does not contain once: {text!r}", flush=True)
            return "outdated"
        changed = changed.replace(text, instead)
    path.write_text(changed)
    began = time.monotonic()
    try:
        reason = _failure(tree, mutant.tests or _TESTS, limit)
    finally:
        path.write_text(source)
    verdict = "caught" if reason is not None else "harmless" if mutant.harmless else "survived"
    said = reason or mutant.harmless or "nothing was noticed"
    print(f"{verdict:8}  {mutant.name} ({time.monotonic() - began:.0f} s): {said}", flush=True)
    return verdict


def _failure(tree: Path, tests: tuple[str, ...], limit: float | None = None) -> str | None:
    """What these tests say against this tree; None when nothing. What has not ended after `limit` seconds hangs, or
    tries for ever: that is noticed, too."""
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests],
            cwd=tree,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return f"it had not ended after {limit:.0f} s"
    if run.returncode == 0:
        return None
    found = _REASON.search(run.stdout)
    return found[1][:150] if found else (run.stdout + run.stderr).strip()[-300:]


if __name__ == "__main__":
    sys.exit(main())
