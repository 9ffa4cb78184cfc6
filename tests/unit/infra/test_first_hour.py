"""What somebody meets who sets this up on a machine that is not ready for it. A shell script stands for a Python that
is too old, or a network that lets nothing through."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import ports, rundir, running
from tests.unit.house.test_floor_plan import ROOT

OLD = f"""#!/bin/sh
[ "$1" = -c ] || {{ touch downloading; exit 1; }}
exec {sys.executable} -c "import sys; sys.version_info, sys.version = (3, 10, 12), '3.10.12 (main)'; $2"
"""
OFFLINE = f"""#!/bin/sh
[ "$1" = -c ] && exec {sys.executable} "$@"
mkdir -p "$3/bin"
printf '#!/bin/sh\\nexit 1\\n' > "$3/bin/python"
chmod +x "$3/bin/python"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    return tmp_path


def make(checkout: Path, python: str, *more: str) -> subprocess.CompletedProcess[str]:
    """`make setup` where there is no uv."""
    script = checkout / "python"
    script.write_text(python)
    script.chmod(0o755)
    command = ["make", "setup", f"PYTHON={script}", *more]
    environment = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_an_old_python_is_told_before_anything_is_downloaded(checkout: Path) -> None:
    run = make(checkout, OLD)
    assert run.returncode
    assert "Python 3.11 or newer is needed, this is 3.10.12" in run.stderr
    assert "make PYTHON=" in run.stderr
    assert not (checkout / "downloading").exists()
    assert not (checkout / ".local/uv").exists()


def test_what_could_not_be_downloaded_says_what_to_set_and_does_not_stay(checkout: Path) -> None:
    for _ in range(2):
        run = make(checkout, OFFLINE)
        assert run.returncode
        assert all(name in run.stderr for name in ("HTTPS_PROXY", "SSL_CERT_FILE", "UV_NATIVE_TLS=1"))
        assert not (checkout / ".local/uv").exists()


def test_a_checkout_that_cannot_be_written_to_is_said_in_plain_words() -> None:
    command = ["make", "-C", "/proc", "-f", str(ROOT / "Makefile"), "UV=/nothing", ".local/uv/bin/uv"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "/proc cannot be written to" in run.stderr
    assert "Traceback" not in run.stderr
    with pytest.raises(running.UpError, match="cannot be written to"), running.writable(Path("/sys/x")):
        rundir.create(Path("/sys/x"))


def test_a_second_local_cloud_leaves_the_first_one_alone(tmp_path: Path) -> None:
    assert running.handle(tmp_path) is None
    with running.only_one(tmp_path):
        with pytest.raises(running.UpError, match="it is still starting"), running.only_one(tmp_path):
            pass
        path = running.tell(tmp_path, {"api_url": "http://127.0.0.1:1"})
        with pytest.raises(running.UpError, match=r"http://127\.0\.0\.1:1"), running.only_one(tmp_path):
            pass
        assert running.handle(tmp_path) == {"api_url": "http://127.0.0.1:1"}
    assert not path.exists()
    assert running.handle(tmp_path) is None


def test_what_a_killed_one_left_behind_is_not_taken_for_a_running_one(tmp_path: Path) -> None:
    running.tell(tmp_path, {"api_url": "http://127.0.0.1:1"})
    assert running.handle(tmp_path) is None
    with running.only_one(tmp_path):
        assert running.handle(tmp_path) is None


def test_no_proxy_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.setenv("no_proxy", "")
    for _ in range(2):
        ports.past_proxies()
    assert (os.environ["NO_PROXY"], os.environ["no_proxy"]) == (
        "example.com,127.0.0.1,localhost",
        "127.0.0.1,localhost",
    )
