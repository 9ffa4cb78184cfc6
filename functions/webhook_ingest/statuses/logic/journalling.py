"""Which of a batch's statuses go into their blocks at once, and which wait in a journal. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.webhook_ingest.statuses.logic.fold import BlockKey, CampaignKey, Folded
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import split_block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.status_journal import journal_part_count, part_of

FEW_BLOCKS = 3
"""Writing so many blocks costs no more than keeping a page, and taking it out again later."""
SMALL_PEOPLE = 10_000
SMALL_MS = 60_000
"""Statuses of a campaign of so few people are in its blocks within a minute or so: few blocks cost little."""


@dataclass(slots=True)
class Journalled:
    """What goes into one part of a campaign's journal: changes by block number, and the queue messages that brought
    them. `people` is how many the campaign has."""

    campaign: CampaignKey
    part: int
    people: int
    changes: dict[int, StatusChange] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)


def divide(folded: Folded, people: Mapping[CampaignKey, int]) -> tuple[dict[BlockKey, StatusChange], list[Journalled]]:
    """(what goes into its block, what goes into a journal). `people` is how many each campaign has."""
    parts: dict[tuple[CampaignKey, int], Journalled] = {}
    for key, change in folded.blocks.items():
        campaign = CampaignKey(key.tenant_id, key.campaign_id)
        part = part_of(split_block_number(key.block)[0], journal_part_count(people[campaign]))
        journalled = parts.setdefault((campaign, part), Journalled(campaign, part, people[campaign]))
        journalled.changes[key.block] = change
        journalled.sources |= folded.sources[key]
    few = [one for one in parts.values() if len(one.changes) <= FEW_BLOCKS]
    direct = {
        BlockKey(one.campaign.tenant_id, one.campaign.campaign_id, block): change
        for one in few
        for block, change in one.changes.items()
    }
    return direct, [one for one in parts.values() if len(one.changes) > FEW_BLOCKS]


def latest_due(people: int, every_ms: int, now: EpochMs) -> EpochMs:
    """A journal that was begun, or compacted last, by then (epoch ms) is to be compacted: every `every_ms`, and each
    minute where few people are in the campaign."""
    return EpochMs(now - (min(SMALL_MS, every_ms) if people <= SMALL_PEOPLE else every_ms))
