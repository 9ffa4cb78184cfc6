"""Byte code of the suite and of what it tests, written once: on a clean checkout each worker would compile all of it
for itself, at the same time as the others, which costs them most of what collecting costs."""

import compileall
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

_ROOT = Path(__file__).parents[2]
_PROCESSES = 2


def compile_suite(config: pytest.Config) -> None:
    """Returns when all is written. What fails is left to whoever imports it, who says it better."""
    files = sorted(path for top in ("functions", "infra", "shared", "tests") for path in (_ROOT / top).rglob("*.py"))
    children = [_in_a_fork(files[n::_PROCESSES], config) for n in range(_PROCESSES)]
    for child in children:
        os.waitpid(child, 0)


def _in_a_fork(files: Sequence[Path], config: pytest.Config) -> int:
    child = os.fork()
    if child:
        return child
    try:
        for file in files:
            if file.name.startswith("test_"):
                _rewritten(file, config)
            else:
                compileall.compile_file(file, quiet=2)
    finally:
        os._exit(0)


def _rewritten(file: Path, config: pytest.Config) -> None:
    """As pytest's import hook writes it, with its assertions rewritten; there is no public way."""
    state = config.stash[rewrite.assertstate_key]
    folder = rewrite.get_cache_dir(file)
    written = folder / (file.stem + rewrite.PYC_TAIL)
    if rewrite.try_makedirs(folder) and rewrite._read_pyc(file, written, state.trace) is None:
        source, code = rewrite._rewrite_test(file, config)
        rewrite._write_pyc(state, code, source, written)
