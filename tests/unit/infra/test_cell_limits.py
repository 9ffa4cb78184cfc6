"""The load model: what it names for a cell, and that the documents ask for what it counts on."""

import re
from dataclasses import replace

import pytest

from infra.packaging.target import ROOT
from shared.domain.numbers.number import Number
from shared.ids import PhoneNumberId, WabaId
from tests.support.cell_figures import (
    ASKED_FOR,
    CELL,
    HIGHEST_RATE,
    LANES_OF_A_NUMBER,
    NEW_ACCOUNT,
    TEMPLATE,
    Figures,
)
from tests.support.cell_limits import batch_of_statuses, first, limits

FIGURES = Figures()
PAGE = (ROOT / "infra" / "README.md").read_text()


@pytest.mark.parametrize("lanes", [100, 1_000])
def test_what_a_cell_meets_first_is_set_or_asked_for_and_lies_above_what_it_is_to_carry(lanes: int) -> None:
    """A share that is set aside of a quota is asked for as the quota is."""
    (named, *_) = limits(lanes, FIGURES, ASKED_FOR)
    assert named.kind in ("quota", "parameter"), named
    assert named.messages >= CELL, named


def test_with_many_numbers_the_first_limit_is_a_quota() -> None:
    named = first(1_000, FIGURES, ASKED_FOR)
    assert (named.kind, named.name.split(":")[0]) == ("quota", "statuses")


def test_neither_the_sweep_nor_compaction_nor_any_code_is_met_before_twice_what_a_cell_is_to_carry() -> None:
    found = limits(1_000, FIGURES, ASKED_FOR)
    ours = [limit for limit in found if limit.kind == "code" or limit.name.startswith(("sweep:", "compaction:"))]
    assert {limit.name.split(":")[0] for limit in ours} == {"lanes", "feed", "sweep", "compaction"}
    assert min(limit.messages for limit in ours) >= 2 * CELL


def test_a_batch_that_names_more_campaigns_takes_longer() -> None:
    took = [batch_of_statuses(lanes, 1_000, FIGURES) for lanes in (1, 10, 100, 1_000)]
    assert took == sorted(took)
    assert took[-1] > 10 * took[0]


def test_a_number_is_held_back_by_meta_unless_its_lanes_are_slow() -> None:
    assert first(1, FIGURES, ASKED_FOR).kind == "fixed"
    slow = replace(FIGURES, lane_cpu=FIGURES.lane_cpu * LANES_OF_A_NUMBER)
    assert first(1, slow, ASKED_FOR).name.startswith("lanes:")
    number = Number(PhoneNumberId("1"), WabaId("2"), "1", "a", throughput=HIGHEST_RATE)
    assert number.lanes == LANES_OF_A_NUMBER


def test_a_new_account_meets_its_limits_before_a_cell_does() -> None:
    named = {limit.name: limit.messages for limit in limits(100, FIGURES, ASKED_FOR)}
    for limit in limits(100, FIGURES, NEW_ACCOUNT):
        assert limit.messages <= named[limit.name], limit.name


def test_every_limit_says_where_it_comes_from() -> None:
    found = limits(100, FIGURES, ASKED_FOR)
    assert len({limit.name for limit in found}) == len(found)
    for limit in found:
        assert limit.source, limit.name
        if limit.kind == "quota":
            assert re.search(r"20\d\d-\d\d", limit.source), limit.name


def test_the_parameters_of_a_cell_are_allowed_and_leave_room_in_the_quota() -> None:
    for name, wanted in ASKED_FOR.parameters.items():
        assert TEMPLATE["Parameters"][name]["MaxValue"] >= wanted, name
    aside = ("WebhookReservedConcurrency", "LaneConcurrency", "InboundConcurrency")
    assert sum(ASKED_FOR.parameters[name] for name in aside) + 10 <= ASKED_FOR.lambda_concurrency - 100


def test_the_documents_say_what_to_ask_for_and_what_to_set() -> None:
    for name, wanted in ASKED_FOR.parameters.items():
        assert f"`{name}={wanted}`" in PAGE
    for quota in (
        ASKED_FOR.lambda_concurrency,
        ASKED_FOR.table_writes,
        ASKED_FOR.fifo_messages,
        ASKED_FOR.in_flight,
    ):
        assert f"{quota:,}" in PAGE, quota
