"""Programs in processes of their own that need not all import again what they have in common."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

_FORKS = """
import json, os, sys
each = json.load(sys.stdin)
exec(sys.argv[1])
answers = {}
for name, code in each.items():
    seen, told = os.pipe()
    if os.fork() == 0:
        os.dup2(told, 1)
        os.close(seen)
        try:
            exec(code, {})
            sys.stdout.flush()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(told)
    with os.fdopen(seen) as output:
        answers[name] = output.read()
    if os.wait()[1]:
        sys.exit(f"{name} failed")
print(json.dumps(answers))
"""


def printed_by_each(first: str, each: Mapping[str, str], **settings: str) -> dict[str, str]:
    """What each of these programs prints. Each runs in a process that has run `first` and nothing else.

    Raises CalledProcessError when one fails.
    """
    done = subprocess.run(
        [sys.executable, "-c", _FORKS, first],
        input=json.dumps(each),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
        env={**os.environ, **settings},
    )
    answers: dict[str, str] = json.loads(done.stdout)
    return answers
