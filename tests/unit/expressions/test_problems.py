"""What is wrong with a condition is told with its code, its place and what to do."""

import pytest

from shared.domain.expressions.condition import MAX_DEPTH, MAX_TERMS, MAX_TEXT, MAX_VALUES
from shared.domain.expressions.problems import BadCondition, Problem
from shared.domain.expressions.reader import read_text
from shared.domain.expressions.tree import read_tree
from tests.unit.expressions.vocabulary_samples import CAMPAIGN, VOCABULARY


def of_text(text: str) -> tuple[Problem, ...]:
    with pytest.raises(BadCondition) as caught:
        read_text(text, VOCABULARY)
    return caught.value.problems


def of_tree(tree: object) -> tuple[Problem, ...]:
    with pytest.raises(BadCondition) as caught:
        read_tree(tree, VOCABULARY)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "condition_empty", 1, 1),
        ('contact.country = "ES"', "condition_syntax", 1, 17),
        ('contact.country == "ES" &&\n  contact.name ==', "condition_syntax", 2, 18),
        ('contact.country == "ES', "condition_syntax", 1, 20),
        ("contact.name && é", "condition_syntax", 1, 17),
        ('has(contact.name) &&\n\tcontact.nam == "é"', "unknown_subject", 2, 2),
        ("name == 'x'", "unknown_subject", 1, 1),
        ("fields.plann == 'x'", "unknown_field", 1, 1),
        ("campaign('01J').read", "unknown_campaign", 1, 1),
        ("campaign('01J').red", "unknown_subject", 1, 1),
        ("campaigns_in_days('x').read", "wrong_value", 1, 1),
        ('contact.language == "es"', "not_kept_yet", 1, 1),
        ("contact.name > 'a'", "wrong_operator", 1, 1),
        ('"é" == contact.name && contact.tags == "vip"', "wrong_operator", 1, 24),
        ("contact.country == 5", "wrong_value", 1, 20),
        ("fields.points == true", "wrong_value", 1, 18),
        ("contact.country == ES", "wrong_value", 1, 20),
        ("contact.name == fields.plan", "wrong_value", 1, 17),
        ('contact.name == ""', "wrong_value", 1, 17),
        ("contact.name == null", "wrong_value", 1, 17),
        ("contact.name == b'x'", "wrong_value", 1, 17),
        ("fields.points == 1e400", "wrong_value", 1, 18),
        ("fields.renewal == date('2026-02-30')", "wrong_value", 1, 19),
        ("fields.renewal == date('20260201')", "wrong_value", 1, 19),
        ("fields.renewal < days_ago(40000)", "wrong_value", 1, 18),
        ("fields.renewal < days_ago('1')", "wrong_value", 1, 18),
        ("fields.plan in []", "wrong_value", 1, 16),
        ("fields.plan in ['a', 1]", "wrong_value", 1, 16),
        ("fields.plan in contact.tags", "not_supported", 1, 16),
        ("contact.name.matches('(a+)+$')", "not_supported", 1, 1),
        ("contact.tags.exists(t, t == 'a')", "not_supported", 1, 20),
        ("contact.window_open ? true : false", "not_supported", 1, 1),
        ("fields.points + 1 > 5", "not_supported", 1, 1),
        ("size(contact.tags) > 1", "not_supported", 1, 1),
        ("true", "not_a_condition", 1, 1),
        ("contact.name", "not_a_condition", 1, 1),
        ("contact.name.name == 'x'", "not_supported", 1, 1),
        ("(" * 500 + "contact.name", "condition_too_deep", 1, 1),
        (" && ".join(["contact.window_open"] * (MAX_TERMS + 1)), "too_many_terms", 1, 1),
        (f"fields.points in [{','.join(map(str, range(MAX_VALUES + 1)))}]", "too_many_values", 1, 18),
        ("\n" + "x" * MAX_TEXT, "condition_too_long", 2, MAX_TEXT),
    ],
)
def test_a_text(text: str, code: str, line: int, column: int) -> None:
    problem = of_text(text)[0]
    assert (problem.code, problem.place.line, problem.place.column) == (code, line, column), problem.message
    assert problem.message


def test_all_problems_are_told_at_once() -> None:
    found = of_text('contact.nam == "x" || (contact.country == 5 &&\n !has(fields.nothing))')
    assert [(p.code, p.place.line) for p in found] == [("unknown_subject", 1), ("wrong_value", 1), ("unknown_field", 2)]
    assert "contact.name" in found[0].choices
    assert "plan" in found[2].choices


@pytest.mark.parametrize(
    "sign", ["(", "!", "-", "[", "{", "a?b:", "a.", "f(", "a[", '"', "'''", "&&", "a&&", "a||", "\x00", "😀"]
)
def test_no_text_of_any_length_does_harm(sign: str) -> None:
    for count in (1, 33, 400, MAX_TEXT):
        text = (sign * count)[:MAX_TEXT]
        assert of_text(text)[0].code.startswith(("condition_", "not_", "unknown_", "wrong_"))


def nested(depth: int) -> object:
    tree: dict[str, object] = {"subject": "contact.name", "operator": "known"}
    for level in range(depth):
        tree = {"any" if level % 2 else "all": [tree, {"subject": "contact.tags", "operator": "known"}]}
    return tree


@pytest.mark.parametrize(
    ("tree", "code", "path"),
    [
        (None, "not_a_condition", ""),
        ({}, "not_a_condition", ""),
        ({"all": [], "any": []}, "not_a_condition", ""),
        ({"all": []}, "condition_empty", "all"),
        ({"any": {}}, "condition_empty", "any"),
        ({"not": {"all": [5]}}, "not_a_condition", "not.all.0"),
        ({"any": [{"subject": "contact.nam", "operator": "known"}]}, "unknown_subject", "any.0.subject"),
        ({"subject": 5, "operator": "known"}, "unknown_subject", "subject"),
        ({"subject": "contact.name", "key": "x", "operator": "known"}, "unknown_subject", "key"),
        ({"subject": "fields", "key": "nothing", "operator": "known"}, "unknown_field", "key"),
        ({"subject": "campaign.read", "key": "01J", "operator": "is", "value": True}, "unknown_campaign", "key"),
        ({"subject": "contact.language", "operator": "known"}, "not_kept_yet", "subject"),
        ({"subject": "contact.name"}, "wrong_operator", "operator"),
        ({"subject": "contact.name", "operator": "like", "value": "x"}, "wrong_operator", "operator"),
        ({"subject": "contact.name", "operator": "less_than", "value": "x"}, "wrong_operator", "operator"),
        ({"subject": "contact.name", "operator": "is"}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "known", "value": "x"}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "is", "value": ["x"]}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "one_of", "value": "x"}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "one_of", "value": []}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "one_of", "value": [["x"]]}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "is", "value": "\ud800"}, "wrong_value", ""),
        ({"subject": "contact.name", "operator": "is", "value": "x" * 201}, "wrong_value", "value"),
        ({"subject": "contact.name", "operator": "is", "value": "x", "extra": 1}, "not_a_condition", ""),
        ({"subject": "fields", "key": "points", "operator": "is", "value": 1e300}, "wrong_value", "value"),
        ({"subject": "fields", "key": "points", "operator": "is", "value": True}, "wrong_value", "value"),
        (
            {"subject": "fields", "key": "renewal", "operator": "is", "value": {"date": "2026-2-1"}},
            "wrong_value",
            "value",
        ),
        (
            {"subject": "fields", "key": "renewal", "operator": "is", "value": {"days_from_today": 0.5}},
            "wrong_value",
            "value",
        ),
        ({"subject": "fields", "key": "renewal", "operator": "is", "value": "2026-02-01"}, "wrong_value", "value"),
        ({"all": [{"subject": "contact.name", "operator": "known"}] * (MAX_TERMS + 1)}, "too_many_terms", "all"),
        (
            {"all": [{"any": [{"subject": "contact.name", "operator": "known"}] * 30}] * 2},
            "too_many_terms",
            "all.1.any.20",
        ),
    ],
)
def test_a_tree(tree: object, code: str, path: str) -> None:
    problem = of_tree(tree)[0]
    assert (problem.code, problem.place.path) == (code, path), problem.message
    assert problem.message


def test_the_bounds_themselves_are_within() -> None:
    read_tree(nested(MAX_DEPTH - 1), VOCABULARY)
    assert of_tree(nested(MAX_DEPTH))[0].code == "condition_too_deep"
    read_text(" || ".join([f'campaign("{CAMPAIGN}").read'] * MAX_TERMS), VOCABULARY)
    read_text(f"fields.points in [{','.join(map(str, range(MAX_VALUES)))}]", VOCABULARY)


def test_lists_are_dear() -> None:
    many = {"subject": "fields", "key": "points", "operator": "one_of", "value": list(range(MAX_VALUES))}
    assert of_tree({"all": [many] * 3})[0].code == "condition_too_costly"


def test_a_tree_whose_text_would_be_too_long_is_refused() -> None:
    leaf = {"subject": "contact.name", "operator": "is", "value": "é" * 200}
    assert of_tree({"all": [leaf] * 20})[0].code == "condition_too_long"
