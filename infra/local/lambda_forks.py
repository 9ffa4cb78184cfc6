"""Starts the Lambda workers of the local cloud as forks of one process that has imported the layer's packages.

A cold start is mostly those imports, the same for each worker, and the workers of a local cloud are many: forked, one
costs a third of the CPU time. What a function may import stays what its package and its layer bring.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

_PROGRAM = Path(__file__).with_name("lambda_parent.py")
_LAYERS = "_LAMBDA_LAYERS_DIRS"
# A pipe's worth; what a worker is told at its start is some ten thousand bytes.
_LONGEST = 1 << 17


class Fork:
    """A process that another one forked, with as much of `subprocess.Popen` as ministack asks for."""

    def __init__(self, pidfd: int, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.returncode: int | None = None
        self._pidfd = pidfd

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits up to `timeout` seconds; how the process ended is known to the one that forked it alone, so 1 stands
        for all. Raises TimeoutExpired."""
        if self.returncode is None:
            ended = select.poll()
            ended.register(self._pidfd, select.POLLIN)
            if not ended.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired("a Lambda worker", timeout or 0)
            self.returncode = 1
        return self.returncode

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._pidfd)


class LambdaForks:
    """Starts what ministack starts with `interpreter`."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None
        self._forking: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], **options: Any) -> "Fork | subprocess.Popen[Any]":
        """Stands in for `subprocess.Popen`: a fork where `command` is a Python worker, any other process as ever."""
        if command[0] != self._interpreter:
            other: subprocess.Popen[Any] = subprocess.Popen(command, **options)
            return other
        return self._fork(command[1], options["cwd"], options["env"])

    def _fork(self, program: str, folder: str, environment: Mapping[str, str]) -> Fork:
        (its_in, our_in), (our_out, its_out), (our_err, its_err) = os.pipe(), os.pipe(), os.pipe()
        told = json.dumps({"program": program, "folder": folder, "environment": dict(environment)}).encode()
        try:
            with self._lock:
                pidfd = self._asked(told, [its_in, its_out, its_err], environment.get(_LAYERS, ""))
        except OSError:
            for end in (our_in, our_out, our_err):
                os.close(end)
            raise
        finally:
            for end in (its_in, its_out, its_err):
                os.close(end)
        return Fork(pidfd, os.fdopen(our_in, "w", 1), os.fdopen(our_out), os.fdopen(our_err))

    def _asked(self, told: bytes, streams: list[int], layers: str) -> int:
        """The pidfd of a new fork. Raises OSError where the process that forks has ended: the next call has another."""
        channel = self._channel = self._channel or self._parent(layers)
        try:
            socket.send_fds(channel, [told], streams)
            _, pidfds, _, _ = socket.recv_fds(channel, 1, 1)
            if not pidfds:
                raise OSError("the process that forks the Lambda workers has ended")
        except OSError:
            channel.close()
            self._channel = None
            if self._forking is not None:
                self._forking.wait()
            raise
        return pidfds[0]

    def _parent(self, layers: str) -> socket.socket:
        """Starts the process that forks; its imports come from `layers`, folders as `PATH` lists them."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LONGEST)
        with its:
            self._forking = subprocess.Popen(
                [self._interpreter, str(_PROGRAM), str(_LONGEST), *layers.split(os.pathsep)],
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
            )
        return ours
