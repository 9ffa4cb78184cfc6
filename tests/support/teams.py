"""A tenant's team with one number, and people who write to it; the fixture `team` is imported where it is used."""

from dataclasses import dataclass
from typing import Any

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.message import Author, Direction, Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.numbers.number import Number, Waba
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.store.conversations.conversations import Head
from tests.support.api_handler import Answer, Api

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Team:
    """A tenant with an owner, two agents and a viewer, and one number."""

    api: Api
    tenant: TenantId
    number: PhoneNumberId
    owner: str
    ana: str
    bea: str
    viewer: str

    def call(self, method: str, path: str, body: object = None, *, by: str = "", **more: Any) -> Answer:
        return self.api.call(method, path, body, tenant=self.tenant, member=by or self.ana, role="agent", **more)

    def ok(self, method: str, path: str, body: object = None, **more: Any) -> Json:
        answer = self.call(method, path, body, **more)
        assert answer.status in (200, 201), answer.body
        return answer.body

    def hears(self, name: str, text: str = "hello", at: int | None = None) -> ConversationId:
        """A person called so writes; the id of the conversation."""
        contact = contact_id_for(self.tenant, "phone", name)
        conversation = conversation_id_for(self.tenant, self.number, contact)
        self.api.deps.contacts.upsert(
            self.tenant, contact, {"phone": "+5511912345678", "name": name}, {}, frozenset(), EpochMs(1)
        )
        self.adds(conversation, contact, "in", "contact", "", text, EpochMs(at or epoch_ms()))
        return conversation

    def adds(
        self,
        conversation: ConversationId,
        contact: ContactId,
        direction: Direction,
        author: Author,
        who: str,
        text: str,
        at: EpochMs,
    ) -> str:
        key = message_key(at, new_ulid())
        message = Message(
            key, conversation, direction, author, "text", text, at, {"body": text}, wamid=f"wamid.{key}", author_id=who
        )
        known = self.api.deps.contacts.get(self.tenant, contact)
        name, phone = (known.name, known.phone or "") if known is not None else ("", "")
        self.api.deps.conversations.append(self.tenant, Head(conversation, self.number, contact, name, phone), message)
        return key

    def listed(self, query: str = "", by: str = "") -> list[str]:
        found: list[str] = []
        cursor = ""
        while True:
            page = self.ok("GET", "/v1/conversations", query=f"limit=2&{query}{cursor}", by=by)
            found += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture
def team(api: Api) -> Team:
    tenant, number = TenantId(new_ulid()), f"{int(new_ulid()[-9:], 36)}"
    people = [Member(new_ulid(), f"sub-{tenant}-{i}", f"{i}@b.co", role) for i, role in enumerate(
        (Role.OWNER, Role.AGENT, Role.AGENT, Role.VIEWER)
    )]  # fmt: skip
    api.deps.accounts.create(Tenant(tenant, "T", "BR"), people[0])
    for member in people[1:]:
        api.deps.directory.create(tenant, f"MEMBER#{member.member_id}", member)
    api.deps.accounts.connect(
        tenant,
        Waba(WabaId(f"9{number}"), "x", "USD", "t"),
        [Number(PhoneNumberId(number), WabaId(f"9{number}"), "+1", "x")],
    )
    return Team(api, tenant, PhoneNumberId(number), *(member.member_id for member in people))
