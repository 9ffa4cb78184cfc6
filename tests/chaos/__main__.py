"""`make chaos SEEDS=10 FIRST=1`: campaigns on one local cloud while workers die and everything around them fails.

Prints one line for each seed. The status is 0 when nobody got a campaign twice and everybody is accounted for.
"""

import argparse
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import STACK, LocalCloud
from infra.local.workers import Workers
from tests.chaos.dynamo_proxy import DynamoProxy
from tests.chaos.evidence import Evidence
from tests.chaos.one_seed import OneSeed, Stage, Stopped, prepared
from tests.chaos.saboteur import Saboteur
from tests.support.api import QUEUES, in_queues

_SWEEP_SECONDS = 4.0
_REST_SECONDS = 120.0
_PARAMETERS = {
    "LaneSliceSeconds": "3",
    "LaneConcurrency": "30",
    "SweepTurnSeconds": "10",
    "ConsumerVisibilitySeconds": "12",
    "UnknownGraceSeconds": "10",
    "LogLevel": "WARN",
}
_META = {
    "webhooks": {
        "duplicate_share": 0.1,
        "duplicate_delay": [0.1, 8],
        "reorder_share": 0.2,
        "reorder_delay": [0.1, 5],
        "lose_share": 0.03,
        "extra_delay_share": 0.05,
        "extra_delay": [1, 25],
    }
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seeds", type=int, default=10, help="how many campaigns")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--at-once", type=int, default=6, help="campaigns that run side by side")
    wanted = parser.parse_args()
    stop = threading.Event()
    try:
        return _run(range(wanted.first, wanted.first + wanted.seeds), wanted.at_once, stop)
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 130


def _run(seeds: range, at_once: int, stop: threading.Event) -> int:
    saboteur = Saboteur()
    with DynamoProxy(saboteur) as proxy:
        environment = {"AWS_ENDPOINT_URL_DYNAMODB": proxy.url}
        with LocalCloud(parameters=_PARAMETERS, meta=_META, worker_environment=environment) as cloud:
            saboteur.workers = Workers(cloud.run_directory)
            proxy.forward_to(cloud.endpoint)
            print(f"log: {cloud.log}", flush=True)
            sweeper = threading.Thread(target=_sweep, args=(cloud, stop))
            sweeper.start()
            try:
                return _campaigns(cloud, saboteur, seeds, at_once, stop)
            finally:
                stop.set()
                sweeper.join()


def _campaigns(cloud: LocalCloud, saboteur: Saboteur, seeds: range, at_once: int, stop: threading.Event) -> int:
    evidence = Evidence(cloud.simulator_url)
    stage = Stage(cloud, cloud.client("sqs"), evidence, saboteur, stop)
    done: list[OneSeed] = []
    broken = 0
    started = time.monotonic()

    def one(seed: int) -> OneSeed:
        made = prepared(stage, seed)
        made.run()
        return made

    with ThreadPoolExecutor(at_once) as pool:
        runs = {pool.submit(one, seed): seed for seed in seeds}
        try:
            for run in as_completed(runs):
                cloud.check()
                try:
                    done.append(run.result())
                except Stopped:
                    continue
                except Exception:
                    broken += 1
                    print(f"seed={runs[run]} could not be run\n{traceback.format_exc()}", flush=True)
                    continue
                print(done[-1].line(), flush=True)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    _rest(cloud, evidence)
    bad = broken + sum(not _still_clean(one) for one in done)
    print(_summary(cloud, done, broken, time.monotonic() - started), flush=True)
    return 1 if bad else 0


def _still_clean(seed: OneSeed) -> bool:
    """Judge once more, now that everything that could still come has come."""
    before = seed.line()
    seed.look()
    if not seed.verdict.clean and seed.line() != before:
        print(f"at the end: {seed.line()}", flush=True)
    return seed.verdict.clean


def _summary(cloud: LocalCloud, done: list[OneSeed], broken: int, seconds: float) -> str:
    verdicts = [one.verdict for one in done]
    dead = in_queues(cloud, [f"{queue}DeadLetter" for queue in QUEUES])
    return (
        f"{len(done)} seeds in {seconds:.0f} s, {broken} could not be run: "
        f"kills={sum(one.target.kills.total() for one in done)} planned={sum(v.planned for v in verdicts)} "
        f"double_sent={sum(v.double_sent for v in verdicts)} lost={sum(v.lost for v in verdicts)} "
        f"unknown={sum(v.unknown for v in verdicts)} dead_letters={dead}"
    )


def _rest(cloud: LocalCloud, evidence: Evidence) -> None:
    """Until Meta has nothing more to tell and the consumers have taken everything in."""
    until = time.monotonic() + _REST_SECONDS
    while time.monotonic() < until and evidence.unrest() + in_queues(
        cloud, ("Inbound", "Status", "Compact", "Account")
    ):
        time.sleep(1.0)


def _sweep(cloud: LocalCloud, stop: threading.Event) -> None:
    """What the schedule does once a minute, more often, so that nobody waits for the minute."""
    client = cloud.client("lambda")
    while not stop.wait(_SWEEP_SECONDS):
        try:
            client.invoke(FunctionName=f"{STACK}-CampaignDue", Payload=b"{}")
        except (BotoCoreError, ClientError):
            continue  # killed on the way; the next one comes soon


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
