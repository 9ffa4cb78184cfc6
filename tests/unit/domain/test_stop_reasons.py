"""Why a number may not send: a stable code and a next step for every reason that is stored."""

import re
from pathlib import Path

import pytest

from functions.api.numbers import models
from functions.api.numbers.logic.stop_reasons import NEXT_STEPS, NextStep, StopReason, next_step, stop_reason
from functions.webhook_ingest.account.logic import account_news


@pytest.mark.parametrize(
    ("stored", "code", "step"),
    [
        ("account_restricted until 2026-12-01T09:00:00Z", StopReason.ACCOUNT_RESTRICTED, NextStep.WAIT),
        ("Meta says BANNED", StopReason.NUMBER_BANNED, NextStep.APPEAL),
        ("Meta says RESTRICTED", StopReason.LIMIT_REACHED, NextStep.WAIT),
        ("account_offboarded", StopReason.ACCOUNT_OFFBOARDED, NextStep.RECONNECT_IN_APP),
        ("no_longer_in_the_account", StopReason.NO_LONGER_IN_THE_ACCOUNT, NextStep.REPEAT_SIGNUP),
        ("something of before", StopReason.OTHER, NextStep.SEE_WHATSAPP_MANAGER),
        ("", StopReason.OTHER, NextStep.SEE_WHATSAPP_MANAGER),
    ],
)
def test_a_stored_reason_has_its_code_and_its_next_step(stored: str, code: StopReason, step: NextStep) -> None:
    assert (stop_reason(stored), next_step(stop_reason(stored))) == (code, step)


def test_every_code_leads_somewhere() -> None:
    assert {next_step(code) for code in StopReason} == set(NextStep) == set(NEXT_STEPS)
    shown = models.StoppedOut.of("partner_removed")
    assert (shown.code, shown.next_step, shown.next_step_text) == (
        "partner_removed",
        "repeat_signup",
        NEXT_STEPS[NextStep.REPEAT_SIGNUP],
    )


def test_whatever_a_webhook_stops_a_number_for_has_a_code() -> None:
    written = Path(account_news.__file__ or "").read_text()
    reasons = re.findall(r'AccountStopped\("[a-z]+", "([a-z_]+)"', written)
    assert set(reasons) >= {"account_offboarded", "account_disabled"}
    assert StopReason.OTHER not in [stop_reason(reason) for reason in (*reasons, *account_news._GONE.values())]
