"""Bringing the conversations of one person together, when two contacts turn out to be that person."""

from functions.webhook_ingest.receive.routing import digest
from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.domain.contacts.identity import conversation_id_for
from shared.ids import ContactId, TenantId
from shared.observability import count
from shared.queue_messages import SyncTask
from shared.store.accounts.tenants import Accounts
from shared.store.conversations.moves import ConversationMoves

MOVE = "move_conversation"


class Reunion:
    """The conversations of the contact that goes move into those of the one that stays, number by number.

    A move takes as long as the conversation is, so it is queued; it may be done twice.
    """

    def __init__(self, accounts: Accounts, moves: ConversationMoves, queue: Queue) -> None:
        self._accounts = accounts
        self._moves = moves
        self._queue = queue

    def __call__(self, tenant_id: TenantId, gone_id: ContactId, kept_id: ContactId) -> None:
        for number in self._accounts.numbers(tenant_id):
            source, target = (
                conversation_id_for(tenant_id, number.phone_number_id, contact_id) for contact_id in (gone_id, kept_id)
            )
            if self._moves.exists(tenant_id, source):
                value = {"tenant_id": tenant_id, "source": source, "target": target, "contact_id": kept_id}
                self._queue.send(SyncTask(MOVE, number.waba_id, value, EpochMs(0)), group=digest(number.waba_id))
                count("ConversationMoveQueued")
