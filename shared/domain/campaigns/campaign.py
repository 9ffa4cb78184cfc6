"""A campaign: what to send to whom, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from shared.clock import DAY_MS, EpochMs
from shared.domain.segments.frozen import FrozenSegment
from shared.domain.templates.compiler import Variable
from shared.errors import Conflict
from shared.ids import CampaignId, PhoneNumberId, WabaId, derived_ulid

UnknownPolicy = Literal["hold", "resend"]
"""`hold`: never written to again by itself. `resend`: written to once more, although some may then get it twice."""


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LOADING = "loading"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class EarlierCampaign:
    """The people of an earlier campaign with one of these outcomes and, where `codes` are named, one of these codes.

    So failed recipients are tried again, and unconfirmed ones written to once more, in a campaign with books of its
    own that passes the same gates.
    """

    campaign_id: CampaignId
    outcomes: tuple[str, ...]
    codes: tuple[str, ...] = ()

    def includes(self, outcome: str, code: str) -> bool:
        return outcome in self.outcomes and (not self.codes or code in self.codes)


LATEST_START_MS = 366 * DAY_MS
"""How far ahead a campaign may be scheduled: whoever looks for those that began lately looks so much further back."""
SPARED = "131049"
"""Meta's code for somebody who gets enough marketing from everybody (Meta, per-user marketing limits)."""
_REST_MS = DAY_MS
_CLOCKS_APART_MS = 5_000


@dataclass(frozen=True, slots=True)
class Audience:
    """Contacts that carry any of `tags` (everybody when `everyone`, whoever is in one of `segments`, or the people of
    `source`), minus those that carry any of `exclude_tags`, those whom one of `exclude_campaigns` has, or may have,
    reached, and those in one of `exclude_segments`."""

    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    everyone: bool = False
    source: EarlierCampaign | None = None
    exclude_campaigns: tuple[CampaignId, ...] = ()
    segments: tuple[str, ...] = ()
    exclude_segments: tuple[str, ...] = ()

    @property
    def named_segments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.segments, *self.exclude_segments)))

    @property
    def named_campaigns(self) -> tuple[CampaignId, ...]:
        """Ids of the campaigns whose people decide who is in it, those that its segments ask about aside."""
        return self.exclude_campaigns + ((self.source.campaign_id,) if self.source is not None else ())

    def not_excluded(self, tags: frozenset[str]) -> bool:
        return tags.isdisjoint(self.exclude_tags)

    def includes(self, tags: frozenset[str]) -> bool:
        """Segments aside."""
        return self.not_excluded(tags) and (self.everyone or not tags.isdisjoint(self.tags))

    def narrowed_to(self, source: EarlierCampaign) -> "Audience":
        """Some of the same people, those of an earlier campaign: whom this audience leaves out is left out, too."""
        return Audience(
            source=source,
            exclude_tags=self.exclude_tags,
            exclude_campaigns=self.exclude_campaigns,
            exclude_segments=self.exclude_segments,
        )


@dataclass(frozen=True, slots=True)
class FrequencyCap:
    """Nobody gets more than `campaigns` marketing campaigns within `days` days, this one included."""

    campaigns: int
    days: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """Times are epoch milliseconds UTC. `planned` and `skipped` are known once the audience is frozen. What was said of
    messages before `resumed_at` stops it no more, nor what became of those below `resumed_from`, the lanes' positions
    at that time.

    `frozen_at` is when freezing began: opt-outs from then on are what the lanes must still look for. `cursors` are
    the lanes' last positions, kept when the campaign is closed and taken off its number. `plan` is the compiled
    message (a SendPlan as JSON), frozen together with the audience. `weight` is its share of the number's rate next to
    other campaigns of the number; `unknown_policy` says what becomes of sends that nobody confirmed within the grace.
    `start_at` is the moment that was asked for; `begins_at` is the one that a launch made of it, which spreads starts;
    `begins` is what everybody goes by (`begins_at`, or `start_at` where a campaign has none); `turn` adds the id to it,
    and so orders campaigns of one moment.
    `held_until` is set once it is closed and Meta keeps messages of it back, or has told of none of them yet: when
    those are given up on, and it is looked at for the last time.
    `segments` are those that its audience names, as they were when freezing began.
    `load_order` is its number in the order in which the tenant's campaigns are loaded; 0 until it has one.
    `stands_since` is when the sweep first found it paused, `rests_until` when it looks at it next; both are forgotten
    when the state changes.
    """

    campaign_id: CampaignId
    name: str
    phone_number_id: PhoneNumberId
    waba_id: WabaId
    template_id: str
    category: str
    audience: Audience
    variables: Mapping[str, Variable]
    state: State = State.DRAFT
    reason: str = ""
    start_at: EpochMs | None = None
    sharp: bool = False
    begins_at: EpochMs | None = None
    created_at: EpochMs = EpochMs(0)
    created_by: str = ""
    frozen_at: EpochMs = EpochMs(0)
    segments: tuple[FrozenSegment, ...] = ()
    load_order: int = 0
    started_at: EpochMs | None = None
    finished_at: EpochMs | None = None
    resumed_at: EpochMs | None = None
    resumed_from: tuple[int, ...] = ()
    held_until: EpochMs | None = None
    stands_since: EpochMs | None = None
    rests_until: EpochMs | None = None
    sizes: tuple[int, ...] = ()
    lanes: int = 1
    cursors: tuple[int, ...] = ()
    plan: str = ""
    frequency_cap: FrequencyCap | None = None
    weight: int = 1
    unknown_policy: UnknownPolicy = "hold"
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def recipients(self) -> int:
        """People in blocks: planned minus those skipped while loading."""
        return sum(self.sizes)

    @property
    def planned(self) -> int:
        return self.recipients + sum(self.skipped.values())

    @property
    def excluding(self) -> tuple[FrozenSegment, ...]:
        """The segments that it leaves out: a further try leaves out by the same, whatever became of them since."""
        return tuple(one for one in self.segments if one.segment_id in self.audience.exclude_segments)

    @property
    def named_campaigns(self) -> tuple[CampaignId, ...]:
        """Ids of the campaigns whose people decide who is in it."""
        asked = (one for segment in self.segments for one in segment.campaigns if one != self.campaign_id)
        return tuple(dict.fromkeys((*self.audience.named_campaigns, *asked)))

    @property
    def begins(self) -> EpochMs | None:
        """One that was scheduled before starts were spread, or made by another, begins when it is to start."""
        return self.begins_at if self.begins_at is not None else self.start_at

    @property
    def turn(self) -> tuple[EpochMs, str]:
        """The order in which campaigns are to begin; `load_order` says in which they did."""
        return (self.begins if self.begins is not None else self.frozen_at, self.campaign_id)

    @property
    def closed(self) -> bool:
        """Whether nothing can happen to it any more but late statuses."""
        done = self.state in (State.COMPLETED, State.CANCELLED)
        return done and (self.finished_at is not None)


def resend_of(campaign: Campaign, now: EpochMs) -> Campaign:
    """A campaign of its own, with the same gates and books of its own, for those of whom nobody knows whether they got
    this one. Its id follows from this one's, so there is one however often this is asked; it does not go on for ever.
    """
    return Campaign(
        campaign_id=CampaignId(derived_ulid(campaign.campaign_id, "resend")),
        name=f"{campaign.name} (unknown)"[:200],
        phone_number_id=campaign.phone_number_id,
        waba_id=campaign.waba_id,
        template_id=campaign.template_id,
        category=campaign.category,
        audience=campaign.audience.narrowed_to(EarlierCampaign(campaign.campaign_id, ("unknown",))),
        variables=campaign.variables,
        frequency_cap=campaign.frequency_cap,
        segments=campaign.excluding,
        state=State.SCHEDULED,
        start_at=now,
        created_at=now,
        created_by=campaign.created_by,
        weight=campaign.weight,
    )


_ALLOWED: Mapping[str, tuple[frozenset[State], State]] = {
    "launch": (frozenset({State.DRAFT}), State.SCHEDULED),
    "load": (frozenset({State.SCHEDULED}), State.LOADING),
    "send": (frozenset({State.LOADING}), State.SENDING),
    "pause": (frozenset({State.SENDING}), State.PAUSED),
    "resume": (frozenset({State.PAUSED}), State.SENDING),
    "cancel": (frozenset({State.SCHEDULED, State.LOADING, State.SENDING, State.PAUSED}), State.CANCELLED),
    "complete": (frozenset({State.SENDING}), State.COMPLETED),
}


def after(state: State, action: str) -> State:
    """The state after an action. Raises Conflict when the campaign's state does not allow it."""
    allowed, result = _ALLOWED[action]
    if state not in allowed:
        possible = ", ".join(sorted(allowed))
        raise Conflict(f"the campaign is {state}; {action} needs it to be {possible}", code="campaign_state")
    return result


def in_order(campaign: Campaign, number: int) -> Campaign:
    """The campaign with its number, unless it has one. Raises Conflict when it is not being loaded."""
    if campaign.load_order:
        return campaign
    if campaign.state is not State.LOADING:
        raise Conflict(f"the campaign is {campaign.state}; only one that is being loaded has a place among the loads")
    return replace(campaign, load_order=number)


def is_early(campaign: Campaign, now: EpochMs) -> bool:
    """Whether it begins later than now (epoch ms), by more than clocks are apart: what announces it was made when it
    was to begin before."""
    return campaign.begins is not None and campaign.begins > now + _CLOCKS_APART_MS


def wake_on_state_change(before: Campaign, changed: Campaign) -> Campaign:
    """With every change of its state the sweep looks at a campaign anew."""
    if changed.state is before.state:
        return changed
    return replace(changed, stands_since=None, rests_until=None)


def spared_people_rest(earlier: Campaign, now: EpochMs) -> bool:
    """Whether those whom Meta spared in this campaign must not be tried again (yet): not within a day, and not at all
    after a second try. Meta acts against accounts that keep trying (changelog of 2026-04-30)."""
    second_try = earlier.audience.source is not None
    return second_try or earlier.finished_at is None or now - earlier.finished_at < _REST_MS
