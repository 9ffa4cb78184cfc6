"""Runs the simulator: as a process with the start protocol, or in a thread of another one."""

import asyncio
import gc
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from .app import build_app
from .config import Config, Json, changed
from .simulator import Simulator


def load_config(path: str) -> Config:
    """The settings of a start file (JSON), over the defaults.

    Raises:
        BadScript: unknown names or wrong types.
    """
    return changed(Config(), json.loads(Path(path).read_text(encoding="utf-8")), "config") if path else Config()


async def start_server(sim: Simulator, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen; port 0 takes a free one. Returns the runner and the port."""
    runner = web.AppRunner(build_app(sim), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    await site.start()
    return runner, runner.addresses[0][1]


async def serve(config: Config, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT; prints `{"port": N}` when ready."""
    # Long pauses of the collector would bunch requests that came evenly; most of what is kept are atoms anyway.
    gc.set_threshold(5_000, 50, 1000)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner, bound = await start_server(Simulator(config), host, port)
    print(json.dumps({"port": bound}), flush=True)
    await stop.wait()
    await runner.cleanup()


@contextmanager
def in_thread(change: Json | None = None) -> Iterator[str]:
    """A simulator on a free port in a thread of this process; yields its base URL."""
    sim = Simulator(changed(Config(), change or {}, "config"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="meta-simulator", daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(start_server(sim, "127.0.0.1", 0), loop).result(timeout=300)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(timeout=300)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=300)
        loop.close()
