"""What handlers write, for tests that read it."""

import json
import sys
from typing import Any


class StandardOutput:
    """As it is when something is written: the logger keeps the one of when it was made."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


def lines_of(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]
