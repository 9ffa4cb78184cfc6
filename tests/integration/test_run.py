"""`make test` itself: both parts run beside each other, what failed stands at the end, Ctrl-C leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.packaging.target import ROOT

PROGRAM = """
import json, sys
from tests.run import run
raise SystemExit(run(json.loads(sys.argv[1])))
"""
BARE = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]


def started(place: Path, parts: Mapping[str, str]) -> "subprocess.Popen[str]":
    """The runner at work on parts that are one file each: name -> its text."""
    asked = {}
    for name, text in parts.items():
        (place / f"test_{name}.py").write_text(text)
        asked[f"part {name}"] = [*BARE, f"test_{name}.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    program = [sys.executable, "-c", PROGRAM, json.dumps(asked)]
    return subprocess.Popen(program, cwd=place, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("failing", ["one", "two"])
def test_a_test_that_fails_is_named_in_the_last_lines_whichever_part_it_is_in(tmp_path: Path, failing: str) -> None:
    bad = "import pytest\n@pytest.fixture\ndef broken(): 1/0\ndef test_bad(): assert 0\ndef test_worse(broken): pass\n"
    parts = {name: bad if name == failing else "def test_good(): pass\n" for name in ("one", "two")}
    process = started(tmp_path, parts)
    output, _ = process.communicate()
    assert process.returncode == 1
    last = [line.split(" - ")[0] for line in output.splitlines()[-4:]]
    good, bad_line = "1 passed in", "1 failed, 1 error in"
    names = [f"FAILED test_{failing}.py::test_bad", f"ERROR test_{failing}.py::test_worse"]
    assert [line for line in last if line.startswith(("FAILED", "ERROR"))] == names
    sums = [line for line in last if line.startswith("part")]
    assert [
        line.startswith(f"part {name}: {bad_line if name == failing else good}")
        for name, line in zip(("one", "two"), sums, strict=True)
    ] == [True, True]


def test_both_run_at_the_same_time_and_what_they_print_stays_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    pipe = str(tmp_path / "pipe")
    parts = {
        "reads": f"def test_it():\n    assert open({pipe!r}).read() == 'met'\n",
        "writes": f"def test_it():\n    open({pipe!r}, 'w').write('met')\n    print('x' * 9)\n    assert 0\n",
    }
    process = started(tmp_path, parts)
    output, _ = process.communicate()
    assert process.returncode == 1
    assert output.index("1 passed") < output.index("x" * 9)


def test_a_part_that_dies_is_no_success(tmp_path: Path) -> None:
    process = started(
        tmp_path, {"a": "def test_it(): pass\n", "b": "import os\ndef test_it(): os.kill(os.getpid(), 9)\n"}
    )
    output, _ = process.communicate()
    assert process.returncode == 1
    assert output.splitlines()[-1].endswith("(ended by signal 9)")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_both_parts_after_their_fixtures(tmp_path: Path, number: signal.Signals) -> None:
    sleeps = """
import os, pathlib, pytest, time
@pytest.fixture
def held():
    yield
    pathlib.Path(__file__).with_suffix(".left").touch()
def test_sleeps(held):
    open(pathlib.Path(__file__).with_suffix(".pipe"), "w").write(str(os.getpid()))
    time.sleep(600)
"""
    for name in ("one", "two"):
        os.mkfifo(tmp_path / f"test_{name}.pipe")
    process = started(tmp_path, {"one": sleeps, "two": sleeps})
    pids = [int((tmp_path / f"test_{name}.pipe").read_text()) for name in ("one", "two")]
    process.send_signal(number)
    output, _ = process.communicate()
    assert process.returncode == 1
    assert sorted(path.name for path in tmp_path.glob("*.left")) == ["test_one.left", "test_two.left"]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert [line.split(":")[0] for line in output.splitlines()[-2:]] == ["part one", "part two"]
