"""What earlier campaigns mean for a contact: streams that run beside the scan, because all are in order of contact_id.

No write and no look-up per contact: each earlier campaign of the shard is read once, in step. Only the few into whom
other contacts were merged are looked up, because an earlier campaign may know them by an id of another place.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from functions.campaign_dispatch.load.logic.members import Members
from shared.domain.campaigns.campaign import SPARED, Audience, Campaign, spared_people_rest
from shared.domain.campaigns.fate import Fate, FateStream, engagement_of
from shared.domain.campaigns.further_tries import GOT
from shared.domain.contacts.contact import Contact
from shared.domain.segments.people import Engaged
from shared.ids import CampaignId, ContactId

REACHED = ("read", "delivered", "sent", "waiting", "unknown")
"""Outcomes of people who have the message, are about to get it, or may have it: what is surest comes first."""


def _nothing(_campaign_id: CampaignId) -> frozenset[str]:
    return frozenset()


LookUp = Callable[[CampaignId, ContactId], Fate | None]
"""(campaign id, contact id) → what became of this contact in that campaign."""
TookOver = Callable[[Contact, ContactId], bool]
"""Whether the contact had taken the place of another, by its id, before the audience began to be frozen."""


@dataclass(frozen=True, slots=True)
class Tries:
    """`line`: what a campaign tries again, its source first; `others`: the rest of its family. Both are empty for a
    campaign that is no further try."""

    line: tuple[Campaign, ...] = ()
    others: tuple[Campaign, ...] = ()


class Standing(Enum):
    OUTSIDE = "outside"
    INSIDE = "inside"
    OVER_THE_CAP = "over_the_cap"
    RESTING = "resting"


@dataclass(slots=True)
class History:
    """The earlier campaigns that matter to this one, by campaign id; `counted` are those under the frequency cap.

    `line` and `others` are the ids of what is tried beside this campaign, as in Tries. `rest`: whom Meta spared in the
    campaign that is the audience's source is left alone. `look_up` is for the ids under which a campaign knew a person
    before.
    """

    audience: Audience
    cap: int = 0
    counted: frozenset[CampaignId] = frozenset()
    streams: Mapping[CampaignId, FateStream] = field(default_factory=dict)
    line: frozenset[CampaignId] = frozenset()
    others: frozenset[CampaignId] = frozenset()
    rest: bool = False
    look_up: LookUp = lambda _campaign_id, _contact_id: None
    took_over: TookOver = lambda _contact, _other_id: True
    members: Members = field(default_factory=Members)

    def standing(self, contact: Contact) -> Standing:
        """Whether the contact is in the audience, by tags, segments and what became of them before."""
        if not self.streams:
            return Standing.INSIDE if self.members.mean(self.audience, contact, _nothing) else Standing.OUTSIDE
        # Every stream must move on with every contact, also where an earlier answer decides.
        own = {campaign_id: stream.of(contact.contact_id) for campaign_id, stream in self.streams.items()}
        source = self.audience.source
        if not self.members.mean(self.audience, contact, self._engaged(own, contact.merged)):
            return Standing.OUTSIDE
        fates = {campaign_id: self._as_one(campaign_id, fate, contact.merged) for campaign_id, fate in own.items()}
        reached = {campaign_id for campaign_id, found in fates.items() if any(f.outcome in REACHED for f in found)}
        if not reached.isdisjoint(self.audience.exclude_campaigns):
            return Standing.OUTSIDE
        counted = self.counted
        if source is not None:
            found = [fate for fate in fates[source.campaign_id] if self._speaks_for(contact, fate)]
            if not any(source.includes(fate.outcome, fate.code) for fate in found):
                return Standing.OUTSIDE
            if not any(fate.outcome in GOT for fate in found):
                if self._has_it(fates, reached):
                    return Standing.OUTSIDE
                if self._rests(fates, found):
                    return Standing.RESTING
                # The message that is tried again here is not one more: else who is unknown would always be over the
                # cap.
                counted -= self.line
        over = self.cap > 0 and len(reached & counted) >= self.cap
        return Standing.OVER_THE_CAP if over else Standing.INSIDE

    def means(self, contact: Contact) -> bool:
        """Whether the audience is for this contact, what became of them before aside: of anybody, in any order."""
        return self.members.mean(
            self.audience,
            contact,
            lambda campaign_id: engagement_of(
                self._as_one(campaign_id, self.look_up(campaign_id, contact.contact_id), contact.merged)
            ),
        )

    def _engaged(self, own: Mapping[CampaignId, Fate | None], merged: frozenset[ContactId]) -> Engaged:
        """Asked for by segments only, and then looked up for who has several ids."""
        return lambda campaign_id: engagement_of(self._as_one(campaign_id, own.get(campaign_id), merged))

    def _has_it(self, fates: Mapping[CampaignId, Sequence[Fate]], reached: set[CampaignId]) -> bool:
        """Whether another try has, or may have, reached them, or what is tried again turns out to have, before."""
        before = (fate for campaign_id in self.line for fate in fates[campaign_id])
        return any(fate.outcome in GOT for fate in before) or not reached.isdisjoint(self.others)

    def _rests(self, fates: Mapping[CampaignId, Sequence[Fate]], found: Sequence[Fate]) -> bool:
        """Whom Meta spared is tried a second time only, whichever campaign does it, and not within a day."""
        others = [fate for campaign_id in self.others for fate in fates[campaign_id]]
        spared = any(fate.code == SPARED for fate in (*found, *others))
        return spared and (self.rest or any(fate.outcome == "failed" for fate in others))

    def _as_one(self, campaign_id: CampaignId, own: Fate | None, merged: frozenset[ContactId]) -> Sequence[Fate]:
        """What became of one person in a campaign, under whatever ids it knew them. Whom it reached under one id did
        not miss it under another."""
        known = [own, *(self.look_up(campaign_id, contact_id) for contact_id in sorted(merged))]
        found = [fate for fate in known if fate is not None]
        reached = [fate for fate in found if fate.outcome in REACHED]
        return [min(reached, key=lambda fate: REACHED.index(fate.outcome))] if reached else found

    def _speaks_for(self, contact: Contact, fate: Fate) -> bool:
        """Not if the contact that had this fate may stand in the audience by itself: nobody is in it twice."""
        return fate.contact_id == contact.contact_id or self.took_over(contact, fate.contact_id)


def open_history(
    campaign: Campaign,
    recent: Sequence[CampaignId],
    stream: Callable[[CampaignId], Iterator[Fate]],
    look_up: LookUp,
    took_over: TookOver,
    tries: Tries,
    members: Members,
) -> History:
    """The history a shard's scan needs. `recent` are the marketing campaigns of the frequency cap's days; `stream`
    reads an earlier campaign's people of this shard; `tries` is what is tried beside the campaign; the others as in
    History."""
    audience = campaign.audience
    line = frozenset(earlier.campaign_id for earlier in tries.line)
    others = frozenset(other.campaign_id for other in tries.others)
    needed = {*audience.exclude_campaigns, *recent, *line, *others, *members.campaigns}
    if audience.source is not None:
        needed.add(audience.source.campaign_id)
    return History(
        audience,
        cap=campaign.frequency_cap.campaigns if campaign.frequency_cap else 0,
        counted=frozenset(recent),
        streams={campaign_id: FateStream(stream(campaign_id)) for campaign_id in needed},
        line=line,
        others=others,
        rest=bool(tries.line) and spared_people_rest(tries.line[0], campaign.frozen_at),
        look_up=look_up,
        took_over=took_over,
        members=members,
    )
