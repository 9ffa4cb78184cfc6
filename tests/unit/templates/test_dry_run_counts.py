"""A dry run says how many people each variable keeps out."""

import json

from functions.api.campaigns.dry_runs import DryRun, add_up


def part(by_slot: dict[str, int]) -> str:
    return json.dumps(
        {"planned": 9, "sendable": 1, "skipped": {}, "samples": [], "missing": [], "missing_by_slot": by_slot}
    )


def test_the_shards_counts_are_added_up() -> None:
    result = add_up(DryRun("d", 1), [part({"body.1": 3, "body": 1}), part({"body.1": 4})])
    assert result.missing_by_slot == {"body.1": 7, "body": 1}


def test_a_part_stored_before_the_counts_existed_counts_for_none() -> None:
    old = json.dumps({"planned": 9, "sendable": 1, "skipped": {}, "samples": [], "missing": []})
    assert add_up(DryRun("d", 1), [old]).missing_by_slot == {}
