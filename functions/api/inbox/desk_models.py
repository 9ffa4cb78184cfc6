"""The inbox: whose desk a conversation lies on, labels, notes, mentions, canned replies, and who is present."""

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, StringConstraints

from functions.api.http.fields import (
    HEX_ID,
    META_ID,
    ULID,
    Cursor,
    Given,
    Input,
    Moment,
    Output,
    SeenMessageId,
    epoch_ms_of,
    moment,
    open_to,
)
from functions.api.http.revisions import Revision, Seen
from functions.api.inbox.models import ConversationOut
from shared.clock import EpochMs
from shared.domain.conversations.entry import MOST_MENTIONS, Entry, EntryKind
from shared.domain.conversations.inbox_settings import CannedReply, Label
from shared.domain.conversations.message import Author
from shared.domain.conversations.presence import Doing, Present
from shared.ids import ContactId, ConversationId, PhoneNumberId

UlidText = Annotated[str, StringConstraints(pattern=ULID)]
LabelName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Colour = Annotated[str, StringConstraints(to_lower=True, pattern=r"^#[0-9A-Fa-f]{6}$")]
Shortcut = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9_-]{1,30}$")]
Version = Annotated[int, Field(ge=0)]
_VERSION = Field(None, description="the version you decided by: 409 `changed_meanwhile` when there is a newer one")
_SEEN = Field(
    "",
    description="our id of the last message you have seen: 409 `answered_meanwhile`, and nothing is changed, when the "
    "person has written since; the answer shows what in `newer_message`",
)


class ConversationIn(Input):
    contact_id: Annotated[ContactId, StringConstraints(pattern=HEX_ID)]
    phone_number_id: Annotated[PhoneNumberId, StringConstraints(pattern=META_ID)]


class AssignIn(Input):
    to: UlidText | Literal["me", "round_robin"] | None = Field(
        description="a member's id, `me`, `round_robin` for the next of those who are available, or null for nobody"
    )
    version: Version | None = _VERSION


class StateIn(Input):
    version: Version | None = _VERSION


class SetAsideIn(StateIn):
    if_last_message_id: SeenMessageId = _SEEN


class ReadIn(Input):
    if_last_message_id: SeenMessageId = _SEEN


class SnoozeIn(SetAsideIn):
    until: Given = Field(description="RFC 3339 with a time zone")

    @property
    def until_moment(self) -> EpochMs:
        return epoch_ms_of(self.until)


class LabelsIn(Input):
    add: Annotated[list[UlidText], Field(max_length=20)] = Field(default_factory=list, description="ids of labels")
    remove: Annotated[list[UlidText], Field(max_length=20)] = Field(default_factory=list)


class NoteIn(Input):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    mentions: Annotated[list[UlidText], Field(max_length=MOST_MENTIONS)] = Field(
        default_factory=list, description="ids of members, who find it under /v1/mentions"
    )


class EntryOut(Output):
    """A note of the team, or something that was done with the conversation. The person never sees it."""

    id: str
    conversation_id: ConversationId
    kind: Annotated[str, open_to(*get_args(EntryKind))]
    author: Annotated[str, open_to(*get_args(Author))]
    author_id: str | None
    at: Moment
    text: str | None = Field(description="of a note")
    mentions: list[str]
    details: dict[str, JsonValue]

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        return cls(
            id=entry.entry_id,
            conversation_id=entry.conversation_id,
            kind=entry.kind,
            author=entry.author,
            author_id=entry.author_id or None,
            at=moment(entry.at),
            text=entry.text or None,
            mentions=list(entry.mentions),
            details=_shown(entry),
        )


def _shown(entry: Entry) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {}
    for name, value in entry.details.items():
        if name == "until":
            shown[name] = moment(EpochMs(int(value)))
        elif name in ("added", "removed"):
            shown[name] = list[JsonValue](part for part in value.split(",") if part)
        else:
            shown[name] = value or None
    return shown


class MentionOut(Output):
    conversation: ConversationOut
    note: EntryOut


class MentionsOut(Output):
    items: list[MentionOut]
    next_cursor: Cursor


class PresenceIn(Input):
    status: Literal["viewing", "typing", "gone"] = Field(
        description="say viewing or typing again every 20 seconds; after 30 without a sign the member counts as gone"
    )


class PresentOut(Output):
    member_id: str
    status: Annotated[str, open_to(*get_args(Doing))]
    until: Moment

    @classmethod
    def of(cls, present: Present) -> "PresentOut":
        return cls(member_id=present.member_id, status=present.doing, until=moment(present.until))


class PresencesOut(Output):
    items: list[PresentOut] = Field(description="members in the conversation right now")


class TypingOut(Output):
    indicator: Annotated[str, open_to("sent", "none", "refused", "unreachable")] = Field(
        description="what became of the sign that WhatsApp shows the person for 25 seconds: sent; none (it shows "
        "still, or there is no message to answer); refused; unreachable"
    )
    code: str | None = Field(description="Meta's error code, when it was refused")
    present: list[PresentOut]


class LabelIn(Input):
    name: LabelName
    colour: Colour = "#808080"


class LabelPatch(Input):
    name: LabelName | None = None
    colour: Colour | None = None
    revision: Seen = None


class LabelOut(Output):
    id: str
    name: str
    colour: str
    revision: Revision
    created_at: Moment

    @classmethod
    def of(cls, label: Label) -> "LabelOut":
        return cls(
            id=label.label_id,
            name=label.name,
            colour=label.colour,
            revision=label.revision,
            created_at=moment(label.created_at),
        )


class LabelsOut(Output):
    items: list[LabelOut]
    next_cursor: Cursor


class CannedReplyIn(Input):
    shortcut: Shortcut
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)] = Field(
        description="may hold {contact.name}, {contact.first_name}, {contact.last_name}, {contact.phone}, "
        "{contact.email}, {contact.language}, {contact.time_zone} and {contact.fields.<key>}, each with a fallback: "
        "{contact.first_name|there}"
    )


class CannedReplyUpdate(CannedReplyIn):
    revision: Seen = None


class CannedReplyOut(Output):
    id: str
    shortcut: str
    text: str
    revision: Revision
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, reply: CannedReply) -> "CannedReplyOut":
        return cls(
            id=reply.reply_id,
            shortcut=reply.shortcut,
            text=reply.text,
            revision=reply.revision,
            created_at=moment(reply.created_at),
            updated_at=moment(max(reply.updated_at, reply.created_at)),
        )


class CannedRepliesOut(Output):
    items: list[CannedReplyOut]
    next_cursor: Cursor


class PreviewOut(Output):
    text: str
    missing: list[str] = Field(description="places for which the contact has no value and the reply no fallback")
