"""What keeps a loaded campaign from beginning, and which of several reasons it shows."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from shared.clock import EpochMs
from shared.domain.campaigns.stop_conditions import keeps_the_gates, reason_not_to_begin
from shared.domain.campaigns.stop_reasons import next_action, outweighs
from shared.domain.numbers.number import Number
from shared.domain.templates.template import Template
from shared.ids import PhoneNumberId, WabaId
from tests.support.campaigns import a_campaign

NOW = EpochMs(1_800_000_000_000)
CAMPAIGN = a_campaign("c", name="sale", waba_id=WabaId("w"), template_id="t", category="UTILITY")
TEMPLATE = Template("t", WabaId("w"), "sale", "en", "UTILITY", "APPROVED", "POSITIONAL", [])
NUMBER = Number(PhoneNumberId("1"), WabaId("w"), "+1", "Shop")
UNTIL = {"status": "restricted", "reason": "account_restricted", "restricted_until": NOW}


@pytest.mark.parametrize(
    ("template", "number", "reason"),
    [
        ({"quality": "YELLOW"}, {"quality": "YELLOW"}, ""),
        ({"category": "MARKETING"}, {}, "template_recategorised"),
        ({"status": "PAUSED"}, {}, "template_paused"),
        ({"status": "PENDING"}, {}, "template_pending"),
        ({"quality": "RED"}, {}, "template_quality_red"),
        ({}, {"quality": "RED"}, "number_quality_red"),
        ({}, {"status": "restricted", "reason": "account_disabled"}, "account_disabled"),
        ({}, {"status": "disconnected"}, "number_disconnected"),
        ({}, UNTIL, ""),
        ({}, {**UNTIL, "restricted_until": NOW + 1}, "account_restricted"),
        ({"category": "MARKETING", "status": "PAUSED"}, {"quality": "RED"}, "template_recategorised"),
    ],
)
def test_what_keeps_a_campaign_from_beginning(template: dict[str, Any], number: dict[str, Any], reason: str) -> None:
    assert reason_not_to_begin(CAMPAIGN, replace(TEMPLATE, **template), replace(NUMBER, **number), NOW) == reason


@pytest.mark.parametrize(
    ("frozen", "category", "kept"),
    [
        ("UTILITY", "MARKETING", False),
        ("UTILITY", "AUTHENTICATION", False),
        ("AUTHENTICATION", "MARKETING", False),
        ("MARKETING", "AUTHENTICATION", False),
        ("UTILITY", "SOMETHING_NEW", False),
        ("MARKETING", "UTILITY", True),
        ("AUTHENTICATION", "UTILITY", True),
        ("MARKETING", "MARKETING", True),
    ],
)
def test_whom_wide_gates_let_in_must_not_get_what_narrow_ones_would_keep_back(
    frozen: str, category: str, kept: bool
) -> None:
    assert keeps_the_gates(frozen, category) is kept


def test_the_more_telling_reason_is_shown() -> None:
    rising = ("paused on request", "meta_131048", "template_quality_red", "template_recategorised")
    for less, more in pairwise(rising):
        assert outweighs(more, less)
        assert not outweighs(less, more)
    assert not any(outweighs(reason, reason) for reason in rising)
    assert not outweighs("number_quality_red", "template_quality_red")


def test_what_to_do_about_a_new_category() -> None:
    assert "cancel, and start a new campaign" in next_action("template_recategorised")
