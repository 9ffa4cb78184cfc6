"""The local AWS reads queues while a stream's records are worked on."""

import threading

import pytest
from ministack.services import lambda_svc

from infra.local import streams

PATIENCE_SECONDS = 60


def test_the_poller_goes_on_while_a_streams_function_works(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, done, again = threading.Event(), threading.Event(), threading.Event()

    def read() -> bool:
        if at_work.is_set():
            again.set()
            return False
        at_work.set()
        assert done.wait(PATIENCE_SECONDS)
        raise ValueError("what a stream holds is no reason to read none any more")

    monkeypatch.setattr(lambda_svc, "_poll_dynamodb_streams", read)
    streams.read_beside_queues()
    assert not lambda_svc._poll_dynamodb_streams()
    assert at_work.wait(PATIENCE_SECONDS)
    assert not lambda_svc._poll_dynamodb_streams()
    done.set()
    assert again.wait(PATIENCE_SECONDS)
