"""The business profile of a number, as people see it in WhatsApp.

Source: Meta, business profiles of the Cloud API: `about` 1 to 139 characters, `address` and each of two `websites` up
to 256, `description` up to 512, `email` up to 128; a picture by the handle of a resumable upload.
"""

from .call import Call, Reply, ok
from .config import Json
from .errors import GraphError, required
from .simulator import Simulator
from .world import Number

_LONGEST = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 64}


def read(sim: Simulator, call: Call, number: Number) -> Reply:
    """GET /{phone_number_id}/whatsapp_business_profile: only what is set, and asked for."""
    asked = [name.strip() for name in call.parameter("fields").split(",") if name.strip()]
    unknown = [name for name in asked if name not in (*_LONGEST, "websites", "profile_picture_url")]
    if unknown:
        raise GraphError(100, f"Tried accessing nonexisting field ({unknown[0]})")
    shown = {name: value for name, value in number.profile.items() if name in asked}
    return ok({"data": [shown | {"messaging_product": "whatsapp"}]})


def write(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/whatsapp_business_profile: what is named is replaced."""
    if call.parameter("messaging_product") != "whatsapp":
        raise required("messaging_product")
    changed: Json = {}
    for name, value in call.body.items():
        if name in _LONGEST:
            if not isinstance(value, str) or len(value) > _LONGEST[name] or (name == "about" and not value):
                raise GraphError(100, f"Param {name} must be a text of at most {_LONGEST[name]} characters.")
            changed[name] = value
        elif name == "websites":
            if not isinstance(value, list) or len(value) > 2 or not all(_is_url(one) for one in value):
                raise GraphError(100, "Param websites must be at most two URLs.")
            changed[name] = value
        elif name == "profile_picture_handle":
            changed["profile_picture_url"] = f"{call.base_url}/_picture/{number.id}/{sim.world.count('picture')}"
        elif name not in ("messaging_product", "appsecret_proof"):
            raise GraphError(100, f"Unexpected key {name!r} on param.")
    number.profile |= changed
    return ok({"success": True})


def _is_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value) <= 256
