"""The Graph API's front: finds the object and the operation, checks the token, answers, keeps the journal."""

import asyncio
import json
import logging
import socket
import struct
import time
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from . import accounts, coexistence, media, profiles, sending, templates
from .call import Call, Reply, read_call
from .errors import GraphError, missing_object
from .media_store import Media
from .refusals import refused
from .simulator import Simulator
from .world import SCOPES, Number, Template, Token, Waba

Thing = TypeVar("Thing")
_log = logging.getLogger(__name__)
_MESSAGING = frozenset({"messages", "marketing_messages", "media"})

_WABA: dict[tuple[str, str], Callable[[Simulator, Call, Waba], Reply]] = {
    ("GET", ""): accounts.get_waba,
    ("GET", "phone_numbers"): accounts.get_phone_numbers,
    ("GET", "subscribed_apps"): accounts.get_subscribed_apps,
    ("POST", "subscribed_apps"): accounts.post_subscribed_apps,
    ("DELETE", "subscribed_apps"): accounts.delete_subscribed_apps,
    ("GET", "message_templates"): templates.list_all,
    ("POST", "message_templates"): templates.create,
    ("DELETE", "message_templates"): templates.delete,
}
_NUMBER: dict[tuple[str, str], Callable[[Simulator, Call, Number], Reply]] = {
    ("POST", "messages"): sending.post_messages,
    ("POST", "marketing_messages"): sending.post_marketing_messages,
    ("GET", ""): accounts.get_number,
    ("POST", ""): accounts.post_number,
    ("POST", "register"): accounts.post_register,
    ("POST", "deregister"): accounts.post_deregister,
    ("POST", "smb_app_data"): coexistence.post_app_data,
    ("GET", "whatsapp_business_profile"): profiles.read,
    ("POST", "whatsapp_business_profile"): profiles.write,
    ("POST", "media"): media.upload,
}
_TEMPLATE: dict[tuple[str, str], Callable[[Simulator, Call, Template], Reply]] = {
    ("GET", ""): templates.read,
    ("POST", ""): templates.edit,
    ("POST", "unpause"): templates.unpause,
}
_MEDIA: dict[tuple[str, str], Callable[[Simulator, Call, Media], Reply]] = {
    ("GET", ""): media.read,
    ("DELETE", ""): media.delete,
}


async def handle(sim: Simulator, request: web.Request) -> web.StreamResponse:
    """Answer one request to the Graph API."""
    monotonic, wall = time.monotonic(), time.time()
    call: Call | None = None
    try:
        call = await read_call(request)
        reply = _answer(sim, call)
    except GraphError as error:
        sim.refused[error.code] += 1
        reply = Reply(error.http_status, json.dumps(error.body(f"A{len(sim.requests):022d}")).encode())
    except Exception:
        # A fault of the simulator itself must show in its state, not pass for one of Meta's.
        _log.exception("request failed: %s %s", request.method, request.path)
        sim.counters["internal_errors"] += 1
        reply = Reply(500, json.dumps(GraphError(1, "The simulator failed.").body("A")).encode())
    _keep(sim, request, call, reply, monotonic, wall)
    if reply.delay_seconds:
        await asyncio.sleep(reply.delay_seconds)
    if reply.reset:
        _reset(request)
        return web.Response(status=500)
    return web.Response(body=reply.body, status=reply.status, content_type=reply.content_type)


def _keep(sim: Simulator, request: web.Request, call: Call | None, reply: Reply, monotonic: float, wall: float) -> None:
    answer = reply.body if reply.content_type == "application/json" else json.dumps(reply.body.decode()).encode()
    status = 0 if reply.reset else reply.status
    if call is None:
        sim.requests.add(
            monotonic, wall, request.method, request.path, b"", status, answer, False, None, None, None, None, None
        )
        return
    sim.requests.add(
        monotonic,
        wall,
        call.method,
        call.path,
        call.shown,
        status,
        answer,
        call.accepted,
        call.number_id or None,
        call.to or None,
        call.callback or None,
        call.wamid or None,
        call.fault or None,
    )


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        # Zero linger makes the close a reset instead of an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _answer(sim: Simulator, call: Call) -> Reply:
    """What the script says of this call, else what there is to say."""
    scripted = sim.refusals.draw(call)
    if scripted is None:
        return _dispatch(sim, call)
    reply = refused(scripted)
    if reply is None:
        reply = _dispatch(sim, call)
        reply.delay_seconds += scripted.seconds
    return reply


def _dispatch(sim: Simulator, call: Call) -> Reply:
    world, object_id, key = sim.world, call.object_id, (call.method, call.edge)
    if object_id in world.numbers:
        number = world.numbers[object_id]
        call.number_id = number.id
        return _operation(_NUMBER, key)(sim, call, _allowed(sim, call, number.waba_id, number))
    if object_id in world.wabas:
        waba = world.wabas[object_id]
        return _operation(_WABA, key)(sim, call, _allowed(sim, call, waba.id, waba))
    if object_id == "oauth" and key == ("GET", "access_token"):
        return accounts.get_access_token(sim, call)
    if object_id == "debug_token" and key == ("GET", ""):
        return accounts.get_debug_token(sim, call)
    if object_id == sim.config.app_id and key == ("GET", ""):
        return accounts.get_app(sim, call)
    if object_id in world.templates:
        template = world.templates[object_id]
        return _operation(_TEMPLATE, key)(sim, call, _allowed(sim, call, template.waba_id, template))
    if object_id in sim.media.files:
        file = sim.media.files[object_id]
        return _operation(_MEDIA, key)(sim, call, _allowed(sim, call, file.owner_id, file))
    return _upload(sim, call)


def _upload(sim: Simulator, call: Call) -> Reply:
    if not call.is_app(sim.config.app_id, sim.config.app_secret):
        call.token(sim.world)
    key = (call.method, call.edge)
    if call.object_id == sim.config.app_id and key == ("POST", "uploads"):
        return media.begin_upload(sim, call)
    if call.object_id.startswith("upload:") and key == ("POST", ""):
        return media.continue_upload(sim, call)
    if call.object_id.startswith("upload:") and key == ("GET", ""):
        return media.upload_offset(sim, call)
    raise missing_object(call.object_id)


def _allowed(sim: Simulator, call: Call, waba_id: str, thing: Thing) -> Thing:
    token: Token = call.token(sim.world)
    if waba_id not in token.waba_ids:
        raise GraphError(10, "Application does not have permission for this action")
    needed = SCOPES[1] if call.edge in _MESSAGING else SCOPES[0]
    if needed not in token.scopes:
        raise GraphError(200, f"(#200) Requires {needed} permission", message="(#200) Permissions error")
    return thing


def _operation(
    table: dict[tuple[str, str], Callable[[Simulator, Call, Thing], Reply]], key: tuple[str, str]
) -> Callable[[Simulator, Call, Thing], Reply]:
    operation = table.get(key)
    if operation is None:
        raise GraphError(
            100, f"Unsupported {key[0].lower()} request.", message=f"Unsupported {key[0].lower()} request.", subcode=33
        )
    return operation
