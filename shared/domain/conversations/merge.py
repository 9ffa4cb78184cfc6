"""Two conversations of one number become one, because their contacts turned out to be one person."""

from dataclasses import replace

from shared.domain.conversations.conversation import MOST_LABELS, Conversation, Status, Trail
from shared.ids import ContactId, ConversationId

_STANDING: dict[Status, int] = {"open": 2, "snoozed": 1, "closed": 0}


def merged(
    kept: Conversation | None, gone: Conversation, conversation_id: ConversationId, contact_id: ContactId
) -> Conversation:
    """What the kept one, if there is one yet, is once it has taken the other over.

    It is open if either was; who worked on the kept one still does; nothing that was unread counts as read.
    """
    if kept is None:
        return replace(gone, conversation_id=conversation_id, contact_id=contact_id)
    latest = gone if gone.trail.last_id > kept.trail.last_id else kept
    standing = max(kept, gone, key=lambda one: (_STANDING[one.status], one is kept))
    return replace(
        kept,
        contact_name=kept.contact_name or gone.contact_name,
        contact_phone=kept.contact_phone or gone.contact_phone,
        last_message_at=latest.last_message_at,
        last_message_text=latest.last_message_text,
        last_inbound_at=max((at for at in (kept.last_inbound_at, gone.last_inbound_at) if at), default=None),
        unread=kept.unread + gone.unread,
        status=standing.status,
        snoozed_until=standing.snoozed_until,
        state_at=max(kept.state_at, gone.state_at),
        assignee=kept.assignee or gone.assignee,
        labels=frozenset(sorted(kept.labels) + sorted(gone.labels - kept.labels)[: MOST_LABELS - len(kept.labels)]),
        notes=kept.notes + gone.notes,
        version=max(kept.version, gone.version) + 1,
        created_at=min(at for at in (kept.created_at or gone.created_at, gone.created_at or kept.created_at)),
        trail=_trail(kept.trail, gone.trail),
    )


def _trail(kept: Trail, gone: Trail) -> Trail:
    heard = gone if gone.inbound_id > kept.inbound_id else kept
    answered = gone if gone.answer_id > kept.answer_id else kept
    return Trail(
        last_id=max(kept.last_id, gone.last_id),
        inbound_id=heard.inbound_id,
        inbound_wamid=heard.inbound_wamid,
        answer_id=answered.answer_id,
        answer_by=answered.answer_by,
        marked_wamid=heard.marked_wamid,
        heard_id=max(kept.heard_id, gone.heard_id),
        read_id=max(kept.read_id, gone.read_id),
    )
