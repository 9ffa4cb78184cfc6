"""`python -m infra.packaging [aws|local]`: builds the layer and the functions' packages.

Writes the archives and `parameters`, the template parameters that name them, to build/aws or build/local.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from infra.packaging.functions import build_functions
from infra.packaging.layer import build_layer
from infra.packaging.target import PackagingError, Target, aws_target, local_target


def build(target: Target) -> dict[str, Path]:
    """Builds everything anew for `target`. Returns template parameter -> archive."""
    shutil.rmtree(target.directory, ignore_errors=True)
    return {"LayerKey": build_layer(target), **build_functions(target)}


def main() -> int:
    """Builds for the target named on the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
    parser.add_argument("target", nargs="?", choices=("aws", "local"), default="aws")
    try:
        target = aws_target() if parser.parse_args().target == "aws" else local_target()
        archives = build(target)
    except PackagingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error}\n{error.stderr}\n")
        return 1
    if target.compiler is None:
        sys.stderr.write(
            f"No Python {target.python_version} here: built without bytecode, cold starts will be slower.\n"
        )
    (target.directory / "parameters").write_text("".join(f"{name}={path.name}\n" for name, path in archives.items()))
    for parameter, path in archives.items():
        sys.stdout.write(
            f"{path.stat().st_size:>10,}  {parameter:<20} {path.relative_to(target.directory.parents[1])}\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
