"""The programs that users of the API read its OpenAPI document with: npm's, and the generator of the Python client."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "functions/api/openapi.json"
_PROGRAMS = ROOT / ".local/api-tools/node_modules/.bin"
MISSING = "Redocly and TypeScript are not here: `make test` brings them where npm is"
# Neither news nor statistics: tests call nobody.
_ALONE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def is_here() -> bool:
    return (_PROGRAMS.parent.parent / "pinned").exists()


def said_by(program: str, *arguments: str | Path) -> str:
    """What one of npm's programs writes. Fails with it unless its exit status is 0."""
    done = subprocess.run(
        [_PROGRAMS / program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        cwd=ROOT,
        env={**os.environ, **_ALONE},
    )
    assert done.returncode == 0, f"{program}: {done.stdout[-3000:]}"
    return done.stdout
