"""What a number brings along from the WhatsApp Business app: months of messages, and its phone book. Pure.

Shapes: Meta, webhooks reference, history and smb_app_state_sync. A chunk may hold thousands of messages; it is cut into
tasks that one invocation can do. Files come in webhooks of their own, as `messages` without a thread.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from functions.webhook_ingest.json_input import Json, as_list, as_object, constant, time_ms, word
from functions.webhook_ingest.message_kind import typed
from functions.webhook_ingest.people.logic.identity import (
    Identities,
    addressee_of,
    identities,
    same_phone,
    sender_of,
    shown_phone,
)
from shared.clock import EpochMs

MESSAGES_PER_TASK = 25
ENTRIES_PER_TASK = 50
_DECLINED = "2593109"
"""The business chose not to share its history (Meta, webhooks reference, history)."""
_STATUS = {"PENDING": "queued", "SENT": "sent", "DELIVERED": "delivered", "READ": "read", "PLAYED": "played"}


@dataclass(frozen=True, slots=True)
class Old:
    """One message of a history: of the business if `ours`, else of `who`, the other side. `status` is what Meta's
    `history_context` says of its delivery, in our words."""

    who: Identities
    ours: bool
    status: str
    message: Json


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` of the whole history, of which this is a part; None when Meta does not say."""

    declined: bool
    percent: int | None


@dataclass(frozen=True, slots=True)
class BookEntry:
    """A change of the phone book; a blank name is a removal. `at` is epoch ms, None when Meta gave no time."""

    who: Identities
    name: str
    at: EpochMs | None


@dataclass(frozen=True, slots=True)
class NotRead:
    """A part that has not the shape of anything known; it is put aside."""

    raw: object


def tasks_of(kind: str, value: Json) -> list[Json]:
    """The value cut into values that are small enough for one task: itself, if it is."""
    parts = list(_history_parts(value) if kind == "history" else _book_parts(value))
    return parts if len(parts) > 1 else [value]


def _history_parts(value: Json) -> Iterator[Json]:
    common: Json = {key: item for key, item in value.items() if key not in ("history", "messages")}
    for chunk in as_list(value.get("history")):
        threads = as_object(chunk).get("threads")
        if not isinstance(threads, list):
            yield {**common, "history": [chunk]}
            continue
        for thread in threads:
            messages = as_object(thread).get("messages")
            cut = [{**as_object(thread), "messages": some} for some in _cut(as_list(messages), MESSAGES_PER_TASK)]
            for part in cut or [thread]:
                yield {**common, "history": [{**as_object(chunk), "threads": [part]}]}
    for messages in _cut(as_list(value.get("messages")), MESSAGES_PER_TASK):
        yield {**common, "messages": messages}


def _book_parts(value: Json) -> Iterator[Json]:
    for entries in _cut(as_list(value.get("state_sync")), ENTRIES_PER_TASK):
        yield {**value, "state_sync": entries}


def _cut(items: list[object], size: int) -> Iterator[list[object]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def old_messages(value: Json) -> Iterator[Old | NotRead]:
    """Every message that the value holds. `who` is nobody (falsy) when it does not say."""
    business = shown_phone(word(as_object(value.get("metadata")), "display_phone_number"))
    for chunk in map(as_object, as_list(value.get("history"))):
        for thread in as_list(chunk.get("threads")):
            context = as_object(as_object(thread).get("context"))
            who = replace(
                _person(word(as_object(thread), "id") or word(context, "wa_id"), word(context, "user_id")),
                username=word(context, "username").lstrip("@")[:100],
            )
            messages = as_object(thread).get("messages")
            if not isinstance(messages, list):
                yield NotRead(thread)
                continue
            for message in messages:
                yield _old(message, business, who)
    for message in as_list(value.get("messages")):
        yield _old(message, business, None)


def _person(phone_or_bsuid: str, bsuid: str) -> Identities:
    """As `identities`, also where the number is written for people to read."""
    return identities(shown_phone(phone_or_bsuid) or phone_or_bsuid, bsuid)


def _old(item: object, business: str, who: Identities | None) -> Old | NotRead:
    message = typed(as_object(item))
    ours = _is_ours(_person(word(message, "from"), word(message, "from_user_id")), business, who)
    if who is None:
        who = addressee_of(message, {}) if ours else sender_of(message, {})
    if not message or not who:
        return NotRead(item)
    status = constant(as_object(message.get("history_context")), "status")
    return Old(who, ours, "failed" if status == "ERROR" else _STATUS.get(status, ""), message)


def _is_ours(author: Identities, business: str, who: Identities | None) -> bool:
    """Whether the business wrote it: it is from their number, or from one that is not that of the thread's person."""
    if same_phone(author.phone, business):
        return True
    return who is not None and bool(author.phone and who.phone) and not same_phone(author.phone, who.phone)


def progress_of(value: Mapping[str, object]) -> Progress | None:
    """How far the transfer is, None when the value does not say."""
    declined, percents = False, []
    for chunk in map(as_object, as_list(value.get("history"))):
        errors = [word(as_object(error), "code") for error in as_list(chunk.get("errors"))]
        declined = declined or _DECLINED in errors
        percent = as_object(chunk.get("metadata")).get("progress")
        if isinstance(percent, int) and not isinstance(percent, bool) and 0 <= percent <= 100:
            percents.append(percent)
    return Progress(declined, max(percents, default=None)) if declined or percents else None


def book_entries(value: Json) -> Iterator[BookEntry | NotRead]:
    """Every change of the phone book that the value holds."""
    for item in as_list(value.get("state_sync")):
        entry = as_object(item)
        contact = as_object(entry.get("contact"))
        who = _person(word(contact, "phone_number"), word(contact, "user_id"))
        action = constant(entry, "action")
        if constant(entry, "type") != "CONTACT" or not who or action not in ("ADD", "EDIT", "REMOVE"):
            yield NotRead(item)
            continue
        name = word(contact, "full_name") or word(contact, "first_name")
        at = time_ms(as_object(entry.get("metadata")).get("timestamp"))
        yield BookEntry(who, " ".join(name.split())[:200] if action != "REMOVE" else "", at)
