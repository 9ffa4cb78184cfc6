"""`python -m infra.local.meta_simulator --port 0 --config file.json`."""

import argparse
import asyncio
import sys

from .config import BadScript
from .server import load_config, serve


def main() -> int:
    """Parse the arguments and serve; 2 when the start file is not understood."""
    parser = argparse.ArgumentParser(prog="meta_simulator", description="A simulated WhatsApp Cloud API.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--config", default="", help="JSON file with settings")
    arguments = parser.parse_args()
    try:
        config = load_config(arguments.config)
    except (BadScript, OSError, ValueError) as problem:
        print(f"meta_simulator: {arguments.config}: {problem}", file=sys.stderr)
        return 2
    asyncio.run(serve(config, arguments.host, arguments.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
