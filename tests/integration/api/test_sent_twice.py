"""Each write goes over the wire twice, as when the client repeats one whose answer was lost: the caller is answered as
if it had gone once."""

import pytest

from shared.ids import TenantId
from shared.store.engine.database import TableItem
from tests.support.api_handler import Api
from tests.support.faults import each_sent_twice
from tests.support.furnished import furnished, paths, plainly

CHANGES = sorted(
    ((method, path, operation) for method, path, operation in paths() if method != "GET"),
    key=lambda one: (one[0] == "DELETE", one[1].endswith("/disconnect")),
)


def _answers(api: Api, owner: TenantId) -> dict[str, tuple[int, object]]:
    found: dict[str, tuple[int, object]] = {}
    for method, path, operation in CHANGES:
        answer = plainly(api, owner, method, path, operation)
        found[f"{method} {path}"] = answer.status, answer.body.get("code")
    return found


def test_whoever_changes_something_is_answered_as_if_each_write_had_gone_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.deps.sender, "_sleep", lambda _seconds: None)
    once = _answers(api, furnished(api))
    owner = furnished(api)
    with each_sent_twice(TableItem._client, ("PutItem", "UpdateItem", "DeleteItem")) as sent:
        twice = _answers(api, owner)
    assert len(sent) > 50
    assert {name: (said, twice[name]) for name, said in once.items() if twice[name] != said} == {}
