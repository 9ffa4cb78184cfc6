"""Messages that people send to a business number."""

import base64
import time
from collections import Counter

from . import chance
from .config import Json
from .media_store import MediaStore, bytes_of, sample
from .outbox import MESSAGE, Update
from .people import Person
from .spoiler import Spoiler
from .windows import Windows
from .world import Number, World

_MEDIA = ("image", "video", "audio", "document", "sticker")


class Inbound:
    """Makes webhooks of what people send; opens the service window and counts against the throughput."""

    def __init__(
        self, world: World, windows: Windows, spoiler: Spoiler, media: MediaStore, counters: Counter[str], seed: str
    ) -> None:
        self._world = world
        self._windows = windows
        self._spoiler = spoiler
        self._media = media
        self._counters = counters
        self._seed = seed
        self.wamids: set[str] = set()

    def send(self, number: Number, person: Person, message: Json, seconds_ago: float = 0.0) -> str:
        """One message of a person, `seconds_ago` by its timestamp; returns its wamid."""
        now = time.monotonic()
        wamid = wamid_of(person.digits, self._seed, self._world.count("wamid"))
        self.wamids.add(wamid)
        self._windows.opened(number.id, person.key, now - seconds_ago)
        number.throughput.add(now)
        self._counters["inbound"] += 1
        self._counters[f"inbound_{message.get('type', 'text')}"] += 1
        body: Json = {}
        if person.digits and not person.hidden:
            body["from"] = person.digits
        body |= {"from_user_id": person.user_id, "id": wamid, "timestamp": str(int(time.time() - seconds_ago))}
        body |= self._with_file(number, message)
        waba = self._world.wabas[number.waba_id]
        if not waba.subscribed:
            self._counters["updates_not_subscribed"] += 1
            return wamid
        update = Update(
            MESSAGE,
            waba.id,
            body,
            metadata_of(number),
            None if message.get("type") == "system" else person.contact(),
            number.override_url or waba.override_url,
        )
        self._spoiler.send(update, "inbound", number.id, person.key, wamid)
        return wamid

    def _with_file(self, number: Number, message: Json) -> Json:
        """The message with a media id: of the file scripted as `data` (base64) beside its description, or of a sample.
        What the script says of type and digest is told as it is, true or not. An edit may hold a file too."""
        kind = str(message.get("type", "text"))
        content = message.get(kind)
        if kind == "edit" and isinstance(content, dict) and isinstance(content.get("message"), dict):
            return message | {kind: content | {"message": self._with_file(number, content["message"])}}
        if kind not in _MEDIA or (isinstance(content, dict) and content.get("id")):
            return message
        told = dict(content) if isinstance(content, dict) else {}
        mime_type, data = sample(kind)
        if "data" in told:
            data = bytes_of(told.pop("data"), f"message.{kind}.data")
        media = self._media.add(self._world.new_id(), number.waba_id, str(told.get("mime_type", mime_type)), data)
        return message | {kind: {"mime_type": media.mime_type, "sha256": media.sha256_base64, "id": media.id} | told}


def metadata_of(number: Number) -> Json:
    """The `metadata` of a webhook."""
    return {"display_phone_number": number.digits, "phone_number_id": number.id}


def wamid_of(digits: str, seed: str, count: int) -> str:
    """A message id shaped like Meta's; `count` makes it unique."""
    phone = digits.encode()
    unique = f"{chance.number(seed, 'wamid', str(count)) & 0xFFFFFFFF:08X}{count:010X}".encode()
    raw = b"\x1c\x18" + bytes([len(phone)]) + phone + b"\x15\x02\x00\x11\x18\x12" + unique + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()
