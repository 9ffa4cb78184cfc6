"""One message of a conversation, in either direction, and how its delivery state joins."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from shared.clock import EpochMs
from shared.domain.conversations.message_changes import Change, Changes, Reaction, Said, reactions_in
from shared.domain.media.message_media import MessageMedia
from shared.ids import ConversationId

Direction = Literal["in", "out"]
Author = Literal["contact", "agent", "bot", "api", "phone_app", "business_agent", "whatsapp"]
"""`phone_app` is the business itself, writing with the WhatsApp Business app; `business_agent` is Meta's Business
Agent, which answers for it; `whatsapp` is the platform, which notes that somebody changed their number."""
Source = Literal["live", "history"]
REVOKED = "[deleted by its sender]"
PLACEHOLDER = "media_placeholder"
"""Kind of a message in a history whose file follows in a webhook of its own (Meta, webhooks reference, history)."""

_RANK = {"queued": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}
_QUIET = frozenset({"reaction", "edit", "revoke"})


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what a person reads of it; `content` the parsed body; `about` what they should know besides: the ad
    it came from, that it was forwarded, what went wrong with it. `status` is for outgoing ones.

    Outgoing states: queued, sent, delivered, read, failed, unknown (it may have been sent; never repeated by itself).

    `change` is what it does to another message. `reactions`, `edited_at`, `original` and `revoked_at` are what others
    did to it: `text`, `content` and `media` are the edited ones then, and say nothing once it is revoked. `source` is
    history for messages that a number brought along from the WhatsApp Business app. Times are epoch ms, 0 for never.
    """

    message_id: str
    conversation_id: ConversationId
    direction: Direction
    author: Author
    kind: str
    text: str
    at: EpochMs
    content: Mapping[str, object]
    wamid: str = ""
    status: str = ""
    error_code: str = ""
    reply_to: str = ""
    author_id: str = ""
    about: str = ""
    source: Source = "live"
    change: Change | None = None
    reactions: tuple[Reaction, ...] = ()
    edited_at: EpochMs = EpochMs(0)
    original: Said | None = None
    revoked_at: EpochMs = EpochMs(0)
    media: MessageMedia | None = None

    @property
    def counts_as_unread(self) -> bool:
        """Whether somebody has to read it: not what merely alters another message, nor old ones brought along, nor a
        note of the platform's."""
        return self._is_theirs and self.source == "live" and self.kind not in _QUIET

    @property
    def shows_reading(self) -> bool:
        """Whether whoever sent it for the business had read what came before: people do, and callers of the API that
        answer. Bots do not, nor templates that another system sends, nor old messages brought along."""
        by_person = self.author in ("agent", "phone_app") or (self.author == "api" and self.kind != "template")
        return by_person and self.left_us and self.source == "live" and self.kind not in ("edit", "revoke")

    @property
    def opens_window(self) -> bool:
        """Whether it opens the 24-hour window: whatever a person sends does, reactions too (Meta, customer service
        windows). To edit or to take back what was sent is to send nothing."""
        return self._is_theirs and self.kind not in ("edit", "revoke")

    @property
    def _is_theirs(self) -> bool:
        return self.direction == "in" and self.author != "whatsapp"

    @property
    def left_us(self) -> bool:
        """Whether it is known to be with the other side, so that what it does to another message holds."""
        return self.direction == "in" or _RANK.get(self.status, 0) > 0

    @property
    def size(self) -> int:
        """About how many bytes of UTF-8 it is in an answer, with what it said before it was edited."""
        before = f"{self.original.content}{self.original.text}" if self.original is not None else ""
        return 1_000 + len(f"{self.text}{self.about}{self.content}{before}".encode("utf-8", "surrogatepass"))

    def changed_by(self, changes: Changes) -> "Message":
        """The message as people see it after these changes."""
        message = replace(self, reactions=reactions_in(changes))
        if "edit" in changes:
            edit, said = changes["edit"], Said(self.kind, self.text, self.content)
            now = edit.change
            message = replace(
                message, kind=now.kind, text=now.text, content=now.content, edited_at=edit.at, original=said
            )
        if "revoke" in changes:
            at = changes["revoke"].at
            message = replace(message, text=REVOKED, content={}, original=None, media=None, revoked_at=at)
        return message


def merge_status(current: str, incoming: str) -> str:
    """Monotone join of delivery states: any order and number of webhooks gives one result.

    `failed` loses against delivered or read, and wins against everything less.
    """
    if incoming == "failed":
        return current if _RANK.get(current, 0) >= _RANK["delivered"] else "failed"
    if incoming not in _RANK:
        return current
    if current == "failed":
        return incoming if _RANK[incoming] >= _RANK["delivered"] else current
    return incoming if _RANK[incoming] > _RANK.get(current, -1) else current


def is_choice(kind: str, content: Mapping[str, object]) -> bool:
    """Whether somebody pressed a reply button or chose a row of a list (Meta, webhooks reference, `interactive`)."""
    return kind == "interactive" and any(isinstance(content.get(form), dict) for form in ("button_reply", "list_reply"))
