"""Import time of each handler, in fresh interpreters: CPU of the import alone, against botocore alone (which no handler
can do without), and against importing everything. For the API also what the first request of a noun adds."""

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
    "functions.campaign_dispatch.due_handler",
    "functions.campaign_dispatch.sweep_handler",
    "functions.bot_reply.handler",
    "functions.billing_events.receive_handler",
    "functions.billing_events.apply_handler",
    "functions.api.handler",
    "functions.api.authorizer_handler",
    "functions.api.import_handler",
)
API = "functions.api.handler"
BOTOCORE = "botocore.session"
NOUNS = (
    ("functions.api.contacts.routes", "functions.api.contacts.imports.routes", "functions.api.inbox.timeline_routes"),
    ("functions.api.campaigns.routes",),
    (
        "functions.api.inbox.routes",
        "functions.api.inbox.desk_routes",
        "functions.api.inbox.timeline_routes",
        "functions.api.media.routes",
    ),
    ("functions.api.events.feed_routes",),
)
"""What the API loads for the first request of some nouns, beside its handler."""
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
    least, _ = import_cost(BOTOCORE)
    print(f"{'imported':56} {'CPU ms':>8} {'modules':>8} {'botocore':>9} {'of all':>7}")
    rows = [(BOTOCORE,), *((handler,) for handler in HANDLERS), *((API, *noun) for noun in NOUNS)]
    for modules in rows:
        cpu, loaded = import_cost(*modules)
        least = min(least, cpu)
        name = modules[0] if len(modules) == 1 else f"  with {modules[1]}"
        print(f"{name:56} {cpu:8.0f} {loaded:8} {cpu / least:8.1f}x {cpu / everything:7.0%}")
    print(f"{'all handlers in one process':56} {everything:8.0f}")
