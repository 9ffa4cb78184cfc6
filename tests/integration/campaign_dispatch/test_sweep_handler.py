"""A minute may be too short for all campaigns: none fails the others, and none is always the last."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.campaign_dispatch import sweep_handler
from functions.campaign_dispatch.sweep_handler import in_turn
from shared.ids import TenantId
from tests.support.fake_aws import Context

CAMPAIGNS = [("t", f"c{n}") for n in range(5)]


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the campaigns that were looked at; c2 cannot be."""
    seen: list[str] = []

    def sweep(_deps: object, _tenant: TenantId, campaign_id: str, _now: int) -> str:
        seen.append(campaign_id)
        if campaign_id == "c2":
            raise RuntimeError("no")
        return "sending"

    campaigns = SimpleNamespace(to_sweep=lambda _now: CAMPAIGNS)
    monkeypatch.setattr(sweep_handler, "deps", lambda: SimpleNamespace(campaigns=campaigns))
    monkeypatch.setattr(sweep_handler, "sweep_campaign", sweep)
    return seen


def test_one_campaign_that_fails_does_not_stop_the_others(swept: list[str]) -> None:
    sweep_handler.lambda_handler({}, Context())
    assert sorted(swept) == ["c0", "c1", "c2", "c3", "c4"]


def test_who_had_no_turn_is_counted(
    swept: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = iter([60_000, 30_000, 9_000])
    context = Context()
    monkeypatch.setattr(context, "get_remaining_time_in_millis", lambda: next(left))
    sweep_handler.lambda_handler({}, context)
    assert len(swept) == 2
    assert '"SweepUnfinished":[3.0]' in capsys.readouterr().out.replace(" ", "")


@given(st.lists(st.integers(), max_size=40, unique=True), st.integers(0, 10**9))
def test_everybody_has_a_turn_and_each_minute_begins_elsewhere(items: list[int], minute: int) -> None:
    assert sorted(in_turn(items, minute)) == sorted(items)
    if items:
        assert {in_turn(items, minute + later)[0] for later in range(len(items))} == set(items)
