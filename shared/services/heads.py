"""What the heads of a person's conversations show of them, when that changes without a message."""

from collections.abc import Sequence
from contextlib import suppress

from shared.domain.contacts.identity import conversation_id_for
from shared.domain.conversations.conversation import shown_as
from shared.errors import NotFound
from shared.ids import ContactId, TenantId
from shared.store.accounts.tenants import Accounts
from shared.store.contacts.contacts import Contacts
from shared.store.conversations.conversations import Conversations


class Heads:
    def __init__(self, accounts: Accounts, contacts: Contacts, conversations: Conversations) -> None:
        self._accounts = accounts
        self._contacts = contacts
        self._conversations = conversations

    def refresh(self, tenant_id: TenantId, contact_id: ContactId) -> None:
        """Show the name and number that the contact has now, on every number of the tenant that knows the person.

        Costs 1 RRU for the contact, 2 for each number, and the write of each head that differs. Harmless to repeat.
        """
        contact = self._contacts.get(tenant_id, contact_id)
        if contact is None:
            return
        name, phone = contact.shown_name, contact.phone or ""
        for number in self._accounts.numbers(tenant_id):
            conversation_id = conversation_id_for(tenant_id, number.phone_number_id, contact.contact_id)
            with suppress(NotFound):
                self._conversations.change(tenant_id, conversation_id, lambda head: shown_as(head, name, phone))

    def refresh_many(self, tenant_id: TenantId, contact_ids: Sequence[ContactId]) -> None:
        """`refresh` for those who have a conversation; 0.5 RRU for each that there could be. Harmless to repeat."""
        numbers = [number.phone_number_id for number in self._accounts.numbers(tenant_id)] if contact_ids else []
        possible = [conversation_id_for(tenant_id, number, one) for number in numbers for one in contact_ids]
        for contact_id in {head.contact_id for head in self._conversations.get_many(tenant_id, possible)}:
            self.refresh(tenant_id, contact_id)
