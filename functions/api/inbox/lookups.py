"""What every route about one conversation needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from functions.api.inbox.models import MessageOut
from shared.domain.conversations.conversation import Conversation, NewerMessage
from shared.errors import NotFound
from shared.ids import ConversationId, TenantId
from shared.store.conversations.conversations import Conversations


def need_conversation(
    conversations: Conversations, tenant_id: TenantId, conversation_id: ConversationId
) -> Conversation:
    """Also under the id of one that it has taken over: go on with the id that it has. Raises NotFound."""
    conversation = conversations.get(tenant_id, conversation_id)
    if conversation is None:
        raise NotFound("there is no such conversation")
    return conversation


@contextmanager
def newer_message_shown(
    conversations: Conversations, tenant_id: TenantId, conversation_id: ConversationId
) -> Iterator[None]:
    """Who is refused because of a message that they had not seen sees it in `newer_message`; None if it is not
    written yet."""
    try:
        yield
    except NewerMessage as clash:
        newer = conversations.messages.get(tenant_id, conversation_id, clash.newer_id)
        clash.extensions["newer_message"] = MessageOut.of(newer).model_dump(mode="json") if newer else None
        raise
