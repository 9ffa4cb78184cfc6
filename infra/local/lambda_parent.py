"""`lambda_parent.py LONGEST LAYER…`: imports what the functions' layer brings, then forks a Lambda worker for each
message on standard input, a socket. A message is at most LONGEST bytes of JSON and comes with the worker's standard
streams; the answer is its pidfd.

It runs in the workers' interpreter, which has no packages of its own, so it imports nothing of this project.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import site
import socket
import sys
from pathlib import Path
from typing import Any

# What most functions import of the layer. What is missing here is imported by the workers that need it.
_IN_COMMON = (
    "aws_lambda_powertools",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.batch",
    "boto3",
    "boto3.dynamodb.types",
    "botocore.client",
    "botocore.config",
    "botocore.httpsession",
    "httpx",
    "phonenumbers",
    "pydantic",
    "pynamodb.attributes",
    "pynamodb.indexes",
    "pynamodb.models",
    "pynamodb.transactions",
)


def main() -> None:
    channel = socket.socket(fileno=os.dup(0))
    for layer in sys.argv[2:]:
        for packages in Path(layer).glob("python/lib/*/site-packages"):
            site.addsitedir(str(packages))
    for name in _IN_COMMON:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # Collected and thawed in no worker, so that their memory stays in common.
    gc.collect()
    gc.freeze()
    while True:
        message, streams, _, _ = socket.recv_fds(channel, int(sys.argv[1]), 3)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            channel.close()
            _work(json.loads(message), streams)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(channel, [b"."], [pidfd])
        for descriptor in (pidfd, *streams):
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _work(told: dict[str, Any], streams: list[int]) -> None:
    """Runs the worker's program as if it had been started; does not return."""
    try:
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w", 1)
        os.environ.clear()
        os.environ.update(told["environment"])
        os.chdir(told["folder"])
        sys.argv = [told["program"]]
        runpy.run_path(told["program"], run_name="__main__")
        sys.stdout.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
