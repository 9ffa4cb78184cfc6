"""`python -m infra.local.stripe_simulator --port 0 --config file.json`."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from aiohttp import web

from .app import StripeConfig, StripeServer


async def serve(config: StripeConfig, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT; prints `{"port": N}` when ready."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(StripeServer(config).build(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await stop.wait()
    await runner.cleanup()


def main() -> int:
    """Parse the arguments and serve; 2 when the start file is not understood."""
    parser = argparse.ArgumentParser(prog="stripe_simulator", description="A simulated Stripe.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--config", default="", help="JSON file with api_key, webhook_secret, webhook_url, prices")
    arguments = parser.parse_args()
    try:
        text = Path(arguments.config).read_text(encoding="utf-8") if arguments.config else "{}"
        config = StripeConfig(**json.loads(text))
    except (OSError, ValueError, TypeError) as problem:
        print(f"stripe_simulator: {arguments.config}: {problem}", file=sys.stderr)
        return 2
    asyncio.run(serve(config, arguments.host, arguments.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
