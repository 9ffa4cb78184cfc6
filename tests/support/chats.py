"""A tenant connected to the Meta simulator and one person who writes to it; its fixtures are imported where used."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from infra.local.meta_simulator.server import in_thread
from shared.clients.vault import META_TOKEN
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.domain.templates.template import Template
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.conversations.conversations import Head
from tests.support.api_handler import Answer, Api
from tests.support.fake_aws import SECRETS

Json = dict[str, Any]
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def graph_url() -> Iterator[str]:
    quiet = dict.fromkeys(("stop_share", "button_share", "answer_share", "react_share"), 0)
    limits = {"pair_seconds": 0.0, "pair_burst": 10_000}
    settings = {"app_id": "100", "app_secret": SECRETS["meta_app_secret"], "people": quiet, "limits": limits}
    # Another module's simulator has other ids: they share a directory.
    settings["seed"] = secrets.token_hex(4)
    with in_thread(settings) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Chat:
    """A tenant whose number is connected to the simulator, and one person who wrote to it."""

    api: Api
    simulator: httpx.Client
    tenant: TenantId
    number: PhoneNumberId
    waba: WabaId
    contact: str
    conversation: str
    phone: str
    ana: str
    bea: str

    def call(self, method: str, path: str, body: object = None, *, by: str = "", **more: Any) -> Answer:
        where = f"/v1/conversations/{self.conversation}{path}"
        return self.api.call(method, where, body, tenant=self.tenant, member=by or self.ana, role="agent", **more)

    def send(self, body: object, **more: Any) -> Answer:
        return self.call("POST", "/messages", body, **more)

    def script(self, **actions: object) -> Json:
        answer: Json = self.simulator.post("/_sim/script", json=actions).raise_for_status().json()
        return answer

    def journal(self) -> list[Json]:
        entries = self.simulator.get("/_sim/journal").json()["entries"]
        return [entry for entry in entries if entry["phone_number_id"] == self.number]

    def hears(self, ago_ms: int = 0, text: str = "hello") -> Message:
        """The person writes to the simulator and, as the webhook would bring it, to us."""
        who = {"phone_number_id": self.number, "from": self.phone}
        wamid = self.script(inbound={**who, "text": text, "seconds_ago": ago_ms / 1000})["inbound"]["wamid"]
        at = EpochMs(epoch_ms() - ago_ms)
        message = Message(
            message_key(at, new_ulid()),
            ConversationId(self.conversation),
            "in",
            "contact",
            "text",
            text,
            at,
            {"body": text},
            wamid,
        )
        self.api.deps.conversations.append(
            self.tenant,
            Head(
                ConversationId(self.conversation),
                self.number,
                ContactId(self.contact),
                "Ana",
                self.phone,
            ),
            message,
        )
        self.api.deps.contacts.note_inbound(self.tenant, ContactId(self.contact), EpochMs(at // 1000 * 1000))
        return message

    def template(self, template_id: str, category: str = "UTILITY", body: str = "Hello {{1}}", **more: Any) -> None:
        known = {"name": f"t{template_id}", "language": "en", "status": "APPROVED", "parameter_format": "POSITIONAL"}
        fields = {**known, "components": [{"type": "BODY", "text": body}], **more}
        self.api.deps.templates.put(
            self.tenant, Template(template_id=template_id, waba_id=self.waba, category=category, **fields)
        )


@pytest.fixture
def chat(api: Api, graph_url: str) -> Iterator[Chat]:
    with httpx.Client(base_url=graph_url, timeout=60) as simulator:
        yield _chat(api, simulator)


def _chat(api: Api, simulator: httpx.Client) -> Chat:
    made = simulator.post("/_sim/script", json={"create_waba": {"connected": True}}).json()["create_waba"]
    tenant, number, waba = TenantId(new_ulid()), str(made["phone_numbers"][0]["id"]), str(made["waba_id"])
    owner, *agents = [
        Member(new_ulid(), f"sub-{tenant}-{i}", f"{i}@b.co", role)
        for i, role in enumerate((Role.OWNER, Role.AGENT, Role.AGENT))
    ]
    deps = api.deps
    deps.accounts.create(Tenant(tenant, "T", "ES"), owner)
    for agent in agents:
        deps.directory.create(tenant, f"MEMBER#{agent.member_id}", agent)
    token = deps.vault.seal(tenant, META_TOKEN, made["access_token"])
    deps.accounts.connect(
        tenant, Waba(WabaId(waba), "x", "USD", token), [Number(PhoneNumberId(number), WabaId(waba), "+1", "x")]
    )
    phone = f"+346{secrets.randbelow(10**8):08d}"
    contact = contact_id_for(tenant, "phone", phone)
    deps.contacts.upsert(tenant, contact, {"phone": phone, "name": "Ana", "region": "ES"}, {}, frozenset(), EpochMs(1))
    conversation = conversation_id_for(tenant, PhoneNumberId(number), contact)
    ana, bea = (agent.member_id for agent in agents)
    chat = Chat(api, simulator, tenant, PhoneNumberId(number), WabaId(waba), contact, conversation, phone, ana, bea)
    deps.conversations.open(tenant, Head(conversation, PhoneNumberId(number), contact, "Ana", phone), epoch_ms())
    return chat
