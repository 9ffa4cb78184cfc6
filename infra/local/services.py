"""The processes that the local cloud is made of: ministack for AWS, and the simulators of Meta and Stripe."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.local.child import Child, ChildError
from infra.local.ports import free_port
from infra.local.stack import REGION
from infra.packaging.target import ROOT

# For a machine that does twenty other things as well: what ends before it is ready is noticed at once.
READY_SECONDS = 300.0
_SCRIPT_SECONDS = 60.0


def start_aws(run: Path, log: Path, for_workers: Mapping[str, str]) -> tuple[Child, str]:
    """Starts ministack on a free port. Returns it and its URL; `wait_for_aws` says when it answers.

    It hands its environment to the Lambda workers, and with it `for_workers`.
    """
    port = free_port()
    environment = {
        **_environment(run),
        **for_workers,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "PERSIST_STATE": "0",
        "STATE_DIR": str(run / "state"),
        "S3_DATA_DIR": str(run / "s3"),
        "LAMBDA_WARM_TTL_SECONDS": "600",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{run}/no-docker",
    }
    return Child("infra.local.aws_process", [], environment, log), f"http://127.0.0.1:{port}"


def wait_for_aws(aws: Child, endpoint: str) -> None:
    """Returns when ministack answers. Raises ChildError when it ended or takes too long."""
    wait_for(f"{endpoint}/_ministack/health", aws.check, seconds=READY_SECONDS)


def start_simulator(name: str, settings: Mapping[str, object], run: Path, log: Path) -> Child:
    """Starts `infra.local.<name>_simulator` on a port of its choice; `simulator_url` says which."""
    config = run / f"{name}.json"
    config.write_text(json.dumps(settings))
    return Child(f"infra.local.{name}_simulator", ["--port", "0", "--config", str(config)], _environment(run), log)


def simulator_url(simulator: Child) -> str:
    """Waits for a simulator's first line and returns its URL."""
    port = json.loads(simulator.first_line(READY_SECONDS))["port"]
    return f"http://127.0.0.1:{port}"


def script(simulator: str, change: Mapping[str, object]) -> Any:
    """Has a running simulator carry out a script; returns its answer, one result per key."""
    request = urllib.request.Request(
        f"{simulator}/_sim/script", json.dumps(change).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_SCRIPT_SECONDS) as answer:
        return json.load(answer)


def wait_for(url: str, alive: Callable[[], None], *, seconds: float) -> None:
    """Asks for `url` until it answers below 500. `alive` may raise meanwhile; ChildError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        alive()
        try:
            with urllib.request.urlopen(url, timeout=seconds):
                return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read().decode(errors='replace')[:500]}"
            if error.code < 500:
                return
        except OSError as error:
            answer = str(error)
        if time.monotonic() > deadline:
            raise ChildError(f"{url} was not ready after {seconds:.0f} s: {answer}")
        time.sleep(0.05)


def _environment(run: Path) -> dict[str, str]:
    """What a child sees: nothing of this machine's settings or credentials, and its own place for temporary files."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(run),
        "TMPDIR": str(run / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
