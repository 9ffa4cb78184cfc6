"""What every route about one conversation needs."""

from shared.domain.conversation import Conversation
from shared.errors import NotFound
from shared.store.conversations import Conversations


def need_conversation(conversations: Conversations, tenant_id: str, conversation_id: str) -> Conversation:
    """Also under the id of one that it has taken over: go on with the id that it has. Raises NotFound."""
    conversation = conversations.get(tenant_id, conversation_id)
    if conversation is None:
        raise NotFound("there is no such conversation")
    return conversation
