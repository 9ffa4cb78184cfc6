"""A stand-in for Meta that answers after a fixed latency, and keeps when each request arrived; a process of its own.

`python -m tests.bench.upstream LATENCY_MS` prints its port; GET /journal returns arrival times (monotonic seconds) and
when the process itself stood still.
"""

import asyncio
import json
import sys
import time
from array import array

from aiohttp import web

from infra.local.standstill import Standstill, watch

_arrivals = array("d")
_standstills: list[Standstill] = []
_ANSWER = json.dumps(
    {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+5511900000000", "wa_id": "5511900000000"}],
        "messages": [{"id": "wamid.BENCH", "message_status": "accepted"}],
    }
).encode()


async def main(latency: float) -> None:
    async def accept(request: web.Request) -> web.Response:
        _arrivals.append(time.monotonic())
        await request.read()
        await asyncio.sleep(latency)
        return web.Response(body=_ANSWER, content_type="application/json")

    async def journal(_: web.Request) -> web.Response:
        told = {"arrivals": _arrivals.tolist(), "standstills": list(_standstills)}
        del _arrivals[:]
        _standstills.clear()
        return web.json_response(told)

    app = web.Application()
    app.router.add_get("/journal", journal)
    app.router.add_post("/{tail:.*}", accept)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await watch(lambda at, seconds: _standstills.append((at, seconds)))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) / 1000))
