"""What a file is by its first bytes, and what may be kept, shown in a browser and sent.

Sources: Meta, media (types and sizes); WHATWG, MIME Sniffing (markup); the formats' own specifications (signatures).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MediaKind = Literal["image", "video", "audio", "document", "sticker"]

HEAD_BYTES = 4096
"""How much of a file's beginning `sniff` and its companions look at."""
OPAQUE = "application/octet-stream"
MARKUP, PROGRAM = "text/html", "application/x-executable"
_ZIP, _OLE = "application/zip", "application/x-ole-storage"
_KB, _MB = 1024, 1024 * 1024

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"ADIF", "audio/aac"),
    (b"PK\x03\x04", _ZIP),
    (b"PK\x05\x06", _ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"#!", PROGRAM),
)
_RIFF: Mapping[bytes, str] = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
# Brands of ISO base media files (ISO/IEC 14496-12); the others are MP4.
_BRANDS: Mapping[bytes, str] = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
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
        _ZIP,
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
    _ZIP: "zip",
}


def base_type(declared: str) -> str:
    """A media type without its parameters, in lower case: `audio/ogg` of `audio/ogg; codecs=opus`."""
    return declared.partition(";")[0].strip().lower()


def extension_of(mime_type: str) -> str:
    """The usual ending of such a file's name, without the dot."""
    return _EXTENSIONS.get(mime_type, "bin")


def shown_inline(mime_type: str) -> bool:
    """Whether a browser may show such a file in its place: pictures, sound and video, nothing that can run code."""
    return mime_type in _INLINE


def sniff(head: bytes) -> str:
    """The type that the first bytes give away, "" when they say nothing. All markup (HTML, SVG, XML) is MARKUP."""
    for signature, mime_type in _SIGNATURES:
        if head.startswith(signature):
            return mime_type
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/3gpp" if brand[:2] == b"3g" else _BRANDS.get(brand, "video/mp4")
    if len(head) > 1 and head[0] == 0xFF:
        return _frame_type(head[1])
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\n\x0c\r ")
    return MARKUP if text[:1] == b"<" and (text[1:2].isalpha() or text[1:2] in (b"!", b"?")) else ""


def _frame_type(second: int) -> str:
    """MPEG audio frames begin with eleven set bits; the layer tells MP3 (III) from AAC in ADTS (none)."""
    if second & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if second & 0xE6 == 0xE2 else ""


def checked_type(kind: MediaKind, declared: str, head: bytes) -> str | None:
    """The type under which a received file is kept, None when it is not what it is said to be.

    What the bytes say counts. Bytes that say nothing are kept as OPAQUE, which no browser shows; so is everything that
    could run code and was openly sent as a document. A page or a program that pretends to be something else is not
    kept, nor a picture, sound or video that is none.
    """
    base, found = base_type(declared), sniff(head)
    if kind == "document":
        return _document_type(base, found)
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
        return base if base in _TEXTS else OPAQUE
    if found == _ZIP:
        return base if base in _OF_ZIP else _ZIP
    if found == _OLE:
        return base if base in _OF_OLE else OPAQUE
    return base if base in _ISO_MEDIA and found in _ISO_MEDIA else found


def is_animated_webp(head: bytes) -> bool:
    """Whether the extended header of a WebP file has its animation flag set (WebP container specification)."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def is_voice_note(mime_type: str, head: bytes) -> bool:
    """Whether WhatsApp plays it as a voice note: one channel of Opus in Ogg (Meta, audio messages; RFC 7845)."""
    at = head.find(b"OpusHead", 0, 512)
    return mime_type == "audio/ogg" and at >= 0 and head[at + 9 : at + 10] == b"\x01"


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
    found = sniff(head)
    if mime_type in _ISO_MEDIA:
        return found in _ISO_MEDIA
    if mime_type in _OF_ZIP:
        return found == _ZIP
    if mime_type in _OF_OLE:
        return found == _OLE
    if mime_type == "text/plain":
        return not found and b"\0" not in head
    return found == mime_type
