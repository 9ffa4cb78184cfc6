"""What a message says of consent. Pure, and apart from the reading of messages: the receiver asks it of each one."""

from collections.abc import Iterator, Mapping

from functions.webhook_ingest.json_input import as_object, word
from functions.webhook_ingest.message_kind import named_kind, typed
from shared.domain.contacts.consent_words import ConsentWord, button_word, consent_word

_CAPTIONED = frozenset({"image", "video", "audio", "voice", "document", "sticker"})
_CHOICES = frozenset({"button_reply", "list_reply"})
_OF_OTHERS = frozenset({"edit", "revoke", "reaction"})
"""Types that alter another message; WhatsApp has no edits of these."""


def consent_of(message: Mapping[str, object]) -> ConsentWord | None:
    """ "stop", "start" or None, of a message in Meta's shape; a no wins over a yes. Never raises.

    What people write counts as they write it: text, a caption, the note of an order, and what they change a message to.
    A button that they press or a row that they choose has words of ours.
    """
    said = set(_said(message))
    return "stop" if "stop" in said else "start" if "start" in said else None


def _said(message: Mapping[str, object]) -> Iterator[ConsentWord | None]:
    kind = word(message, "type")
    body = as_object(message.get(kind))
    if kind == "text":
        yield consent_word(word(body, "body"))
    elif kind in _CAPTIONED:
        yield consent_word(word(body, "caption"))
    elif kind == "order":
        yield consent_word(word(body, "text"))
    elif kind == "button":
        yield button_word(word(body, "text"))
        yield button_word(word(body, "payload"))
    elif kind == "interactive" and (form := named_kind(body, _CHOICES)) in _CHOICES:
        reply = as_object(body.get(form))
        yield button_word(word(reply, "title"))
        yield button_word(word(reply, "id"))
    elif kind == "edit":
        inner = typed(as_object(body.get("message")))
        if word(inner, "type") not in _OF_OTHERS:
            yield from _said(inner)
