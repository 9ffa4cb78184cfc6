"""Uploaded and received media, and resumable uploads. In memory."""

import base64
import binascii
import hashlib
import time
from dataclasses import dataclass

from . import chance
from .config import BadScript, Json

# Meta: the url of a media id is good for five minutes.
URL_SECONDS = 300.0
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Media:
    """One file."""

    id: str
    owner_id: str
    mime_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the file, as GET /{media_id} has it."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sha256_base64(self) -> str:
        """The same digest as webhooks have it."""
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()


class MediaStore:
    """Files by media id; links by a key that expires."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self.files: dict[str, Media] = {}
        self._by_owner: dict[str, set[str]] = {}
        self._links: dict[str, tuple[str, float]] = {}
        self._linked = 0
        self.uploads: dict[str, bytearray] = {}
        self.breaks: list[int] = []
        """Of the next pieces of resumable uploads: after how many bytes each is broken off."""
        self.forged_urls: dict[str, str] = {}

    def ids_of(self, owner_id: str) -> set[str]:
        """The ids of the media that one account uploaded or received."""
        return self._by_owner.setdefault(owner_id, set())

    def add(self, media_id: str, owner_id: str, mime_type: str, data: bytes) -> Media:
        """Keep a file."""
        media = Media(media_id, owner_id, mime_type, data)
        self.files[media_id] = media
        self.ids_of(owner_id).add(media_id)
        return media

    def remove(self, media: Media) -> None:
        """Forget a file."""
        self.files.pop(media.id, None)
        self.ids_of(media.owner_id).discard(media.id)

    def link(self, media_id: str) -> str:
        """A fresh key under which the file can be fetched for five minutes."""
        self._linked += 1
        key = f"{chance.number(self._seed, 'link', media_id, str(self._linked)):x}"
        self._links[key] = (media_id, time.monotonic() + URL_SECONDS)
        return key

    def expire_links(self, media_id: str) -> None:
        """End the five minutes of every link to a file."""
        self._links = {key: link for key, link in self._links.items() if link[0] != media_id}

    def linked(self, key: str) -> Media | None:
        """The file behind a link that is still good."""
        media_id, expires = self._links.get(key, ("", 0.0))
        return self.files.get(media_id) if time.monotonic() < expires else None


def bytes_of(text: object, where: str) -> bytes:
    """The content of a scripted file, which is given in base64.

    Raises:
        BadScript: it is not base64.
    """
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise BadScript(f"{where} must be base64") from None


def sample(kind: str) -> tuple[str, bytes]:
    """Type and bytes of a small file that a simulated person sends."""
    samples = {
        "image": ("image/png", _PIXEL),
        "sticker": (
            "image/webp",
            b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00",
        ),
        "audio": ("audio/ogg; codecs=opus", b"OggS\x00\x02" + bytes(64)),
        "video": ("video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(64)),
        "document": ("application/pdf", b"%PDF-1.4\n%%EOF\n"),
    }
    return samples[kind]


def describe(media: Media, url: str) -> Json:
    """The answer of GET /{media_id}."""
    return {
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": str(len(media.data)),
        "id": media.id,
    }
