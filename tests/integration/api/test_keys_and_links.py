"""What a key or a link gives ends when it should: keys make none that outlive them, and links are good while sent."""

from typing import Any

import pytest

from functions.api.accounts.team import invitations
from shared.clock import EpochMs, epoch_ms, to_rfc3339
from shared.ids import new_ulid
from tests.support.api_handler import Answer, problem
from tests.support.operators import call
from tests.support.people import People, Person, acceptance, owner, people

__all__ = ["owner", "people"]

HOUR_MS = 3_600_000
KEYS = "/v1/api-keys"


def invited(people: People, owner: Person) -> tuple[str, str]:
    """(id, link)."""
    email = f"rui-{new_ulid().lower()}@example.com"
    answer = owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"})
    assert answer.status == 201, answer.body
    return answer.body["id"], people.link(email)


def in_hours(hours: int) -> str:
    return to_rfc3339(EpochMs(epoch_ms() + hours * HOUR_MS))


def test_a_key_that_ends_makes_none_that_ends_later(people: People, owner: Person) -> None:
    soon, wanted = in_hours(1), {"name": "k", "scopes": ["read", "settings"]}
    lasting = owner.call("POST", KEYS, wanted).body
    ending = owner.call("POST", KEYS, wanted | {"expires_at": soon}).body

    def make(key: str, **more: str) -> Answer:
        return call(people, key, "POST", KEYS, wanted | more)

    def rotate(key: dict[str, Any], **more: str) -> Answer:
        return call(people, ending["key"], "POST", f"{KEYS}/{key['id']}/rotate", more)

    for refused in (
        make(ending["key"]),
        make(ending["key"], expires_at=in_hours(2)),
        rotate(ending, expires_at=in_hours(2)),
        rotate(lasting),
    ):
        assert (*problem(refused), refused.body["field"]) == (403, "outlives_key", "expires_at")
    assert make(ending["key"], expires_at=soon).status == 201
    assert make(lasting["key"]).status == 201
    assert rotate(ending).body["expires_at"] == ending["expires_at"]


def test_a_key_that_was_rotated_away_makes_none_that_outlives_it(people: People, owner: Person) -> None:
    former = owner.call("POST", KEYS, {"name": "k", "scopes": ["read", "settings"]}).body
    path = f"{KEYS}/{former['id']}/rotate"
    newest = owner.call("POST", path, {"overlap_hours": 2}).body
    wanted = {"name": "k", "scopes": ["read"]}
    for refused in (
        call(people, former["key"], "POST", KEYS, wanted),
        call(people, former["key"], "POST", KEYS, wanted | {"expires_at": in_hours(3)}),
        call(people, former["key"], "POST", path, {}),
    ):
        assert (*problem(refused), refused.body["field"]) == (403, "outlives_key", "expires_at")
    assert call(people, former["key"], "POST", KEYS, wanted | {"expires_at": in_hours(1)}).status == 201
    assert call(people, newest["key"], "POST", KEYS, wanted).status == 201


def test_a_link_of_before_opens_nothing_that_was_sent_again_meanwhile(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation, link = invited(people, owner)
    real = invitations._person

    def sent_again_meanwhile(*arguments: Any) -> str:
        subject = real(*arguments)
        assert owner.call("POST", f"/v1/invitations/{invitation}/resend").status == 200
        return subject

    monkeypatch.setattr(invitations, "_person", sent_again_meanwhile)
    assert problem(people.anybody("/v1/invitations/accept", acceptance(link))) == (409, "invitation_over")
