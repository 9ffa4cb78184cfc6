"""A second attempt under one Idempotency-Key, after one that did its work and could not keep its answer.

It does the same and answers the same. Where it cannot, that stands here with why it harms nobody.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api import handler
from functions.api.http.idempotency import IdempotencyStore
from shared.domain.campaigns.campaign import State
from shared.domain.contacts.contact import ContactField
from shared.ids import TenantId
from shared.store.engine.database import ActivityIndex
from shared.store.engine.directory import DirectoryItem
from tests.support.api_handler import Answer, Api, is_problem
from tests.support.furnished import bring_to, furnished, paths, request_for
from tests.support.kept_answers import Kept, kept
from tests.support.people import people_of
from tests.support.teams import Team, team

__all__ = ["kept", "team"]
EFFECTS = {path: operation for _, path, operation in paths() if operation.get("x-idempotent")}
REFUSED = {
    "/v1/whatsapp/onboardings/{onboarding_id}/continue": "each step may be done again",
    "/v1/contacts/imports/{import_id}/start": "what is queued already is told to begin again, which does nothing more",
    "/v1/template-drafts/{draft_id}/submit": "in test_templates.py: the template that was made of it",
    "/v1/conversations/{conversation_id}/messages": "in test_sending_again.py: Meta is asked once",
    "/v1/campaigns/{campaign_id}/retry": "a draft under the operation's id, as POST /v1/campaigns",
    "/v1/campaigns/{campaign_id}/resend-unknown": "the same",
    "/v1/media/{media_id}/complete": "a check, which finds the same",
    "/v1/api-keys/{key_id}/rotate": "below",
    "/v1/invitations/{invitation_id}/resend": "below",
    "/v1/webhook-endpoints/{endpoint_id}/verify": "the challenge that is there is sent, under the operation's event id",
    "/v1/template-samples": "Meta gets the sample twice, and uses the one that a template names",
    "/v1/canned-replies": "stored under the operation's id, as a label is",
}
"""Of what this tenant has, these are refused, and the second time as well; this is what they do elsewhere."""
_OPERATORS = "403 here: only operators may; in test_suspensions.py and test_support_access.py"
NOT_KEPT = {
    "/v1/operator/tenants/{tenant_id}/suspend": _OPERATORS,
    "/v1/operator/tenants/{tenant_id}/resume": _OPERATORS,
    "/v1/operator/tenants/{tenant_id}/support-access": _OPERATORS,
    "/v1/whatsapp/connect": "Meta gives no answer here; an onboarding under the operation's id goes on where it stands",
    "/v1/templates": "Meta gives no answer here; in test_templates.py: the template that was made",
    "/v1/templates/sync": "Meta gives no answer here; it copies what Meta has",
    "/v1/whatsapp/accounts/{waba_id}/refresh": "Meta gives no answer here; in test_connected_accounts.py: asked again",
    "/v1/numbers/{phone_number_id}/refresh": "the same",
    "/v1/whatsapp/accounts/{waba_id}/disconnect": "Meta gives no answer here; what is disconnected stays so",
}
OTHERWISE = {
    "/v1/templates/{template_id}/resume": "one that is approved was resumed, as far as one can see",
    "/v1/whatsapp/onboardings": "the step that failed is tried again",
}


@pytest.fixture(scope="module")
def owner(api: Api) -> TenantId:
    return furnished(api)


def test_every_effect_is_done_once_and_answered_the_same(
    api: Api, owner: TenantId, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.deps.sender, "_sleep", lambda _seconds: None)
    before = {"pause": State.SENDING, "resume": State.PAUSED, "cancel": State.PAUSED}
    refused, not_kept, otherwise = set(), set(), {}
    for path, operation in sorted(EFFECTS.items(), key=lambda one: one[0].endswith("/disconnect")):
        if path.startswith("/v1/campaigns/") and (state := before.get(path.rpartition("/")[2])) is not None:
            bring_to(api, owner, state)
        real, body, media_type = request_for(owner, "POST", path, operation)
        kept.answers.clear()
        kept.lose = 1
        for _ in range(2):
            headers = {"content-type": media_type, "idempotency-key": path}
            api.call("POST", real, body, tenant=owner, headers=headers)
        if len(kept.answers) < 2:
            not_kept.add(path)
        elif kept.answers[0] != kept.answers[1]:
            otherwise[path] = list(kept.answers)
        elif kept.answers[0][0] >= 400:
            refused.add(path)
    assert otherwise.keys() == OTHERWISE.keys(), {path: otherwise.get(path) for path in otherwise.keys() - OTHERWISE}
    assert not_kept == NOT_KEPT.keys()
    assert refused == REFUSED.keys()


def test_a_launch_is_answered_also_when_it_has_begun_meanwhile(api: Api, owner: TenantId, kept: Kept) -> None:
    bring_to(api, owner, State.DRAFT)
    path, headers = f"/v1/campaigns/{owner}/launch", {"idempotency-key": "launch"}
    kept.lose = 1
    assert api.call("POST", path, tenant=owner, headers=headers).status == 503
    bring_to(api, owner, State.SENDING)
    second = api.call("POST", path, tenant=owner, headers=headers)
    assert (second.status, second.body["status"]) == (200, "sending")


def test_a_field_that_others_have_made_is_still_refused(api: Api, owner: TenantId, kept: Kept) -> None:
    assert kept.twice(api, "/v1/fields", {"key": "mine"}, tenant=owner).status == 201
    api.deps.fields.create(owner, ContactField("theirs", "Theirs"))
    assert api.call("POST", "/v1/fields", {"key": "theirs", "label": "Theirs"}, tenant=owner).status == 409


def test_a_template_is_resumed_once(api: Api, owner: TenantId, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def meta(method: str, path: str, *_: Any, **__: Any) -> dict[str, Any]:
        asked.append(path)
        api.deps.templates.change(owner, "4242", lambda found: replace(found, status="APPROVED"))
        return {}

    monkeypatch.setattr(api.deps.graph, "call", meta)
    api.deps.templates.change(owner, "4242", lambda found: replace(found, status="PAUSED"))
    assert kept.twice(api, "/v1/templates/4242/resume", tenant=owner).body["status"] == "APPROVED"
    assert asked.count("4242/unpause") == 1


def test_the_secret_that_a_server_knows_is_not_lost(api: Api, owner: TenantId, kept: Kept) -> None:
    made = api.call("POST", "/v1/webhook-endpoints", {"url": "https://hooks.example.com/x"}, tenant=owner).body
    path = f"/v1/webhook-endpoints/{made['id']}"
    rotated = kept.twice(api, f"{path}/rotate-secret", tenant=owner).body
    assert [one["hint"] for one in rotated["secrets"]] == [rotated["secret"][-4:], made["secret"][-4:]]
    assert rotated["secret"] != made["secret"]
    opened = [api.deps.vault.open(owner, "webhook_secret", one.sealed) for one in _secrets(api, owner, made["id"])]
    assert opened == [rotated["secret"], made["secret"]]


def _secrets(api: Api, owner: TenantId, endpoint_id: str) -> Any:
    return api.deps.endpoints.get(owner, endpoint_id).secrets


def test_an_endpoint_is_asked_for_one_challenge_and_stays_verified(api: Api, owner: TenantId, kept: Kept) -> None:
    body, headers = {"url": "https://hooks.example.com/y"}, {"idempotency-key": "endpoint"}
    kept.lose = 2
    api.queued("WEBHOOK", owner)
    for _ in range(2):
        assert api.call("POST", "/v1/webhook-endpoints", body, tenant=owner, headers=headers).status == 503
    assert kept.answers[0] == kept.answers[1]
    sent = api.queued("WEBHOOK", owner)
    (challenge,) = {json.loads(message["body"])["data"]["challenge"] for message in sent}
    endpoint_id = kept.answers[0][1]["id"]
    api.deps.endpoints.change(owner, endpoint_id, lambda found: found.verified(challenge))
    done = api.call("POST", "/v1/webhook-endpoints", body, tenant=owner, headers=headers)
    assert (done.status, done.body["verified"], done.body["secret"]) == (201, True, kept.answers[0][1]["secret"])
    assert api.queued("WEBHOOK", owner) == []


def _names_of_keys(owner: TenantId) -> int:
    return len(list(DirectoryItem.index.query(f"OWNED#{owner}", ActivityIndex.gsi1sk.startswith("KEY#"))))


def test_a_key_is_made_and_rotated_once(api: Api, owner: TenantId, kept: Kept) -> None:
    before = _names_of_keys(owner)
    made = kept.twice(api, "/v1/api-keys", {"name": "k", "scopes": ["read"]}, tenant=owner).body
    assert _names_of_keys(owner) == before + 1
    rotated = kept.twice(api, f"/v1/api-keys/{made['id']}/rotate", {"overlap_hours": 1}, tenant=owner).body
    assert _names_of_keys(owner) == before + 2
    assert all(api.deps.accounts.owner_of_key(one["key"]) for one in (made, rotated))


def test_a_key_that_was_rotated_meanwhile_does_not_come_back(api: Api, owner: TenantId, kept: Kept) -> None:
    body, headers = {"name": "k", "scopes": ["read"]}, {"idempotency-key": "rotated meanwhile"}
    kept.lose = 1
    api.call("POST", "/v1/api-keys", body, tenant=owner, headers=headers)
    first = kept.answers[0][1]
    for _ in range(2):
        api.call("POST", f"/v1/api-keys/{first['id']}/rotate", {"overlap_hours": 0}, tenant=owner)
    second = api.call("POST", "/v1/api-keys", body, tenant=owner, headers=headers)
    assert (second.status, second.body["id"]) == (201, first["id"])
    assert api.deps.accounts.owner_of_key(first["key"]) is None


def test_an_invitation_is_mailed_once(api: Api, kept: Kept) -> None:
    with people_of(api) as people:
        owner = people.owner()
        answers: list[Answer] = []
        for path in ("", "/{id}/resend"):
            where = "/v1/invitations" + path.format(id=answers[0].body["id"] if answers else "")
            more = {"tenant": owner.tenant, "member": owner.member}
            answers.append(kept.twice(api, where, {"email": "x@example.com", "role": "agent"}, **more))
            assert answers[-1].body["mail"] == "sent"
            assert len([to for to, _ in people.mailbox.mails if to == "x@example.com"]) == len(answers)


def test_a_conversation_is_handed_out_in_one_turn(team: Team, kept: Kept) -> None:
    for member in (team.ana, team.bea):
        team.ok("PUT", f"/v1/members/{member}/availability", {"available": True}, by=member)
    more = {"tenant": team.tenant, "member": team.owner}
    first, second = (
        kept.twice(team.api, f"/v1/conversations/{team.hears(name)}/assign", {"to": "round_robin"}, **more).body
        for name in "ab"
    )
    assert {first["assignee"], second["assignee"]} == {team.ana, team.bea}


def test_whoever_must_wait_is_told_for_how_long(
    api: Api, owner: TenantId, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")

    monkeypatch.setattr(IdempotencyStore, "give_up", throttled)
    kept.lose = 1
    headers = {"idempotency-key": "busy"}
    first = api.call("POST", "/v1/labels", {"name": "busy"}, tenant=owner, headers=headers)
    assert is_problem(first, 503, "temporarily_unavailable"), "and not what befell the lease"
    second = api.call("POST", "/v1/labels", {"name": "busy"}, tenant=owner, headers=headers)
    assert is_problem(second, 409, "idempotency_in_progress")
    assert 1 <= int(second.headers["Retry-After"]) == second.body["retry_after_seconds"] <= 35


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bodies of answers as they go out."""
    found: list[str] = []
    answer_to = handler.lambda_handler

    def call(event: Any, context: Any) -> Any:
        answer = answer_to(event, context)
        found.append(answer["body"])
        return answer

    monkeypatch.setattr(handler, "lambda_handler", call)
    return found


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/labels", {"name": "🎉"}), ("/v1/api-keys", {"name": "🎉", "scopes": ["read"]})]
)
def test_an_answer_is_repeated_byte_for_byte(
    api: Api, owner: TenantId, texts: list[str], path: str, body: object
) -> None:
    for _ in range(2):
        api.call("POST", path, body, tenant=owner, headers={"idempotency-key": f"bytes {path}"})
    assert texts[0] == texts[1]
    assert "🎉" in texts[0]
