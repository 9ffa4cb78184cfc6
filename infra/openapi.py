"""`python -m infra.openapi`: what the API says of itself, as files that stand beside the code.

They are kept in the repository and a test compares them, so that whoever reads a change sees what it changes for
clients, and a client can be generated from any commit without starting anything.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from functions.api import handler
from functions.api.http import errors

_API = Path(__file__).parents[1] / "functions/api"
_HOST = "api.example.com"


def files() -> Mapping[Path, str]:
    """Where each stands -> what it is to hold."""
    document = json.loads(handler.api.document("https://{host}"))
    # A deployment serves the same document under its own URL.
    words = "Host of the stack's output ApiUrl; what is deployed, or `make up`, serves this document with its own URL."
    document["servers"][0]["variables"] = {"host": {"default": _HOST, "description": words}}
    return {
        _API / "openapi.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        _API / "ERRORS.md": errors.markdown(handler.descriptions(), document),
    }


def main() -> int:
    for path, text in files().items():
        path.write_text(text)
        sys.stdout.write(f"{path.stat().st_size:>10,}  {path.relative_to(_API.parents[1])}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
