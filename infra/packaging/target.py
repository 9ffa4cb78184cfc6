"""What a package is built for: AWS (python3.13 on arm64) or the local cloud (this machine, this interpreter)."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


class PackagingError(Exception):
    """A package can't be built; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a package will run. `platform` is uv's name of it, None for this machine.

    `compiler` is an interpreter of `python_version`, None when this machine has none.
    """

    name: str
    python_version: str
    platform: str | None
    compiler: str | None

    @property
    def directory(self) -> Path:
        """Where this target's artefacts are written."""
        return BUILD / self.name


def local_target() -> Target:
    """This machine and the interpreter that runs now."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Target("local", version, None, sys.executable)


def aws_target() -> Target:
    """Lambda's python3.13 on arm64, which is Amazon Linux 2023 with glibc 2.34 (AWS Lambda, runtimes). Without a Python
    3.13 here the packages carry no bytecode."""
    return Target("aws", "3.13", "aarch64-manylinux_2_28", _find_python("3.13"))


def _find_python(version: str) -> str | None:
    """Path of a working interpreter of `version`: on PATH, or one that pyenv keeps off it."""
    on_path = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for candidate in filter(None, (on_path, *map(str, sorted(pyenv.glob(f"{version}.*/bin/python{version}"))))):
        probe = subprocess.run([candidate, "-c", ""], capture_output=True, check=False)  # noqa: S603
        if probe.returncode == 0:
            return candidate
    return None


def uv() -> str:
    """Path of uv: the one on PATH, else the Makefile's own. Raises PackagingError when there is neither."""
    path = shutil.which("uv", path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{ROOT / '.local' / 'uv' / 'bin'}")
    if path is None:
        raise PackagingError("uv was not found; run `make setup`, or put uv on PATH")
    return path


def compile_tree(target: Target, tree: Path, installed_as: str) -> None:
    """Compiles every module under `tree` for `target`; tracebacks will name it as below `installed_as`.

    Unchecked-hash: Lambda's file systems are read-only and zip times are coarse, so bytecode that is checked against
    the source's time would be thrown away and compiled anew in every cold start.
    """
    if target.compiler is None:
        return
    command = [target.compiler, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(tree), "-p", installed_as, str(tree)]
    # The hash seed fixes the order of constant sets, so that two builds give the same bytes.
    environment = {"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"}
    # Exit status 1 only says that some file (a package's own test data, say) isn't valid Python.
    subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
