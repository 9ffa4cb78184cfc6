"""Of campaigns that may not write to the same people each person is in one, in whatever order they start and load.

The rules are the real ones. The store is one in which each call takes effect at once, and between any two calls of a
worker all others may make theirs; what it promises is tried over a real DynamoDB in the integration tests. A worker is
run again from its beginning with the answers that it had, up to its next call.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from functions.campaign_dispatch.load.beside import read_beside, take_place, waits_for
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, Campaign, EarlierCampaign, FrequencyCap, State, in_order
from shared.errors import Conflict
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.campaigns import Campaigns
from tests.support.campaigns import a_campaign

TENANT = TenantId("t")
SHARDS = 2
FIRST = CampaignId("01AAAAAAAAAAAAAAAAAAAAAAAA")
IDS = [CampaignId(f"01{letter * 24}") for letter in "BCD"]
RETRY = Audience(source=EarlierCampaign(FIRST, ("failed",), ("131026",)))
UNKNOWN = Audience(source=EarlierCampaign(FIRST, ("unknown",)))
EVERYBODY = Audience(everyone=True)
CAP = FrequencyCap(1, 7)


def campaign(campaign_id: CampaignId, at: int, **changes: Any) -> Campaign:
    made = a_campaign(
        campaign_id, audience=EVERYBODY, state=State.SCHEDULED, begins_at=EpochMs(at), created_at=EpochMs(at)
    )
    return replace(made, **changes)


@dataclass
class Place:
    """All there is, and the moment."""

    campaigns: dict[CampaignId, Campaign]
    now: int = 1_000
    last: int = 0
    people: dict[tuple[CampaignId, int], frozenset[str]] = field(default_factory=dict)

    def get(self, _tenant: TenantId, campaign_id: CampaignId) -> Campaign:
        return self.campaigns[campaign_id]

    def put_in_order(self, _tenant: TenantId, campaign_id: CampaignId) -> Campaign:
        before = self.campaigns[campaign_id]
        after = in_order(before, self.last + 1)
        self.last += after != before
        return self._put(after)

    def frozen_since(self, _tenant: TenantId, since: EpochMs, *, consistent: bool) -> list[Campaign]:
        assert consistent
        return [c for c in self.campaigns.values() if c.frozen_at and c.frozen_at >= since]

    def created_since(self, _tenant: TenantId, campaign_id: CampaignId) -> list[Campaign]:
        return [c for c in self.campaigns.values() if c.campaign_id >= campaign_id]

    def begin(self, campaign_id: CampaignId) -> Campaign:
        current = self.campaigns[campaign_id]
        if current.state is not State.SCHEDULED:
            return current
        return self._put(replace(current, state=State.LOADING, frozen_at=EpochMs(self.now)))

    def people_of(self, campaign_id: CampaignId, shard: int) -> frozenset[str]:
        return self.people.get((campaign_id, shard), frozenset())

    def seal(self, campaign_id: CampaignId, shard: int, people: frozenset[str]) -> None:
        self.people.setdefault((campaign_id, shard), people)

    def finish(self, campaign_id: CampaignId) -> None:
        current = self.campaigns[campaign_id]
        if current.state is State.LOADING and all((campaign_id, shard) in self.people for shard in range(SHARDS)):
            sizes = tuple(len(self.people[campaign_id, shard]) for shard in range(SHARDS))
            self._put(replace(current, state=State.SENDING, sizes=sizes, started_at=EpochMs(self.now)))

    def _put(self, changed: Campaign) -> Campaign:
        self.campaigns[changed.campaign_id] = changed
        return changed


class NextCall(BaseException):
    """The worker has come to a call that it has no answer to yet."""


@dataclass
class Worker:
    """One message's. `answers` are those that it had so far."""

    work: Callable[[Any], str]
    place: Place
    answers: list[Any] = field(default_factory=list)
    at: int = 0
    granted: bool = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if self.at == len(self.answers):
                if not self.granted:
                    raise NextCall
                self.granted = False
                try:
                    self.answers.append(getattr(self.place, name)(*args, **options))
                except Conflict as error:
                    self.answers.append(error)
            self.at += 1
            answer = self.answers[self.at - 1]
            if isinstance(answer, Conflict):
                raise answer
            return answer

        return call

    def step(self) -> str | None:
        """Make one call more; what came of it all, once it is done."""
        self.at, self.granted = 0, True
        try:
            return self.work(self)
        except NextCall:
            return None

    def die(self) -> None:
        """The message comes again."""
        self.answers.clear()


def start(campaign_id: CampaignId) -> Callable[[Any], str]:
    def work(place: Any) -> str:
        begun = place.begin(campaign_id)
        if begun.state is State.LOADING:
            take_place(cast("Campaigns", place), TENANT, begun)
        return "loading"

    return work


def load(campaign_id: CampaignId, shard: int) -> Callable[[Any], str]:
    """The steps of `load_shard`, where everybody is in every audience unless another campaign has them."""

    def work(place: Any) -> str:
        campaigns = cast("Campaigns", place)
        current = place.get(TENANT, campaign_id)
        if current.state is State.SCHEDULED:
            return "waiting"
        if current.state is not State.LOADING:
            return "loaded"
        current = take_place(campaigns, TENANT, current)
        beside = read_beside(campaigns, TENANT, current)
        if not current.load_order or waits_for(current, beside):
            return "waiting"
        there: set[str] = set()
        for other in beside.all:
            # Everybody failed in the first, and waits in all others.
            if other.sizes and other.campaign_id != FIRST:
                there |= place.people_of(other.campaign_id, shard)
        place.seal(campaign_id, shard, frozenset({f"{shard}a", f"{shard}b"} - there))
        place.finish(campaign_id)
        return "loaded"

    return work


def three(*changes: dict[str, Any]) -> list[Campaign]:
    return [campaign(one, at, **change) for one, at, change in zip(IDS, (100, 200, 300), changes, strict=True)]


TOGETHER: dict[str, list[Campaign]] = {
    "retries": three({"audience": RETRY}, {"audience": RETRY}, {"audience": RETRY}),
    "retries and a resend": three({"audience": RETRY}, {"audience": UNKNOWN}, {"audience": RETRY}),
    "capped": three({"frequency_cap": CAP}, {"frequency_cap": CAP}, {"frequency_cap": CAP}),
    "capped, one a retry": three(
        {"frequency_cap": CAP}, {"frequency_cap": CAP, "audience": RETRY}, {"frequency_cap": CAP}
    ),
    "a try of a try": three(
        {"audience": RETRY},
        {"audience": Audience(source=EarlierCampaign(IDS[0], ("failed",)))},
        {"audience": RETRY},
    ),
    "each leaves out those before": three(
        {},
        {"audience": Audience(everyone=True, exclude_campaigns=(IDS[0],))},
        {"audience": Audience(everyone=True, exclude_campaigns=(IDS[0], IDS[1]))},
    ),
    "capped, the first left out by the last": three(
        {"frequency_cap": CAP},
        {"frequency_cap": CAP},
        {"frequency_cap": CAP, "audience": Audience(everyone=True, exclude_campaigns=(IDS[0],))},
    ),
    "each leaves out the next": three(
        {"frequency_cap": CAP, "audience": Audience(everyone=True, exclude_campaigns=(IDS[1],))},
        {"frequency_cap": CAP, "audience": Audience(everyone=True, exclude_campaigns=(IDS[2],))},
        {"frequency_cap": CAP, "audience": Audience(everyone=True, exclude_campaigns=(IDS[0],))},
    ),
}


def place_of(campaigns: list[Campaign]) -> Place:
    first = campaign(
        FIRST, 1, state=State.COMPLETED, sizes=(2, 2), finished_at=EpochMs(2), category="UTILITY", frozen_at=EpochMs(1)
    )
    return Place({one.campaign_id: one for one in (first, *campaigns)})


def settle(place: Place, workers: list[Worker], luck: random.Random, deaths: float, most: int = 5_000) -> None:
    """Let workers make calls in turns until all are done."""
    for _ in range(most):
        if not workers:
            return
        worker = luck.choice(workers)
        place.now += 1
        done = worker.step()
        if luck.random() < deaths or done == "waiting":
            worker.die()
        elif done is not None:
            workers.remove(worker)
    raise AssertionError("they wait for each other")


def nobody_is_in_two(place: Place) -> None:
    assert all(place.campaigns[one].state is State.SENDING for one in IDS)
    times = Counter(person for people in place.people.values() for person in people)
    assert dict(times) == {f"{shard}{name}": 1 for shard in range(SHARDS) for name in "ab"}


@pytest.mark.parametrize("kind", TOGETHER)
@pytest.mark.parametrize("deaths", [0.0, 0.1])
def test_each_person_is_in_one_however_the_calls_of_starts_and_loads_interleave(kind: str, deaths: float) -> None:
    for seed in range(30):
        luck, place = random.Random(seed), place_of(TOGETHER[kind])
        starts = [Worker(start(one), place) for one in IDS]
        loads = [Worker(load(one, shard), place) for one in IDS for shard in range(SHARDS)]
        settle(place, starts + loads, luck, deaths)
        nobody_is_in_two(place)


def all_orders() -> list[tuple[int, ...]]:
    def of(left: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if not any(left):
            yield ()
        for i, count in enumerate(left):
            if count:
                for rest in of((*left[:i], count - 1, *left[i + 1 :])):
                    yield (i, *rest)

    return list(of((1 + SHARDS,) * len(IDS)))


@pytest.mark.parametrize("kind", TOGETHER)
def test_each_person_is_in_one_in_every_order_of_starts_and_shards(kind: str) -> None:
    for order in all_orders():
        place, to_do = place_of(TOGETHER[kind]), [[start(one), *(load(one, s) for s in range(SHARDS))] for one in IDS]
        later = [work for i in order if (work := to_do[i].pop(0))(place) == "waiting"]
        for _ in range(len(later)):
            later = [work for work in later if work(place) == "waiting"]
        nobody_is_in_two(place)
