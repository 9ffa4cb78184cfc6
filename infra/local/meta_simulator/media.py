"""Media endpoints and resumable uploads."""

from .call import Call, Reply, ok
from .errors import GraphError, missing_object, required
from .media_rules import check_upload
from .media_store import Media, describe
from .simulator import Simulator
from .world import Number

_UPLOAD_TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")


def upload(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/media (multipart)."""
    if call.parameter("messaging_product") != "whatsapp":
        raise required("messaging_product")
    if call.file is None:
        raise required("file")
    mime_type = call.parameter("type") or call.file[0]
    check_upload(mime_type, call.file[1])
    media = sim.media.add(sim.world.new_id(), number.waba_id, mime_type, call.file[1])
    return ok({"id": media.id})


def read(sim: Simulator, call: Call, media: Media) -> Reply:
    """GET /{media_id}: the url, good for five minutes."""
    asked = call.parameter("phone_number_id")
    if asked and sim.world.number(asked).waba_id != media.owner_id:
        raise missing_object(media.id)
    url = sim.media.forged_urls.get(media.id) or f"{call.base_url}/_media/{sim.media.link(media.id)}"
    return ok(describe(media, url))


def delete(sim: Simulator, call: Call, media: Media) -> Reply:
    """DELETE /{media_id}."""
    sim.media.remove(media)
    return ok({"success": True})


def begin_upload(sim: Simulator, call: Call) -> Reply:
    """POST /{app_id}/uploads: a session of the resumable upload, with any token of the app."""
    if call.parameter("file_type") not in _UPLOAD_TYPES:
        raise GraphError(100, f"Param file_type must be one of {{{', '.join(_UPLOAD_TYPES)}}}.")
    if not call.parameter("file_length").isdecimal():
        raise required("file_length")
    upload_id = f"upload:MTph{sim.world.new_id()}"
    sim.media.uploads[upload_id] = bytearray()
    return ok({"id": f"{upload_id}?sig={_signature(upload_id)}"})


def continue_upload(sim: Simulator, call: Call) -> Reply:
    """POST /upload:… with the bytes, from file_offset on; answers the handle."""
    data = _session(sim, call)
    offset = call.headers.get("file_offset", "")
    if not offset.isdecimal() or int(offset) != len(data):
        raise GraphError(100, f"The header file_offset must be {len(data)}.")
    if sim.media.breaks:
        data.extend(call.raw[: sim.media.breaks.pop(0)])
        return Reply(500, b"{}", reset=True)
    data.extend(call.raw)
    return ok({"h": f"4::{call.object_id.removeprefix('upload:')}"})


def upload_offset(sim: Simulator, call: Call) -> Reply:
    """GET /upload:…: how much is there."""
    return ok({"id": call.object_id, "file_offset": len(_session(sim, call))})


def _signature(upload_id: str) -> str:
    """Meta's ids of sessions end in one, as the query of their URL."""
    return f"ARZ{upload_id[-8:]}"


def _session(sim: Simulator, call: Call) -> bytearray:
    if call.query.get("sig") != _signature(call.object_id):
        raise missing_object(call.object_id)
    try:
        return sim.media.uploads[call.object_id]
    except KeyError:
        raise missing_object(call.object_id) from None
