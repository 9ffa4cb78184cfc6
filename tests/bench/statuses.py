"""What statuses cost in writes, by design and by load: a simulation of blocks, with lags and pollers as they are drawn.

`fold` writes each block that a batch touches; `journal` keeps a page for each campaign of a batch and folds all pages
of so many seconds; `stream` is a keyed one (Kinesis, by campaign and shard), whose consumers see all of a block
and write it once in so many seconds. Lanes, load and look-ups are left out: WRU a message, for statuses alone.
"""

import math
import random

from functions.webhook_ingest.statuses.logic.journalling import FEW_BLOCKS
from shared.domain.campaigns.blocks import BLOCK_SIZE
from tests.support.status_traffic import STATUSES, Batches, Status, statuses_of

RATES = (72, 900, 3_600, 10_000)
RECORDS = (1_000, 5_000)
INTERVALS = (60, 300, 900, 1_800)
SAMPLE = 400
PAGE_OVERHEAD = 200
"""Bytes of a page's keys and names."""
STREAM_WRU = STATUSES * 0.08 / 1_000_000 / (0.625 / 1_000_000)
"""Kinesis on demand takes $0.08 for a GB in and counts a record as 1 KB at least: that is from memory, and
has never been looked up. In units of what a write costs."""


def main() -> None:
    rng = random.Random(7)
    blocks = [list(statuses_of(rng, n, rng.uniform(0, 3_600))) for n in range(SAMPLE)]
    print(f"{'':34}" + "".join(f"{rate:>9,}/s" for rate in RATES))
    for records in RECORDS:
        traffic = [Batches(rate, records) for rate in RATES]
        _row(f"batches of {records:,}: a campaign's part", [float(one.of_a_campaign) for one in traffic], "9.0f")
        _row("  fold, as it was", [fold(rng, blocks, one) for one in traffic])
        for seconds in INTERVALS:
            _row(f"  journal, folded every {seconds} s", [journal(blocks, one, seconds) for one in traffic])
    for seconds in (300, 900):
        cost = touched(blocks, seconds) + STREAM_WRU
        _row(f"stream, written every {seconds} s", [cost] * len(RATES))


def fold(rng: random.Random, blocks: list[list[Status]], batches: Batches) -> float:
    touches = sum(len({batches.batch_of(rng, one.at) for one in block}) for block in blocks)
    return touches / len(blocks) / BLOCK_SIZE


def touched(blocks: list[list[Status]], seconds: int) -> float:
    """Writes a message where each block is written once in so many seconds in which something came."""
    touches = sum(len({int(one.at // seconds) for one in block}) for block in blocks)
    return touches / len(blocks) / BLOCK_SIZE


def journal(blocks: list[list[Status]], batches: Batches, seconds: int) -> float:
    """A page is written, noted and taken out; what is of few people goes into their blocks at once."""
    size = batches.of_a_campaign
    if size <= FEW_BLOCKS:
        return STATUSES
    page = math.ceil((4 * size + PAGE_OVERHEAD) / 1024)
    return touched(blocks, seconds) + STATUSES * (2 * page + 1) / size


def _row(name: str, figures: list[float], form: str = "9.2f") -> None:
    print(f"{name:34}" + "".join(f"{figure:{form}}  " for figure in figures))
