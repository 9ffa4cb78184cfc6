"""What a file is by its first bytes.

Sources: WHATWG, MIME Sniffing (markup); the formats' own specifications (signatures); for PDF, Adobe's implementation
notes to ISO 32000-1 (annex H.3: the header within the first 1,024 bytes).
"""

import re
from collections.abc import Mapping

HEAD_BYTES = 4096
"""How much of a file's beginning is looked at."""
MARKUP, PROGRAM = "text/html", "application/x-executable"
ZIP, OLE, RTF = "application/zip", "application/x-ole-storage", "application/rtf"

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
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"PK\x07\x08", ZIP),
    (b"PK00PK\x03\x04", ZIP),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
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
# Boxes that may stand before `ftyp`; old QuickTime files have none, and begin with their contents.
_EARLY_BOXES = frozenset({b"free", b"skip", b"wide", b"uuid", b"pdin", b"junk"})
_CONTENT_BOXES = frozenset({b"moov", b"mdat"})
_MOST_BOXES = 32
_PDF_WITHIN = 1024
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(head: bytes) -> str:
    """The type that the first bytes give away, "" when they say nothing. All markup (HTML, SVG, XML) is MARKUP."""
    for signature, mime_type in _SIGNATURES:
        if head.startswith(signature):
            return mime_type
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if iso := _iso_type(head):
        return iso
    if len(head) > 1 and head[0] == 0xFF:
        return _frame_type(head[1])
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\n\x0c\r ")
    if text[:1] == b"<" and (text[1:2].isalpha() or text[1:2] in (b"!", b"?")):
        return MARKUP
    return "application/pdf" if holds_pdf(head) else ""


def holds_pdf(head: bytes) -> bool:
    return b"%PDF-" in head[: _PDF_WITHIN + 5]


def _iso_type(head: bytes) -> str:
    """Of an ISO base media file (ISO/IEC 14496-12), or ""."""
    at = 0
    for _ in range(_MOST_BOXES):
        size, box = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if box in (b"ftyp", b"styp"):
            brand = head[at + 8 : at + 12]
            return "video/3gpp" if brand[:2] == b"3g" else _BRANDS.get(brand, "video/mp4")
        if box in _CONTENT_BOXES:
            return "video/quicktime" if b"\0" in head else ""
        # Padding has less than 16 MB, which no text looks like.
        if box not in _EARLY_BOXES or head[at] != 0:
            return ""
        size = int.from_bytes(head[at + 8 : at + 16], "big") if size == 1 else size
        if size < 8:
            return ""
        at += size
        if at >= len(head):
            return "video/mp4"
    return ""


def sound_behind_tag(head: bytes) -> str:
    """MP3 or AAC behind padding or an ID3v2 tag (its length is in four bytes of seven bits each); "" when it is further
    on than can be seen, or none."""
    sound = head.lstrip(b"\0")
    if sound[:3] == b"ID3" and len(sound) >= 10:
        length = 0
        for byte in sound[6:10]:
            length = length << 7 | byte & 0x7F
        sound = sound[10 + length :].lstrip(b"\0")
    return _frame_type(sound[1]) if len(sound) > 1 and sound[0] == 0xFF else ""


def is_text(head: bytes) -> bool:
    """Whether a reader shows it as text, whatever its first letters are: no control characters, in any encoding that
    keeps ASCII, or UTF-16 with its mark."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            head = head[: len(head) // 2 * 2].decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    return not _CONTROLS.search(head)


def _frame_type(second: int) -> str:
    """MPEG audio frames begin with eleven set bits; the layer tells MP3 (III) from AAC in ADTS (none)."""
    if second & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if second & 0xE6 == 0xE2 else ""


def is_animated_webp(head: bytes) -> bool:
    """Whether the extended header of a WebP file has its animation flag set (WebP container specification)."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def is_voice_note(mime_type: str, head: bytes) -> bool:
    """Whether WhatsApp plays it as a voice note: one channel of Opus in Ogg (Meta, audio messages; RFC 7845)."""
    at = head.find(b"OpusHead", 0, 512)
    return mime_type == "audio/ogg" and at >= 0 and head[at + 9 : at + 10] == b"\x01"
