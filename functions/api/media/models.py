"""A tenant's files, and the files of messages."""

from typing import Annotated, get_args

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from functions.api.http.fields import Cursor, Input, Moment, Output, ShortText, moment, open_to
from shared.domain.media.library import LibraryFile, LibraryStatus
from shared.domain.media.media_types import SENDABLE, MediaKind
from shared.domain.media.message_media import MediaStatus, MessageMedia
from shared.domain.media.mime_names import base_type

Sha256 = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[0-9A-Fa-f]{64}$")]


class MediaIn(Input):
    filename: ShortText
    mime_type: Annotated[str, StringConstraints(max_length=200)] = Field(
        description=f"one of those that WhatsApp takes: {', '.join(SENDABLE)}"
    )
    size: Annotated[int, Field(ge=1)] = Field(description="bytes; exactly so many must be uploaded")
    sha256: Sha256 | None = Field(None, description="hex; checked when given")

    @field_validator("mime_type")
    @classmethod
    def _known(cls, value: str) -> str:
        mime_type = base_type(value)
        if mime_type not in SENDABLE:
            raise ValueError(f"WhatsApp takes no such files; use one of {', '.join(SENDABLE)}")
        return mime_type

    @field_validator("size")
    @classmethod
    def _small_enough(cls, value: int, info: ValidationInfo) -> int:
        form = SENDABLE.get(str(info.data.get("mime_type")))
        if form is not None and value > form.most_bytes:
            raise ValueError(f"WhatsApp takes at most {form.most_bytes} bytes of this type")
        return value


class MediaOut(Output):
    id: str
    filename: str
    mime_type: str
    type: Annotated[str, open_to(*get_args(MediaKind))] = Field(description="the kind of message it can be sent as")
    voice: bool = Field(description="whether it can be sent as a voice message")
    size: int
    sha256: str | None
    status: Annotated[str, open_to(*get_args(LibraryStatus))]
    reason: str | None
    created_at: Moment
    created_by: str

    @classmethod
    def fields_of(cls, file: LibraryFile) -> dict[str, object]:
        return {
            "id": file.file_id,
            "filename": file.filename,
            "mime_type": file.mime_type,
            "type": file.kind,
            "voice": file.voice,
            "size": file.size,
            "sha256": file.sha256 or None,
            "status": file.status,
            "reason": file.reason or None,
            "created_at": moment(file.created_at),
            "created_by": file.created_by,
        }

    @classmethod
    def of(cls, file: LibraryFile) -> "MediaOut":
        return cls.model_validate(cls.fields_of(file))


class UploadOut(Output):
    url: str
    headers: dict[str, str] = Field(description="send exactly these")
    expires_at: Moment


class MediaMadeOut(MediaOut):
    upload: UploadOut = Field(description="PUT the file there, then POST …/complete, or send it: it is checked then")


class MediaLinkOut(Output):
    url: str = Field(description="GET it without any credential of yours")
    expires_at: Moment
    mime_type: str
    size: int
    filename: str
    sha256: str | None


class MediaOneOut(MediaOut):
    download: MediaLinkOut | None = Field(description="once it is ready")


class MediaListOut(Output):
    items: list[MediaOut]
    next_cursor: Cursor


class MessageMediaOut(Output):
    status: Annotated[str, open_to(*get_args(MediaStatus))] = Field(
        description="pending: being copied; stored: see …/media; refused, failed, expired: see reason"
    )
    type: Annotated[str, open_to(*get_args(MediaKind))]
    mime_type: str | None
    size: int | None
    filename: str | None
    sha256: str | None
    reason: str | None
    media_id: str | None = Field(description="of the file under /v1/media that was sent")

    @classmethod
    def of(cls, media: MessageMedia) -> "MessageMediaOut":
        return cls(
            status=media.status,
            type=media.kind,
            mime_type=media.mime_type or None,
            size=media.size or None,
            filename=media.filename or None,
            sha256=media.sha256 or None,
            reason=media.reason or None,
            media_id=media.file_id or None,
        )
