"""The order of a restore, and what is easily left out of a deployment."""

import re

from infra.packaging.target import ROOT


def test_a_restore_stops_sending_in_both_tables_before_it_plugs_one_in_and_resumes_last() -> None:
    """A stop is a row of Directory: the restored one has it only if it is put there."""
    page = (ROOT / "infra" / "RUNBOOK.md").read_text()
    section = page.partition("## Restoring from a point in time")[2].partition("\n## ")[0]
    steps = re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]
    words = [
        *("ops sending stop --platform", "restore-table-to-point-in-time", "--platform --everything --table"),
        *("RestoredSendsTable=", "ops campaign cancel", "#OPT", "ops tenant status", "ops sending resume"),
    ]
    assert [word in step for word, step in zip(words, steps, strict=True)] == [True] * len(steps)
    assert "ops sending status --platform --table" in steps[2], "it is read back"


def test_the_command_to_deploy_says_what_this_accounts_concurrency_is() -> None:
    """The default is that of an account whose quota was raised; in a new one it would never ring."""
    page = (ROOT / "README.md").read_text()
    deploy = page.partition("aws cloudformation deploy")[2].partition("```")[0]
    assert "ConcurrencyAlarmAt=" in deploy
