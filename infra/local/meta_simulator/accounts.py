"""Tokens, business accounts and phone numbers: what Embedded Signup's server side calls."""

import hmac
import time
from collections.abc import Iterable

from .call import Call, Reply, ok
from .config import Json
from .errors import GraphError, refused, required
from .simulator import Simulator
from .world import Number, Waba

_REGISTRATIONS, _REGISTRATION_SECONDS = 10, 72 * 3600.0
_ELSEWHERE = (
    "This number is registered to an existing WhatsApp account. To use this number, disconnect it from the existing "
    "account."
)


def get_access_token(sim: Simulator, call: Call) -> Reply:
    """GET /oauth/access_token: exchange a signup code for a business token."""
    for name in ("client_id", "client_secret", "code"):
        if not call.parameter(name):
            raise GraphError(100, f"Missing {name} parameter.", message=f"Missing {name} parameter.")
    given = (call.parameter("client_id"), call.parameter("client_secret"))
    known = (sim.config.app_id, sim.config.app_secret)
    if not all(hmac.compare_digest(left.encode(), right.encode()) for left, right in zip(given, known, strict=True)):
        raise GraphError(
            1, "Error validating client secret.", message="Error validating client secret.", http_status=400
        )
    code = call.parameter("code")
    token = sim.world.issue_token(sim.world.redeem(code), int(time.time()), code)
    return ok({"access_token": token.value, "token_type": "bearer"})


def get_debug_token(sim: Simulator, call: Call) -> Reply:
    """GET /debug_token with the app token."""
    if not call.is_app(sim.config.app_id, sim.config.app_secret):
        raise GraphError(190, "Only the app's own token may inspect tokens.")
    wanted = call.parameter("input_token")
    if not wanted:
        raise required("input_token")
    token = sim.world.tokens.get(wanted)
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return ok({"data": {"error": error, "is_valid": False, "scopes": []}})
    targets = sorted(token.waba_ids)
    data: Json = {
        "app_id": sim.config.app_id,
        "type": "SYSTEM_USER",
        "application": "simulated app",
        "data_access_expires_at": 0,
        "expires_at": token.expires_at,
        "is_valid": token.valid,
        "issued_at": token.issued_at,
        "scopes": list(token.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": targets} for scope in token.scopes],
        "user_id": "122100000000000",
    }
    return ok({"data": data})


def get_app(sim: Simulator, call: Call) -> Reply:
    """GET /{app_id} with the app token."""
    if not call.is_app(sim.config.app_id, sim.config.app_secret):
        raise GraphError(190, "Error validating application. Invalid application secret.")
    return ok({"id": sim.config.app_id})


def get_waba(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """GET /{waba_id}."""
    known: Json = {
        "id": waba.id,
        "name": waba.name,
        "currency": "USD",
        "timezone_id": "1",
        "message_template_namespace": f"ns_{waba.id}",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "owner_business_info": {"id": waba.business_id, "name": waba.name},
        "marketing_messages_onboarding_status": "ONBOARDED" if waba.mm_onboarded else "ELIGIBLE",
        "disable_marketing_messages_on_cloud_api": waba.marketing_off_cloud_api,
        "health_status": {"can_send_message": "BLOCKED" if waba.banned else "AVAILABLE", "entities": []},
    }
    return ok(picked(known, call, ("id", "name", "currency", "timezone_id", "message_template_namespace")))


def get_phone_numbers(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """GET /{waba_id}/phone_numbers."""
    rows = [picked(describe_number(sim, sim.world.numbers[at]), call, _NUMBER_FIELDS) for at in waba.number_ids]
    return ok({"data": rows, "paging": {"cursors": {"before": "MAZDZD", "after": "MQZDZD"}}})


def get_number(sim: Simulator, call: Call, number: Number) -> Reply:
    """GET /{phone_number_id}."""
    return ok(picked(describe_number(sim, number), call, _NUMBER_FIELDS))


_NUMBER_FIELDS = (
    "id",
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
)


def describe_number(sim: Simulator, number: Number) -> Json:
    """All fields of a phone number."""
    limit = number.throughput_per_second or sim.config.limits.throughput_per_second
    waba = sim.world.wabas[number.waba_id]
    people = sim.config.limits.messaging_limit if waba.messaging_limit is None else waba.messaging_limit
    return {
        "id": number.id,
        "verified_name": number.verified_name,
        "code_verification_status": "VERIFIED",
        "display_phone_number": number.display_phone_number,
        "quality_rating": number.quality_rating,
        "name_status": number.name_status,
        "platform_type": "CLOUD_API" if number.registered else "NOT_APPLICABLE",
        "status": number.status,
        "throughput": {"level": "HIGH" if limit >= 1000 else "STANDARD"},
        "is_on_biz_app": number.on_biz_app,
        "whatsapp_business_manager_messaging_limit": _tier(people),
        "messaging_limit_tier": _tier(people),
        "webhook_configuration": {"phone_number": number.override_url, "whatsapp_business_account": waba.override_url},
        "health_status": _health(number, waba),
    }


def _health(number: Number, waba: Waba) -> Json:
    """Source: Meta, messaging health status: each entity with its errors and what may help."""
    entities = [
        _entity("PHONE_NUMBER", number.id, number.troubles, blocked=not number.registered),
        _entity("WABA", waba.id, [], blocked=waba.banned),
    ]
    states = [str(entity["can_send_message"]) for entity in entities]
    worst = next((state for state in ("BLOCKED", "LIMITED") if state in states), "AVAILABLE")
    return {"can_send_message": worst, "entities": entities}


def _entity(kind: str, entity_id: str, errors: list[Json], *, blocked: bool) -> Json:
    state = "BLOCKED" if blocked else "LIMITED" if errors else "AVAILABLE"
    entity: Json = {"entity_type": kind, "id": entity_id, "can_send_message": state}
    return entity | ({"errors": errors} if errors else {})


def _tier(people: int) -> str:
    for bound, name in ((50, "50"), (250, "250"), (1000, "1K"), (2000, "2K"), (10_000, "10K"), (100_000, "100K")):
        if 0 < people <= bound:
            return f"TIER_{name}"
    return "TIER_UNLIMITED"


def picked(known: Json, call: Call, usual: Iterable[str]) -> Json:
    """The fields asked for (`fields=a,b{c}`), else the usual ones; `id` always.

    Raises:
        GraphError: 100 for a field that does not exist.
    """
    asked = call.parameter("fields")
    names = [name.split("{")[0].split(".")[0].strip() for name in _split(asked)] if asked else list(usual)
    for name in names:
        if name not in known:
            raise GraphError(
                100,
                f"Tried accessing nonexisting field ({name})",
                message=f"(#100) Tried accessing nonexisting field ({name})",
            )
    return {name: known[name] for name in dict.fromkeys([*names, "id"])}


def _split(fields: str) -> list[str]:
    names, depth, current = [], 0, ""
    for char in fields:
        depth += (char == "{") - (char == "}")
        if char == "," and depth == 0:
            names.append(current)
            current = ""
        else:
            current += char
    return [name for name in [*names, current] if name.strip()]


def post_subscribed_apps(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """POST /{waba_id}/subscribed_apps: webhooks come from now on, `messages` to the override URL if one is given."""
    if waba.subscribe_refused:
        raise GraphError(100, "The app could not be subscribed to this account.")
    waba.subscribed = not waba.subscribe_ignored
    waba.override_url = _override(call.parameter("override_callback_uri"))
    return ok({"success": True})


def get_subscribed_apps(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """GET /{waba_id}/subscribed_apps."""
    if not waba.subscribed:
        return ok({"data": []})
    app = {
        "id": sim.config.app_id,
        "name": "simulated app",
        "link": f"https://www.facebook.com/games/?app_id={sim.config.app_id}",
    }
    row: Json = {"whatsapp_business_api_data": app}
    if waba.override_url:
        row["override_callback_uri"] = waba.override_url
    return ok({"data": [row]})


def delete_subscribed_apps(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """DELETE /{waba_id}/subscribed_apps."""
    waba.subscribed = False
    return ok({"success": True})


def post_register(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/register: sets the PIN the first time, wants the same one afterwards."""
    if call.parameter("messaging_product") != "whatsapp":
        raise required("messaging_product")
    pin = call.parameter("pin")
    if not pin:
        raise required("pin")
    if len(pin) != 6 or not (pin.isascii() and pin.isdecimal()):
        raise GraphError(100, "Param pin must be 6 characters long.")
    if number.elsewhere:
        raise refused(2388001, "Cannot Create Certificate", _ELSEWHERE)
    now = time.monotonic()
    number.register_times = [at for at in number.register_times if at > now - _REGISTRATION_SECONDS]
    if len(number.register_times) >= _REGISTRATIONS:
        raise GraphError(133016, "There were too many attempts to register this phone number.")
    number.register_times.append(now)
    if number.pin and number.pin != pin:
        raise GraphError(133005, "The two-step verification PIN is not correct.")
    number.pin, number.registered, number.status = pin, True, "CONNECTED"
    return ok({"success": True})


def post_deregister(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}/deregister."""
    number.registered, number.status = False, "DISCONNECTED"
    return ok({"success": True})


def post_number(sim: Simulator, call: Call, number: Number) -> Reply:
    """POST /{phone_number_id}: the number's own callback URL."""
    configuration = call.body.get("webhook_configuration")
    if not isinstance(configuration, dict):
        raise required("webhook_configuration")
    number.override_url = _override(str(configuration.get("override_callback_uri") or ""))
    return ok({"success": True})


def _override(url: str) -> str:
    if url and (len(url) > 200 or not url.startswith(("http://", "https://"))):
        raise GraphError(100, "Param override_callback_uri must be a URL of at most 200 characters.")
    return url
