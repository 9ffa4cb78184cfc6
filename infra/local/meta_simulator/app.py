"""The HTTP server's routes."""

from aiohttp import web

from . import control, graph
from .simulator import Simulator

_LARGEST_BODY = 110 * 1024 * 1024


def build_app(sim: Simulator) -> web.Application:
    """The application; it starts and stops the simulator with itself."""
    app = web.Application(client_max_size=_LARGEST_BODY)

    async def on_graph(request: web.Request) -> web.StreamResponse:
        return await graph.handle(sim, request)

    async def on_script(request: web.Request) -> web.StreamResponse:
        return await control.post_script(sim, request)

    async def on_journal(request: web.Request) -> web.StreamResponse:
        return await control.get_journal(sim.requests, request)

    async def on_webhooks(request: web.Request) -> web.StreamResponse:
        return await control.get_journal(sim.posts, request)

    async def on_standstills(request: web.Request) -> web.StreamResponse:
        return await control.get_journal(sim.standstills, request)

    async def on_state(request: web.Request) -> web.StreamResponse:
        return web.json_response(sim.state())

    async def on_file(request: web.Request) -> web.StreamResponse:
        return control.get_file(sim, request)

    async def start(_: web.Application) -> None:
        await sim.start()

    async def stop(_: web.Application) -> None:
        await sim.stop()

    app.router.add_post("/_sim/script", on_script)
    app.router.add_get("/_sim/journal", on_journal)
    app.router.add_get("/_sim/webhooks", on_webhooks)
    app.router.add_get("/_sim/standstills", on_standstills)
    app.router.add_get("/_sim/state", on_state)
    app.router.add_get("/_media/{key}", on_file)
    app.router.add_route("*", "/{tail:.*}", on_graph)
    app.on_startup.append(start)
    app.on_cleanup.append(stop)
    return app
