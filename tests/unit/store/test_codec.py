"""DynamoDB's typed values, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store.engine.codec import (
    Value,
    decode,
    decode_item,
    encode,
    encode_item,
    maybe_moment,
    number,
    numbers,
    text,
    words,
)

scalars: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**37), 10**37), st.text(max_size=20), st.binary(max_size=20)
)
sets: st.SearchStrategy[Value] = st.one_of(
    st.frozensets(st.integers(0, 1000), min_size=1), st.frozensets(st.text(max_size=10), min_size=1)
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(min_size=1, max_size=10), values, max_size=6))
def test_an_item_comes_back_as_it_was(item: dict[str, Value]) -> None:
    back = decode_item(encode_item(item))
    assert back == item


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (None, {"NULL": True}),
        (True, {"BOOL": True}),
        (0, {"N": "0"}),
        (-5, {"N": "-5"}),
        ("", {"S": ""}),
        (b"x", {"B": b"x"}),
        (frozenset({3, 1}), {"NS": ["1", "3"]}),
        (frozenset({"b", "a"}), {"SS": ["a", "b"]}),
        ([1, "a"], {"L": [{"N": "1"}, {"S": "a"}]}),
        ({"a": [True]}, {"M": {"a": {"L": [{"BOOL": True}]}}}),
    ],
)
def test_what_goes_over_the_wire(value: Value, wire: dict[str, object]) -> None:
    assert encode(value) == wire
    assert decode(wire) == value
    assert type(decode(wire)) is type(value)


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(ValueError, match="no empty set"):
        encode(frozenset())


def test_readers_give_their_default_for_what_is_missing_or_of_another_kind() -> None:
    item: dict[str, Value] = {"t": "x", "n": 5, "ns": frozenset({1}), "ss": frozenset({"a"})}
    assert (text(item, "t"), text(item, "n"), text(item, "gone", "d")) == ("x", "", "d")
    assert (number(item, "n"), number(item, "t"), number(item, "gone", 7)) == (5, 0, 7)
    assert (maybe_moment(item, "n"), maybe_moment(item, "t"), maybe_moment(item, "gone")) == (5, None, None)
    assert (numbers(item, "ns"), numbers(item, "gone")) == (frozenset({1}), frozenset())
    assert (words(item, "ss"), words(item, "gone")) == (frozenset({"a"}), frozenset())
