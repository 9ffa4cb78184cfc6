"""A vocabulary with a subject of every kind and shape, and conditions over it."""

from datetime import date

from hypothesis import strategies as st

from shared.domain.expressions.condition import (
    OPERATORS_OF,
    All,
    Any,
    FromToday,
    Kind,
    Leaf,
    Node,
    Not,
    Operator,
    Subject,
    number,
)
from shared.domain.expressions.problems import Fault, Refused
from shared.domain.expressions.vocabulary import Vocabulary

CAMPAIGN = "01K0000000000000000000000A"


def check_campaign(key: str | int) -> None:
    if key != CAMPAIGN:
        raise Refused(Fault.UNKNOWN_CAMPAIGN, "there is no such campaign; name one of yours")


def any_number(key: str | int) -> None:
    if not isinstance(key, int):
        raise Refused(Fault.WRONG_VALUE, "days are a whole number")


VOCABULARY = Vocabulary(
    attributes={
        "contact.name": Kind.TEXT,
        "contact.country": Kind.TEXT,
        "contact.tags": Kind.WORDS,
        "contact.last_seen": Kind.DATE,
        "contact.window_open": Kind.BOOLEAN,
    },
    open_roots={
        "fields": {
            "plan": Kind.TEXT,
            "points": Kind.NUMBER,
            "renewal": Kind.DATE,
            "member": Kind.BOOLEAN,
            "in": Kind.TEXT,
            "null": Kind.NUMBER,
            "package": Kind.TEXT,
        }
    },
    keyed={"campaign.read": (Kind.BOOLEAN, check_campaign), "campaigns_in_days.read": (Kind.BOOLEAN, any_number)},
    refused={"contact.language": "the language is not kept yet; use a field"},
)
SUBJECTS = {
    **{Subject(name): kind for name, kind in VOCABULARY.attributes.items()},
    **{Subject("fields", key): kind for key, kind in VOCABULARY.open_roots["fields"].items()},
    Subject("campaign.read", CAMPAIGN): Kind.BOOLEAN,
    Subject("campaigns_in_days.read", 30): Kind.BOOLEAN,
}

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
numbers = st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15, allow_nan=False, allow_infinity=False)).map(
    number
)
days = st.one_of(st.dates(), st.integers(-400, 400).map(FromToday))
_VALUES = {Kind.TEXT: texts, Kind.WORDS: texts, Kind.NUMBER: numbers, Kind.DATE: days, Kind.BOOLEAN: st.booleans()}


@st.composite
def tests(draw: st.DrawFn) -> Leaf:
    subject = draw(st.sampled_from(list(SUBJECTS)))
    kind = SUBJECTS[subject]
    test = draw(st.sampled_from(sorted(OPERATORS_OF[kind])))
    if test is Operator.KNOWN:
        return Leaf(subject, test)
    if test is Operator.ONE_OF:
        return Leaf(subject, test, tuple(draw(st.lists(_VALUES[kind], min_size=1, max_size=4, unique=True))))  # type: ignore[arg-type]
    return Leaf(subject, test, draw(_VALUES[kind]))


def nodes() -> st.SearchStrategy[Node]:
    """Also such as no form would make: groups of one, groups in their like, not of not."""

    def extend(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        groups = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(groups.map(All), groups.map(Any), inner.map(Not))

    return st.recursive(tests(), extend, max_leaves=8)


def known_values(draw: st.DrawFn, kind: Kind) -> str | int | float | bool | date | list[str] | None:
    choice: dict[Kind, st.SearchStrategy[object]] = {
        Kind.TEXT: texts,
        Kind.WORDS: st.lists(texts, max_size=3),
        Kind.NUMBER: numbers,
        Kind.DATE: st.dates(),
        Kind.BOOLEAN: st.booleans(),
    }
    return draw(st.one_of(st.none(), choice[kind]))  # type: ignore[return-value]
