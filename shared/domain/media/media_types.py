"""What files may be kept, shown in a browser and sent.

What readers accept is accepted: a PDF with other bytes before it, an MP4 with other boxes first, sound behind a tag or
padding, a text that begins like something else.

Source: Meta, media (types and sizes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.domain.media.mime_names import base_type
from shared.domain.media.sniffing import (
    MARKUP,
    OLE,
    PROGRAM,
    RTF,
    ZIP,
    holds_pdf,
    is_animated_webp,
    is_text,
    sniff,
    sound_behind_tag,
)

MediaKind = Literal["image", "video", "audio", "document", "sticker"]

OPAQUE = "application/octet-stream"
_KB, _MB = 1024, 1024 * 1024

_ISO_MEDIA = frozenset({"video/mp4", "audio/mp4", "video/3gpp", "audio/3gpp", "video/quicktime"})
_IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/avif"})
_SOUNDS = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/ogg", "audio/wav"})
_KEPT: Mapping[MediaKind, frozenset[str]] = {
    "image": _IMAGES,
    "sticker": _IMAGES,
    "video": _ISO_MEDIA | {"video/x-msvideo", "audio/ogg"},
    "audio": _SOUNDS | _ISO_MEDIA,
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OF_ZIP = frozenset(
    {
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
        ZIP,
    }
)
_OF_OLE = frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
_TEXTS = frozenset({"text/plain", "text/csv"})
_WITH_SIGNATURE = _IMAGES | _SOUNDS | _ISO_MEDIA | _OF_ZIP | _OF_OLE | {"application/pdf"}
_INLINE = frozenset(
    {
        *("image/jpeg", "image/png", "image/webp", "image/gif"),
        *("video/mp4", "video/3gpp"),
        *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/3gpp", "audio/ogg"),
    }
)


@dataclass(frozen=True, slots=True)
class Sendable:
    """A type that a business may send: as which kind of message, up to how many bytes, and how such files are named."""

    kind: MediaKind
    most_bytes: int
    extension: str


SENDABLE: Mapping[str, Sendable] = {
    "image/jpeg": Sendable("image", 5 * _MB, "jpg"),
    "image/png": Sendable("image", 5 * _MB, "png"),
    "image/webp": Sendable("sticker", 500 * _KB, "webp"),
    "video/mp4": Sendable("video", 16 * _MB, "mp4"),
    "video/3gpp": Sendable("video", 16 * _MB, "3gp"),
    "audio/aac": Sendable("audio", 16 * _MB, "aac"),
    "audio/amr": Sendable("audio", 16 * _MB, "amr"),
    "audio/mpeg": Sendable("audio", 16 * _MB, "mp3"),
    "audio/mp4": Sendable("audio", 16 * _MB, "m4a"),
    "audio/ogg": Sendable("audio", 16 * _MB, "ogg"),
    "text/plain": Sendable("document", 100 * _MB, "txt"),
    "application/pdf": Sendable("document", 100 * _MB, "pdf"),
    "application/msword": Sendable("document", 100 * _MB, "doc"),
    "application/vnd.ms-excel": Sendable("document", 100 * _MB, "xls"),
    "application/vnd.ms-powerpoint": Sendable("document", 100 * _MB, "ppt"),
    f"{_OFFICE}.wordprocessingml.document": Sendable("document", 100 * _MB, "docx"),
    f"{_OFFICE}.spreadsheetml.sheet": Sendable("document", 100 * _MB, "xlsx"),
    f"{_OFFICE}.presentationml.presentation": Sendable("document", 100 * _MB, "pptx"),
}
STILL_STICKER_BYTES = 100 * _KB
_EXTENSIONS: Mapping[str, str] = {
    **{mime_type: form.extension for mime_type, form in SENDABLE.items()},
    "image/gif": "gif",
    "image/heic": "heic",
    "image/avif": "avif",
    "audio/3gpp": "3gp",
    "audio/wav": "wav",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
    "text/csv": "csv",
    RTF: "rtf",
    ZIP: "zip",
}


def extension_of(mime_type: str) -> str:
    """The usual ending of such a file's name, without the dot."""
    return _EXTENSIONS.get(mime_type, "bin")


def wire_type(mime_type: str) -> str:
    """The type as Meta is told it: of Ogg it takes Opus only, and plays as a voice message what says so (Meta, audio
    messages)."""
    return "audio/ogg; codecs=opus" if mime_type == "audio/ogg" else mime_type


def shown_inline(mime_type: str) -> bool:
    """Whether a browser may show such a file in its place: pictures, sound and video, nothing that can run code."""
    return mime_type in _INLINE


def sniff_as(declared: str, head: bytes) -> str:
    """The same of a file that is said to be of a type (as `base_type` gives it): where the first bytes fit several, it
    is that one if a reader of it would find it there. A page is a page, whatever it says."""
    found = sniff(head)
    if declared == "application/pdf" and found != MARKUP and holds_pdf(head):
        return declared
    if declared in ("audio/mpeg", "audio/aac") and found in ("", "audio/mpeg"):
        return sound_behind_tag(head) or found
    if declared in _OF_ZIP and found == OLE:
        # With a password, Office wraps its files so (MS-OFFCRYPTO).
        return ZIP
    return OLE if declared == "application/msword" and found == RTF else found


def checked_type(kind: MediaKind, declared: str, head: bytes) -> str | None:
    """The type under which a received file is kept, None when it is not what it is said to be.

    What the bytes say counts. Bytes that say nothing are kept as OPAQUE, which no browser shows; so is everything that
    could run code and was openly sent as a document. A page or a program that pretends to be something else is not
    kept, nor a picture, sound or video that is none.
    """
    base = base_type(declared)
    found = sniff_as(base, head)
    if kind == "document":
        return base if base in _TEXTS and found != MARKUP and is_text(head) else _document_type(base, found)
    if not found:
        return OPAQUE
    if found not in _KEPT[kind]:
        return None
    # One container holds sound and video of several names.
    return base if base in _ISO_MEDIA and found in _ISO_MEDIA else found


def _document_type(base: str, found: str) -> str | None:
    if found in (MARKUP, PROGRAM):
        return None if base in _WITH_SIGNATURE else OPAQUE
    if not found:
        return OPAQUE
    if found == ZIP:
        return base if base in _OF_ZIP else ZIP
    if found == OLE:
        return base if base in _OF_OLE else OPAQUE
    return base if base in _ISO_MEDIA and found in _ISO_MEDIA else found


def refusal_to_send(mime_type: str, size: int, head: bytes) -> str:
    """Why Meta would not take this file under this type, or ""."""
    form = SENDABLE.get(mime_type)
    if form is None:
        return f"WhatsApp takes no {mime_type}"
    if size == 0:
        return "the file is empty"
    limit = form.most_bytes
    if form.kind == "sticker" and not is_animated_webp(head):
        limit = STILL_STICKER_BYTES
    if size > limit:
        return f"the file has {size} bytes; WhatsApp takes at most {limit} of this type"
    if not _is_of_type(mime_type, head):
        return f"the file is no {mime_type}, whatever its name says"
    if mime_type == "audio/ogg" and b"OpusHead" not in head[:512]:
        return "WhatsApp takes Ogg files with Opus sound only"
    return ""


def _is_of_type(mime_type: str, head: bytes) -> bool:
    found = sniff_as(mime_type, head)
    if mime_type in _ISO_MEDIA:
        return found in _ISO_MEDIA
    if mime_type in _OF_ZIP:
        return found == ZIP
    if mime_type in _OF_OLE:
        return found == OLE
    if mime_type == "text/plain":
        return is_text(head)
    return found == mime_type
