"""Timelines of a conversation and of a person."""

from functions.api.contacts.actions import need_contact
from functions.api.http.fields import ContactPath, ConversationPath
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from functions.api.inbox import timeline
from functions.api.inbox.lookup_parts import TimelineParts
from functions.api.inbox.lookups import need_conversation
from functions.api.inbox.timeline_models import TimelineItemOut, TimelineOut
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, TimelineParts)


@router.get(
    "/v1/conversations/<conversation_id>/timeline",
    **secured(
        Scope.READ, "conversations", "get_conversation_timeline", summary="Its messages, notes and events, newest first"
    ),
)
def get_conversation_timeline(
    conversation_id: ConversationPath, limit: Limit = 50, cursor: CursorText = None
) -> TimelineOut:
    """`type` says which of the members of an item is there; the others are null."""
    parts, tenant_id = deps(), caller(router).tenant_id
    conversation = need_conversation(parts.conversations, tenant_id, conversation_id)
    page = timeline.of_conversation(parts, tenant_id, conversation.conversation_id, limit, cursor)
    return TimelineOut(items=[TimelineItemOut.of(what) for what in page.items], next_cursor=page.cursor)


@router.get(
    "/v1/contacts/<contact_id>/timeline",
    **secured(Scope.READ, "contacts", "get_contact_timeline", summary="All that happened with a person, newest first"),
)
def get_contact_timeline(contact_id: ContactPath, limit: Limit = 50, cursor: CursorText = None) -> TimelineOut:
    """Messages of all its conversations, notes and events, consent, and campaigns of the last 90 days that wrote to it.

    A page may hold fewer than `limit`, even none, and still have a next one. Of a tenant's campaigns the 200 made last
    are looked at.
    """
    parts, tenant_id = deps(), caller(router).tenant_id
    contact = need_contact(parts.contacts, tenant_id, contact_id)
    page = timeline.of_contact(parts, tenant_id, contact, limit, cursor, epoch_ms())
    return TimelineOut(items=[TimelineItemOut.of(what) for what in page.items], next_cursor=page.cursor)
