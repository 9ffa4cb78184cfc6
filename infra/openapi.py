"""`python -m infra.openapi`: what the API says of itself, as files that stand beside the code.

They are kept in the repository and a test compares them, so that whoever reads a change sees what it changes for
clients, and a client can be generated from any commit without starting anything.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from functions.api import handler
from functions.api.http import errors
from shared.domain.accounts.permissions import ABOUT, CALLERS, KEY_SCOPES, Scope

_API = Path(__file__).parents[1] / "functions/api"
_HOST = "api.example.com"
_TABLE = "<!-- permissions -->\n{}<!-- /permissions -->"


def files() -> Mapping[Path, str]:
    """Where each stands -> what it is to hold."""
    document = json.loads(handler.api.document("https://{host}"))
    # A deployment serves the same document under its own URL.
    words = "Host of the stack's output ApiUrl; what is deployed, or `make up`, serves this document with its own URL."
    document["servers"][0]["variables"] = {"host": {"default": _HOST, "description": words}}
    return {
        _API / "openapi.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        _API / "ERRORS.md": errors.markdown(handler.descriptions(), document),
        _API / "accounts/README.md": _with_table(_API / "accounts/README.md", document),
    }


def _with_table(path: Path, document: Mapping[str, Any]) -> str:
    """The file with the permission table as it is."""
    return re.sub(_TABLE.format("(?s:.*)"), lambda _: _TABLE.format(permissions(document)), path.read_text())


def permissions(document: Mapping[str, Any]) -> str:
    """Role by role and scope by scope, with the operations that each opens; in Markdown."""
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    columns = " | ".join(CALLERS)
    lines = [f"| scope | for | {columns} | API keys | operations |", "|---|---|" + "---|" * (len(CALLERS) + 2)]
    for scope in Scope:
        holds = ["yes" if scope in scopes else "" for scopes in CALLERS.values()]
        opened = sorted(one["operationId"] for one in operations if one.get("x-required-scope") == scope)
        names = ", ".join(f"`{name}`" for name in opened)
        key = "yes" if scope in KEY_SCOPES else ""
        lines.append(f"| `{scope}` | {ABOUT[scope]} | {' | '.join(holds)} | {key} | {names} |")
    public = ", ".join(f"`{one['operationId']}`" for one in operations if "x-required-scope" not in one)
    return "\n".join(lines) + f"\n\nWithout a caller: {public}.\n"


def main() -> int:
    for path, text in files().items():
        path.write_text(text)
        sys.stdout.write(f"{path.stat().st_size:>10,}  {path.relative_to(_API.parents[1])}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
