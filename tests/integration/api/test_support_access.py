"""An operator looks at a tenant as its viewer: for a reason, an hour at most, and before the tenant's eyes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from functions.api import bootstrap
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.http.refusal import Refusal
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Tenant
from shared.domain.accounts.operator import Operator as OperatorRecord
from shared.domain.accounts.operator import SupportAccess, expiry
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind
from shared.domain.audit.kinds import Kind
from shared.domain.numbers.notice import Notice
from shared.errors import Conflict
from shared.ids import TenantId, new_ulid
from shared.observability import logger
from shared.store.engine.database import TableItem
from tests.support.api_handler import problem
from tests.support.log_lines import StandardOutput, lines_of
from tests.support.operators import (
    REASON,
    Operator,
    call,
    deed,
    enrolled_operator,
    entries,
    let_in,
    lift,
    ops,
    suspend,
)
from tests.support.people import PASSWORD, People, Person, owner, people
from tests.support.totp import totp

__all__ = ["owner", "people"]
HOUR_MS = 3_600_000


@pytest.fixture
def operator(people: People) -> Operator:
    return enrolled_operator(people)


def opened(operator: Operator, tenant: str, **more: Any) -> dict[str, Any]:
    answer = operator.looks_at(tenant, **more)
    assert answer.status == 201, answer.body
    return answer.body


def test_an_access_opens_what_a_viewer_may_see_and_changes_nothing(
    people: People, owner: Person, operator: Operator
) -> None:
    token = opened(operator, owner.tenant)["token"]
    assert call(people, token, "GET", "/v1/tenant").body["id"] == owner.tenant
    me = call(people, token, "GET", "/v1/me").body
    assert (me["principal"]["role"], me["principal"]["scopes"], me["member"]) == ("operator", ["read"], None)
    for method, path, body in (
        ("POST", "/v1/contacts", {"phone": "+5511912345678"}),
        ("PATCH", "/v1/me", {"revision": 0}),
        ("GET", "/v1/api-keys", None),
        ("GET", "/v1/operator/tenants", None),
        ("POST", f"/v1/operator/tenants/{owner.tenant}/suspend", {"reason": "r"}),
        ("POST", f"/v1/operator/tenants/{owner.tenant}/support-access", {"reason": "r", "password": "p"}),
    ):
        assert problem(call(people, token, method, path, body)) == (403, "missing_scope"), path
    own = operator.call("GET", "/v1/contacts")
    assert problem(own) == (403, "missing_scope"), "the operator's own token opens no tenant"


def test_the_tenant_sees_who_looked_when_and_why(people: People, owner: Person, operator: Operator) -> None:
    access = opened(operator, owner.tenant, minutes=15)
    (seen,) = owner.call("GET", "/v1/support-access").body["items"]
    assert (seen["id"], seen["reason"], seen["status"]) == (access["id"], REASON, "open")
    assert seen["operator_email"] == operator.email
    assert "token" not in seen
    assert operator.call("GET", "/v1/operator").body["acting"]["tenant_id"] == owner.tenant
    assert operator.call("POST", "/v1/operator/support-access/end").body["status"] == "ended"
    (seen,) = owner.call("GET", "/v1/support-access").body["items"]
    assert (seen["status"], seen["ended_by"]) == ("ended", seen["operator_id"])
    notices = [one["text"] for one in owner.call("GET", "/v1/notices").body["items"] if one["kind"] == "support_access"]
    assert len(notices) == 2
    assert any(REASON in text for text in notices)
    deeds = [one for one in entries(people, owner.tenant) if "access" in str(one.action)]
    assert [str(one.action) for one in deeds] == ["support_access.ended", "support_access.started"]
    assert all(one.object_id == access["id"] for one in deeds)
    assert all(one.actor == Actor(ActorKind.OPERATOR, seen["operator_id"]) for one in deeds)
    assert (deeds[1].reason, deeds[1].difference.after["expires_at"]) == (REASON, access["expires_at"])


@pytest.mark.parametrize("more", [{"reason": ""}, {"reason": "  "}, {"minutes": 61}, {"minutes": 0}])
def test_without_a_reason_or_for_longer_than_an_hour_nobody_looks(
    owner: Person, operator: Operator, more: dict[str, Any]
) -> None:
    assert operator.looks_at(owner.tenant, **more).status == 422
    assert owner.call("GET", "/v1/support-access").body["items"] == []


def test_a_stolen_token_of_an_operator_opens_no_tenant(owner: Person, operator: Operator) -> None:
    """It takes the password and the second factor once more."""
    assert problem(operator.looks_at(owner.tenant, password="Another-horse-2")) == (401, "unauthenticated")
    assert problem(operator.looks_at(owner.tenant, second_factor_code="")) == (403, "mfa_required")
    assert problem(operator.looks_at(owner.tenant, second_factor_code="000000")) == (422, "wrong_code")
    assert owner.call("GET", "/v1/support-access").body["items"] == []


def test_a_tenant_that_is_not_there_is_not_looked_at(people: People, operator: Operator) -> None:
    assert problem(operator.looks_at(new_ulid())) == (404, "not_found")
    gone = people.owner()
    token = opened(operator, gone.tenant)["token"]
    people.api.deps.directory.delete(gone.tenant, "TENANT")
    assert let_in(people, token) is Refusal.ACCESS_ENDED


def test_an_access_is_over_on_time_whatever_the_gateway_remembers(
    people: People, owner: Person, operator: Operator
) -> None:
    access = opened(operator, owner.tenant)
    granted = let_in(people, access["token"])
    assert isinstance(granted, dict)
    until = int(granted["until"])
    assert 0 < until - epoch_ms() <= HOUR_MS
    assert let_in(people, access["token"], EpochMs(until - 1)) == granted
    assert let_in(people, access["token"], EpochMs(until)) is Refusal.ACCESS_ENDED
    remembered = granted | {"until": str(epoch_ms())}
    assert problem(people.api.call("GET", "/v1/tenant", granted=remembered)) == (401, "access_ended")


def test_an_access_is_ended_by_the_tenant(people: People, owner: Person, operator: Operator) -> None:
    access = opened(operator, owner.tenant)
    viewer = people.joined(owner, "viewer")
    path = f"/v1/support-access/{access['id']}/end"
    assert problem(viewer.call("POST", path)) == (403, "missing_scope")
    assert problem(people.owner().call("POST", path)) == (404, "not_found")
    suspension = suspend(operator, owner.tenant)
    ended = [call(people, owner.token, "POST", path).body for _ in range(2)]
    assert ended[0] == ended[1]
    assert (ended[0]["status"], ended[0]["ended_by"]) == ("ended", owner.member)
    assert let_in(people, access["token"]) is Refusal.ACCESS_ENDED
    assert lift(operator, owner.tenant, suspension).status == 200
    (entry,) = [one for one in entries(people, owner.tenant) if one.action is Action.SUPPORT_ACCESS_ENDED]
    assert entry.actor == Actor(ActorKind.MEMBER, owner.member)


def test_every_call_of_an_operator_who_looks_names_the_access_in_the_log(
    people: People,
    owner: Person,
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    access = opened(operator, owner.tenant)
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())
    for method, path in (("GET", "/v1/tenant"), ("POST", "/v1/contacts")):
        capsys.readouterr()
        call(people, access["token"], method, path, {} if method == "POST" else None)
        line = lines_of(capsys.readouterr().out)[-1]
        assert (line["support_access_id"], line["tenant_id"]) == (access["id"], owner.tenant)
        assert access["token"] not in str(line)


def test_a_suspended_tenant_can_be_looked_at(people: People, owner: Person, operator: Operator) -> None:
    suspend(operator, owner.tenant)
    token = opened(operator, owner.tenant)["token"]
    assert call(people, token, "GET", "/v1/tenant").body["suspension"]["reason"]
    assert problem(call(people, token, "POST", "/v1/contacts", {}))[0] == 403


def test_an_operator_looks_at_one_tenant_at_a_time(people: People, owner: Person, operator: Operator) -> None:
    other = people.owner()
    first = opened(operator, owner.tenant)
    assert problem(operator.looks_at(other.tenant)) == (409, "already_looking")
    assert operator.call("POST", "/v1/operator/support-access/end").status == 200
    second = opened(operator, other.tenant)
    assert let_in(people, first["token"]) is Refusal.ACCESS_ENDED
    granted = let_in(people, second["token"])
    assert isinstance(granted, dict)
    assert granted["tenant_id"] == other.tenant


def test_a_repeated_call_opens_one_access_and_shows_the_same_token(
    people: People, owner: Person, operator: Operator
) -> None:
    body = {"reason": REASON, "password": PASSWORD, "second_factor_code": totp(operator.secret)}
    path, headers = f"/v1/operator/tenants/{owner.tenant}/support-access", {"idempotency-key": new_ulid()}
    answers = [operator.call("POST", path, body, headers=headers) for _ in range(2)]
    assert answers[0].status == 201
    assert answers[0].body == answers[1].body
    assert len(owner.call("GET", "/v1/support-access").body["items"]) == 1


def test_of_many_accesses_opened_at_once_one_is(people: People) -> None:
    parts, operator_id, now = bootstrap.parts()[OperatorParts], new_ulid(), epoch_ms()
    tenants = [people.owner().tenant for _ in range(2)]
    parts.operators.add(OperatorRecord(operator_id, operator_id, "kim@platform.example", "kim", now))

    def attempt(number: int) -> str:
        access_id = new_ulid(now)
        access = SupportAccess(
            access_id=access_id,
            operator_id=operator_id,
            operator_email="kim@platform.example",
            reason=REASON,
            opened_at=now,
            expires_at=expiry(now, 60),
            token_hash=new_ulid(),
            subject="s",
            session="x",
            issued_at=now,
        )
        notice = Notice(f"{now:013d}-{access_id}", "support_access", "info", "x", now)
        try:
            with deed(access_id, Action.SUPPORT_ACCESS_STARTED, Kind.SUPPORT_ACCESS):
                return parts.accesses.open(tenants[number % 2], access, now, notice).access_id
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(attempt, range(6)))
    assert outcomes.count("already_looking") == 5
    stored = [one for tenant in tenants for one in parts.accesses.page(tenant, 10, None).items]
    assert [one.access_id for one in stored] == [one for one in outcomes if one != "already_looking"]
    started = [one for tenant in tenants for one in entries(people, tenant) if one.kind is Kind.SUPPORT_ACCESS]
    assert [one.object_id for one in started] == [stored[0].access_id]


def test_a_tenant_is_found_by_name_id_address_and_metas_ids(people: People, owner: Person, operator: Operator) -> None:
    mark = new_ulid()[-8:].lower()
    accounts = people.api.deps.accounts

    def rename(person: Person, name: str, plan: str) -> None:
        status = "active" if plan != "free" else "none"

        def change(found: Tenant) -> Tenant:
            return replace(found, name=name, plan=plan, subscription_status=status)

        accounts.change_tenant(person.tenant, change)

    team = [people.owner() for _ in range(5)]
    for number, person in enumerate(team):
        rename(person, f"{'É' if number % 2 else 'e'}cho {mark} {number}", ("free", "starter", "growth")[number % 3])

    def found(query: str) -> list[str]:
        ids: list[str] = []
        cursor = ""
        while True:
            page = operator.call("GET", "/v1/operator/tenants", query=f"{query}&limit=2{cursor}")
            assert page.status == 200, page.body
            assert len(page.body["items"]) <= 2
            ids += [one["id"] for one in page.body["items"]]
            if page.body["next_cursor"] is None:
                return ids
            cursor = f"&cursor={page.body['next_cursor']}"

    everybody = [person.tenant for person in team]
    assert found(f"q=ECHO {mark}") == everybody, "without case and accents, in the order of names"
    assert found(f"q=echo {mark}&plan=starter") == [everybody[1], everybody[4]]
    suspension = suspend(operator, team[2].tenant)
    assert found(f"q=echo {mark}&status=suspended") == [everybody[2]]
    assert found(f"q=echo {mark}&status=active") == [one for one in everybody if one != everybody[2]]
    assert lift(operator, team[2].tenant, suspension).status == 200
    assert found(f"q={team[3].email}") == [everybody[3]]
    assert found(f"q={everybody[0]}&plan=free") == [everybody[0]]
    assert found(f"q={everybody[0]}&plan=growth") == []
    for nobody in (new_ulid(), "nobody@example.com", "4711", f"zzz{mark}", "!!!", operator.email):
        assert found(f"q={nobody}") == []
    assert set(everybody) <= set(found("q="))


def test_usage_comes_from_what_is_counted(people: People, owner: Person, operator: Operator) -> None:
    path = f"/v1/operator/tenants/{owner.tenant}/usage"
    usage = operator.call("GET", path).body
    assert (usage["members"], usage["numbers"], usage["last_active_at"]) == (1, 0, None)
    assert usage["campaigns"] == {
        "counted": 0,
        "complete": True,
        "by_status": {},
        "people_planned": 0,
        "people_gone_through": 0,
    }
    assert problem(operator.call("GET", f"/v1/operator/tenants/{new_ulid()}/usage")) == (404, "not_found")


def test_tenants_of_before_get_their_place_by_the_command(people: People, owner: Person, operator: Operator) -> None:
    key = {"pk": {"S": f"T#{TenantId(owner.tenant)}"}, "sk": {"S": "TENANT"}}
    TableItem._client.update_item(TableName="DirectoryTable", Key=key, UpdateExpression="REMOVE gsi1pk, gsi1sk")

    def listed() -> bool:
        cursor = ""
        while True:
            page = operator.call("GET", "/v1/operator/tenants", query=f"limit=100{cursor}").body
            if any(one["id"] == owner.tenant for one in page["items"]):
                return True
            if page["next_cursor"] is None:
                return False
            cursor = f"&cursor={page['next_cursor']}"

    assert not listed()
    assert ops(people, "tenant", "index")["without_a_place"] >= 1
    assert not listed()
    assert ops(people, "tenant", "index", "--yes")["placed"] >= 1
    assert listed()
    assert ops(people, "tenant", "index")["without_a_place"] == 0
