"""The load model: what it names for a cell, and that the documents ask for what it counts on."""

import re
from dataclasses import replace

from infra.packaging.target import ROOT
from tests.support.cell_limits import ASKED_FOR, CELL, NEW_ACCOUNT, TEMPLATE, Figures, first, limits

FIGURES = Figures()
PAGE = (ROOT / "infra" / "README.md").read_text()


def test_the_first_limit_of_a_cell_is_a_quota() -> None:
    (named, *_) = limits(100, FIGURES, ASKED_FOR)
    assert (named.kind, named.name.split(":")[0]) == ("quota", "statuses")
    assert named.messages >= CELL


def test_one_number_is_held_back_by_its_lane_or_by_meta() -> None:
    assert first(1, FIGURES, replace(ASKED_FOR)).name.startswith("lanes:")
    quick = replace(FIGURES, lane_cpu=FIGURES.lane_cpu / 3)
    assert first(1, quick, ASKED_FOR).kind == "fixed"


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
