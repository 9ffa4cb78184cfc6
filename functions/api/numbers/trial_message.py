"""The test message: an answer to what somebody of the business wrote to the new number from their own phone.

So it proves both directions, goes by the gate and the 24-hour window like every answer, and needs no template.
"""

from collections.abc import Mapping

from shared.clock import EpochMs
from shared.domain.contacts.identity import conversation_id_for, phone_ids
from shared.errors import Conflict, InvalidInput, ProviderRejected
from shared.ids import PhoneNumberId, TenantId
from shared.services.single_send import Draft, SingleSender
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations

TEXT = "This is a test message: the number is connected."


class TrialMessages:
    def __init__(self, contacts: Contacts, conversations: Conversations, sender: SingleSender) -> None:
        self._contacts = contacts
        self._conversations = conversations
        self._sender = sender

    def send(
        self, tenant_id: TenantId, phone_number_id: PhoneNumberId, test_to: str, key: str, now: EpochMs
    ) -> Mapping[str, object]:
        """Which message it is, and what became of it. `test_to` is E.164; the same `key` (a ULID) and `now` send once.

        Raises InvalidInput (`write_first`), SendRefused, ProviderRejected with Meta's code, and Conflict
        (`test_unknown`) when nobody knows whether it went out.
        """
        people = (self._contacts.get(tenant_id, one) for one in phone_ids(tenant_id, test_to))
        for person in filter(None, people):
            conversation_id = conversation_id_for(tenant_id, phone_number_id, person.contact_id)
            if self._conversations.get(tenant_id, conversation_id) is not None:
                break
        else:
            raise InvalidInput("nobody has written from that phone yet", field="test_to", code="write_first")
        content = {"body": TEXT, "preview_url": False}
        draft = Draft(key=key, at=now, author="api", author_id="", kind="text", text=TEXT, content=content)
        message = self._sender.send(tenant_id, conversation_id, draft, now)
        if message.status == "unknown":
            raise Conflict("Meta gave no answer in time: the message may have gone out", code="test_unknown")
        if message.status == "failed":
            raise ProviderRejected(
                f"Meta refused the test message ({message.error_code})", provider_code=message.error_code
            )
        return {"message_id": message.message_id, "conversation_id": conversation_id, "status": message.status}
