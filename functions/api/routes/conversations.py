"""Conversations: reading them, and answering."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.bootstrap import deps
from functions.api.models.base import HEX_ID
from functions.api.models.conversations import (
    ConversationOut,
    ConversationsOut,
    MessageOut,
    MessagesOut,
)
from functions.api.models.outgoing import MessageIn
from functions.api.outgoing import draft_of, offered_templates
from functions.api.request import caller, new_router
from functions.api.routing import effect, operation, secured
from shared.clock import epoch_ms
from shared.domain.account import Scope
from shared.domain.conversation import Conversation
from shared.errors import NotFound, SendRefused
from shared.services.single_send import WINDOW_CLOSED

router = new_router()
ConversationId = Annotated[str, Path(pattern=HEX_ID)]
Limit = Annotated[int, Query(ge=1, le=100)]
CursorText = Annotated[str | None, Query(max_length=500)]


def _need(conversation_id: str) -> Conversation:
    conversation = deps().conversations.get(caller(router).tenant_id, conversation_id)
    if conversation is None:
        raise NotFound("there is no such conversation")
    return conversation


@router.get("/v1/conversations", **secured(Scope.READ, "conversations", "Conversations, last active first"))
def list_conversations(limit: Limit = 50, cursor: CursorText = None) -> ConversationsOut:
    page = deps().conversations.page(caller(router).tenant_id, limit, cursor)
    now = epoch_ms()
    return ConversationsOut(items=[ConversationOut.of(c, now) for c in page.items], next_cursor=page.cursor)


@router.get("/v1/conversations/<conversation_id>", **secured(Scope.READ, "conversations", "A conversation"))
def get_conversation(conversation_id: ConversationId) -> ConversationOut:
    return ConversationOut.of(_need(conversation_id), epoch_ms())


@router.get(
    "/v1/conversations/<conversation_id>/messages",
    **secured(Scope.READ, "conversations", "Its messages, newest first"),
)
def list_messages(conversation_id: ConversationId, limit: Limit = 50, cursor: CursorText = None) -> MessagesOut:
    _need(conversation_id)
    page = deps().conversations.messages.page(caller(router).tenant_id, conversation_id, limit, cursor)
    return MessagesOut(items=[MessageOut.of(message) for message in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/conversations/<conversation_id>/messages",
    **effect(Scope.CONVERSATIONS, "conversations", "Send a message", status=201),
)
def post_message(conversation_id: ConversationId, body: MessageIn) -> MessageOut:
    """What was stored, with its outcome: sent, failed (with Meta's code), or unknown.

    Outside the 24-hour window only templates may go: 409 `window_closed` lists some in `templates`.
    """
    made, principal, now = deps(), caller(router), epoch_ms()
    conversation = _need(conversation_id)
    draft = draft_of(made, principal, conversation, body, operation(router), now)
    try:
        sent = made.sender.send(principal.tenant_id, conversation_id, draft, now)
    except SendRefused as refused:
        if refused.code == WINDOW_CLOSED:
            refused.extensions["templates"] = offered_templates(made, principal.tenant_id, conversation)
        raise
    return MessageOut.of(sent)


@router.post(
    "/v1/conversations/<conversation_id>/read", **effect(Scope.CONVERSATIONS, "conversations", "Nothing unread in it")
)
def post_read(conversation_id: ConversationId) -> ConversationOut:
    _need(conversation_id)
    deps().conversations.mark_read(caller(router).tenant_id, conversation_id)
    return ConversationOut.of(_need(conversation_id), epoch_ms())
