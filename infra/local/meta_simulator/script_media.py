"""Script actions on files at Meta: those people sent, and how their links fail."""

from .config import BadScript, Json
from .media_store import bytes_of, sample
from .script_fields import Fields
from .simulator import Simulator

_KINDS = ("image", "sticker", "audio", "video", "document")


def create_media(sim: Simulator, value: Json) -> Json:
    """A file that a number received, for raw webhooks that name it; `data` (base64), or a sample of `kind`."""
    fields = Fields("create_media", value)
    number = sim.world.number(fields.needed("phone_number_id"))
    kind, mime_type, data = fields.text("kind", "image"), fields.text("mime_type"), fields.text("data")
    fields.done()
    if kind not in _KINDS:
        raise BadScript(f"create_media.kind must be one of {', '.join(_KINDS)}")
    sample_type, content = sample(kind)
    content = bytes_of(data, "create_media.data") if "data" in value else content
    media = sim.media.add(sim.world.new_id(), number.waba_id, mime_type or sample_type, content)
    return {"id": media.id, "mime_type": media.mime_type, "sha256": media.sha256_base64}


def break_upload(sim: Simulator, value: Json) -> Json:
    """The next piece of a resumable upload is broken off after so many bytes; the next but one, if there is another."""
    fields = Fields("uploads", value)
    sim.media.breaks.append(fields.whole("break_after") or 0)
    fields.done()
    return {"breaks": len(sim.media.breaks)}


def change_media(sim: Simulator, value: Json) -> Json:
    """`expire_links` ends the five minutes of its links, `gone` its life at Meta; `url` is told instead of a link."""
    fields = Fields("media", value)
    media_id = fields.needed("id")
    expire_links, gone, url = fields.flag("expire_links"), fields.flag("gone"), fields.text("url")
    fields.done()
    if media_id not in sim.media.files:
        raise BadScript(f"media.id: there is no file {media_id}")
    if expire_links:
        sim.media.expire_links(media_id)
    if url:
        sim.media.forged_urls[media_id] = url
    if gone:
        sim.media.remove(sim.media.files[media_id])
    return {"id": media_id}
