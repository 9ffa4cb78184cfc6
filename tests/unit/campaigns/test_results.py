"""What becomes of answers, and a line of writes that loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.campaign_dispatch.lane.results import MAX_ATTEMPTS, RETRY_LIST, Results, Sent, retry_delay_ms, sort_out
from shared.clock import EpochMs
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.dispatch_note import DispatchNote
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.campaigns.stop_reasons import Scope
from shared.domain.contacts.consent import SkipReason
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId
from shared.store.campaigns.runs import LeaseLost
from tests.unit.campaigns.lane_samples import recipient, run

NOW = EpochMs(1_700_000_000_123)
KEY = (TenantId("t"), CampaignId("c1"), 0)


def sent(
    outcome: Outcome | None,
    slot: int = 0,
    *,
    attempt: int = 1,
    trip: bool = False,
    campaign: CampaignId = CampaignId("c1"),
) -> Sent:
    skipped = SkipReason.OPTED_OUT if outcome is None else None
    return Sent(run(campaign), 0, slot, attempt, recipient(ContactId(f"p{slot}")), outcome, skipped, trip)


def refused(code: str, action: Action = Action.NEXT) -> Outcome:
    return Outcome(Kind.REFUSED, code, action)


def later(code: str = "130429", action: Action = Action.SLOW_DOWN) -> Outcome:
    return Outcome(Kind.THROTTLED, code, action)


@pytest.mark.parametrize(
    ("kind", "change"), [(Kind.ACCEPTED, StatusChange(sent={4})), (Kind.HELD, StatusChange(held={4}))]
)
def test_an_accepted_message_is_sent_or_held(kind: Kind, change: StatusChange) -> None:
    settled = sort_out([sent(Outcome(kind, message_id="wamid.1"), 4)], NOW)
    assert replace(settled.changes[KEY], noted={}) == change
    assert not settled.retries
    assert not settled.pauses


def test_a_refusal_is_failed_with_its_code() -> None:
    assert sort_out([sent(refused("131026"), 4)], NOW).changes[KEY] == StatusChange(failed={4: "131026"})


def test_who_was_held_back_is_skipped_with_the_reason() -> None:
    assert sort_out([sent(None, 4)], NOW).changes[KEY] == StatusChange(failed={4: "skip:opted_out"})


def test_a_message_that_is_wrong_in_itself_fails_and_stops_its_campaign() -> None:
    settled = sort_out([sent(refused("132000", Action.PAUSE_CAMPAIGN), 4)], NOW)
    assert settled.changes[KEY] == StatusChange(failed={4: "132000"})
    assert not settled.retries
    assert [(scope, code) for _, scope, code in settled.pauses.values()] == [(Scope.CAMPAIGN, "132000")]


def test_a_message_that_meta_paused_is_left_to_its_statuses_and_stops_its_campaign() -> None:
    settled = sort_out([sent(Outcome(Kind.UNKNOWN, "132015", Action.PAUSE_CAMPAIGN, "wamid.1"), 4)], NOW)
    assert replace(settled.changes[KEY], noted={}) == StatusChange()
    assert not settled.retries
    assert [(scope, code) for _, scope, code in settled.pauses.values()] == [(Scope.CAMPAIGN, "132015")]


def test_of_an_unknown_outcome_it_is_only_noted_when_it_left_and_it_is_not_tried_again() -> None:
    settled = sort_out([replace(sent(Outcome(Kind.UNKNOWN, "no_answer"), 4), at=EpochMs(9))], NOW)
    assert settled.changes[KEY] == StatusChange(noted={4: DispatchNote(EpochMs(9))})
    assert not settled.retries


@pytest.mark.parametrize(
    "outcome",
    [
        later(),
        later("131056", Action.SPACE_PAIR),
        later("132015", Action.PAUSE_CAMPAIGN),
        Outcome(Kind.UNSENT, "connect", Action.SLOW_DOWN),
    ],
)
def test_what_was_not_sent_for_now_goes_on_the_retry_list_and_fails_nobody(outcome: Outcome) -> None:
    settled = sort_out([sent(outcome, 4, attempt=3)], NOW)
    assert list(settled.retries.values()) == [[(0, 4, 4)]]
    assert settled.changes[KEY] == StatusChange(admitted={4: 4})


@pytest.mark.parametrize("attempt", [1, MAX_ATTEMPTS])
def test_what_was_claimed_and_not_sent_waits_and_has_all_its_attempts_left(attempt: int) -> None:
    settled = sort_out([replace(sent(Outcome(Kind.ACCEPTED), 4, attempt=attempt), outcome=None, kept=True)], NOW)
    assert settled.retries == {("c1", NOW // 1000 * 1000): [(0, 4, attempt)]}
    assert settled.changes[KEY] == StatusChange()


def test_after_the_last_attempt_it_has_failed_with_the_last_code() -> None:
    settled = sort_out([sent(later(), 4, attempt=MAX_ATTEMPTS)], NOW)
    assert not settled.retries
    assert settled.changes[KEY] == StatusChange(failed={4: "130429"})


@pytest.mark.parametrize(
    ("action", "scope"),
    [
        (Action.PAUSE_CAMPAIGN, Scope.CAMPAIGN),
        (Action.PAUSE_NUMBER, Scope.NUMBER),
        (Action.PAUSE_ACCOUNT, Scope.ACCOUNT),
        (Action.TOKEN, Scope.ACCOUNT),
    ],
)
def test_what_stops_a_campaign_is_passed_on_with_its_code(action: Action, scope: Scope) -> None:
    settled = sort_out([sent(later("777", action), 1), sent(later("777", action), 2)], NOW)
    assert [(r.campaign_id, how, code) for r, how, code in settled.pauses.values()] == [("c1", scope, "777")]


@pytest.mark.parametrize("action", [Action.NEXT, Action.SLOW_DOWN, Action.SPACE_PAIR, Action.OTHER_ENDPOINT])
def test_nothing_else_stops_a_campaign(action: Action) -> None:
    assert not sort_out([sent(later("777", action)), sent(refused("1"), 1), sent(None, 2)], NOW).pauses


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_reasons_to_stop_the_wider_one_counts(order: int) -> None:
    both = [sent(later("132015", Action.PAUSE_CAMPAIGN), 1), sent(later("131031", Action.PAUSE_ACCOUNT), 2)]
    settled = sort_out(both[::order], NOW)
    assert settled.pauses["c1"][1:] == (Scope.ACCOUNT, "131031")


@pytest.mark.parametrize("trip", [False, True])
def test_who_stopped_marketing_at_meta_is_suppressed_here(trip: bool) -> None:
    settled = sort_out([sent(refused("131050", Action.SUPPRESS_MARKETING), 7, trip=trip)], NOW)
    assert [(r.campaign_id, who, code) for r, who, code in settled.suppressed] == [("c1", "p7", "131050")]
    assert settled.changes[KEY] == StatusChange(failed={7: "131050"})
    assert bool(settled.pauses) is trip


def test_campaigns_and_blocks_are_written_apart() -> None:
    ok = Outcome(Kind.ACCEPTED)
    batch = [sent(ok, 1), sent(ok, 2), sent(ok, 1, campaign=CampaignId("c2"))]
    settled = sort_out(batch, NOW)
    sets = {key: change.sent for key, change in settled.changes.items()}
    assert sets == {KEY: {1, 2}, (TenantId("t"), "c2", 0): {1}}


outcomes = st.one_of(
    st.none(),
    st.builds(Outcome, st.sampled_from(list(Kind)), st.sampled_from(["1", "2"]), st.sampled_from(list(Action))),
)


@given(st.lists(st.tuples(outcomes, st.integers(1, MAX_ATTEMPTS + 1)), max_size=80))
def test_everybody_ends_in_exactly_one_place(answers: list[tuple[Outcome | None, int]]) -> None:
    batch = [sent(outcome, slot, attempt=attempt) for slot, (outcome, attempt) in enumerate(answers)]
    settled = sort_out(batch, NOW)
    change = settled.changes[KEY]
    retried = [slot for entries in settled.retries.values() for _, slot, _ in entries]
    unknown = [s.slot for s in batch if s.outcome is not None and s.outcome.kind is Kind.UNKNOWN]
    assert sorted([*change.sent, *change.held, *change.failed, *retried, *unknown]) == list(range(len(batch)))


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 4), (2, 16), (3, 64), (4, 256), (5, 1024), (6, 3600), (12, 3600)])
def test_a_pair_is_spaced_by_powers_of_four_as_meta_asks(attempt: int, seconds: int) -> None:
    assert retry_delay_ms(later("131056", Action.SPACE_PAIR), attempt) == seconds * 1000


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (5, 32), (6, 60), (12, 60)])
def test_throttling_waits_longer_each_time_up_to_a_minute(attempt: int, seconds: int) -> None:
    assert retry_delay_ms(later(), attempt) == seconds * 1000


@pytest.mark.parametrize("attempt", [1, 11])
def test_what_meta_does_not_take_for_a_time_waits_at_least_that_long(attempt: int) -> None:
    assert retry_delay_ms(Outcome(Kind.THROTTLED, "134101", Action.SLOW_DOWN, wait_seconds=600), attempt) == 600_000
    assert retry_delay_ms(Outcome(Kind.THROTTLED, "131057", Action.SLOW_DOWN, wait_seconds=60), attempt) == 60_000


@pytest.mark.parametrize("action", [Action.PAUSE_CAMPAIGN, Action.PAUSE_NUMBER, Action.PAUSE_ACCOUNT, Action.TOKEN])
def test_who_waits_for_a_pause_to_end_waits_no_longer_than_that(action: Action) -> None:
    assert retry_delay_ms(later("777", action), 5) == 0


def test_retries_are_due_after_their_delay_in_whole_seconds() -> None:
    settled = sort_out([sent(later(), 1), sent(later(), 2), sent(later("131056", Action.SPACE_PAIR), 3)], NOW)
    assert settled.retries == {
        ("c1", 1_700_000_002_000): [(0, 1, 2), (0, 2, 2)],
        ("c1", 1_700_000_004_000): [(0, 3, 2)],
    }


class Down(Exception):
    """The database does not answer."""


@dataclass
class Stores:
    """Sends and lanes that keep what they are told, and fail as often as they are told."""

    failures: list[str] = field(default_factory=list)
    written: list[tuple[object, ...]] = field(default_factory=list)
    lost: bool = False
    cancelled: bool = False

    def write(self, kind: str, *what: object) -> None:
        if self.failures and self.failures[0] == kind:
            self.failures.pop(0)
            raise Down
        self.written.append((kind, *what))

    def record(self, _tenant: TenantId, campaign: str, block: int, change: StatusChange) -> bool:
        self.write("outcome", campaign, block, tuple(sorted(change.sent)), tuple(sorted(change.failed.items())))
        return True

    def add_retries(
        self, _pn: str, _lane: int, _fence: int, campaign: str, due: int, batch: str, entries: Sequence[object]
    ) -> None:
        if self.lost:
            raise LeaseLost
        self.write("retry", campaign, due, batch, tuple(entries))

    def pause(self, run: Run, scope: Scope, code: str) -> None:
        self.write("pause", run.campaign_id, scope, code)


@dataclass
class ConsentOf:
    """Consent that is kept by the stores."""

    stores: Stores

    def record(self, _tenant: TenantId, contact_id: str, *, opted_out: bool, **_more: object) -> None:
        self.stores.write("consent", contact_id, opted_out)


BATCH = [
    sent(Outcome(Kind.ACCEPTED), 1),
    sent(later(), 2),
    sent(refused("131050", Action.SUPPRESS_MARKETING), 3),
    sent(later("132015", Action.PAUSE_CAMPAIGN), 4),
]


def results_over(stores: Stores) -> Results:
    ids = iter(f"id{i}" for i in range(1000))
    return Results(
        stores,  # type: ignore[arg-type]
        stores,  # type: ignore[arg-type]
        ConsentOf(stores),  # type: ignore[arg-type]
        stores.pause,
        lambda _run: stores.cancelled,
        lambda: next(ids),
    )


def settle(results: Results, batch: Sequence[Sent], now: EpochMs = NOW) -> None:
    results.settle(PhoneNumberId("pn"), 0, 1, batch, now)


def test_without_failures_everything_is_written_once() -> None:
    stores = Stores()
    results = results_over(stores)
    settle(results, BATCH)
    assert [kind for kind, *_ in stores.written] == ["outcome", "retry", "retry", "consent", "pause"]
    assert not results.waiting
    assert not results.blocked
    settle(results, [])
    assert len(stores.written) == 5


@pytest.mark.parametrize("kind", ["outcome", "retry", "consent", "pause"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_write_that_fails_stays_at_the_head_until_it_is_done(kind: str, times: int) -> None:
    expected = Stores()
    settle(results_over(expected), BATCH)
    stores = Stores([kind] * times)
    results = results_over(stores)
    with pytest.raises(Down):
        settle(results, BATCH)
    for _ in range(times - 1):
        assert results.waiting
        with pytest.raises(Down):
            settle(results, [])
    settle(results, [])
    assert stores.written == expected.written
    assert not results.waiting


def test_later_answers_queue_up_behind_a_write_that_fails() -> None:
    stores = Stores(["outcome"] * 2)
    results = results_over(stores)
    with pytest.raises(Down):
        settle(results, [sent(Outcome(Kind.ACCEPTED), 1)])
    with pytest.raises(Down):
        settle(results, [sent(Outcome(Kind.ACCEPTED), 2)])
    settle(results, [sent(Outcome(Kind.ACCEPTED), 3)])
    assert [row[3] for row in stores.written] == [(1,), (2,), (3,)]


def test_no_retries_may_be_claimed_while_it_is_uncertain_whether_a_list_is_stored() -> None:
    stores = Stores(["outcome", "retry"])
    results = results_over(stores)
    assert not results.blocked
    for _ in range(2):
        with pytest.raises(Down):
            settle(results, [] if results.waiting else [sent(later(), 1)])
        assert results.blocked
    settle(results, [])
    assert not results.blocked


def test_a_repeated_retry_list_keeps_its_id_so_that_it_is_one_list() -> None:
    stores = Stores(["retry", "retry"])
    results = results_over(stores)
    for batch in ([sent(later(), 1)], []):
        with pytest.raises(Down):
            settle(results, batch)
    settle(results, [])
    assert [row for row in stores.written if row[0] == "retry"] == [
        ("retry", "c1", 1_700_000_002_000, "id0", ((0, 1, 2),))
    ]


def test_many_refusals_at_once_become_lists_that_fit_into_a_small_window() -> None:
    stores = Stores()
    settle(results_over(stores), [sent(later(), slot) for slot in range(60)])
    lists = [row for row in stores.written if row[0] == "retry"]
    entries = [entry for row in lists for entry in row[4]]  # type: ignore[attr-defined]
    assert entries == [(0, slot, 2) for slot in range(60)]
    assert max(len(row[4]) for row in lists) <= RETRY_LIST  # type: ignore[arg-type]
    assert len({row[3] for row in lists}) == len(lists)


def test_who_lost_the_lane_puts_nothing_on_its_retry_list_and_goes_on() -> None:
    stores = Stores(lost=True)
    results = results_over(stores)
    settle(results, BATCH)
    assert [kind for kind, *_ in stores.written] == ["outcome", "consent", "pause"]
    assert not results.blocked


def given_back(slot: int, attempt: int = 1) -> Sent:
    return replace(sent(Outcome(Kind.ACCEPTED), slot, attempt=attempt), outcome=None, kept=True)


@pytest.mark.parametrize("cancelled", [True, False])
def test_what_was_never_sent_of_a_cancelled_campaign_is_given_back_as_cancelled(cancelled: bool) -> None:
    """The campaign is closed, so there is no list to put it on any more. If it goes on, another worker has the lane."""
    stores = Stores(lost=True, cancelled=cancelled)
    settle(results_over(stores), [given_back(1), given_back(2), sent(later(), 3), sent(Outcome(Kind.UNKNOWN), 4)])
    outcomes = [row[4] for row in stores.written if row[0] == "outcome"]
    back = (((1, "cancelled"), (2, "cancelled")), ((3, "cancelled"),))
    assert [row for row in outcomes if row] == (list(back) if cancelled else [])


def test_what_waits_for_another_contact_of_its_person_is_due_later() -> None:
    stores = Stores()
    settle(results_over(stores), [replace(given_back(1), wait_ms=5_000), given_back(2)])
    assert {row[2] for row in stores.written if row[0] == "retry"} == {NOW // 1000 * 1000, NOW // 1000 * 1000 + 5_000}


def test_when_it_left_is_stored_with_what_became_of_it_and_of_no_other() -> None:
    answers = [
        replace(sent(Outcome(Kind.ACCEPTED, message_id="wamid.1"), 1), at=EpochMs(7)),
        replace(sent(Outcome(Kind.HELD, message_id="wamid.2"), 2), at=EpochMs(8)),
        replace(sent(Outcome(Kind.UNKNOWN), 4), at=EpochMs(9)),
        sent(refused("131026"), 5),
        sent(later(), 6),
        given_back(7),
        sent(None, 8),
    ]
    change = sort_out(answers, NOW).changes[KEY]
    assert (change.sent, change.held) == ({1}, {2})
    assert change.noted == {
        1: DispatchNote.of(EpochMs(7), "wamid.1"),
        2: DispatchNote.of(EpochMs(8), "wamid.2"),
        4: DispatchNote(EpochMs(9)),
    }
    stores = Stores()
    settle(results_over(stores), answers[:1])
    assert [row[0] for row in stores.written] == ["outcome"], "by the same write"
