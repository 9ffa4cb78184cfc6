"""Conversations: reading them, and answering."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.http.fields import ASSIGNEE, META_ID, ULID, ConversationPath
from functions.api.http.request import CursorText, Limit, caller, desk_of, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.inbox.desk_models import ConversationIn, ReadIn
from functions.api.inbox.lookups import need_conversation, newer_message_shown
from functions.api.inbox.models import ConversationOut, ConversationsOut, MessageOut, MessagesOut, ReadOut
from functions.api.inbox.parts import ConversationParts
from functions.api.inbox.sending.draft import draft_of, offered_templates
from functions.api.inbox.sending.models import MessageIn
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.contacts.identity import conversation_id_for
from shared.domain.conversations.conversation import Conversation, Status, marked, need_heard, read
from shared.errors import NotFound, SendRefused
from shared.ids import ConversationId, PhoneNumberId
from shared.services.single_send import WINDOW_CLOSED
from shared.store.conversations.conversations import Head
from shared.store.conversations.lists import ConversationFilter

router = new_router()
deps = parts_for(router, ConversationParts)


def _need(conversation_id: ConversationId) -> Conversation:
    return need_conversation(deps().conversations, caller(router).tenant_id, conversation_id)


@router.get(
    "/v1/conversations",
    **secured(Scope.READ, "conversations", "list_conversations", summary="Conversations, last active first"),
)
def list_conversations(
    status: Annotated[Status | None, Query(description="only those that are open, snoozed or closed")] = None,
    assignee: Annotated[str | None, Query(pattern=ASSIGNEE, description="a member's id, `me`, or `none`")] = None,
    label: Annotated[str | None, Query(pattern=ULID, description="id of a label")] = None,
    number: Annotated[PhoneNumberId | None, Query(pattern=META_ID, description="a phone number id")] = None,
    unread: Annotated[bool, Query(description="only those with something unread")] = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> ConversationsOut:
    """`assignee` is a member's id, `me`, or `none`; `number` a phone number id. All that is given must hold.

    Snoozed conversations: those that come back soonest first. A page looks at 2,000 conversations at most: it may hold
    fewer than `limit`, even none, and still have a next one.
    """
    principal, now = caller(router), epoch_ms()
    desk = desk_of(principal, assignee)
    chosen = ConversationFilter(status=status, assignee=desk, label=label, phone_number_id=number, unread=unread)
    page = deps().conversations.page(principal.tenant_id, limit, cursor, now, chosen)
    return ConversationsOut(items=[ConversationOut.of(c, now) for c in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/conversations",
    **effect(
        Scope.CONVERSATIONS,
        "conversations",
        "open_conversation",
        summary="Open the conversation of a number and a contact",
        status=201,
    ),
)
def post_conversation(body: ConversationIn) -> tuple[ConversationOut, int]:
    """The one there is, or a new one; until the person writes, only templates may be sent in it."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    try:
        number = parts.accounts.number(tenant_id, body.phone_number_id)
    except NotFound as exc:
        raise NotFound("there is no such number", field="phone_number_id") from exc
    contact = parts.contacts.get(tenant_id, body.contact_id)
    if contact is None:
        raise NotFound("there is no such contact", field="contact_id")
    conversation_id = conversation_id_for(tenant_id, number.phone_number_id, contact.contact_id)
    head = Head(conversation_id, number.phone_number_id, contact.contact_id, contact.shown_name, contact.phone or "")
    conversation, fresh = parts.conversations.open(tenant_id, head, now)
    return ConversationOut.of(conversation, now), 201 if fresh else 200


@router.get(
    "/v1/conversations/<conversation_id>",
    **secured(Scope.READ, "conversations", "get_conversation", summary="A conversation"),
)
def get_conversation(conversation_id: ConversationPath) -> ConversationOut:
    """With its status, desk and labels, and whether a free-form message may be sent now."""
    return ConversationOut.of(_need(conversation_id), epoch_ms())


@router.get(
    "/v1/conversations/<conversation_id>/messages",
    **secured(Scope.READ, "conversations", "list_messages", summary="Its messages, newest first"),
)
def list_messages(conversation_id: ConversationPath, limit: Limit = 50, cursor: CursorText = None) -> MessagesOut:
    """With what became of each that was sent, and its file if it has one."""
    _need(conversation_id)
    page = deps().conversations.messages.page(caller(router).tenant_id, conversation_id, limit, cursor)
    return MessagesOut(items=[MessageOut.of(message) for message in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/conversations/<conversation_id>/messages",
    **effect(Scope.CONVERSATIONS, "conversations", "send_message", summary="Send a message", status=201),
)
def post_message(conversation_id: ConversationPath, body: MessageIn) -> MessageOut:
    """What was stored, with its outcome: sent, failed (with Meta's code), or unknown. Repeated under its
    Idempotency-Key it is 503 for up to a minute, while the first attempt may still be at work.

    Outside the 24-hour window only templates may go: 409 `window_closed` lists some in `templates`. With
    `if_last_message_id`, 409 `answered_meanwhile` shows in `newer_message` what somebody else has written since.
    """
    parts, principal, now = deps(), caller(router), epoch_ms()
    conversation = _need(conversation_id)
    draft = draft_of(parts.drafts, principal, conversation, body, operation(router), now)
    try:
        with newer_message_shown(parts.conversations, principal.tenant_id, conversation_id):
            sent = parts.sender.send(principal.tenant_id, conversation_id, draft, now)
    except SendRefused as refused:
        if refused.code == WINDOW_CLOSED:
            refused.extensions["templates"] = offered_templates(parts.drafts, principal.tenant_id, conversation)
        raise
    return MessageOut.of(sent)


@router.post(
    "/v1/conversations/<conversation_id>/read",
    **effect(
        Scope.CONVERSATIONS,
        "conversations",
        "read_conversation",
        summary="Nothing unread in it; the person sees that it was read",
    ),
)
def post_read(conversation_id: ConversationPath, body: ReadIn | None = None) -> ReadOut:
    """That WhatsApp shows it is a courtesy: when Meta does not take it, the conversation is read all the same."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    seen_id = body.if_last_message_id if body is not None else ""
    conversation = _need(conversation_id)

    def seen(found: Conversation) -> Conversation:
        need_heard(found, seen_id)
        return found

    with newer_message_shown(parts.conversations, tenant_id, conversation_id):
        # Before Meta is told, because that cannot be taken back; and again with the write.
        signal = parts.signals.read(tenant_id, seen(conversation), now)
        wamid = conversation.trail.inbound_wamid if signal.outcome == "sent" else conversation.trail.marked_wamid
        _, after = parts.conversations.change(
            tenant_id, conversation_id, lambda found: marked(read(seen(found)), wamid)
        )
    shown = ConversationOut.of(after, now).model_dump()
    return ReadOut(**shown, read_mark=signal.outcome, read_mark_code=signal.code or None)
