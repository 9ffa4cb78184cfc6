"""Import time of each handler, in fresh interpreters: CPU of the import alone, and against importing everything."""

import subprocess
import sys

HANDLERS = (
    "functions.webhook_ingest.receive_handler",
    "functions.webhook_ingest.consent_handler",
    "functions.webhook_ingest.inbound_handler",
    "functions.webhook_ingest.status_handler",
    "functions.webhook_ingest.account_handler",
    "functions.campaign_dispatch.start_handler",
    "functions.campaign_dispatch.load_handler",
    "functions.campaign_dispatch.lane_handler",
    "functions.campaign_dispatch.sweep_handler",
    "functions.bot_reply.handler",
    "functions.billing_events.receive_handler",
    "functions.billing_events.apply_handler",
    "functions.api.handler",
    "functions.api.authorizer_handler",
    "functions.api.import_handler",
)
RUNS = 5
_CODE = """
import os, sys, time
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "bench")
start = time.process_time()
for name in sys.argv[1:]:
    __import__(name)
print((time.process_time() - start) * 1000, len(sys.modules))
"""


def import_cost(*modules: str) -> tuple[float, int]:
    """(least CPU ms of RUNS runs, modules loaded)."""
    results = []
    for _ in range(RUNS):
        answer = subprocess.run(
            [sys.executable, "-c", _CODE, *modules], capture_output=True, text=True, check=True, timeout=60
        )
        cpu, loaded = answer.stdout.split()
        results.append((float(cpu), int(loaded)))
    return min(results)


def main() -> None:
    everything, _ = import_cost(*HANDLERS)
    print(f"{'handler':48} {'CPU ms':>8} {'modules':>8} {'of all':>7}")
    for handler in HANDLERS:
        cpu, loaded = import_cost(handler)
        print(f"{handler:48} {cpu:8.0f} {loaded:8} {cpu / everything:7.0%}")
    print(f"{'all handlers in one process':48} {everything:8.0f}")
