"""The owner invites an agent, who follows the link in the mail, and answers people from then on."""

import os
from dataclasses import dataclass

from infra.local import mails
from infra.local.cloud import LocalCloud
from infra.local.demo.client import Api, DemoError, Json, wait_until
from infra.local.demo.screen import Screen
from infra.local.tenant import APPLICANT

_EMAIL, _PASSWORD = "rui@aurora.example.com", "Correct-Horse-8-Battery"
_NAME, _ROLE = "Rui Lima", "agent"
_MAIL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of the team, and the calls that they make by an access token of their own."""

    member_id: str
    api: Api


def invite_agent(cloud: LocalCloud, owner: Api, agent: Api, screen: Screen) -> Agent:
    """`agent` makes calls without a token so far. Raises DemoError when they do not get in, or get in further than an
    agent does."""
    invited = owner.post("/v1/invitations", {"email": _EMAIL, "role": _ROLE})
    if invited["mail"] != "sent":
        raise DemoError(f"the invitation was not mailed: {invited['mail_error']}")
    written: set[str] = set()
    found = wait_until("the invitation's mail", lambda: _invitation(cloud, written), _MAIL_SECONDS)
    screen.step("invited an agent", f"{_EMAIL}, who reads {os.path.relpath(found['path'])}")
    account = {"name": _NAME, "password": _PASSWORD, "policy_version": APPLICANT["policy_version"]}
    joined = agent.post("/v1/invitations/accept", {"token": found["token"], **account})
    agent.authorize(agent.post("/v1/login", {"email": _EMAIL, "password": _PASSWORD})["access_token"])
    status, refused = agent.attempt("/v1/api-keys", {"name": "mine", "scopes": ["read"]})
    if (status, refused["code"]) != (403, "missing_scope"):
        raise DemoError(f"an agent may make API keys: {status}")
    screen.step("the agent joined and logged in", f"{_NAME}, as {joined['role']}; making API keys: {refused['code']}")
    return Agent(joined["member_id"], agent)


def _invitation(cloud: LocalCloud, written: set[str]) -> Json | None:
    """The path of the mail, and what follows # in its link."""
    for path in mails.write_out(cloud.endpoint, cloud.run_directory / "mails", written):
        text = path.read_text()
        if text.startswith(f"To: {_EMAIL}\n"):
            return {"path": path, "token": text.partition("/invitation#")[2].split()[0]}
    return None
