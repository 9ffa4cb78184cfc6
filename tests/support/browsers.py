"""People who use the deployed platform by a browser: a cookie, a token in memory, and mails that they can read."""

import secrets
from dataclasses import dataclass

import httpx

from infra.local import mails
from infra.local.cloud import LocalCloud
from infra.local.tenant import APPLICANT
from tests.support.api import PASSWORD, Api


@dataclass(frozen=True, slots=True)
class Browser:
    """Keeps one cookie, as the browser would, and an access token in memory."""

    cloud: LocalCloud
    jar: dict[str, str]

    def post(self, path: str, body: object = None) -> httpx.Response:
        headers = {"sec-fetch-site": "same-origin"}
        if "cookie" in self.jar:
            headers["cookie"] = self.jar["cookie"]
        answer = Api(self.cloud.api_url).call("POST", path, body, headers=headers)
        for cookie in answer.headers.get_list("set-cookie"):
            self.jar["cookie"] = cookie.partition(";")[0]
        if answer.is_success and answer.content:
            self.jar["token"] = answer.json().get("access_token", "")
        return answer

    def log_in(self, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return self.post("/v1/session", {"email": email, "password": password, **more})

    @property
    def api(self) -> Api:
        return Api(self.cloud.api_url, self.jar["token"])


def new_owner(cloud: LocalCloud) -> str:
    """The address of somebody who has signed a new business up."""
    address = f"owner-{secrets.token_hex(6)}@example.com"
    account = {"business_name": "Café", "email": address, "password": PASSWORD, "country": "ES"}
    Api(cloud.api_url).post("/v1/signup", account | APPLICANT)
    return address


def browser(cloud: LocalCloud, email: str, password: str = PASSWORD, **more: str) -> Browser:
    """Logged in."""
    opened = Browser(cloud, {})
    assert opened.log_in(email, password, **more).status_code == 200
    return opened


def mail_to(cloud: LocalCloud, address: str) -> str:
    """The text of the newest mail."""
    return next(mail.text for mail in reversed(mails.sent(cloud.endpoint)) if mail.to == address)


@dataclass(frozen=True, slots=True)
class Colleague:
    member_id: str
    browser: Browser


def joined(cloud: LocalCloud, owner: Browser, role: str) -> Colleague:
    """Somebody new, who followed the link of an invitation."""
    address = f"{role}-{secrets.token_hex(6)}@example.com"
    owner.api.post("/v1/invitations", {"email": address, "role": role})
    token = mail_to(cloud, address).partition("#")[2].split()[0]
    account = {"password": PASSWORD, "name": "Rui", "policy_version": APPLICANT["policy_version"]}
    member = Api(cloud.api_url).post("/v1/invitations/accept", {"token": token} | account)
    return Colleague(member["member_id"], browser(cloud, address))
