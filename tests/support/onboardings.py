"""A business that connects its account at the Meta simulator step by step; its fixture is imported where used."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shared.domain.accounts.account import Member, Role, Tenant
from shared.ids import TenantId, new_ulid
from tests.support.api_handler import Answer, Api

Json = dict[str, Any]
PATH = "/v1/whatsapp/onboardings"


@dataclass
class Business:
    """A tenant that has no account yet, and the account that it has at Meta."""

    api: Api
    simulator: httpx.Client
    tenant: TenantId
    waba: str
    number: str
    code: str
    wish: Json = field(default_factory=dict)

    def script(self, **actions: object) -> Json:
        answer: Json = self.simulator.post("/_sim/script", json=actions).raise_for_status().json()
        return answer

    def new_code(self, **granted: object) -> str:
        return str(self.script(create_code={"waba_id": self.waba, **granted})["create_code"]["code"])

    def start(self, **changed: object) -> Json:
        answer = self.api.call("POST", PATH, {"code": self.code, "waba_id": self.waba, **changed}, tenant=self.tenant)
        assert answer.status == 201, answer.body
        return self._to_its_end(answer).body

    def go_on(self, onboarding: Json, **body: object) -> Answer:
        answer = self.api.call("POST", f"{PATH}/{onboarding['id']}/continue", body, tenant=self.tenant)
        return self._to_its_end(answer)

    def _to_its_end(self, answer: Answer) -> Answer:
        """On a busy machine one call may not have the time for all."""
        while answer.body["status"] == "waiting":
            path = f"{PATH}/{answer.body['id']}/continue"
            answer = self.api.call("POST", path, {}, tenant=self.tenant)
        return answer

    def calls(self, edge: str) -> list[Json]:
        entries = self.simulator.get("/_sim/journal").json()["entries"]
        ours = (self.waba, self.number)
        return [e for e in entries if e["path"].endswith(edge) and any(one in e["path"] for one in ours)]


@pytest.fixture
def made(api: Api, graph_url: str) -> Iterator[Callable[..., Business]]:
    with httpx.Client(base_url=graph_url, timeout=60) as simulator:

        def make(**number: object) -> Business:
            wish = {"phone_numbers": [number]}
            waba = simulator.post("/_sim/script", json={"create_waba": wish}).json()["create_waba"]
            tenant = TenantId(new_ulid())
            owner = Member(new_ulid(), f"sub-{tenant}", "o@b.co", Role.OWNER)
            api.deps.accounts.create(Tenant(tenant, "T", "ES"), owner)
            return Business(api, simulator, tenant, waba["waba_id"], str(waba["phone_numbers"][0]["id"]), waba["code"])

        yield make


def step(onboarding: Json, name: str) -> Json:
    return next(one for one in onboarding["steps"] if one["step"] == name)


def stopped(onboarding: Json) -> tuple[str, str, str]:
    """At which step, why, and what to do."""
    assert onboarding["status"] == "blocked"
    trouble = step(onboarding, onboarding["next_step"])["trouble"]
    assert trouble["message"]
    assert trouble["remedy_text"]
    return onboarding["next_step"], trouble["code"], trouble["remedy"]
