"""Answers that are kept under an Idempotency-Key, and lost."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api.http.idempotency import IdempotencyStore
from shared.ids import new_ulid
from tests.support.api_handler import Answer, Api, is_problem

_TOLD_ANEW = ("instance", "updated_at", "upload", "upload_url")
"""The request's id, when a contact was last written, and a link that lives for an hour from now."""
_FINISH = IdempotencyStore.finish


class Kept:
    """The answers that were to be kept. As many as `lose` says are lost, and every lease is given up at once."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.lose = 0

    def finish(self, store: IdempotencyStore, *arguments: Any, secret: bool) -> None:
        *_, status, body, _content_type = arguments
        self.answers.append((status, {k: v for k, v in json.loads(body).items() if k not in _TOLD_ANEW}))
        if self.lose:
            self.lose -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Encrypt")
        _FINISH(store, *arguments, secret=secret)

    def twice(self, api: Api, path: str, body: object = None, **more: Any) -> Answer:
        """The answer of the second attempt. The first one is lost, and both were the same."""
        self.answers.clear()
        self.lose = 1
        headers = {"idempotency-key": new_ulid()}
        assert is_problem(api.call("POST", path, body, headers=headers, **more), 503, "temporarily_unavailable")
        second = api.call("POST", path, body, headers=headers, **more)
        assert self.answers[0] == self.answers[1]
        return second


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    found = Kept()
    monkeypatch.setattr(IdempotencyStore, "finish", lambda store, *a, **k: found.finish(store, *a, **k))
    return found
