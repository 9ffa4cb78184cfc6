"""Numbers that the WhatsApp Business app uses too: their contacts and history, asked for once (Meta, coexistence)."""

from .call import Call, Reply, ok
from .errors import GraphError, required
from .simulator import Simulator
from .world import Number

_KINDS = ("smb_app_state_sync", "history")


def post_app_data(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/smb_app_data: each kind once after a sign-up, and within 24 hours of it."""
    if call.parameter("messaging_product") != "whatsapp":
        raise required("messaging_product")
    kind = call.parameter("sync_type")
    if kind not in _KINDS:
        raise GraphError(100, f"Param sync_type must be one of {', '.join(_KINDS)}.")
    if not number.on_biz_app:
        raise GraphError(100, "The phone number is not used by the WhatsApp Business app.")
    if number.sync_over:
        raise GraphError(2593108, "Synchronisation must be requested within 24 hours of onboarding.")
    if kind in number.synced:
        raise GraphError(2593107, "Synchronisation was requested already.")
    number.synced.add(kind)
    return ok({"messaging_product": "whatsapp", "request_id": f"request-{sim.world.count('app_data')}"})
