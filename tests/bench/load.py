"""The load model: which limit is reached first with 1, 10, 100 and 1,000 numbers, and at what load, with what the hot
paths take in this run; the model itself is `tests/support/cell_limits.py`.
"""

from dataclasses import replace

from tests.bench import upkeep
from tests.bench.parts import folding
from tests.bench.priced_work import measure
from tests.support.cell_figures import ASKED_FOR, CELL, HIGHEST_RATE, NEW_ACCOUNT, STANDARD_RATE, Figures
from tests.support.cell_limits import first, limits
from tests.support.dynoxide import BINARY, MISSING


def measured() -> Figures:
    """What this machine takes, for what `priced_work`, `parts` and `upkeep` measure."""
    work, kept = measure(), upkeep.measure()
    return replace(
        Figures(),
        post_cpu=work.status_post.cpu,
        fold_cpu=folding(),
        inbound_cpu=work.first_message.cpu,
        inbound_calls=work.first_message.calls,
        inbound_writes=work.first_message.writes,
        told_cpu=work.told.cpu,
        told_calls=work.told.calls,
        bot_cpu=work.bot_answer.cpu,
        bot_calls=work.bot_answer.calls,
        call_cpu=kept.call.cpu,
        block_cpu=kept.block.cpu,
        sweep_fast_cpu=kept.sweep_fast.cpu,
        sweep_fast_calls=kept.sweep_fast.calls,
        sweep_slow_cpu=kept.sweep_slow.cpu,
        sweep_slow_calls=kept.sweep_slow.calls,
    )


def main() -> None:
    if BINARY.exists():
        found = measured()
    else:
        print(f"{MISSING}\nFigures as they were measured on two cores in November 2026:")
        found = Figures()
    print(found)
    for title, settings in (
        ("a new account, defaults", NEW_ACCOUNT),
        ("a cell as infra/README.md asks for", ASKED_FOR),
    ):
        print(f"\n{title}\n  {'numbers':>8} {'send at 80/s':>13} {'at 1,000/s':>11}   first limit")
        for lanes in (1, 10, 100, 1_000):
            limit = first(lanes, found, settings)
            print(
                f"  {lanes:8,} {lanes * STANDARD_RATE:13,} {lanes * HIGHEST_RATE:11,}   "
                f"{limit.messages:9,.0f} msg/s  {limit.kind:9}  {limit.name}"
            )
        print(f"  all, at 1,000 numbers; a cell is to carry {CELL:,} msg/s")
        for limit in limits(1_000, found, settings):
            print(f"    {limit.messages:12,.0f} msg/s  {limit.kind:9}  {limit.name} [{limit.source}]")


if __name__ == "__main__":
    main()
