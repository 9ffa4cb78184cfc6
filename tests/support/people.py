"""People with accounts, over a pool that checks what Cognito checks; the API works with it while a test runs."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.api import bootstrap
from functions.api.accounts.attempts import AttemptLimits
from functions.api.accounts.mailer import Mailer
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions.entrance import Entrance
from functions.api.accounts.team.parts import TeamParts
from functions.api.accounts.user_pool.access_tokens import claimed
from functions.api.accounts.user_pool.changes import PoolChanges
from functions.api.accounts.user_pool.pool import UserPool
from infra.local.tenant import APPLICANT
from shared.ids import TenantId
from tests.support.api_handler import Answer, Api
from tests.support.user_pool import CheckingPool

PASSWORD = "Correct-horse-1"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
NOBODY: dict[str, str] = {}


@dataclass
class Mailbox:
    """A sender that keeps what it is given; while it is `broken` it raises that."""

    mails: list[tuple[str, str]] = field(default_factory=list)
    broken: Exception | None = None

    def send_email(self, **call: Any) -> None:
        if self.broken is not None:
            raise self.broken
        text = call["Content"]["Simple"]["Body"]["Text"]["Data"]
        self.mails.append((call["Destination"]["ToAddresses"][0], text))

    def newest(self, to: str) -> str:
        return next(text for address, text in reversed(self.mails) if address == to)


@dataclass(frozen=True, slots=True)
class Person:
    """Who calls, with which token."""

    people: "People"
    email: str
    tenant: TenantId
    member: str
    role: str
    token: str

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        from shared.domain.accounts.permissions import Role, scopes_of

        scopes = more.pop("scopes", ",".join(sorted(scopes_of(Role(self.role)))))
        headers = {"authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.people.api.call(
            method,
            path,
            body,
            tenant=self.tenant,
            member=self.member,
            role=self.role,
            scopes=scopes,
            headers=headers,
            **more,
        )


@dataclass(frozen=True, slots=True)
class People:
    api: Api
    pool: CheckingPool
    mailbox: Mailbox

    def anybody(self, path: str, body: object = None, headers: dict[str, str] = NOBODY) -> Answer:
        return self.api.call("POST", path, body, headers=headers)

    def browser(self, path: str, body: object = None, cookie: str = "") -> Answer:
        return self.anybody(path, body, SAME_ORIGIN | ({"cookie": cookie} if cookie else {}))

    def owner(self) -> Person:
        """Of a new business."""
        email = f"ana-{secrets.token_hex(6)}@example.com"
        account = {"business_name": "Café", "email": email, "password": PASSWORD, "country": "BR"}
        signed = self.anybody("/v1/signup", account | APPLICANT)
        assert signed.status == 201, signed.body
        person = self.logged_in(email, "", "", "owner")
        whose = self.api.deps.accounts.owner_of_subject(claimed(person.token).subject)
        assert whose is not None, "the first log-in makes the tenant"
        return replace(person, tenant=whose.tenant_id, member=whose.details["member_id"])

    def logged_in(self, email: str, tenant: str, member: str, role: str, password: str = PASSWORD) -> Person:
        answer = self.anybody("/v1/login", {"email": email, "password": password})
        assert answer.status == 200, answer.body
        return Person(self, email, TenantId(tenant), member, role, answer.body["access_token"])

    def joined(self, owner: Person, role: str) -> Person:
        """Somebody new in the team."""
        email = f"rui-{secrets.token_hex(6)}@example.com"
        answer = owner.call("POST", "/v1/invitations", {"email": email, "role": role})
        assert answer.status == 201, answer.body
        accepted = self.anybody("/v1/invitations/accept", acceptance(self.link(email)))
        assert accepted.status == 200, accepted.body
        return self.logged_in(email, owner.tenant, accepted.body["member_id"], role)

    def link(self, email: str) -> str:
        """The token of the newest invitation."""
        return self.mailbox.newest(email).partition("#")[2].split()[0]


def acceptance(token: str, **more: str) -> dict[str, str]:
    return {"token": token, "password": PASSWORD, "name": "Rui", "policy_version": APPLICANT["policy_version"]} | more


@contextmanager
def people_of(api: Api, *, confirming: bool = False) -> Iterator[People]:
    """While it lasts, the API works with a pool and a sender of its own; `confirming`: addresses are confirmed."""
    parts, pool, mailbox = bootstrap.parts(), CheckingPool(), Mailbox()
    account, team = parts[AccountParts], parts[TeamParts]
    doors = replace(account.entrance.doors, users=UserPool(pool, "pool", "client"))  # type: ignore[arg-type]
    entrance = replace(account.entrance, doors=doors, changes=PoolChanges(pool, "pool", "client"))  # type: ignore[arg-type]
    mailer = Mailer(lambda: mailbox, "Example <accounts@example.com>")
    parts._by_type[AccountParts] = replace(account, entrance=entrance, mailer=mailer, verify_email=confirming)
    parts._by_type[TeamParts] = replace(team, entrance=entrance, mailer=mailer)
    operators = parts[OperatorParts]
    parts._by_type[OperatorParts] = replace(operators, entrance=entrance)
    try:
        yield People(api, pool, mailbox)
    finally:
        parts._by_type |= {AccountParts: account, TeamParts: team, OperatorParts: operators}


@pytest.fixture(scope="module")
def people(api: Api) -> Iterator[People]:
    """With a user pool of the module's own."""
    with people_of(api) as running:
        yield running


@pytest.fixture
def owner(people: People) -> Person:
    """Of a new business."""
    return people.owner()


def growing(people: People) -> Person:
    """The owner of a new business whose plan has room for a team."""
    person = people.owner()
    accounts = people.api.deps.accounts
    accounts.change_tenant(person.tenant, lambda t: replace(t, plan="growth", subscription_status="active"))
    return person


def limited(entrance: Entrance, factor: int = 1) -> Entrance:
    """With the limits as they are, or so many times as many."""
    return replace(entrance, limits=AttemptLimits(entrance.limits._buckets, factor))
