"""`python -m infra.local.tied MODULE ARGS…`: runs a module that must not outlive the process that started it.

The parent holds the other end of standard input and never writes to it. When the parent goes, however it goes, the
read ends, and this process takes its whole process group (the Lambda workers too) with it.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_parent() -> None:
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
