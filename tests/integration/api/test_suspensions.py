"""Suspending a tenant and lifting that: what a suspended tenant may, and what races and lost answers do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from functions.api import bootstrap
from functions.api.accounts.operators.actions import Lift, resume_tenant, suspend_tenant
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.http.idempotency import IdempotencyStore
from functions.api.http.refusal import Refusal
from shared.clock import epoch_ms
from shared.domain.accounts.account import Suspension
from shared.domain.accounts.permissions import TENANT_SCOPES
from shared.domain.audit.actions import Action
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.sending_stop import SendingStop
from shared.errors import Conflict, RetryableError
from shared.ids import TenantId, new_ulid
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.engine.database import Database
from tests.support.api_handler import Api, problem
from tests.support.campaigns import a_campaign
from tests.support.furnished import NOBODY, paths, with_ids
from tests.support.operators import (
    SUSPENDED_FOR,
    Operator,
    call,
    deed,
    enrolled_operator,
    entries,
    let_in,
    lift,
    suspend,
)
from tests.support.people import PASSWORD, People, Person, owner, people

__all__ = ["owner", "people"]


@pytest.fixture(scope="module")
def operator(people: People) -> Operator:
    return enrolled_operator(people)


def test_a_suspended_tenant_reads_and_changes_nothing(people: People, owner: Person, operator: Operator) -> None:
    fields = {"phone": "+5511912345678"}
    contact = call(people, owner.token, "POST", "/v1/contacts", fields).body["id"]
    suspension = suspend(operator, owner.tenant)
    granted = let_in(people, owner.token)
    assert isinstance(granted, dict)
    assert granted["suspended"] == "true"
    assert problem(call(people, owner.token, "POST", "/v1/contacts", fields)) == (403, "tenant_suspended")
    assert call(people, owner.token, "GET", "/v1/contacts").status == 200
    shown = call(people, owner.token, "GET", "/v1/tenant").body["suspension"]
    assert (shown["id"], shown["reason"]) == (suspension, SUSPENDED_FOR)
    said = {"source": "phone call"}
    assert call(people, owner.token, "POST", f"/v1/contacts/{contact}/opt-out", said).status == 200, "a no is heard"
    assert call(people, owner.token, "DELETE", f"/v1/contacts/{contact}").status == 200, "what is known of them goes"
    again = people.anybody("/v1/login", {"email": owner.email, "password": PASSWORD})
    assert again.status == 200
    assert call(people, again.body["access_token"], "PATCH", "/v1/me", {"revision": 0, "name": "Ana"}).status == 200
    assert lift(operator, owner.tenant, suspension).status == 200
    assert call(people, owner.token, "POST", "/v1/contacts", fields).status in (200, 201)
    kinds = [one["kind"] for one in call(people, owner.token, "GET", "/v1/notices").body["items"]]
    assert kinds.count("suspension") == 2
    (told,) = [one for one in entries(people, owner.tenant) if str(one.action) == "tenant.suspended"]
    assert (told.difference.before["suspension"], told.origin.address) == (None, "192.0.2.7")
    assert told.difference.after["suspension"]["reason"] == SUSPENDED_FOR  # type: ignore[index]
    deeds = [(str(one.action), one.actor.kind, one.reason) for one in entries(people, owner.tenant)]
    assert ("tenant.suspended", "operator", SUSPENDED_FOR) in deeds
    assert ("tenant.reinstated", "operator", "cleaned") in deeds


def test_a_suspended_tenant_stops_campaigns_and_takes_access_away(
    people: People, owner: Person, operator: Operator
) -> None:
    viewer = people.joined(owner, "viewer")
    invited = {"email": f"{new_ulid().lower()}@aurora.example", "role": "viewer"}
    key = owner.call("POST", "/v1/api-keys", {"name": "k", "scopes": ["read"]}).body
    invitation = owner.call("POST", "/v1/invitations", invited).body
    campaign = a_campaign(state=State.SENDING)
    Campaigns(people.api.deps.directory).create(TenantId(owner.tenant), campaign)
    suspend(operator, owner.tenant)
    path = f"/v1/campaigns/{campaign.campaign_id}"
    assert problem(call(people, owner.token, "POST", f"{path}/launch", {})) == (403, "tenant_suspended")
    for action, status in (("pause", "paused"), ("cancel", "cancelled")):
        assert call(people, owner.token, "POST", f"{path}/{action}").body["status"] == status
    gone = (f"/v1/api-keys/{key['id']}", f"/v1/invitations/{invitation['id']}", f"/v1/members/{viewer.member}")
    for one in gone:
        assert call(people, owner.token, "DELETE", one).status == 204, one
    assert let_in(people, key["key"]) is Refusal.TOKEN_INVALID
    assert let_in(people, viewer.token) in (Refusal.FORBIDDEN, Refusal.SESSION_ENDED)


def _changing() -> list[Any]:
    return [
        pytest.param(method, path, id=f"{method} {path}")
        for method, path, operation in paths()
        if operation.get("x-while-suspended") is False and method != "GET"
    ]


@pytest.mark.parametrize(("method", "path"), _changing())
def test_no_route_changes_anything_of_a_suspended_tenant(api: Api, method: str, path: str) -> None:
    scopes = ",".join(sorted(TENANT_SCOPES))
    context = {"tenant_id": NOBODY, "member_id": "m", "role": "owner", "scopes": scopes, "suspended": "true"}
    assert problem(api.call(method, with_ids(path), {}, granted=context)) == (403, "tenant_suspended")


def test_what_a_suspension_stops_goes_on_when_it_is_lifted_unless_more_stops_it(
    people: People, owner: Person, operator: Operator, database: Database
) -> None:
    stops = SendingStops(database)
    suspension = suspend(operator, owner.tenant)
    standing = stops.of(owner.tenant)
    assert standing is not None
    assert (standing.everything, standing.platform) == (True, False)
    drill = SendingStop("a drill", "kim", epoch_ms())
    assert stops.stop(owner.tenant, drill)
    assert stops.go_on(owner.tenant, drill.at)
    assert stops.of(owner.tenant) == standing, "resuming what the command stopped lifts no suspension"
    assert stops.stop(owner.tenant, drill)
    assert stops.of(owner.tenant) == standing, "a stop of campaigns alone lets nobody write single messages"
    assert lift(operator, owner.tenant, suspension).status == 200
    assert stops.of(owner.tenant) == drill, "and a lift resumes nothing that the command stopped"
    assert stops.go_on(owner.tenant, drill.at)
    assert stops.of(owner.tenant) is None


def test_a_lift_is_of_the_suspension_that_was_seen(people: People, owner: Person, operator: Operator) -> None:
    first = suspend(operator, owner.tenant)
    path = f"/v1/operator/tenants/{owner.tenant}/suspend"
    assert problem(operator.call("POST", path, {"reason": "again"})) == (409, "already_suspended")
    assert lift(operator, owner.tenant, first).status == 200
    assert problem(lift(operator, owner.tenant, first)) == (409, "not_suspended")
    second = suspend(operator, owner.tenant)
    assert problem(lift(operator, owner.tenant, first)) == (409, "changed_meanwhile")
    assert lift(operator, owner.tenant, second).status == 200
    for reason in ("", "   "):
        assert operator.call("POST", path, {"reason": reason}).status == 422
    nobody = f"/v1/operator/tenants/{new_ulid()}/suspend"
    assert problem(operator.call("POST", nobody, {"reason": SUSPENDED_FOR})) == (404, "not_found")


def test_a_repeated_suspension_is_one(people: People, owner: Person, operator: Operator) -> None:
    path, headers = f"/v1/operator/tenants/{owner.tenant}/suspend", {"idempotency-key": new_ulid()}
    answers = [operator.call("POST", path, {"reason": SUSPENDED_FOR}, headers=headers) for _ in range(2)]
    assert answers[0].body["suspension"] == answers[1].body["suspension"]
    assert sum(str(one.action) == "tenant.suspended" for one in entries(people, owner.tenant)) == 1


def test_a_deed_whose_answer_was_lost_answers_as_it_did_and_undoes_nothing(
    people: People, owner: Person, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise RetryableError("out of reach")

    def twice(path: str, body: dict[str, str], between: Callable[[], object]) -> Any:
        """The second answer; nobody heard the first."""
        headers = {"idempotency-key": new_ulid()}
        with monkeypatch.context() as broken:
            broken.setattr(IdempotencyStore, "finish", lost)
            assert operator.call("POST", path, body, headers=headers).status == 503
        between()
        return operator.call("POST", path, body, headers=headers)

    base = f"/v1/operator/tenants/{owner.tenant}"
    standing = suspend(operator, owner.tenant)
    body = {"suspension_id": standing, "reason": "cleaned"}
    lifted = twice(f"{base}/resume", body, lambda: None)
    assert (lifted.status, lifted.body.get("suspension")) == (200, None)
    later = list[str]()
    standing = suspend(operator, owner.tenant)
    body = {"suspension_id": standing, "reason": "cleaned"}
    lifted = twice(f"{base}/resume", body, lambda: later.append(suspend(operator, owner.tenant)))
    assert (lifted.status, lifted.body["suspension"]["id"]) == (200, later[0])

    def undo() -> None:
        seen = operator.call("GET", base).body["suspension"]["id"]
        assert lift(operator, owner.tenant, seen).status == 200

    undo()
    suspended = twice(f"{base}/suspend", {"reason": SUSPENDED_FOR}, undo)
    assert (suspended.status, suspended.body["suspension"]) == (200, None)
    deeds = [str(one.action) for one in entries(people, owner.tenant) if str(one.action).startswith("tenant.")]
    assert (deeds.count("tenant.suspended"), deeds.count("tenant.reinstated")) == (4, 4)


def test_nothing_is_done_to_a_tenant_without_an_entry(people: People, owner: Person) -> None:
    parts, now = bootstrap.parts()[OperatorParts], epoch_ms()
    with pytest.raises(RuntimeError, match="occasion"):
        suspend_tenant(parts, owner.tenant, Suspension(new_ulid(now), SUSPENDED_FOR, "kim", now))
    assert parts.accounts.tenant(owner.tenant).suspension is None


def test_of_suspensions_and_lifts_at_one_moment_the_document_and_the_stop_agree(
    people: People, owner: Person, database: Database
) -> None:
    parts, stops = bootstrap.parts()[OperatorParts], SendingStops(database)

    def attempt(number: int) -> bool:
        now = epoch_ms()
        try:
            if number % 2:
                suspension_id = new_ulid(now)
                with deed(suspension_id, Action.TENANT_SUSPENDED):
                    suspend_tenant(parts, owner.tenant, Suspension(suspension_id, SUSPENDED_FOR, "kim", now))
            else:
                standing = parts.accounts.tenant(owner.tenant).suspension
                seen = standing.suspension_id if standing is not None else ""
                lift_id = new_ulid(now)
                with deed(lift_id, Action.TENANT_REINSTATED):
                    resume_tenant(parts, owner.tenant, Lift(lift_id, now, seen, "cleaned"))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        done = sum(threads.map(attempt, range(24)))
    tenant = parts.accounts.tenant(owner.tenant)
    assert (tenant.suspension is not None) == (stops.suspension(owner.tenant) is not None)
    deeds = [str(one.action) for one in entries(people, owner.tenant) if "tenant." in str(one.action)]
    assert len([one for one in deeds if one in ("tenant.suspended", "tenant.reinstated")]) == done
    started, ended = deeds.count("tenant.suspended"), deeds.count("tenant.reinstated")
    assert started - ended == (tenant.suspension is not None)


def test_a_plan_that_changes_keeps_the_suspension_and_moves_the_tenant_in_the_list(
    people: People, owner: Person, operator: Operator
) -> None:
    suspension = suspend(operator, owner.tenant)
    people.api.deps.accounts.change_tenant(
        owner.tenant, lambda found: replace(found, plan="growth", subscription_status="active")
    )
    shown = operator.call("GET", f"/v1/operator/tenants/{owner.tenant}").body
    assert (shown["plan"], shown["status"], shown["suspension"]["id"]) == ("growth", "suspended", suspension)
    assert [one["email"] for one in shown["owners"]] == [owner.email]
