"""A dry run is what its sixteen parts come to."""

import json

from functions.api.campaigns.logic.dry_run_result import DryRun, add_up
from shared.clock import EpochMs
from shared.domain.campaigns.dry_run_part import DryRunPart

RUN = DryRun("R", EpochMs(1))


def test_a_dry_run_is_complete_with_sixteen_parts() -> None:
    assert not add_up(RUN, [DryRunPart(1)] * 15).complete
    assert add_up(RUN, [DryRunPart(1)] * 16).complete


def test_parts_are_summed_and_samples_limited() -> None:
    parts = [
        DryRunPart(7, {"opted_out": 2, "missing_variable": 1}, samples=(("c", "Hi"),) * 8, offer_ends=EpochMs(9)),
        DryRunPart(4, {"opted_out": 1}, samples=(("c", "Hi"),) * 8, missing=(("m", "s"),), offer_ends=EpochMs(5)),
    ]
    result = add_up(RUN, parts)
    assert (result.planned, result.sendable) == (15, 11)
    assert result.skipped == {"opted_out": 3, "missing_variable": 1}
    assert len(result.samples) == 10
    assert result.missing == [("m", "s")]
    assert result.offer_ends == 5


def test_the_shards_counts_are_added_up() -> None:
    parts = [DryRunPart(missing_by_slot={"body.1": 3, "body": 1}), DryRunPart(missing_by_slot={"body.1": 4})]
    assert add_up(RUN, parts).missing_by_slot == {"body.1": 7, "body": 1}


def test_a_part_is_read_as_it_was_written() -> None:
    part = DryRunPart(3, {"opted_out": 2}, (("c", "Hi ✓"),), (("m", "s"),), {"s": 1}, EpochMs(17), {"DE": 3}, {"DE": 1})
    assert DryRunPart.from_json(part.to_json()) == part
    assert part.planned == 5


def test_a_part_stored_before_the_counts_existed_counts_for_none() -> None:
    old = json.dumps({"planned": 9, "sendable": 1, "skipped": {}, "samples": [], "missing": []})
    assert add_up(RUN, [DryRunPart.from_json(old)]).missing_by_slot == {}
