"""Where words, names and phone numbers are said, in the Conversations table.

| access | key | cost |
|---|---|---|
| a message's words | `T#<t>#SW#<first 3 characters>` / `<word>#<message>` | 1 WRU each, 25 at most |
| phone numbers in a message | `T#<t>#SD#<last 3 digits>` / `<digits backwards>#<message>` | 1 WRU each, 5 at most |
| the words of a person's name | `T#<t>#SN#<first 2>` / `<word>#<conversation>` | 1 WRU each, when the name is new |
| a person's phone number | `T#<t>#SP#<last 3 digits>` / `<digits backwards>#<conversation>` | 1 WRU, when it is new |
| find by a word or its beginning, by name, by the last digits | a range of one of these | 0.5 RRU per 40 found |

A message of 100 words costs 25 writes, because only its first 25 different words of three letters or more are kept; an
ordinary one costs five or six. Scanning instead would write nothing and read every message of a tenant for each search.
What bots say, and the buttons and rows that people choose, is left out: it is the same a thousand times over, and
stands in the bot or the campaign. Words are found whole, or by their beginning.

The index only proposes: whoever searches reads what it names, so a stale entry finds nothing. Every entry follows from
the stored message or head, so `forget` finds and removes all of them; otherwise they go when the message does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from shared.clock import DAY_MS
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.former_words import former_indexed_words, former_name_words
from shared.domain.conversations.message import Message, is_choice
from shared.domain.conversations.message_changes import Change
from shared.domain.conversations.message_ids import time_of
from shared.domain.conversations.search_words import (
    FEWEST_DIGITS,
    SHORTEST,
    SHORTEST_NAME,
    digits_of,
    indexed_numbers,
    indexed_words,
    name_words,
)
from shared.ids import ConversationId, TenantId
from shared.store.conversations.message_items import MessageItem, conversation_key, expiry
from shared.store.engine.database import Database, TableItem, put_items
from shared.store.engine.documents import from_document

MOST_FOUND = 300
_QUIET_AUTHORS = frozenset({"bot"})


class PostingItem(TableItem):
    class Meta:
        table_name = ""

    conversation_id = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What the index proposes, newest messages first. `complete` is whether this is all."""

    ids: list[tuple[str, str]]
    complete: bool


def _words_key(tenant_id: TenantId, word: str) -> str:
    return f"T#{tenant_id}#SW#{word[:SHORTEST]}"


def _names_key(tenant_id: TenantId, word: str) -> str:
    return f"T#{tenant_id}#SN#{word[:SHORTEST_NAME]}"


def _numbers_key(tenant_id: TenantId, backwards: str) -> str:
    return f"T#{tenant_id}#SD#{backwards[:FEWEST_DIGITS]}"


def _phones_key(tenant_id: TenantId, backwards: str) -> str:
    return f"T#{tenant_id}#SP#{backwards[:FEWEST_DIGITS]}"


class SearchIndex:
    def __init__(self, database: Database) -> None:
        PostingItem.Meta.table_name = database.conversations

    def of_message(self, tenant_id: TenantId, message: Message) -> list[PostingItem]:
        """What a message is found by, to be written with it; repeating it changes nothing."""
        if message.author in _QUIET_AUTHORS or _is_chosen(message.kind, message.content):
            return []
        said = message.change.text if message.change is not None else message.text
        return list(_of_text(tenant_id, message.conversation_id, message.message_id, said).values())

    def of_head(self, tenant_id: TenantId, before: Conversation | None, after: Conversation) -> list[PostingItem]:
        """What a head will be found by, to be written before it. Nothing when that stays the same, but once a month, so
        that the entries of a living conversation do not expire."""
        old, new = _of_head(tenant_id, before), _of_head(tenant_id, after)
        if old.keys() == new.keys() and before is not None and _month(before) == _month(after):
            return []
        return list(new.values())

    def announce(self, tenant_id: TenantId, before: Conversation | None, after: Conversation) -> None:
        """Write what a head will be found by (`of_head`)."""
        put_items(self.of_head(tenant_id, before, after))

    def retract(self, tenant_id: TenantId, before: Conversation | None, after: Conversation | None) -> None:
        """After a head was written, or is gone: what it is no longer found by."""
        old, new = _of_head(tenant_id, before), _of_head(tenant_id, after)
        if after is None or (before is not None and before.contact_name != after.contact_name):
            old = _formerly_of_head(tenant_id, before) | old
        if old.keys() <= new.keys():
            return
        with PostingItem.batch_write() as batch:
            for key in old.keys() - new.keys():
                batch.delete(old[key])

    def forget(self, tenant_id: TenantId, conversation: Conversation) -> None:
        """Take out everything that a conversation's head and its stored messages brought in."""
        postings = _of_head(tenant_id, conversation) | _formerly_of_head(tenant_id, conversation)
        for message_id, author, text in _said(tenant_id, conversation.conversation_id):
            for posted in _of_message(tenant_id, conversation.conversation_id, message_id, author=author, text=text):
                postings |= posted
        with PostingItem.batch_write() as batch:
            for posting in postings.values():
                batch.delete(posting)

    def reindex(self, tenant_id: TenantId, conversation: Conversation) -> int:
        """Let a conversation be found by its words as they are folded now, and not as they were before; how many
        entries were written. Repeating it changes nothing."""
        now, before = _of_head(tenant_id, conversation), _formerly_of_head(tenant_id, conversation)
        for message_id, author, text in _said(tenant_id, conversation.conversation_id, chosen=False):
            fresh, former = _of_message(tenant_id, conversation.conversation_id, message_id, author=author, text=text)
            now, before = now | fresh, before | former
        with PostingItem.batch_write() as batch:
            for key in now.keys() - before.keys():
                batch.save(now[key])
        # Only then: at no moment is somebody found by neither.
        with PostingItem.batch_write() as batch:
            for key in before.keys() - now.keys():
                batch.delete(before[key])
        return len(now.keys() - before.keys())

    def messages(self, tenant_id: TenantId, word: str, *, whole: bool) -> Found:
        """(conversation id, message id) of messages with this word, or one that begins so."""
        return self._find(_words_key(tenant_id, word), f"{word}#" if whole else word)

    def names(self, tenant_id: TenantId, start: str) -> Found:
        """("", conversation id) of people one of whose names begins so."""
        return self._find(_names_key(tenant_id, start), start)

    def phones(self, tenant_id: TenantId, digits: str) -> Found:
        """("", conversation id) of people whose number ends with these digits."""
        backwards = digits[::-1]
        return self._find(_phones_key(tenant_id, backwards), backwards)

    def numbers(self, tenant_id: TenantId, digits: str) -> Found:
        """(conversation id, message id) of messages in which a phone number ends with these digits."""
        backwards = digits[::-1]
        return self._find(_numbers_key(tenant_id, backwards), backwards)

    def _find(self, partition: str, start: str) -> Found:
        rows = PostingItem.query(
            partition,
            PostingItem.sk.startswith(start),
            scan_index_forward=False,
            limit=MOST_FOUND,
            page_size=MOST_FOUND,
        )
        found = [(item.conversation_id or "", item.sk.rpartition("#")[2]) for item in rows]
        return Found(sorted(found, key=lambda pair: pair[1], reverse=True), complete=rows.last_evaluated_key is None)


Postings = dict[tuple[str, str], PostingItem]


def _said(
    tenant_id: TenantId, conversation_id: ConversationId, *, chosen: bool = True
) -> Iterator[tuple[str, str, str]]:
    """(message id, author, text) of each text that the stored messages of a conversation brought in; what was chosen
    among the tenant's own words brings nothing in, but did."""
    for item in MessageItem.query(conversation_key(tenant_id, conversation_id), MessageItem.sk.startswith("M#")):
        if not chosen and _is_chosen(item.kind, json.loads(item.content)):
            continue
        change = from_document(Change, item.change).text if item.change else ""
        for text in dict.fromkeys((item.text or "", change)):
            yield item.sk.removeprefix("M#"), item.author, text


def _is_chosen(kind: str, content: Mapping[str, object]) -> bool:
    """Whether a person pressed a button or chose a row: the words are the tenant's own, and thousands chose them."""
    return kind == "button" or is_choice(kind, content)


def _of_message(
    tenant_id: TenantId, conversation_id: ConversationId, message_id: str, *, author: str, text: str
) -> tuple[Postings, Postings]:
    """What a text is found by now, and what it was found by before."""
    if author in _QUIET_AUTHORS:
        return {}, {}
    former = _postings(tenant_id, conversation_id, message_id, former_indexed_words(text), ())
    return _of_text(tenant_id, conversation_id, message_id, text), former


def _of_text(tenant_id: TenantId, conversation_id: ConversationId, message_id: str, text: str) -> Postings:
    return _postings(tenant_id, conversation_id, message_id, indexed_words(text), indexed_numbers(text))


def _postings(
    tenant_id: TenantId, conversation_id: ConversationId, message_id: str, words: Iterable[str], numbers: Iterable[str]
) -> Postings:
    ttl = expiry(time_of(message_id))
    keys = [(_words_key(tenant_id, word), word) for word in words]
    keys += [(_numbers_key(tenant_id, number[::-1]), number[::-1]) for number in numbers]
    return {
        (partition, f"{start}#{message_id}"): PostingItem(
            partition, f"{start}#{message_id}", conversation_id=conversation_id, ttl=ttl
        )
        for partition, start in keys
    }


def _formerly_of_head(tenant_id: TenantId, conversation: Conversation | None) -> Postings:
    """The names alone; numbers were written then as they are now."""
    if conversation is None:
        return {}
    conversation_id = conversation.conversation_id
    keys = [
        (_names_key(tenant_id, word), f"{word}#{conversation_id}")
        for word in former_name_words(conversation.contact_name)
    ]
    return {key: PostingItem(*key) for key in keys}


def _of_head(tenant_id: TenantId, conversation: Conversation | None) -> Postings:
    if conversation is None:
        return {}
    conversation_id, ttl = conversation.conversation_id, expiry(conversation.active_at)
    items = [
        PostingItem(_names_key(tenant_id, word), f"{word}#{conversation_id}", ttl=ttl)
        for word in name_words(conversation.contact_name)
    ]
    backwards = digits_of(conversation.contact_phone)[::-1]
    if backwards:
        items.append(PostingItem(_phones_key(tenant_id, backwards), f"{backwards}#{conversation_id}", ttl=ttl))
    return {(item.pk, item.sk): item for item in items}


def _month(conversation: Conversation) -> int:
    return conversation.active_at // (30 * DAY_MS)
