"""Whatever takes access away holds within a minute: measured through the deployed gateway, which remembers what the
authorizer said for as long as the template states, with a user pool that checks sessions."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from infra.local.cloud import LocalCloud
from tests.support.api import Api, wait_for
from tests.support.authorizer import stated_seconds
from tests.support.browsers import browser, joined, new_owner

_MINUTE = 60.0
_LOOKS = 60
"""Two seconds apart; a slow machine makes them longer, not fewer."""


@dataclass(slots=True)
class Access:
    """Somebody's call that was let in, and what takes that away; `let_in_s` is when the last one began that was let in
    all the same, in seconds after the change."""

    call: Callable[[], httpx.Response]
    end: Callable[[], httpx.Response]
    code: str
    ended_at: float = 0.0
    let_in_s: float = 0.0
    refused: str = ""

    def take_away(self) -> None:
        assert self.call().status_code == 200, "the gateway remembers this"
        assert self.end().is_success
        self.ended_at = time.monotonic()

    def look(self) -> None:
        if self.refused:
            return
        began_s = time.monotonic() - self.ended_at
        answer = self.call()
        if answer.status_code == 200:
            self.let_in_s = began_s
        elif answer.status_code in (401, 403):
            self.refused = answer.json()["code"]
        # Else the story that runs meanwhile has something out of order: that says nothing of who is let in.


@pytest.fixture(scope="session")
def taken_away(cloud: LocalCloud) -> Iterator[tuple[Mapping[str, Access], Future[None]]]:
    """What was taken away, and the looks at it, which go on while other stories run."""
    owner = browser(cloud, new_owner(cloud))
    elsewhere, admin, agent = (
        browser(cloud, owner.api.get("/v1/me")["member"]["email"]),
        *(joined(cloud, owner, role) for role in ("admin", "agent")),
    )
    key = owner.api.post("/v1/api-keys", {"name": "shop", "scopes": ["read"]})
    session, as_key = elsewhere.api, Api(cloud.api_url, key["key"])
    as_admin, as_agent = admin.browser.api, agent.browser.api
    ends: Mapping[str, Access] = {
        "a session that is logged out": Access(
            lambda: session.call("GET", "/v1/me"), lambda: elsewhere.post("/v1/session/end", {}), "session_ended"
        ),
        "a role that is taken away": Access(
            lambda: as_admin.call("GET", "/v1/invitations"),
            lambda: owner.api.call("PATCH", f"/v1/members/{admin.member_id}", {"role": "viewer", "revision": 0}),
            "missing_scope",
        ),
        "a member who is removed": Access(
            lambda: as_agent.call("GET", "/v1/me"),
            lambda: owner.api.call("DELETE", f"/v1/members/{agent.member_id}"),
            "forbidden",
        ),
        "a key that is revoked": Access(
            lambda: as_key.call("GET", "/v1/me"),
            lambda: owner.api.call("DELETE", f"/v1/api-keys/{key['id']}"),
            "token_invalid",
        ),
    }
    for access in ends.values():
        access.take_away()
    with ThreadPoolExecutor(1) as aside:
        yield ends, aside.submit(_look, list(ends.values()))


def _look(ends: Sequence[Access]) -> None:
    def look() -> bool:
        for access in ends:
            access.look()
        return all(access.refused for access in ends)

    wait_for(look, bool, seconds=_LOOKS * 2.0, pause=2.0)


def test_access_is_taken_away(taken_away: tuple[Mapping[str, Access], Future[None]]) -> None:
    ends, _ = taken_away
    assert all(access.ended_at for access in ends.values())


def test_sessions_roles_keys_and_memberships_end_within_a_minute(
    cloud: LocalCloud, taken_away: tuple[Mapping[str, Access], Future[None]]
) -> None:
    """Long after the one before: see `pytest_collection_modifyitems`."""
    assert 0 < (stated := stated_seconds(cloud)) <= _MINUTE
    ends, looks = taken_away
    looks.result()
    for what, access in ends.items():
        print(f"{what}: let in for the last time {access.let_in_s:.1f} s after the change")
        assert access.refused == access.code, what
        assert access.let_in_s <= stated, f"{what}: a call that began later was let in"
