"""What media may be uploaded and referred to.

Source: Meta, "Media" of the Cloud API (types and sizes).
"""

from urllib.parse import urlsplit

from .config import Json
from .errors import GraphError

_MB = 1024 * 1024
_DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
SIZES: dict[str, int] = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * _MB),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * _MB),
    **dict.fromkeys(_DOCUMENTS, 100 * _MB),
    "image/webp": 500 * 1024,
}
_STILL_STICKER = 100 * 1024
# Bytes that every file of a type has, and from which to which offset they may begin; the other types are taken at
# their word.
_MARKS: dict[str, tuple[int, int, bytes]] = {
    "image/jpeg": (0, 0, b"\xff\xd8"),
    "image/png": (0, 0, b"\x89PNG"),
    "image/webp": (8, 8, b"WEBP"),
    "application/pdf": (0, 1024, b"%PDF"),
    "audio/amr": (0, 0, b"#!AMR"),
    "audio/ogg": (0, 0, b"OggS"),
    **dict.fromkeys(("audio/mp4", "video/mp4", "video/3gpp"), (4, 4096, b"ftyp")),
}


def check_upload(mime_type: str, data: bytes) -> None:
    """A media file that may be uploaded.

    Raises:
        GraphError: 100, unknown type, other content or too large; 131009, empty.
    """
    base = mime_type.split(";")[0].strip().lower()
    first, last, mark = _MARKS.get(base, (0, 0, b""))
    if base not in SIZES or (data and data.find(mark, first, last + len(mark)) < 0):
        raise GraphError(100, f"Param file must be a file with one of the following types: {', '.join(SIZES)}.")
    if not data:
        raise GraphError(131009, "The file is empty.")
    limit = SIZES[base]
    if base == "image/webp" and not (data[12:16] == b"VP8X" and data[20] & 2):
        limit = _STILL_STICKER
    if len(data) > limit:
        raise GraphError(100, f"The file has {len(data)} bytes; {base} may have at most {limit}.")


def check_media_object(kind: str, value: object, media_ids: set[str]) -> None:
    """A media object of a message: an uploaded id or a link, and a caption of at most 1,024 characters.

    Raises:
        GraphError: 100, 131008, 131009.
    """
    if not isinstance(value, dict):
        raise GraphError(100, f"The parameter {kind} must be an object.")
    check_reference(kind, value, media_ids)
    caption = value.get("caption")
    if caption is not None and (not isinstance(caption, str) or len(caption) > 1024 or kind in ("audio", "sticker")):
        raise GraphError(131009, f"Param {kind}['caption'] must be a string of at most 1024 characters.")


def check_reference(kind: str, value: Json, media_ids: set[str]) -> None:
    """Exactly one of `id` (known) and `link` (http or https)."""
    media_id, link = value.get("id"), value.get("link")
    if (media_id is None) == (link is None):
        raise GraphError(131008, f"Param {kind}: exactly one of id and link is required.")
    if media_id is not None and str(media_id) not in media_ids:
        raise GraphError(100, f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")
    if link is not None:
        parts = urlsplit(link) if isinstance(link, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
            raise GraphError(131009, f"Param {kind}['link'] is not a valid URL.")


def broken_link(value: object) -> bool:
    """A link that cannot be fetched: its host is under the reserved domain `.invalid` (RFC 2606)."""
    link = value.get("link") if isinstance(value, dict) else None
    return isinstance(link, str) and (urlsplit(link).hostname or "").endswith(".invalid")
