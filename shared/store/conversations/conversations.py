"""The heads of the Conversations table: who talks to whom, what is unread, on whose desk it lies.

| access | key | cost |
|---|---|---|
| a conversation's head | `T#<t>#V#<conversation>` / `HEAD` | 1 RRU |
| those of a status, somebody's | index gsi1: `T#<t>#CONV#<status>#<part>` / `<ms>#<conversation>` | 0.5 RRU per 4 KB |
| nobody's | index gsi1: `T#<t>#CONV#<status>#-#<part>` / same | same |
| those of a member | index gsi2: `T#<t>#DESK#<member>#<status>` / same | same |
| append a message | see shared.store.conversations.messages | 1 RRU, and for the head 3 WRU, 5 if it is somebody's |
| let its words be found | see shared.store.conversations.search_index | 1 WRU each |
| change the head, and say so in an entry | | 1 RRU and 6 WRU, 2 for the entry |

A head is about 0.7 KB, so a list looks at six heads for 0.5 RRU. Status and assignee are looked up; label, number and
unread are filters over what is read, and a page looks at MOST_LOOKED_AT heads at most: 180 RRU. One key of an index
takes some 500 messages a second, so the lists of a tenant are split by how much its numbers may let through (see
shared.domain.conversations.list_parts) and merged when they are read. A head stays in its part until the next message.

Snoozed conversations are sorted by when they come back, so that those whose time has come are one range. Every write of
a head names the contents it was made from, so that of two changes at once the second is made again from the first.
Heads live as long as their last message.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from shared.clock import EpochMs
from shared.domain.conversations.conversation import Change, Conversation, read_by_answering, with_message
from shared.domain.conversations.entry import Entry
from shared.domain.conversations.list_parts import part_of
from shared.domain.conversations.message import Message
from shared.errors import NotFound, RetryableError
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId
from shared.store.conversations.entries import Entries, items_of
from shared.store.conversations.first_look import Seen
from shared.store.conversations.heads import HEAD, ConversationItem, conversation_of, head_item, part_in
from shared.store.conversations.list_split import ListSplit
from shared.store.conversations.lists import ConversationFilter, page_of
from shared.store.conversations.message_items import conversation_key, moved_to
from shared.store.conversations.messages import Messages
from shared.store.conversations.search_index import PostingItem, SearchIndex
from shared.store.engine.cursor import Page
from shared.store.engine.database import Database, refusal_code

_ATTEMPTS = 12
_MOVES = 3


@dataclass(frozen=True, slots=True)
class Head:
    """Who talks to whom: what a first message needs to open a conversation. Blank details leave what is known.
    `list_parts` is into how many parts the tenant's lists are split (ListSplit), 0 to leave it in its part."""

    conversation_id: ConversationId
    phone_number_id: PhoneNumberId
    contact_id: ContactId
    contact_name: str
    contact_phone: str = ""
    list_parts: int = 0


class Conversations:
    def __init__(self, database: Database) -> None:
        ConversationItem.Meta.table_name = database.conversations
        self.messages = Messages(database)
        self.entries = Entries(database)
        self.search = SearchIndex(database)
        self.list_split = ListSplit(database)

    def get(self, tenant_id: TenantId, conversation_id: ConversationId) -> Conversation | None:
        """Also under the id of one that it has taken over."""
        item = _read(tenant_id, conversation_id)
        return conversation_of(item) if item is not None else None

    def get_many(
        self, tenant_id: TenantId, conversation_ids: Sequence[ConversationId], *, consistent: bool = False
    ) -> list[Conversation]:
        """Those of them that there are, in no order; 0.5 RRU each, 1 when it must be what was written last."""
        keys = [(conversation_key(tenant_id, conversation_id), HEAD) for conversation_id in conversation_ids]
        found = ConversationItem.batch_get(keys, consistent_read=consistent) if keys else ()
        return [conversation_of(item) for item in found]

    def page(
        self,
        tenant_id: TenantId,
        limit: int,
        cursor: str | None,
        now: EpochMs,
        chosen: ConversationFilter | None = None,
    ) -> Page[Conversation]:
        """Last active first; with status snoozed, those that come back soonest first, and without a status those that
        come back latest before all others.

        A page looks at MOST_LOOKED_AT conversations at most: it may hold fewer than `limit`, even none, and still
        have a next one.
        """
        return page_of(tenant_id, limit, cursor, now, chosen or ConversationFilter())

    def open(self, tenant_id: TenantId, head: Head, now: EpochMs) -> tuple[Conversation, bool]:
        """(the conversation, whether it was made now)."""
        opened = Conversation(
            head.conversation_id, head.phone_number_id, head.contact_id, head.contact_name, EpochMs(0), "", None,
            contact_phone=head.contact_phone, created_at=now,
        )  # fmt: skip
        if self._store(tenant_id, None, opened, None):
            return opened, True
        return self.change(tenant_id, head.conversation_id, lambda found: found)[1], False

    def append(self, tenant_id: TenantId, head: Head, message: Message, seen: Seen | None = None) -> bool:
        """Store a message if it is not there yet and bring the head up to date. False when it was there. `seen` is the
        conversation where it was read a moment ago.

        The head is brought up to date again also for a message that was there: a crash between the two writes is
        repaired by the redelivery.
        """
        if seen is not None and seen.conversation_id == head.conversation_id and not seen.moved:
            item = seen.head
        else:
            item = _read(tenant_id, head.conversation_id)
        # Its contact may have turned out to be somebody known, while the message was on its way here.
        head, message = _at_home(head, message, item)
        fresh = self.messages.put(tenant_id, message, self._found_by(tenant_id, head, message, item))
        for attempt in range(_ATTEMPTS):
            item = _read(tenant_id, head.conversation_id) if attempt else item
            left = message
            head, message = _at_home(head, message, item)
            if message is not left:
                # It has moved since the message was stored, and nobody comes for that any more.
                self.messages.put(tenant_id, message, self.search.of_message(tenant_id, message))
                self.messages.take_out(tenant_id, left)
            before = conversation_of(item) if item is not None else None
            after = with_message(_known(before, head, message), message, fresh=fresh)
            if message.shows_reading:
                after = self._read_by(tenant_id, after, message.message_id)
            if before is not None and before.status != after.status:
                self.entries.put(tenant_id, _reopened_by(message))
            if after == before or self._store(
                tenant_id, before, after, item, announced=attempt == 0, list_parts=head.list_parts
            ):
                return fresh
        raise RetryableError("many changes of a conversation at the same moment; try again")

    def _found_by(
        self, tenant_id: TenantId, head: Head, message: Message, item: ConversationItem | None
    ) -> list[PostingItem]:
        """What the message will be found by, and the head that is written with it."""
        before = conversation_of(item) if item is not None else None
        after = with_message(_known(before, head, message), message, fresh=True)
        return self.search.of_message(tenant_id, message) + self.search.of_head(tenant_id, before, after)

    def note_answer(self, tenant_id: TenantId, message: Message, seen_id: str = "") -> None:
        """Nothing up to `seen_id`, or with "" up to an answer that has been sent, is unread any more. 1 RRU; the head
        is written when something was."""
        if message.shows_reading:
            seen = seen_id or message.message_id
            self.change(tenant_id, message.conversation_id, lambda found: self._read_by(tenant_id, found, seen))

    def _read_by(self, tenant_id: TenantId, conversation: Conversation, seen_id: str) -> Conversation:
        heard_id = conversation.trail.heard_id
        later: int | None = 0
        if conversation.unread and heard_id > seen_id:
            later = self.messages.count_heard(tenant_id, conversation.conversation_id, seen_id, heard_id)
        # Where very much came since, all of it stays unread: nothing is taken for read that nobody has seen.
        return conversation if later is None else read_by_answering(conversation, later)

    def change(
        self,
        tenant_id: TenantId,
        conversation_id: ConversationId,
        change: Change,
        entry: Callable[[Conversation, Conversation], Entry | None] = lambda _before, _after: None,
    ) -> tuple[Conversation, Conversation]:
        """(before, after) of a change; `entry` says it in the conversation, with the same write.

        Both must be pure: they may run more than once. Raises NotFound, whatever `change` raises, and RetryableError
        when others keep winning.
        """
        for _ in range(_ATTEMPTS):
            item = _read(tenant_id, conversation_id)
            if item is None:
                raise NotFound("there is no such conversation")
            before = conversation_of(item)
            after = change(before)
            if after == before:
                return before, before
            said = entry(before, after)
            if said is not None:
                said = replace(said, conversation_id=after.conversation_id)
            if self._store(tenant_id, before, after, item, said):
                return before, after
        raise RetryableError("many changes of a conversation at the same moment; try again")

    def _store(
        self,
        tenant_id: TenantId,
        before: Conversation | None,
        after: Conversation,
        seen: ConversationItem | None,
        said: Entry | None = None,
        *,
        announced: bool = False,
        list_parts: int = 0,
    ) -> bool:
        """False when somebody else wrote the head since it was seen. Whoever it names is found by it at any moment:
        what it is found by is written first, unless that is done (`announced`)."""
        if not announced:
            self.search.announce(tenant_id, before, after)
        part = part_of(after.conversation_id, list_parts) if list_parts else part_in(seen)
        item = head_item(tenant_id, after, part)
        written = (
            _write_with(tenant_id, item, seen, said) if said is not None and seen is not None else _write(item, seen)
        )
        if written:
            self.search.retract(tenant_id, before, after)
        return written


def _read(tenant_id: TenantId, conversation_id: ConversationId) -> ConversationItem | None:
    """The head, also of the conversation that has taken this one over."""
    place: ConversationId | None = conversation_id
    for _ in range(_MOVES):
        if place is None:
            break
        try:
            return ConversationItem.get(conversation_key(tenant_id, place), HEAD, consistent_read=True)
        except ConversationItem.DoesNotExist:
            place = moved_to(tenant_id, place)
    return None


def _at_home(head: Head, message: Message, item: ConversationItem | None) -> tuple[Head, Message]:
    """Both for the conversation that was found, which may be the one that has taken theirs over."""
    found = conversation_of(item) if item is not None else None
    if found is None or found.conversation_id == head.conversation_id:
        return head, message
    head = replace(head, conversation_id=found.conversation_id, contact_id=found.contact_id)
    return head, replace(message, conversation_id=found.conversation_id)


def _unchanged(seen: ConversationItem | None) -> Condition:
    if seen is None:
        return ConversationItem.pk.does_not_exist()
    return ConversationItem.rev == seen.rev


def _write(item: ConversationItem, seen: ConversationItem | None) -> bool:
    """False when somebody else wrote it since."""
    try:
        item.save(_unchanged(seen))
    except PutError as exc:
        if refusal_code(exc) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _write_with(tenant_id: TenantId, item: ConversationItem, seen: ConversationItem, entry: Entry) -> bool:
    try:
        with TransactWrite(connection=ConversationItem.low_level()) as transaction:
            transaction.save(item, condition=_unchanged(seen))
            for beside in items_of(tenant_id, entry):
                transaction.save(beside)
    except TransactWriteError as exc:
        codes = {reason.code for reason in exc.cancellation_reasons if reason is not None}
        if codes & {"ConditionalCheckFailed", "TransactionConflict"}:
            return False
        raise
    return True


def _known(before: Conversation | None, head: Head, message: Message) -> Conversation:
    if before is None:
        before = Conversation(
            head.conversation_id, head.phone_number_id, head.contact_id, "", EpochMs(0), "", None, created_at=message.at
        )
    return replace(
        before,
        phone_number_id=head.phone_number_id,
        contact_id=head.contact_id,
        contact_name=head.contact_name or before.contact_name,
        contact_phone=head.contact_phone or before.contact_phone,
    )


def _reopened_by(message: Message) -> Entry:
    return Entry(message.message_id, message.conversation_id, "reopened", "contact", message.author_id)
