"""Finding a person or what was said: by name, by the last digits of a phone number, by words, by label.

What it costs at most: for each of name, number, words and numbers in messages one range of the index (300 entries, 4
RRU) and the reading of what the 100 newest of them name (50 RRU each); labels and the one contact whose whole number it
is, 2 RRU. Usually a tenth of it. Names and numbers are found for people who have a conversation; anybody else by their
whole number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from functions.api.inbox.lookup_parts import SearchParts
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import phone_ids
from shared.domain.contacts.number_plans import spellings
from shared.domain.contacts.phone import AmbiguousPhone, normalise_phone
from shared.domain.conversations.conversation import Conversation
from shared.domain.conversations.inbox_settings import Label
from shared.domain.conversations.message import Message
from shared.domain.conversations.search_words import (
    SHORTEST,
    SHORTEST_NAME,
    digits_of,
    indexed_numbers,
    matches,
    name_words,
    words_of,
)
from shared.errors import InvalidInput
from shared.ids import ConversationId, TenantId
from shared.store.conversations.search_index import Found
from shared.store.engine.cursor import PageBytes

_MOST_READ = 100
_MOST_MOVED = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """A message with the words that were searched, and the conversation it stands in."""

    message: Message
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Hits:
    """`complete` is whether there was nothing more to look at. Latest first."""

    conversations: list[Conversation]
    messages: list[Hit]
    contacts: list[Contact]
    labels: list[Label]
    complete: bool


class Search:
    """One search. `label` is the id of one that conversations must have; "" for any."""

    def __init__(self, deps: SearchParts, tenant_id: TenantId, query: str, label: str, limit: int) -> None:
        self._deps = deps
        self._tenant_id = tenant_id
        self._query = query
        self._label = label
        self._limit = limit
        self._complete = True

    def run(self) -> Hits:
        people = {c.conversation_id: c for c in (*self._by_phone(), *self._by_name())}
        found = sorted(people.values(), key=lambda conversation: conversation.active_at, reverse=True)
        said, room = self._said(), PageBytes()
        shown = [hit for hit in said[: self._limit] if room.takes(hit.message.size)]
        self._complete &= len(found) <= self._limit and len(said) == len(shown)
        return Hits(
            conversations=found[: self._limit],
            messages=shown,
            contacts=self._contact(),
            labels=self._labels(),
            complete=self._complete,
        )

    def _first(self, found: Found) -> list[tuple[str, str]]:
        self._complete &= found.complete and len(found.ids) <= _MOST_READ
        return found.ids[:_MOST_READ]

    def _heads(self, conversation_ids: Sequence[ConversationId]) -> list[Conversation]:
        """Those of them with the wanted label. An id of one that has moved is followed."""
        conversations = self._deps.conversations
        heads = conversations.get_many(self._tenant_id, list(dict.fromkeys(conversation_ids)))
        missing = sorted(set(conversation_ids) - {head.conversation_id for head in heads})
        moved = [conversations.get(self._tenant_id, conversation_id) for conversation_id in missing[:_MOST_MOVED]]
        heads += [head for head in moved if head is not None]
        return [head for head in heads if not self._label or self._label in head.labels]

    def _by_phone(self) -> list[Conversation]:
        """By what its number ends with as it was written here, or by the number it is in any spelling."""
        ends = self._ends
        found = [
            one for end in ends for one in self._first(self._deps.conversations.search.phones(self._tenant_id, end))
        ]
        heads = self._heads(list(dict.fromkeys(ConversationId(found_id) for _, found_id in found)))
        return [head for head in heads if digits_of(head.contact_phone).endswith(ends)]

    @cached_property
    def _ends(self) -> tuple[str, ...]:
        """The digits with which a number that is searched for may end; none for what is no number."""
        written = digits_of(self._query)
        meant = [digits_of(spelling) for phone in self._phones for spelling in spellings(phone)] if written else []
        return tuple(dict.fromkeys((written, *meant))) if written else ()

    @cached_property
    def _phones(self) -> tuple[str, ...]:
        """The canonical number that is searched for; both where it may be one of two, none where it is no whole one."""
        country = self._deps.accounts.tenant(self._tenant_id).country
        try:
            return (normalise_phone(self._query, country)[0],)
        except AmbiguousPhone as error:
            return error.readings
        except InvalidInput:
            return ()

    def _by_name(self) -> list[Conversation]:
        starts = name_words(self._query)
        if not starts:
            return []
        ids = self._first(self._deps.conversations.search.names(self._tenant_id, max(starts, key=len)))
        heads = self._heads([ConversationId(found_id) for _, found_id in ids])
        return [head for head in heads if matches(starts, name_words(head.contact_name))]

    def _said(self) -> list[Hit]:
        """Messages with the words, or with a phone number that ends so, newest first."""
        found = {message.message_id: message for message in (*self._by_words(), *self._by_numbers())}
        heads = {head.conversation_id: head for head in self._heads([m.conversation_id for m in found.values()])}
        hits = [Hit(m, heads[m.conversation_id]) for m in found.values() if m.conversation_id in heads]
        return sorted(hits, key=lambda hit: hit.message.message_id, reverse=True)

    def _by_numbers(self) -> list[Message]:
        ends = self._ends
        found = [
            one for end in ends for one in self._first(self._deps.conversations.search.numbers(self._tenant_id, end))
        ]
        return [m for m in self._messages(found) if any(n.endswith(ends) for n in indexed_numbers(m.text))]

    def _by_words(self) -> list[Message]:
        known = words_of(self._query)
        last = words_of(self._query, 1)[-1:]
        # The last word may be unfinished; a finished one names fewer messages.
        finished = [word for word in known if [word] != last]
        if not known:
            return []
        chosen = max(finished, key=len) if finished else known[-1]
        found = self._deps.conversations.search.messages(self._tenant_id, chosen, whole=bool(finished))
        return [m for m in self._messages(self._first(found)) if _says(m, finished, last)]

    def _messages(self, found: Sequence[tuple[str, str]]) -> list[Message]:
        """As people see them now: what was edited under the edit's text, what moved where it is."""
        store, tenant_id = self._deps.conversations.messages, self._tenant_id
        ids = dict.fromkeys((ConversationId(conversation_id), message_id) for conversation_id, message_id in found)
        there = store.get_many(tenant_id, list(ids))
        known = {message.message_id for message in there}
        missing = [place for place in ids if place[1] not in known]
        moved = [store.get(tenant_id, *place) for place in missing[:_MOST_MOVED]]
        shown: dict[str, Message] = {}
        for message in [*there, *(message for message in moved if message is not None)]:
            target = message.change.target if message.change is not None else ""
            changed = store.by_wamid(tenant_id, message.conversation_id, target) if target else None
            now = changed or message
            shown[now.message_id] = now
        return list(shown.values())

    def _contact(self) -> list[Contact]:
        """The person with exactly this number, conversation or not."""
        if not digits_of(self._query):
            return []
        ids = [one for phone in self._phones for one in phone_ids(self._tenant_id, phone)]
        found = self._deps.contacts.get_many(self._tenant_id, ids)
        return list({contact.contact_id: contact for contact in found.values()}.values())

    def _labels(self) -> list[Label]:
        starts = words_of(self._query, SHORTEST_NAME)
        labels = self._deps.inbox.labels(self._tenant_id) if starts else []
        return [label for label in labels if matches(starts, words_of(label.name, 1))]


def _says(message: Message, finished: Sequence[str], last: Sequence[str]) -> bool:
    words = words_of(message.text, 1)
    return set(finished) <= set(words) and matches(last, words)


def check(query: str) -> str:
    """Raises InvalidInput for what nothing could be found by."""
    if not (digits_of(query) or words_of(query) or name_words(query)):
        raise InvalidInput(
            f"write a word of {SHORTEST} letters, a name of {SHORTEST_NAME} or the last digits of a number", field="q"
        )
    return query
