"""Contacts that turn out to be one person while their campaign is under way: only one of them is written to.

Two lanes may hold the two, and neither sees what the other one's worker has in hand. So both follow one order: of two
who wait, the one with the smaller id is written to. Who may have been written to already is skipped for nobody's sake,
and a lane that has just learned of it waits until every other lane must have.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from enum import Enum

from functions.campaign_dispatch.lane.job import Job
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import lane_of, split_block_number
from shared.domain.campaigns.number_work import NumberWork, Run
from shared.domain.campaigns.standing import claimed_slots, slots_in_retry
from shared.domain.contacts.consent_record import ConsentChange
from shared.ids import ContactId
from shared.store.campaigns.people import place_in
from shared.store.campaigns.sends import Sends

ELSEWHERE_SECONDS = 14.0
"""By now every other lane has learned it, or sends nothing any more on the strength of a look before that."""
LONG_KNOWN_MS = 90_000
"""So long after it was noted, that holds whenever this lane began: a note may be a minute older than its writing."""
WAIT_MS = 5_000
_NEVER_TRIED = frozenset({"skipped", "cancelled"})


class Verdict(Enum):
    SEND = "send"
    SKIP = "skip"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Other:
    """Where another contact of the same person stands in the campaign. `outcome` is the stored one, None when nothing
    is; `claimed` says that a lane has taken them; `same_lane` that it is this one; `first` that their turn is first."""

    outcome: str | None
    claimed: bool
    same_lane: bool
    first: bool


def verdict_on(others: Sequence[Other], *, all_know: bool) -> Verdict:
    """What becomes of a message whose person stands in the campaign as these others too; `all_know`: every lane does.

    An attempt that failed was one at this person too, and is not made again under another name.
    """
    verdict = Verdict.SEND
    for other in others:
        if other.outcome in _NEVER_TRIED:
            continue
        if other.outcome is not None or other.first:
            return Verdict.SKIP
        if other.claimed and all_know:
            return Verdict.SKIP
        if other.claimed or not (other.same_lane or all_know):
            verdict = Verdict.WAIT
    return verdict


@dataclass(slots=True)
class OnePerson:
    """What a lane knows of contacts that are one. Times: `monotonic` in seconds, `now` in epoch ms."""

    sends: Sends
    lane: int
    _people: dict[ContactId, Set[ContactId]] = field(default_factory=dict)
    _noted: dict[ContactId, tuple[float, EpochMs]] = field(default_factory=dict)

    def learn(self, changes: Iterable[ConsentChange], monotonic: float) -> None:
        for change in changes:
            known = self.contacts_of(change.contact_id)
            if not change.same_as or change.same_as in known:
                continue
            person = known | self.contacts_of(change.same_as)
            self._people |= dict.fromkeys(person, person)
            self._noted |= dict.fromkeys(person, (monotonic, change.at))

    def contacts_of(self, contact_id: ContactId) -> Set[ContactId]:
        """The contacts as which this person is known, this one among them."""
        return self._people.get(contact_id) or {contact_id}

    def judge(self, job: Job, work: NumberWork, monotonic: float, now: EpochMs) -> Verdict:
        """Whether to send a message that this lane has claimed since it read `work`. Costs a few reads."""
        contact_id = job.recipient.contact_id
        learned, at = self._noted[contact_id]
        all_know = monotonic - learned > ELSEWHERE_SECONDS or now - at > LONG_KNOWN_MS
        others = (self._other(job.run, contact_id, one, work) for one in self._people[contact_id] - {contact_id})
        return verdict_on([other for other in others if other is not None], all_know=all_know)

    def _other(self, run: Run, contact_id: ContactId, other_id: ContactId, work: NumberWork) -> Other | None:
        place = place_in(self.sends.read_block, run.tenant_id, run, other_id)
        if place is None:
            return None
        shard, n = split_block_number(place.block)
        lane = lane_of(shard, run.lanes)
        status = self.sends.status_block(run.tenant_id, run.campaign_id, place.block)
        cursors = {i: state.cursors.get(run.campaign_id, 0) for i, state in work.lanes.items()}
        retrying = slots_in_retry(run.campaign_id, work).get(place.block, frozenset())
        return Other(
            outcome=status.outcome(place.slot) if status is not None else None,
            claimed=place.slot < claimed_slots(run, cursors, shard, n) and place.slot not in retrying,
            same_lane=lane == self.lane,
            first=other_id < contact_id,
        )
