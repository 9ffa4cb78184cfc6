"""Operators of the platform through the deployed gateway and authorizer, made by the command, with a user pool that
checks groups, sessions and authenticators."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from infra.ops.__main__ import main
from tests.support.api import PASSWORD, Api, Business, Json, envelope, post_webhook, says, signed_up, wait_for
from tests.support.authorizer import remembering
from tests.support.own_environment import own_environment
from tests.support.totp import totp

__all__ = ["own_environment"]
REASON = "Ticket 4711: a campaign that does not start"


@pytest.fixture(autouse=True, scope="module")
def short_memory(cloud: LocalCloud) -> Iterator[int]:
    """The gateway keeps the authorizer's answers for a second, and not for as long as the template says."""
    with remembering(cloud, seconds=1) as stated:
        assert 0 < stated <= 60
        yield stated


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    return signed_up(cloud)


def ops(cloud: LocalCloud, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main(["--endpoint", cloud.endpoint, "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def refused(api: Api, path: str) -> Json:
    """Within a minute and the second that the gateway remembers here."""
    answer = wait_for(lambda: api.call("GET", path), lambda said: said.status_code in (401, 403), seconds=60)
    body: Json = answer.json()
    return body


def answers_changes_with(business: Business, status: int) -> None:
    """Within a minute."""
    wait_for(
        lambda: business.owner.call("POST", "/v1/labels", {"name": secrets.token_hex(4)}).status_code,
        lambda found: found == status,
        seconds=60,
    )


def test_an_operator_from_the_command_to_the_removal(
    cloud: LocalCloud, business: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    email, nobody = f"kim-{secrets.token_hex(6)}@platform.example", Api(cloud.api_url)
    ops(cloud, capsys, "operators", "add", email, "--reason", "joins the desk", "--yes")
    nobody.post("/v1/password/forgot", {"email": email})
    nobody.post("/v1/password/reset", {"email": email, "code": "654321", "password": PASSWORD})
    login = {"email": email, "password": PASSWORD}
    kim = Api(cloud.api_url, nobody.post("/v1/login", login)["access_token"])
    assert kim.get("/v1/operator")["second_factor"] is False
    assert kim.call("GET", "/v1/operator/tenants").json()["code"] == "enrolment_needed"
    secret = kim.post("/v1/operator/second-factor", {"password": PASSWORD})["secret"]
    kim.post("/v1/operator/second-factor/confirm", {"code": totp(secret)})
    assert refused(kim, "/v1/operator")["code"] == "session_ended"

    def proof() -> Json:
        return {"password": PASSWORD, "second_factor_code": totp(secret)}

    kim = Api(cloud.api_url, nobody.post("/v1/login", proof() | {"email": email})["access_token"])
    assert kim.call("GET", "/v1/contacts").json()["code"] == "missing_scope"
    assert business.owner.call("GET", "/v1/operator/tenants").json()["code"] == "missing_scope"
    path = f"/v1/operator/tenants/{business.tenant_id}"
    found = wait_for(
        lambda: kim.get("/v1/operator/tenants", q=business.email)["items"], lambda items: bool(items), seconds=30
    )
    assert [one["id"] for one in found] == [business.tenant_id]
    every = [one["id"] for one in kim.pages("/v1/operator/tenants")]
    assert business.tenant_id in every
    assert kim.get(f"{path}/usage")["numbers"] == 1

    access = kim.post(f"{path}/support-access", proof() | {"reason": REASON})
    looking = Api(cloud.api_url, access["token"])
    assert looking.get("/v1/tenant")["id"] == business.tenant_id
    assert looking.call("POST", "/v1/contacts", {"phone": "+34622000009"}).json()["code"] == "missing_scope"
    assert business.owner.get("/v1/support-access")["items"][0]["reason"] == REASON

    suspension = kim.post(f"{path}/suspend", {"reason": REASON})["suspension"]["id"]
    answers_changes_with(business, 403)
    assert business.owner.get("/v1/tenant")["suspension"]["reason"] == REASON
    no = "+34622000010"
    event = envelope((business.waba_id, "messages", says(business.phone_number_id, no, "STOP")))
    assert post_webhook(cloud, event).status_code == 200
    heard = wait_for(
        lambda: business.owner.get("/v1/contacts")["items"],
        lambda items: any(one["phone"] == no and one["opted_out"] for one in items),
        seconds=60,
    )
    assert heard
    kim.post(f"{path}/resume", {"suspension_id": suspension, "reason": "cleaned"})
    answers_changes_with(business, 201)

    assert ops(cloud, capsys, "operators", "remove", email, "--reason", "left", "--yes")["support_access_ended"]
    assert refused(kim, "/v1/operator")["code"] in ("forbidden", "session_ended")
    assert refused(looking, "/v1/tenant")["code"] == "access_ended"
    assert business.owner.get("/v1/support-access")["items"][0]["status"] == "ended"
