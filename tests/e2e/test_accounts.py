"""Accounts from the first sign-up to the last log-out, through the deployed gateway and authorizer, with a user pool
that checks codes, sessions and authenticators."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from botocore.exceptions import ClientError

from infra.local import mails
from infra.local.cloud import LocalCloud
from infra.local.tenant import APPLICANT
from tests.support.api import HTTP, PASSWORD, Api, wait_for
from tests.support.authorizer import remembering
from tests.support.browsers import Browser, browser, mail_to, new_owner
from tests.support.totp import totp

OTHER = "Another-Horse-2-Battery"


@pytest.fixture(autouse=True, scope="module")
def short_memory(cloud: LocalCloud) -> Iterator[int]:
    """The gateway keeps the authorizer's answers for a second, and not for as long as the template says."""
    with remembering(cloud, seconds=1) as stated:
        assert 0 < stated <= 60
        yield stated


@pytest.fixture
def email(cloud: LocalCloud) -> str:
    return new_owner(cloud)


def refused(api: Api, code: str) -> None:
    """Once the gateway has forgotten; for how long it remembers where nobody has it hurry is in test_access_ends."""
    wait_for(lambda: api.call("GET", "/v1/me"), lambda answer: answer.status_code in (401, 403), seconds=60)
    assert api.call("GET", "/v1/me").json()["code"] == code


def test_a_session_lives_in_its_cookie_and_ends_with_it(cloud: LocalCloud, email: str) -> None:
    mine, elsewhere = browser(cloud, email), browser(cloud, email)
    assert mine.api.get("/v1/me")["member"]["email"] == email
    first = mine.jar["token"]
    assert mine.post("/v1/session/refresh").status_code == 200
    assert mine.api.call("GET", "/v1/me").status_code == 200
    without = HTTP.post(f"{cloud.api_url}/v1/session/refresh", headers={"cookie": mine.jar["cookie"]})
    assert (without.status_code, without.json()["code"]) == (403, "cross_site")
    tokens = [Api(cloud.api_url, token) for token in (first, mine.jar["token"])]
    cookie = mine.jar["cookie"]
    assert mine.post("/v1/session/end", {}).status_code == 204
    for api in tokens:
        refused(api, "session_ended")
    mine.jar["cookie"] = cookie
    assert mine.post("/v1/session/refresh").json()["code"] == "session_ended"
    assert elsewhere.api.call("GET", "/v1/me").status_code == 200
    assert elsewhere.post("/v1/session/end", {"everywhere": True}).status_code == 204
    refused(Api(cloud.api_url, elsewhere.jar["token"]), "session_ended")
    assert browser(cloud, email).api.call("GET", "/v1/me").status_code == 200


def test_a_password_is_changed_and_reset(cloud: LocalCloud, email: str) -> None:
    mine = browser(cloud, email)
    wrong = {"current_password": OTHER, "new_password": OTHER}
    assert mine.api.call("POST", "/v1/me/password", wrong).json()["code"] == "wrong_password"
    mine.api.post("/v1/me/password", wrong | {"current_password": PASSWORD})
    refused(mine.api, "session_ended")
    assert Browser(cloud, {}).log_in(email).status_code == 401
    mine = browser(cloud, email, OTHER)
    nobody = Api(cloud.api_url)
    nobody.post("/v1/password/forgot", {"email": email})
    nobody.post("/v1/password/forgot", {"email": f"nobody-{email}"})
    code = "654321"  # the emulator's only one
    reset = {"email": email, "code": "000000", "password": PASSWORD}
    assert nobody.call("POST", "/v1/password/reset", reset).json()["code"] == "wrong_code"
    unknown = nobody.call("POST", "/v1/password/reset", reset | {"email": f"nobody-{email}"})
    assert unknown.json()["code"] == "wrong_code"
    nobody.post("/v1/password/reset", reset | {"code": code})
    refused(mine.api, "session_ended")
    assert browser(cloud, email).api.call("GET", "/v1/me").status_code == 200


def test_nobody_tries_passwords_past_the_api(cloud: LocalCloud, email: str) -> None:
    """Pool and client stand in every token: what they let anybody do is not counted by us."""
    claims = jwt.decode(browser(cloud, email).jar["token"], options={"verify_signature": False})
    cognito = cloud.client("cognito-idp")
    who = {"USERNAME": email, "PASSWORD": PASSWORD}
    with pytest.raises(ClientError) as refusal:
        cognito.initiate_auth(ClientId=claims["client_id"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=who)
    assert "not enabled" in str(refusal.value)


def test_a_second_factor_of_a_real_authenticator(cloud: LocalCloud, email: str) -> None:
    mine = browser(cloud, email)
    secret = mine.api.post("/v1/me/second-factor", {"password": PASSWORD})["secret"]
    assert mine.api.call("POST", "/v1/me/second-factor/confirm", {"code": "000000"}).json()["code"] == "wrong_code"
    codes = mine.api.post("/v1/me/second-factor/confirm", {"code": totp(secret)})["recovery_codes"]
    stranger = Browser(cloud, {})
    assert stranger.log_in(email).json()["code"] == "mfa_required"
    assert stranger.log_in(email, second_factor_code="000000").json()["code"] == "wrong_code"
    again = browser(cloud, email, second_factor_code=totp(secret))
    assert again.api.call("GET", "/v1/me").status_code == 200
    assert browser(cloud, email, recovery_code=codes[0]).api.call("GET", "/v1/me").status_code == 200
    assert stranger.log_in(email, recovery_code=codes[0]).json()["code"] == "wrong_code"
    assert stranger.log_in(email).json()["code"] == "mfa_required", "a recovery code leaves it on"
    off = {"password": PASSWORD, "recovery_code": codes[1]}
    assert again.api.call("POST", "/v1/me/second-factor/remove", off).status_code == 204
    assert stranger.log_in(email).status_code == 200


def test_a_team_is_made_by_mail(cloud: LocalCloud, email: str) -> None:
    owner, nobody = browser(cloud, email), Api(cloud.api_url)
    address = f"rui-{secrets.token_hex(6)}@example.com"
    invited = owner.api.post("/v1/invitations", {"email": address, "role": "agent"})
    assert (invited["mail"], invited["mail_error"]) == ("sent", None)
    token = mail_to(cloud, address).partition("#")[2].split()[0]
    acceptance = {"token": token, "password": PASSWORD, "name": "Rui", "policy_version": APPLICANT["policy_version"]}
    member = nobody.post("/v1/invitations/accept", acceptance)
    assert nobody.post("/v1/invitations/accept", acceptance) == member, "the first answer may have been lost"
    other = nobody.call("POST", "/v1/invitations/accept", acceptance | {"password": OTHER})
    assert other.json()["code"] == "invitation_over"
    rui = browser(cloud, address)
    assert rui.api.get("/v1/me")["principal"]["role"] == "agent"
    assert rui.api.call("GET", "/v1/invitations").json()["code"] == "missing_scope"
    path = f"/v1/members/{member['member_id']}"
    owner.api.ok("PATCH", path, {"role": "admin", "revision": 0})
    wait_for(lambda: rui.api.call("GET", "/v1/invitations").status_code, lambda status: status == 200, seconds=60)
    assert owner.api.call("DELETE", path).status_code == 204
    refused(rui.api, "forbidden")
    assert Browser(cloud, {}).log_in(address).json()["code"] == "signup_incomplete"


def test_a_new_address_is_proved_by_mail(cloud: LocalCloud, email: str) -> None:
    mine, new = browser(cloud, email), f"new-{email}"
    assert mine.api.call("POST", "/v1/me/email", {"email": new, "password": PASSWORD}).status_code == 204
    code = mail_to(cloud, new).partition("code is ")[2][:6]
    assert mine.api.post("/v1/me/email/confirm", {"code": code})["email"] == new
    assert browser(cloud, new).api.get("/v1/me")["member"]["email"] == new
    assert Browser(cloud, {}).log_in(email).status_code == 401


def test_keys_are_rotated_and_end(cloud: LocalCloud, email: str) -> None:
    owner = browser(cloud, email).api
    first = owner.post("/v1/api-keys", {"name": "shop", "scopes": ["read"]})
    second = owner.post(f"/v1/api-keys/{first['id']}/rotate", {"overlap_hours": 0})
    assert Api(cloud.api_url, second["key"]).call("GET", "/v1/me").status_code == 200
    refused(Api(cloud.api_url, first["key"]), "key_expired")
    assert owner.get("/v1/api-keys")["items"][0]["last_used_at"] is not None
    assert owner.call("DELETE", f"/v1/api-keys/{first['id']}").status_code == 204
    refused(Api(cloud.api_url, second["key"]), "token_invalid")


def test_what_is_mailed_can_be_read(cloud: LocalCloud, email: str, tmp_path: Any) -> None:
    known: set[str] = set()
    files = mails.write_out(cloud.endpoint, tmp_path / "mails", known)
    assert files
    assert all(path.read_text().startswith("To: ") for path in files)
    assert mails.write_out(cloud.endpoint, tmp_path / "mails", known) == []
    assert "password" not in json.dumps([path.name for path in files])
