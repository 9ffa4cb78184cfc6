"""The head of a conversation as an item: everything of it but its messages."""

import hashlib
from dataclasses import fields

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from shared.clock import EpochMs
from shared.domain.conversations.conversation import Conversation, Status, Trail, status_of
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId
from shared.store.conversations.message_items import conversation_key, expiry
from shared.store.engine.database import ActivityIndex, TableItem

HEAD = "HEAD"


class DeskIndex(GlobalSecondaryIndex["ConversationItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "gsi2"
        projection = AllProjection()

    gsi2pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class ConversationItem(TableItem):
    class Meta:
        table_name = ""

    by_status = ActivityIndex()
    by_desk = DeskIndex()
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi2pk = UnicodeAttribute(null=True)
    phone_number_id = UnicodeAttribute(null=True)
    contact_id = UnicodeAttribute(null=True)
    contact_name = UnicodeAttribute(null=True)
    contact_phone = UnicodeAttribute(null=True)
    last_at = NumberAttribute(null=True)
    last_id = UnicodeAttribute(null=True)
    last_text = UnicodeAttribute(null=True)
    last_inbound_at = NumberAttribute(null=True)
    inbound_id = UnicodeAttribute(null=True)
    inbound_wamid = UnicodeAttribute(null=True)
    answer_id = UnicodeAttribute(null=True)
    answer_by = UnicodeAttribute(null=True)
    marked_wamid = UnicodeAttribute(null=True)
    heard_id = UnicodeAttribute(null=True)
    read_id = UnicodeAttribute(null=True)
    unread = NumberAttribute(null=True)
    state = UnicodeAttribute(null=True)
    state_at = NumberAttribute(null=True)
    snoozed_until = NumberAttribute(null=True)
    assignee = UnicodeAttribute(null=True)
    labels = UnicodeSetAttribute(null=True)
    notes = NumberAttribute(null=True)
    version = NumberAttribute(null=True)
    created_at = NumberAttribute(null=True)
    rev = UnicodeAttribute(null=True)


def status_partition(tenant_id: TenantId, status: Status, part: int, *, assigned: bool) -> str:
    """A part of the conversations that are somebody's, or nobody's. The first of somebody's also holds nobody's that
    were last written before these had a place of their own; they are in `desk_partition` of nobody then."""
    return f"T#{tenant_id}#CONV#{status}{'' if assigned else '#-'}{f'#{part}' if part else ''}"


def desk_partition(tenant_id: TenantId, assignee: str, status: Status) -> str:
    """The conversations of one member."""
    return f"T#{tenant_id}#DESK#{assignee or '-'}#{status}"


def part_in(item: ConversationItem | None) -> int:
    """In which part of its list a head stands."""
    last = (item.gsi1pk or "").rpartition("#")[2] if item is not None else ""
    return int(last) if last.isdecimal() else 0


def position(at: EpochMs, conversation_id: ConversationId) -> str:
    """Where a conversation stands in a list."""
    return f"{at:013d}#{conversation_id}"


def revision(conversation: Conversation) -> str:
    """A digest of all of it: a change made from equal contents is as good, whoever wrote them."""
    values = [getattr(conversation, field.name) for field in fields(conversation)]
    known = [sorted(value) if isinstance(value, frozenset) else value for value in values]
    return hashlib.blake2b(repr(known).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def head_item(tenant_id: TenantId, conversation: Conversation, part: int = 0) -> ConversationItem:
    """`part` is that of the lists in which it stands; what is nobody's stands in one list only."""
    trail = conversation.trail
    desk = desk_partition(tenant_id, conversation.assignee, conversation.status) if conversation.assignee else None
    return ConversationItem(
        conversation_key(tenant_id, conversation.conversation_id),
        HEAD,
        gsi1pk=status_partition(tenant_id, conversation.status, part, assigned=bool(conversation.assignee)),
        gsi1sk=position(conversation.active_at, conversation.conversation_id),
        gsi2pk=desk,
        ttl=expiry(max(conversation.last_message_at, conversation.created_at)),
        phone_number_id=conversation.phone_number_id,
        contact_id=conversation.contact_id,
        contact_name=conversation.contact_name or None,
        contact_phone=conversation.contact_phone or None,
        last_at=conversation.last_message_at or None,
        last_text=conversation.last_message_text or None,
        last_inbound_at=conversation.last_inbound_at,
        unread=conversation.unread,
        state=conversation.status,
        state_at=conversation.state_at or None,
        snoozed_until=conversation.snoozed_until,
        assignee=conversation.assignee or None,
        labels=set(conversation.labels) or None,
        notes=conversation.notes or None,
        version=conversation.version,
        created_at=conversation.created_at,
        last_id=trail.last_id or None,
        inbound_id=trail.inbound_id or None,
        inbound_wamid=trail.inbound_wamid or None,
        answer_id=trail.answer_id or None,
        answer_by=trail.answer_by or None,
        marked_wamid=trail.marked_wamid or None,
        heard_id=trail.heard_id or None,
        read_id=trail.read_id or None,
        rev=revision(conversation),
    )


def conversation_of(item: ConversationItem) -> Conversation:
    return Conversation(
        conversation_id=ConversationId(item.pk.rpartition("#")[2]),
        phone_number_id=PhoneNumberId(item.phone_number_id or ""),
        contact_id=ContactId(item.contact_id or ""),
        contact_name=item.contact_name or "",
        contact_phone=item.contact_phone or "",
        last_message_at=EpochMs(int(item.last_at or 0)),
        last_message_text=item.last_text or "",
        last_inbound_at=EpochMs(int(item.last_inbound_at)) if item.last_inbound_at is not None else None,
        unread=int(item.unread or 0),
        status=status_of(item.state or ""),
        assignee=item.assignee or "",
        labels=frozenset(item.labels or ()),
        snoozed_until=EpochMs(int(item.snoozed_until)) if item.snoozed_until is not None else None,
        state_at=EpochMs(int(item.state_at or 0)),
        version=int(item.version or 0),
        notes=int(item.notes or 0),
        created_at=EpochMs(int(item.created_at or 0)),
        trail=Trail(
            last_id=item.last_id or "",
            inbound_id=item.inbound_id or "",
            inbound_wamid=item.inbound_wamid or "",
            answer_id=item.answer_id or "",
            answer_by=item.answer_by or "",
            marked_wamid=item.marked_wamid or "",
            heard_id=item.heard_id or "",
            read_id=item.read_id or "",
        ),
    )
