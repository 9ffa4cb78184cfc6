"""What Meta's answers mean. The table is Meta's error page, code by code."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns import outcome as of_meta
from shared.domain.campaigns.outcome import PROOF_REFUSED, Action, Kind, Outcome, from_answer, from_error_code, rule_of

NEXT, SLOW, PAIR = Action.NEXT, Action.SLOW_DOWN, Action.SPACE_PAIR
CAMPAIGN, NUMBER, ACCOUNT = Action.PAUSE_CAMPAIGN, Action.PAUSE_NUMBER, Action.PAUSE_ACCOUNT
TOKEN, SUPPRESS, ENDPOINT = Action.TOKEN, Action.SUPPRESS_MARKETING, Action.OTHER_ENDPOINT
REFUSED, LATER, UNKNOWN = Kind.REFUSED, Kind.THROTTLED, Kind.UNKNOWN

# code, HTTP status Meta documents (400 where it documents none), kind, action, seconds to wait at least
TABLE: list[tuple[int, int, Kind, Action, int]] = [
    # Meta may have taken the message before it failed: never sent again by itself.
    *((code, status, UNKNOWN, NEXT, 0) for code, status in ((1, 400), (2, 503), (131000, 500), (131016, 500))),
    # Nobody may use this token or this permission: every message would fail.
    *((code, status, LATER, TOKEN, 0) for code, status in ((0, 401), (3, 500), (10, 403), (190, 401), (131005, 403))),
    *((code, 403, LATER, TOKEN, 0) for code in (200, 201, 250, 299)),
    # Too fast.
    *((code, status, LATER, SLOW, 0) for code, status in ((4, 400), (4, 429), (613, 400), (80007, 400), (80008, 400))),
    *((130429, status, LATER, SLOW, 0) for status in (400, 403, 429)),
    (133004, 503, LATER, SLOW, 0),
    (138013, 400, LATER, SLOW, 0),
    (131056, 400, LATER, PAIR, 0),
    # Not yet.
    (131057, 500, LATER, SLOW, 60),
    (2494100, 400, LATER, SLOW, 120),
    (133015, 400, LATER, SLOW, 300),
    (134101, 400, LATER, SLOW, 600),
    # This person does not get it; the next one may.
    *((code, 400, REFUSED, NEXT, 0) for code in (100, 130472, 131021, 131026, 131047, 131049, 131051, 131052, 131053)),
    *((code, 400, REFUSED, NEXT, 0) for code in (130403, 131030, 131044, 131059, 131060, 131062, 132005, 135000)),
    *((code, 400, REFUSED, NEXT, 0) for code in (131009, 131020, 131041, 132012, 137000, 139200)),
    (130497, 403, REFUSED, NEXT, 0),
    (131050, 400, REFUSED, SUPPRESS, 0),
    # The message is wrong in itself: this one fails, and the campaign stops.
    *((code, 400, REFUSED, CAMPAIGN, 0) for code in (131008, 132000, 132008, 132018)),
    # The template: everybody's would fail.
    *((code, 400, LATER, CAMPAIGN, 0) for code in (131014, 132007, 132015, 132016, 132068, 132069)),
    (132001, 404, LATER, CAMPAIGN, 0),
    # The number.
    *((code, status, LATER, NUMBER, 0) for code, status in ((33, 400), (131037, 400), (131045, 500), (131048, 400))),
    *((code, 400, LATER, NUMBER, 0) for code in (133005, 133006, 133008, 133009, 133010, 133016, 134011)),
    (133000, 500, LATER, NUMBER, 0),
    # The account.
    *((code, status, LATER, ACCOUNT, 0) for code, status in ((368, 403), (131031, 403), (131042, 400), (131064, 400))),
    (141010, 400, LATER, ACCOUNT, 0),
    # It belongs to the other endpoint.
    *((code, 400, LATER, ENDPOINT, 0) for code in (131055, 131061, 131063, 134100)),
    (134102, 500, LATER, ENDPOINT, 0),
]
# Codes of Meta's page that no send is answered with: calls, flows, blocking, usernames, numbers and templates as such.
OTHERS = [
    *(138000, 138001, 138012, 139000, 139004, 139100, 139103, 147001, 147005, 200005, 200007, 1752041),
    *(2388001, 2388019, 2388023, 2388040, 2388047, 2388072, 2388073, 2388103, 2388293, 2388299),
    *(2494164, 2494179, 2593079, 2593085, 2593107, 2593108, 2593109),
]


def error(code: object) -> dict[str, object]:
    return {"error": {"message": f"(#{code}) x", "type": "OAuthException", "code": code, "fbtrace_id": "A"}}


@pytest.mark.parametrize(("code", "status", "kind", "action", "wait"), TABLE)
def test_every_code_of_metas_table(code: int, status: int, kind: Kind, action: Action, wait: int) -> None:
    assert from_answer(status, error(code)) == Outcome(kind, str(code), action, wait_seconds=wait)


def test_no_code_is_in_the_table_that_is_not_here() -> None:
    permissions = set(range(200, 300))
    assert {code for code, _, kind, _, _ in TABLE if kind is not UNKNOWN} | permissions == set(of_meta.TABLE)


@pytest.mark.parametrize("code", OTHERS)
def test_what_no_send_is_answered_with_goes_by_its_class(code: int) -> None:
    assert code not in of_meta.TABLE
    assert from_answer(400, error(code)) == Outcome(REFUSED, str(code))


@pytest.mark.parametrize(("code", "action"), [(str(row[0]), row[3]) for row in TABLE if row[2] is not UNKNOWN])
def test_a_code_that_comes_with_a_status_means_the_same(code: str, action: Action) -> None:
    assert rule_of(code).action is action


@pytest.mark.parametrize("code", ["", "unknown", "999999", "131000", "-5", "１３", "1e9"])
def test_a_code_of_a_status_that_is_not_in_the_table_concerns_its_message_alone(code: str) -> None:
    assert rule_of(code).action is NEXT


@pytest.mark.parametrize("code", sorted({row[0] for row in TABLE}))
def test_the_code_decides_and_not_the_http_status(code: int) -> None:
    for status in (200, 401, 403, 404, 429, 500, 503):
        assert from_answer(status, error(code)) == from_answer(400, error(code)), status


@pytest.mark.parametrize("status", [200, 400, 429, 500, 503])
@pytest.mark.parametrize("code", [1, 2, 131000, 131016])
def test_an_ambiguous_code_is_never_taken_for_a_refusal(code: int, status: int) -> None:
    assert from_answer(status, error(code)).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Outcome(Kind.REFUSED, "999999")),
        (403, Outcome(Kind.REFUSED, "999999")),
        (404, Outcome(Kind.REFUSED, "999999")),
        (429, Outcome(Kind.THROTTLED, "999999", Action.SLOW_DOWN)),
        (500, Outcome(Kind.UNKNOWN, "999999")),
        (503, Outcome(Kind.UNKNOWN, "999999")),
    ],
)
def test_a_code_nobody_wrote_down_goes_by_its_class(status: int, expected: Outcome) -> None:
    assert from_error_code(999999, status) == expected


@pytest.mark.parametrize(
    "words",
    [
        "Invalid appsecret_proof provided in the API argument",
        "(#100) API calls from the server require an appsecret_proof argument",
    ],
)
def test_a_refused_proof_of_the_app_secret_says_nothing_of_the_message(words: str) -> None:
    body = {"error": {"code": 100, "message": words, "type": "GraphMethodException"}}
    assert from_answer(400, body) == Outcome(LATER, PROOF_REFUSED, TOKEN)
    about_the_message = {"error": {"code": 100, "message": "(#100) Invalid parameter"}}
    assert from_answer(400, about_the_message) == Outcome(REFUSED, "100")


ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+16505551234", "wa_id": "16505551234"}],
    "messages": [{"id": "wamid.HBgL", "message_status": "accepted"}],
}


def test_an_accepted_message_brings_its_id() -> None:
    assert from_answer(200, ACCEPTED) == Outcome(Kind.ACCEPTED, message_id="wamid.HBgL")


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_answer_needs_no_contacts_and_no_message_status(status: int) -> None:
    assert from_answer(status, {"messages": [{"id": "wamid.1"}]}) == Outcome(Kind.ACCEPTED, message_id="wamid.1")


def test_a_message_held_for_quality_is_told_apart() -> None:
    body = {"messages": [{"id": "wamid.1", "message_status": "held_for_quality_assessment"}]}
    assert from_answer(200, body) == Outcome(Kind.HELD, message_id="wamid.1")


def test_a_message_that_meta_paused_is_not_sent_nor_refused_and_stops_its_campaign() -> None:
    body = {"messages": [{"id": "wamid.1", "message_status": "paused"}]}
    assert from_answer(200, body) == Outcome(UNKNOWN, "132015", CAMPAIGN, "wamid.1")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, None, Kind.UNKNOWN),
        (502, "Bad Gateway", Kind.UNKNOWN),
        (504, {}, Kind.UNKNOWN),
        (500, {"error": {}}, Kind.UNKNOWN),
        (500, {"error": "boom"}, Kind.UNKNOWN),
        (200, None, Kind.UNKNOWN),
        (200, {}, Kind.UNKNOWN),
        (200, [], Kind.UNKNOWN),
        (200, {"messages": []}, Kind.UNKNOWN),
        (200, {"messages": ["x"]}, Kind.UNKNOWN),
        (200, {"messages": {"id": "x"}}, Kind.UNKNOWN),
        (500, ACCEPTED, Kind.UNKNOWN),
        (400, {"error": {"code": None}}, Kind.UNKNOWN),
        (429, None, Kind.THROTTLED),
        (429, "slow down", Kind.THROTTLED),
    ],
)
def test_an_answer_that_says_nothing_clear_is_unknown(status: int, body: object, kind: Kind) -> None:
    assert from_answer(status, body).kind is kind


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.integers(100, 599),
    json_values
    | st.fixed_dictionaries({}, optional={"error": json_values, "messages": json_values})
    | st.builds(error, json_values)
    | st.builds(lambda value: {"messages": [value]}, json_values),
)
def test_no_answer_breaks_it(status: int, body: object) -> None:
    outcome = from_answer(status, body)
    json.dumps(outcome.code)
    if status >= 500 and not (isinstance(body, dict) and "error" in body):
        assert outcome.kind is Kind.UNKNOWN
    if outcome.kind in (Kind.ACCEPTED, Kind.HELD):
        assert 200 <= status < 300


@given(st.integers(-10, 3_000_000), st.integers(100, 599))
def test_only_a_code_that_says_try_again_is_tried_again(code: int, status: int) -> None:
    outcome = from_error_code(code, status)
    assert outcome.kind in (Kind.REFUSED, Kind.THROTTLED, Kind.UNKNOWN)
    if outcome.kind is Kind.THROTTLED:
        assert outcome.action is not Action.NEXT
    else:
        assert outcome.wait_seconds == 0
    if outcome.kind is Kind.UNKNOWN:
        assert outcome.action is Action.NEXT
