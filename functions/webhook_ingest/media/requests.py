"""Asking for the copy of a message's file: the one way, whoever brings the message (a person, an echo, history)."""

from shared.clients.queue import Queue
from shared.domain.conversations.message import Message
from shared.ids import PhoneNumberId, TenantId
from shared.observability import count
from shared.queue_messages import CopyMedia


def request_copy(queue: Queue, tenant_id: TenantId, phone_number_id: PhoneNumberId, message: Message) -> None:
    """Queue the copy of a stored message's file, if it brings one (`media`, made by logic.media.media_of).

    Harmless to repeat: what is stored is not copied again. Raises RetryableError when the queue does not take it.
    """
    if message.media is None or message.media.status != "pending":
        return
    task = CopyMedia(tenant_id, phone_number_id, message.conversation_id, message.message_id)
    queue.send(task, group=tenant_id)
    count("MediaRequested")
