"""What a business may send, one model for each of Meta's message types.

Shapes and limits: Meta, "Messages" of the Cloud API. What Meta would refuse with 100, 131008 or 131009 is refused here,
naming the field. A template is named by our own copy of it and filled like a campaign's.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, RootModel, StringConstraints, field_validator, model_validator

from functions.api.http.fields import BY_TYPE, Input, MetaId, SeenMessageId, of_type
from functions.api.inbox.sending.interactive_models import Interactive
from functions.api.inbox.sending.media_models import DocumentRef, MediaRef, OwnMediaId, text
from functions.api.templates.variable_models import VariableIn

Caption = Annotated[str, text(1024)]
# No published limit for these; they are short in every address book.
Short = Annotated[str, text(200)]
MessageRef = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
_BASE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
_EMOJI = re.compile(f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_BASE}(?:\u200d{_BASE}){{0,8}})")


class TextContent(Input):
    body: Annotated[str, text(4096)]
    preview_url: bool = False


class ImageContent(MediaRef):
    caption: Caption | None = None


class VideoContent(MediaRef):
    caption: Caption | None = None


class DocumentContent(DocumentRef):
    caption: Caption | None = None


class AudioContent(MediaRef):
    voice: Literal[True] | None = Field(None, description="a voice message: an .ogg file, OPUS, mono")


class StickerContent(MediaRef):
    pass


class LocationContent(Input):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: Annotated[str, text(1000)] | None = None
    address: Annotated[str, text(1000)] | None = None


class CardName(Input):
    formatted_name: Short
    first_name: Short | None = None
    middle_name: Short | None = None
    last_name: Short | None = None
    prefix: Short | None = None
    suffix: Short | None = None

    @model_validator(mode="after")
    def _part(self) -> "CardName":
        # Meta wants one part of the name beside the whole of it.
        if not (self.first_name or self.middle_name or self.last_name or self.prefix or self.suffix):
            self.first_name = self.formatted_name
        return self


class CardPhone(Input):
    phone: Annotated[str, text(40)] | None = None
    wa_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,20}$")] | None = None
    type: Short | None = None


class CardEmail(Input):
    email: Annotated[str, text(254)]
    type: Short | None = None


class CardUrl(Input):
    url: Annotated[str, text(2000)]
    type: Short | None = None


class CardAddress(Input):
    street: Short | None = None
    city: Short | None = None
    state: Short | None = None
    zip: Short | None = None
    country: Short | None = None
    country_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = None
    type: Short | None = None


class CardOrg(Input):
    company: Short | None = None
    department: Short | None = None
    title: Short | None = None


class ContactCard(Input):
    name: CardName
    phones: Annotated[list[CardPhone], Field(max_length=20)] | None = None
    emails: Annotated[list[CardEmail], Field(max_length=20)] | None = None
    urls: Annotated[list[CardUrl], Field(max_length=20)] | None = None
    addresses: Annotated[list[CardAddress], Field(max_length=20)] | None = None
    org: CardOrg | None = None
    birthday: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None


class ReactionContent(Input):
    message_id: Annotated[str, text(500)] = Field(description="our id of the message, or its `wamid`; 30 days at most")
    emoji: Annotated[str, StringConstraints(max_length=40)] = Field(description='one emoji; "" takes the reaction away')

    @field_validator("emoji")
    @classmethod
    def _one_emoji(cls, value: str) -> str:
        if value and not _EMOJI.fullmatch(value):
            raise ValueError('write one emoji, or "" to take the reaction away')
        return value


class MediaValue(Input):
    media_id: OwnMediaId = Field(description="of a file uploaded to this API")


SlotKey = Annotated[str, StringConstraints(max_length=100)]
TemplateValue = Annotated[str, StringConstraints(min_length=1, max_length=2000)] | VariableIn | MediaValue


class TemplateContent(Input):
    template_id: MetaId
    variables: Annotated[dict[SlotKey, TemplateValue], Field(max_length=250)] = Field(
        default_factory=dict,
        description="slot of the template -> its value, or where to take it from as in a campaign",
    )


class _Outgoing(Input):
    reply_to: MessageRef = Field("", description="the message this one answers: our id of it, or its `wamid`")
    if_last_message_id: SeenMessageId = Field(
        "",
        description="our id of the last message you have seen: if somebody else has answered since, nothing is sent",
    )


class TextMessage(_Outgoing):
    type: Literal["text"]
    text: TextContent


class ImageMessage(_Outgoing):
    type: Literal["image"]
    image: ImageContent


class VideoMessage(_Outgoing):
    type: Literal["video"]
    video: VideoContent


class AudioMessage(_Outgoing):
    type: Literal["audio"]
    audio: AudioContent


class DocumentMessage(_Outgoing):
    type: Literal["document"]
    document: DocumentContent


class StickerMessage(_Outgoing):
    type: Literal["sticker"]
    sticker: StickerContent


class LocationMessage(_Outgoing):
    type: Literal["location"]
    location: LocationContent


class ContactsMessage(_Outgoing):
    type: Literal["contacts"]
    contacts: Annotated[list[ContactCard], Field(min_length=1, max_length=50)]


class ReactionMessage(_Outgoing):
    type: Literal["reaction"]
    reaction: ReactionContent


class InteractiveMessage(_Outgoing):
    type: Literal["interactive"]
    interactive: Interactive


class TemplateMessage(_Outgoing):
    type: Literal["template"]
    template: TemplateContent


Outgoing = (
    TextMessage
    | ImageMessage
    | VideoMessage
    | AudioMessage
    | DocumentMessage
    | StickerMessage
    | LocationMessage
    | ContactsMessage
    | ReactionMessage
    | InteractiveMessage
    | TemplateMessage
)


class MessageIn(
    RootModel[
        Annotated[
            Annotated[TextMessage, of_type("text")]
            | Annotated[ImageMessage, of_type("image")]
            | Annotated[VideoMessage, of_type("video")]
            | Annotated[AudioMessage, of_type("audio")]
            | Annotated[DocumentMessage, of_type("document")]
            | Annotated[StickerMessage, of_type("sticker")]
            | Annotated[LocationMessage, of_type("location")]
            | Annotated[ContactsMessage, of_type("contacts")]
            | Annotated[ReactionMessage, of_type("reaction")]
            | Annotated[InteractiveMessage, of_type("interactive")]
            | Annotated[TemplateMessage, of_type("template")],
            BY_TYPE,
        ]
    ]
):
    """A message to send."""

    @property
    def content(self) -> dict[str, object]:
        """Meta's object of the type, as it is stored; a template's is made elsewhere."""
        chosen = self.root
        dumped = chosen.model_dump(mode="json", exclude_none=True)[chosen.type]
        return {"contacts": dumped} if chosen.type == "contacts" else dumped
