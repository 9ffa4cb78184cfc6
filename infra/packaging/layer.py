"""The layer with the third-party packages, from uv.lock and nothing else."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.packaging.archive import tree_entries, with_digest, write_archive
from infra.packaging.target import BUILD, ROOT, Target, compile_tree, uv

# The AWS services that the functions call. botocore ships the description of some four hundred.
AWS_SERVICES = ("cognito-idp", "dynamodb", "kms", "s3", "scheduler", "secretsmanager", "sesv2", "sqs", "sts")
# Place names, carriers and time zones of phone numbers: most of that package's size, and nothing here asks for them.
# What CEL's engine ships of its own tests, and extensions that no condition uses: three quarters of that package.
UNUSED = (
    "bin",
    "boto3/examples",
    "phonenumbers/carrierdata",
    "phonenumbers/geodata",
    "phonenumbers/tzdata",
    "bazel-project",
    "cel_expr_python/ext",
)
_RECIPE = "1"  # part of the cache key: raise it when this file installs or prunes differently


def build_layer(target: Target, *, into: Path | None = None) -> Path:
    """Builds the layer's archive for `target`, into its directory or `into`."""
    packages = install(target)
    entries = [_pointer(target, packages)] if target.platform is None else tree_entries(packages, "python/")
    archive = (into or target.directory) / "layer.zip"
    return with_digest(write_archive(archive, entries, compress=target.platform is not None))


def install(target: Target) -> Path:
    """Installs the locked packages for `target` below build/packages, once per lock. Returns the folder."""
    requirements = _run([uv(), "export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-header"])
    recipe = (_RECIPE, target.platform, target.python_version, target.compiler is None, AWS_SERVICES, UNUSED)
    digest = hashlib.sha256(f"{recipe}\n{requirements}".encode()).hexdigest()[:16]
    packages = BUILD / "packages" / f"{target.name}-{digest}"
    if packages.exists():
        return packages
    fresh = packages.with_name(f"{packages.name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    listed = fresh / "requirements.txt"
    listed.write_text(requirements)
    command = [uv(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--link-mode", "copy", "--target", str(fresh), "--requirement", str(listed)]
    command += ["--python", sys.executable]
    if target.platform is not None:
        command += ["--python-platform", target.platform, "--python-version", target.python_version]
    try:
        _run(command)
        listed.unlink()
        _prune(fresh)
        compile_tree(target, fresh, "/opt/python" if target.platform is not None else str(packages))
        if not packages.exists():  # two builds at once: the first to finish wins, both are the same
            fresh.rename(packages)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return packages


def _pointer(target: Target, packages: Path) -> tuple[str, bytes]:
    """A path file that Python's site module follows. Unpacking the packages anew for each of a dozen workers would
    cost the local cloud seconds at every cold start; pointing to one unpacked folder costs nothing."""
    return f"python/lib/python{target.python_version}/site-packages/packages.pth", f"{packages}\n".encode()


def _prune(packages: Path) -> None:
    for unused in UNUSED:
        shutil.rmtree(packages / unused, ignore_errors=True)
    for entry in (packages / "botocore" / "data").iterdir():
        if entry.is_dir() and entry.name not in AWS_SERVICES:
            shutil.rmtree(entry)
    (packages / ".lock").unlink(missing_ok=True)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout
