"""Plans: a paying subscription has its plan's limits, everybody else the free ones."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.accounts.plans import PLAN_NAMES, PlanName, entitlements

PAYING = ["active", "trialing", "past_due"]
NOT_PAYING = ["none", "", "canceled", "unpaid", "incomplete", "incomplete_expired", "paused"]


@pytest.mark.parametrize("plan", PLAN_NAMES)
@pytest.mark.parametrize("status", PAYING)
def test_a_paying_subscription_has_its_plan(plan: str, status: str) -> None:
    assert entitlements(plan, status).plan == plan


@pytest.mark.parametrize("plan", PLAN_NAMES)
@pytest.mark.parametrize("status", NOT_PAYING)
def test_who_does_not_pay_has_the_free_plan(plan: str, status: str) -> None:
    assert entitlements(plan, status).plan == "free"


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_plan_and_no_state_breaks_it(plan: str, status: str) -> None:
    assert entitlements(plan, status).plan in PLAN_NAMES


def test_every_plan_has_its_limits() -> None:
    assert get_args(PlanName) == PLAN_NAMES


def test_a_higher_plan_allows_no_less_of_anything() -> None:
    free, starter, growth = (entitlements(plan, "active") for plan in ("free", "starter", "growth"))
    for limit in ("numbers", "campaign_recipients", "members"):
        assert getattr(free, limit) <= getattr(starter, limit) <= getattr(growth, limit)
