"""Operators of the platform, as the command makes them and as the authorizer lets them in."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session

from functions.api.accounts.user_pool.access_tokens import AccessToken, claimed
from functions.api.authorizer_bootstrap import AuthorizerDeps
from functions.api.authorizer_handler import grant
from functions.api.http.refusal import REFUSED, Refusal
from infra.ops.__main__ import parser
from infra.ops.desk import Answer as Said
from infra.ops.desk import Desk
from infra.ops.stack import Stack
from shared.clock import EpochMs, epoch_ms
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind, Entry
from shared.domain.audit.kinds import Kind
from shared.ids import TenantId
from shared.store.accounts.people import People as PeopleStore
from shared.store.audit.trail import AuditTrail, Span
from shared.store.engine.audited import Occasion, on_occasion
from shared.store.engine.database import Database, TableItem
from tests.support.api_handler import Answer
from tests.support.people import PASSWORD, People
from tests.support.totp import totp

REASON = "Ticket 4711: a campaign that does not start"
SUSPENDED_FOR = "Messages to people who never asked for them"


@contextmanager
def deed(deed_id: str, action: Action, kind: Kind = Kind.TENANT) -> Iterator[None]:
    """What an operator does inside, as the route of it would have it entered."""
    with on_occasion(Occasion(Entry(deed_id, Actor(ActorKind.OPERATOR, "kim"), action, kind, reason=REASON))):
        yield


class _Tokens:
    """Believes every token of the pool."""

    def read(self, token: str, now: EpochMs) -> AccessToken:
        return claimed(token)


def ops(people: People, *words: str) -> Said:
    """What the operators' command says, over the database of the running API and the pool of these people."""
    database = Database(TableItem._client, botocore.session.get_session(), dict(os.environ))
    desk = Desk(database, Stack("test", {"UserPoolId": "pool", "UserPoolClientId": "client"}, {}), epoch_ms(), "kim")
    desk.aws._clients["cognito-idp"] = people.pool
    args = parser().parse_args(words)
    said: Said = args.run(desk, args)
    return said


def let_in(people: People, token: str, now: EpochMs | None = None) -> dict[str, str] | Refusal:
    """What the authorizer makes of a token that the gateway does not remember."""
    deps = people.api.deps
    guard = AuthorizerDeps(deps.accounts, PeopleStore(deps.directory), _Tokens(), deps.directory)  # type: ignore[arg-type]
    return grant(guard, token, now or epoch_ms())


def call(people: People, token: str, method: str, path: str, body: object = None, **more: Any) -> Answer:
    """With this token, through the authorizer."""
    granted = let_in(people, token)
    context: Mapping[str, str] = {REFUSED: str(granted)} if isinstance(granted, Refusal) else granted
    headers = {"authorization": f"Bearer {token}"} | more.pop("headers", {})
    return people.api.call(method, path, body, granted=context, headers=headers, **more)


@dataclass(slots=True)
class Operator:
    """Who has logged in, with the authenticator's secret; "" without one."""

    people: People
    email: str
    token: str = ""
    secret: str = ""

    def log_in(self) -> None:
        body = {"email": self.email, "password": PASSWORD}
        if self.secret:
            body["second_factor_code"] = totp(self.secret)
        answer = self.people.anybody("/v1/login", body)
        assert answer.status == 200, answer.body
        self.token = answer.body["access_token"]

    def enrol(self) -> None:
        started = self.call("POST", "/v1/operator/second-factor", {"password": PASSWORD})
        assert started.status == 200, started.body
        self.secret = started.body["secret"]
        confirmed = self.call("POST", "/v1/operator/second-factor/confirm", {"code": totp(self.secret)})
        assert confirmed.status == 200, confirmed.body

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        return call(self.people, self.token, method, path, body, **more)

    def looks_at(self, tenant: str, **more: Any) -> Answer:
        """Opens an access to it."""
        body = {"reason": REASON, "password": PASSWORD, "second_factor_code": totp(self.secret)} | more
        return self.call("POST", f"/v1/operator/tenants/{tenant}/support-access", body)


def new_operator(people: People) -> Operator:
    """Logged in by the password, without a second factor."""
    email = f"kim-{secrets.token_hex(6)}@platform.example"
    ops(people, "operators", "add", email, "--reason", "joins the desk", "--yes")
    people.pool.people[email]["password"] = PASSWORD
    operator = Operator(people, email)
    operator.log_in()
    return operator


def enrolled_operator(people: People) -> Operator:
    operator = new_operator(people)
    operator.enrol()
    operator.log_in()
    return operator


def entries(people: People, tenant: str) -> list[Entry]:
    """Of the tenant's audit log, newest first."""
    span = Span(EpochMs(epoch_ms() - 3_600_000), epoch_ms())
    return AuditTrail(people.api.deps.directory).page(TenantId(tenant), span, 50, None).items


def suspend(operator: Operator, tenant: str) -> str:
    answer = operator.call(
        "POST", f"/v1/operator/tenants/{tenant}/suspend", {"reason": SUSPENDED_FOR}, address="192.0.2.7"
    )
    assert answer.status == 200, answer.body
    return str(answer.body["suspension"]["id"])


def lift(operator: Operator, tenant: str, suspension: str) -> Any:
    body = {"suspension_id": suspension, "reason": "cleaned"}
    return operator.call("POST", f"/v1/operator/tenants/{tenant}/resume", body)
