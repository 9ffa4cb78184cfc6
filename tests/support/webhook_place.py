"""A tenant with one number, to which webhooks are posted; what is stored of them."""

import copy

from shared.clock import epoch_ms
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import IdentityKind, conversation_id_for
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.message import Message
from shared.domain.numbers.number import Number, Waba
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from tests.support.ingest import Ingest
from tests.support.webhook_payloads import Json, envelope, wire

NOW_S = epoch_ms() // 1000
DISPLAY = "15550783881"
PHONE, BSUID = "16505551234", "US.13491208655302741918"


class WebhookPlace:
    def __init__(self, ingest: Ingest, display: str = DISPLAY) -> None:
        self.ingest = ingest
        self.tenant_id, self.number_id, self.waba_id = (
            TenantId(new_ulid()),
            PhoneNumberId(new_ulid()),
            WabaId(new_ulid()),
        )
        ingest.add_tenant(self.tenant_id, self.waba_id, self.number_id, f"+{DISPLAY}")
        self.metadata = {"display_phone_number": display, "phone_number_id": self.number_id}

    def post(self, *changes: Json, **entry: object) -> None:
        """Post the changes, each for this place's number, and let the consumers work all off."""
        document = copy.deepcopy(envelope(*changes, waba_id=self.waba_id, **entry))
        for change in document["entry"][0]["changes"]:
            change["value"].setdefault("metadata", self.metadata)
        self.post_raw(document)

    def post_raw(self, document: Json) -> None:
        assert self.ingest.receive(wire(document)) == 200
        self.ingest.work_off()

    def say(self, *messages: Json, contacts: list[Json] | None = None) -> None:
        """People write; `contacts` as Meta describes them."""
        self.post({"field": "messages", "value": {"contacts": contacts or [], "messages": list(messages)}})

    def person(self, value: str, kind: IdentityKind = "phone") -> Contact:
        found = self.ingest.deps.contacts.find(self.tenant_id, kind, value)
        assert found is not None
        return found

    def talk(self, value: str = f"+{PHONE}", kind: IdentityKind = "phone") -> tuple[Conversation, list[Message]]:
        """The conversation with a person, and its messages, oldest first."""
        contact_id = self.person(value, kind).contact_id
        conversation_id = conversation_id_for(self.tenant_id, self.number_id, contact_id)
        head = self.ingest.deps.conversations.get(self.tenant_id, conversation_id)
        assert head is not None
        page = self.ingest.deps.conversations.messages.page(self.tenant_id, head.conversation_id, 50, None)
        return head, page.items[::-1]

    def conversations(self) -> list[Conversation]:
        return self.ingest.deps.conversations.page(self.tenant_id, 50, None, epoch_ms()).items

    def number(self) -> Number:
        return self.ingest.deps.accounts.number(self.tenant_id, self.number_id)

    def waba(self) -> Waba:
        return self.ingest.deps.accounts.waba(self.tenant_id, self.waba_id)

    def notices(self) -> list[str]:
        return [notice.text for notice in self.ingest.deps.notices.page(self.tenant_id, 50, None).items]

    def parked(self) -> list[str]:
        return [parked["reason"] for parked in self.ingest.bucket.under("parked/")]


def said(wamid: str, body: str = "Hello", at: object = None, **more: object) -> Json:
    """A message of text of PHONE, or of whoever else `more` says."""
    timestamp = {} if at is None else {"timestamp": str(at) if isinstance(at, int) else at}
    who = {} if "from_user_id" in more or "from" in more else {"from": PHONE}
    return {**who, "id": wamid, "type": "text", "text": {"body": body}, **timestamp, **more}
