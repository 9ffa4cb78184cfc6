"""The simulator's own endpoints under /_sim, and the media download."""

import asyncio
import json

from aiohttp import web

from .call import Call
from .config import BadScript
from .errors import GraphError
from .journal import Journal
from .script import run_script
from .simulator import Simulator


async def post_script(sim: Simulator, request: web.Request) -> web.Response:
    """POST /_sim/script: 200 with one result per key, or 400 naming what is wrong."""
    try:
        script = json.loads(await request.read())
        return web.json_response(await run_script(sim, script))
    except (BadScript, ValueError) as problem:
        return web.json_response({"error": str(problem)}, status=400)
    except GraphError as problem:
        return web.json_response({"error": problem.details}, status=404)


async def get_journal(journal: Journal, request: web.Request) -> web.StreamResponse:
    """GET /_sim/journal, /_sim/webhooks, /_sim/standstills: `since`, `limit` (0: all), `fields` (comma-separated)."""
    try:
        since = int(request.query.get("since", "0"))
        limit = int(request.query.get("limit", "0"))
        fields = [name for name in request.query.get("fields", "").split(",") if name]
        pieces = journal.read(since, limit, fields)
    except (ValueError, KeyError) as problem:
        return web.json_response({"error": f"not understood: {problem}"}, status=400)
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for piece in pieces:
        await response.write(piece)
        # Sends go on while a long journal is read.
        await asyncio.sleep(0)
    await response.write_eof()
    return response


def get_file(sim: Simulator, request: web.Request) -> web.Response:
    """GET of a media url: needs the bearer token of the account that owns the file; 404 after five minutes."""
    _, _, bearer = request.headers.get("Authorization", "").partition(" ")
    call = Call("GET", request.path, "", "", {}, {}, b"", b"", bearer.strip(), "")
    try:
        token = call.token(sim.world)
    except GraphError as error:
        return web.json_response(error.body("A"), status=error.http_status)
    media = sim.media.linked(request.match_info["key"])
    if media is None or media.owner_id not in token.waba_ids:
        return web.Response(status=404)
    return web.Response(body=media.data, headers={"Content-Type": media.mime_type})
