"""A message in Meta's shape, turned into what is stored of it and what it sets off. Pure; never raises.

Its raw form is always kept: `content` is Meta's object of the message's type, and beside it whatever else the message
carried but who sent it when. A type that is not known here becomes `unsupported`, with all of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.json_input import Json, as_object, word
from functions.webhook_ingest.message_kind import typed
from functions.webhook_ingest.messages.logic.about import about
from functions.webhook_ingest.messages.logic.consent import consent_of
from functions.webhook_ingest.messages.logic.content import Content, Edited, Reacted, Revoked, Unsupported
from functions.webhook_ingest.messages.logic.reading import read
from shared.domain.contacts.consent_words import ConsentWord
from shared.domain.conversations.message_changes import Change
from shared.domain.conversations.message_ids import is_wamid

_TEXT_LENGTH = 16_000
_CONTENT_BYTES = 200_000
_EDIT_TEXT_LENGTH = 4_096
_EDIT_BYTES = 60_000
"""DynamoDB items hold 400 KB (Amazon DynamoDB, quotas), and a message's holds its last edit too."""
_SAYS_NOTHING = frozenset({"reaction", "edit", "revoke", "unsupported", "system", "media_placeholder"})
_ENVELOPE = frozenset(
    {"from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "to_parent_user_id"}
    | {"id", "timestamp", "type", "history_context"}
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """`kind` is Meta's type, or `unsupported`. `answerable` is whether a bot may answer. `too_large` says that a body
    had to be left out. `change` is what the message does to another one, `about` what to know of it besides its text.
    """

    kind: str
    text: str
    content: Mapping[str, object]
    what: Content
    consent: ConsentWord | None = None
    answerable: bool = True
    too_large: bool = False
    reply_to: str = ""
    about: str = ""
    change: Change | None = None


def parse(message: Mapping[str, object]) -> Parsed:
    """What a message says."""
    message = typed(message)
    what = read(message)
    kind = "unsupported" if isinstance(what, Unsupported) else word(message, "type")
    content, cut = _fitting(_raw(kind, message), _CONTENT_BYTES)
    change, change_cut = _change(what, message)
    return Parsed(
        kind=kind,
        text=what.text[:_TEXT_LENGTH],
        content=content,
        what=what,
        consent=consent_of(message),
        answerable=kind not in _SAYS_NOTHING,
        too_large=cut or change_cut,
        reply_to=word(as_object(message.get("context")), "id")[:256],
        about=about(message),
        change=change,
    )


def _raw(kind: str, message: Mapping[str, object]) -> Json:
    rest = {key: value for key, value in message.items() if key not in _ENVELOPE}
    body = rest.pop(kind) if kind != "contacts" and isinstance(rest.get(kind), dict) else {}
    return rest | as_object(body)


def _fitting(content: Json, most_bytes: int) -> tuple[Json, bool]:
    """The content, or word that it was too large, and whether it was."""
    too_large = len(json.dumps(content, ensure_ascii=False).encode()) > most_bytes
    return ({"too_large": True}, True) if too_large else (content, False)


def _change(what: Content, message: Mapping[str, object]) -> tuple[Change | None, bool]:
    """What the message does to another one, and whether something had to be left out of that. What names no other one
    does nothing to it."""
    match what:
        case Reacted(target, emoji) if is_wamid(target):
            return Change("reaction", target, emoji=emoji[:64]), False
        case Revoked(target) if is_wamid(target):
            return Change("revoke", target), False
        case Edited(target, now) if is_wamid(target):
            inner = typed(as_object(as_object(message.get("edit")).get("message")))
            kind = "unsupported" if isinstance(now, Unsupported) else word(inner, "type")
            content, cut = _fitting(_raw(kind, inner), _EDIT_BYTES)
            return Change("edit", target, kind=kind, text=now.text[:_EDIT_TEXT_LENGTH], content=content), cut
        case _:
            return None, False
