"""POST /_sim/script: one JSON object, one action per key, carried out in the order of `_ACTIONS`."""

from collections.abc import Awaitable, Callable
from typing import Any

from . import script_accounts, script_media, script_people
from .config import BadScript, Json
from .simulator import Simulator

_SETTINGS = ("webhook_url", "wa_id_quirks", "statuses", "webhooks", "people", "limits", "templates")


async def run_script(sim: Simulator, script: object) -> Json:
    """Carry out a script and answer with one result per key.

    Raises:
        BadScript: an unknown key or value; what came before it in the order has been done.
        GraphError: an id that does not exist.
    """
    if not isinstance(script, dict):
        raise BadScript("a script is a JSON object")
    unknown = set(script) - set(_SETTINGS) - set(_ACTIONS)
    if unknown:
        known = sorted((*_SETTINGS, *_ACTIONS))
        raise BadScript(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    settings = {name: script[name] for name in _SETTINGS if name in script}
    results: Json = {}
    if settings:
        sim.configure(settings)
        results |= dict.fromkeys(settings, True)
    for name, action in _ACTIONS.items():
        if name in script:
            results[name] = await action(sim, script[name])
    return results


async def _faults(sim: Simulator, value: object) -> Json:
    return sim.faults.set(value)


async def _verify_webhook(sim: Simulator, value: object) -> Json:
    token = value if isinstance(value, str) else sim.config.verify_token
    return await sim.outbox.verify(token, str(sim.world.count("challenge") + 1_158_201_443))


def _each(action: Callable[[Simulator, Json], Any]) -> Callable[[Simulator, Any], Awaitable[Any]]:
    async def run(sim: Simulator, value: Any) -> Any:
        if isinstance(value, list):
            return [action(sim, _object(item)) for item in value]
        return action(sim, _object(value))

    return run


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise BadScript("each action takes an object or a list of objects")
    return value


_ACTIONS: dict[str, Callable[[Simulator, Any], Awaitable[Any]]] = {
    "faults": _faults,
    "refuse": _each(lambda sim, value: sim.refusals.set(value)),
    "verify_webhook": _verify_webhook,
    "create_waba": _each(script_accounts.create_waba),
    "create_code": _each(script_accounts.create_code),
    "waba": _each(script_accounts.change_waba),
    "phone_number": _each(script_accounts.change_number),
    "template": _each(script_accounts.change_template),
    "create_media": _each(script_media.create_media),
    "media": _each(script_media.change_media),
    "uploads": _each(script_media.break_upload),
    "window": _each(script_people.set_window),
    "inbound": _each(script_people.send_inbound),
    "user_preferences": _each(script_people.send_preference),
    "webhook": _each(script_people.send_raw),
}
