"""What agents do with a conversation: assign, label, note, close, snooze, reopen; and who is in it."""

from collections.abc import Callable

from functions.api.http.fields import ConversationPath
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.inbox.desk import Desk
from functions.api.inbox.desk_models import (
    AssignIn,
    EntryOut,
    LabelsIn,
    MentionOut,
    MentionsOut,
    NoteIn,
    PresenceIn,
    PresencesOut,
    PresentOut,
    SetAsideIn,
    SnoozeIn,
    StateIn,
    TypingOut,
)
from functions.api.inbox.lookups import need_conversation, newer_message_shown
from functions.api.inbox.models import ConversationOut
from functions.api.inbox.parts import DeskParts
from functions.api.inbox.presence import say_presence, say_typing
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.conversations.conversation import Conversation
from shared.errors import Conflict
from shared.ids import ConversationId

router = new_router()
deps = parts_for(router, DeskParts)
_TAG = "conversations"


def _desk(conversation_id: ConversationId, version: int | None = None, seen_id: str = "") -> Desk:
    return Desk(deps(), caller(router), conversation_id, operation(router), version, seen_id)


def _done(conversation_id: ConversationId, action: Callable[[], Conversation]) -> ConversationOut:
    """The conversation afterwards; a clash shows it as it is now."""
    conversations, tenant_id, now = deps().conversations, caller(router).tenant_id, epoch_ms()
    try:
        with newer_message_shown(conversations, tenant_id, conversation_id):
            return ConversationOut.of(action(), now)
    except Conflict as clash:
        current = conversations.get(tenant_id, conversation_id)
        if current is not None:
            clash.extensions["conversation"] = ConversationOut.of(current, now).model_dump(mode="json")
        raise


@router.post(
    "/v1/conversations/<conversation_id>/assign",
    **effect(Scope.CONVERSATIONS, _TAG, "assign_conversation", summary="Put it on somebody's desk, or on nobody's"),
)
def post_assign(conversation_id: ConversationPath, body: AssignIn) -> ConversationOut:
    """With `version`, 409 `changed_meanwhile` when somebody else has changed it since; the answer shows it as it is."""
    desk = _desk(conversation_id, body.version)
    return _done(conversation_id, lambda: desk.assign(body.to))


@router.post(
    "/v1/conversations/<conversation_id>/labels",
    **effect(Scope.CONVERSATIONS, _TAG, "label_conversation", summary="Add and remove labels"),
)
def post_labels(conversation_id: ConversationPath, body: LabelsIn) -> ConversationOut:
    """Both at once; a label that it has already, or has not, changes nothing."""
    desk = _desk(conversation_id)
    return _done(conversation_id, lambda: desk.label(body.add, body.remove))


@router.post(
    "/v1/conversations/<conversation_id>/close",
    **effect(Scope.CONVERSATIONS, _TAG, "close_conversation", summary="Done; it opens again when the person writes"),
)
def post_close(conversation_id: ConversationPath, body: SetAsideIn) -> ConversationOut:
    """Nothing in it is unread then: `if_last_message_id` keeps a message that nobody has seen from going with it."""
    return _done(conversation_id, _desk(conversation_id, body.version, body.if_last_message_id).close)


@router.post(
    "/v1/conversations/<conversation_id>/snooze",
    **effect(
        Scope.CONVERSATIONS,
        _TAG,
        "snooze_conversation",
        summary="Set it aside until a time, or until the person writes",
    ),
)
def post_snooze(conversation_id: ConversationPath, body: SnoozeIn) -> ConversationOut:
    """It comes back by itself. `if_last_message_id` keeps a message that nobody has seen from going with it."""
    desk = _desk(conversation_id, body.version, body.if_last_message_id)
    return _done(conversation_id, lambda: desk.snooze(body.until_moment))


@router.post(
    "/v1/conversations/<conversation_id>/reopen",
    **effect(Scope.CONVERSATIONS, _TAG, "reopen_conversation", summary="Open it again"),
)
def post_reopen(conversation_id: ConversationPath, body: StateIn) -> ConversationOut:
    """One that is open already stays as it is."""
    return _done(conversation_id, _desk(conversation_id, body.version).reopen)


@router.post(
    "/v1/conversations/<conversation_id>/notes",
    **effect(Scope.CONVERSATIONS, _TAG, "create_note", summary="Write a note that only the team sees", status=201),
)
def post_note(conversation_id: ConversationPath, body: NoteIn) -> EntryOut:
    """Members who are mentioned find it under /v1/mentions."""
    return EntryOut.of(_desk(conversation_id).note(body.text, body.mentions))


@router.get(
    "/v1/mentions",
    **secured(Scope.READ, "mentions", "list_mentions", summary="Notes that mention the caller, newest first"),
)
def list_mentions(limit: Limit = 50, cursor: CursorText = None) -> MentionsOut:
    """Notes of a conversation that is gone are left out, so a page may hold fewer than `limit`."""
    principal, conversations, now = caller(router), deps().conversations, epoch_ms()
    page = conversations.entries.mentions(principal.tenant_id, principal.member_id, limit, cursor)
    notes = conversations.entries.get_many(principal.tenant_id, page.items)
    ids = list(dict.fromkeys(mention.conversation_id for mention in page.items))
    heads = {head.conversation_id: head for head in conversations.get_many(principal.tenant_id, ids)}
    items = [
        MentionOut(
            conversation=ConversationOut.of(heads[note.conversation_id], now),
            note=EntryOut.of(note),
        )
        for mention in page.items
        if (note := notes.get(mention)) is not None and note.conversation_id in heads
    ]
    return MentionsOut(items=items, next_cursor=page.cursor)


def _need(conversation_id: ConversationId) -> Conversation:
    return need_conversation(deps().conversations, caller(router).tenant_id, conversation_id)


def _present(conversation: Conversation, now: EpochMs) -> PresencesOut:
    present = deps().agents.present(caller(router).tenant_id, conversation.conversation_id, now)
    return PresencesOut(items=[PresentOut.of(member) for member in present])


@router.get(
    "/v1/conversations/<conversation_id>/presence",
    **secured(Scope.READ, _TAG, "list_present_members", summary="Who is viewing it or writing in it"),
)
def get_presence(conversation_id: ConversationPath) -> PresencesOut:
    """Whoever gave a sign within the last 30 seconds."""
    return _present(_need(conversation_id), epoch_ms())


@router.put(
    "/v1/conversations/<conversation_id>/presence",
    **secured(Scope.CONVERSATIONS, _TAG, "set_presence", summary="Say that you are viewing it, writing in it, or gone"),
)
def put_presence(conversation_id: ConversationPath, body: PresenceIn) -> PresencesOut:
    """A sign counts for 30 seconds; the answer says who else is there."""
    conversation, now = _need(conversation_id), epoch_ms()
    say_presence(deps(), caller(router), conversation, None if body.status == "gone" else body.status, now)
    return _present(conversation, now)


@router.post(
    "/v1/conversations/<conversation_id>/typing",
    **secured(
        Scope.CONVERSATIONS,
        _TAG,
        "show_typing",
        summary="Say that you are writing: to the team, and to the person for 25 seconds",
    ),
)
def post_typing(conversation_id: ConversationPath) -> TypingOut:
    """To be repeated every 20 seconds while one writes. The person also sees that their messages were read."""
    conversation, now = _need(conversation_id), epoch_ms()
    signal = say_typing(deps(), caller(router), conversation, now)
    shown = _present(conversation, now).items
    return TypingOut(indicator=signal.outcome, code=signal.code or None, present=shown)
