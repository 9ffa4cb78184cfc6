"""Whom an audience means, by tags and by the segments that were frozen with it."""

from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, Campaign
from shared.domain.contacts.contact import Contact
from shared.domain.segments.people import Engaged
from shared.domain.segments.segment import PeopleFilter
from shared.ids import CampaignId


@dataclass(frozen=True, slots=True)
class Members:
    """`within`: whoever one of these holds is meant; `without`: whoever one of these holds is not. `campaigns` are
    those that they ask about."""

    within: tuple[PeopleFilter, ...] = ()
    without: tuple[PeopleFilter, ...] = ()
    campaigns: frozenset[CampaignId] = frozenset()

    def mean(self, audience: Audience, contact: Contact, engaged: Engaged) -> bool:
        """An audience that has a source means by that, so it is asked only what it leaves out."""
        if not audience.not_excluded(contact.tags):
            return False
        meant = audience.source is not None or audience.includes(contact.tags)
        if not meant and not any(one.includes(contact, engaged) for one in self.within):
            return False
        return not any(one.includes(contact, engaged) for one in self.without)


def members_of(campaign: Campaign) -> Members:
    """As of the moment at which freezing began, so that every slice of every shard decides alike. Raises KeyError where
    a segment that the audience names was not frozen: without it people would be written to who are to be left out."""
    frozen = {segment.segment_id: segment for segment in campaign.segments}
    filters = {
        segment_id: PeopleFilter(frozen[segment_id], EpochMs(campaign.frozen_at))
        for segment_id in campaign.audience.named_segments
    }
    asked = {one for each in filters.values() for one in each.campaigns if one != campaign.campaign_id}
    return Members(
        within=tuple(filters[segment_id] for segment_id in campaign.audience.segments),
        without=tuple(filters[segment_id] for segment_id in campaign.audience.exclude_segments),
        campaigns=frozenset(asked),
    )
