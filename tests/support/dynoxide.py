"""dynoxide: a DynamoDB in one binary, brought by `make test` where npm is."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.exceptions import EndpointConnectionError

from infra.local.ports import free_port
from tests.support.model_client import model_client_put_back
from tests.support.template import table_definitions
from tests.support.wire import close_idle

BINARY = Path(__file__).parents[2] / ".local/dynoxide/node_modules/@dynoxide/linux-x64/dynoxide"
MISSING = "dynoxide is not here: `make test` brings it where npm is"
_READY_SECONDS = 120.0


@contextmanager
def running_dynoxide() -> Iterator[str]:
    """Runs dynoxide in memory on a free port, with the template's tables under their logical ids; yields its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [BINARY, "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _create_tables(url, process)
        with model_client_put_back():
            yield url
    finally:
        close_idle(url)
        process.kill()
        process.wait()


def _create_tables(url: str, process: "subprocess.Popen[bytes]") -> None:
    client = boto3.client("dynamodb", endpoint_url=url)
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            client.list_tables()
            break
        except EndpointConnectionError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    for name, definition in table_definitions().items():
        client.create_table(TableName=name, **definition)
    client.close()
