"""The two forms of a condition: each is made from the other without loss."""

import json
from datetime import date

import pytest
from hypothesis import given, settings

from shared.domain.expressions.condition import (
    MAX_DEPTH,
    All,
    Any,
    FromToday,
    Leaf,
    Node,
    Not,
    Operator,
    Subject,
    depth_of,
    normal,
)
from shared.domain.expressions.problems import BadCondition
from shared.domain.expressions.reader import read_text
from shared.domain.expressions.tree import read_tree, to_tree
from shared.domain.expressions.writer import write
from tests.unit.expressions.vocabulary_samples import CAMPAIGN, VOCABULARY, nodes

COUNTRY = Leaf(Subject("contact.country"), Operator.IS, "ES")
OPEN = Leaf(Subject("contact.window_open"), Operator.IS, True)
VIP = Leaf(Subject("contact.tags"), Operator.HAS, "vip")


@settings(max_examples=150, deadline=None)
@given(nodes())
def test_tree_to_text_and_back(node: Node) -> None:
    meant = normal(node)
    if depth_of(meant) > MAX_DEPTH:
        return
    text = write(meant)
    assert read_text(text, VOCABULARY) == meant
    assert write(read_text(text, VOCABULARY)) == text


@settings(max_examples=150, deadline=None)
@given(nodes())
def test_condition_to_json_and_back(node: Node) -> None:
    try:
        meant = read_tree(json.loads(json.dumps(to_tree(node))), VOCABULARY)
    except BadCondition:
        assert depth_of(node) > MAX_DEPTH
        return
    assert meant == normal(node)
    assert read_tree(json.loads(json.dumps(to_tree(meant))), VOCABULARY) == meant


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ('contact.country == "ES"', COUNTRY),
        ("contact.window_open", OPEN),
        ("contact.window_open == false", Leaf(Subject("contact.window_open"), Operator.IS, False)),
        ("!contact.window_open", Not(OPEN)),
        ('!("vip" in contact.tags)', Not(VIP)),
        ("has(fields.plan)", Leaf(Subject("fields", "plan"), Operator.KNOWN)),
        ("has(fields.`in`)", Leaf(Subject("fields", "in"), Operator.KNOWN)),
        ('contact.name.startsWith("A\\"b\\\\")', Leaf(Subject("contact.name"), Operator.STARTS_WITH, 'A"b\\')),
        ("fields.points in [1, 2.5, -3]", Leaf(Subject("fields", "points"), Operator.ONE_OF, (1, 2.5, -3))),
        (
            'fields.renewal >= date("2026-02-28")',
            Leaf(Subject("fields", "renewal"), Operator.AT_LEAST, date(2026, 2, 28)),
        ),
        ("fields.renewal == today()", Leaf(Subject("fields", "renewal"), Operator.IS, FromToday(0))),
        ("contact.last_seen < days_ago(30)", Leaf(Subject("contact.last_seen"), Operator.LESS_THAN, FromToday(-30))),
        ("fields.renewal <= days_ahead(7)", Leaf(Subject("fields", "renewal"), Operator.AT_MOST, FromToday(7))),
        (f'campaign("{CAMPAIGN}").read', Leaf(Subject("campaign.read", CAMPAIGN), Operator.IS, True)),
        ("campaigns_in_days(30).read", Leaf(Subject("campaigns_in_days.read", 30), Operator.IS, True)),
        ('contact.country == "ES" && "vip" in contact.tags', All((COUNTRY, VIP))),
        (
            '(contact.country == "ES" || "vip" in contact.tags) && contact.window_open',
            All((Any((COUNTRY, VIP)), OPEN)),
        ),
        (
            '(contact.country == "ES" && "vip" in contact.tags) || contact.window_open',
            Any((All((COUNTRY, VIP)), OPEN)),
        ),
    ],
)
def test_the_canonical_text(text: str, node: Node) -> None:
    assert write(node) == text
    assert read_text(text, VOCABULARY) == node


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (
            "  contact.country=='ES' // here\n&& \n contact.window_open",
            'contact.country == "ES" && contact.window_open',
        ),
        ("contact.window_open && (contact.window_open && has(contact.name))", None),
        ('"ES" == contact.country', 'contact.country == "ES"'),
        ("5 < fields.points", "fields.points > 5"),
        ("5.0 >= fields.points", "fields.points <= 5"),
        ("days_ago(7) <= contact.last_seen", "contact.last_seen >= days_ago(7)"),
        ("days_ago(0) == contact.last_seen", "contact.last_seen == today()"),
        ('contact.last_seen == "2026-01-02"', 'contact.last_seen == date("2026-01-02")'),
        ('fields["plan"] != "gold"', 'fields.plan != "gold"'),
        ("!!contact.window_open", "contact.window_open"),
        ("!(!(contact.window_open))", "contact.window_open"),
        ("contact.window_open == true", "contact.window_open"),
        ('contact.country in ["ES", "ES"]', 'contact.country in ["ES"]'),
        (r'contact.name == r"a\b"', r'contact.name == "a\\b"'),
        ('contact.name == "\\u00e9\\u0007"', 'contact.name == "é\\u0007"'),
        ("fields.points == 1e3", "fields.points == 1000"),
    ],
)
def test_other_ways_to_write_it(written: str, canonical: str | None) -> None:
    expected = canonical or "contact.window_open && contact.window_open && has(contact.name)"
    assert write(read_text(written, VOCABULARY)) == expected


def test_groups_that_say_nothing_are_dissolved() -> None:
    tree = {"all": [{"all": [{"any": [to_tree(COUNTRY)]}, to_tree(VIP)]}, {"not": {"not": to_tree(OPEN)}}]}
    assert to_tree(read_tree(tree, VOCABULARY)) == {"all": [to_tree(COUNTRY), to_tree(VIP), to_tree(OPEN)]}
