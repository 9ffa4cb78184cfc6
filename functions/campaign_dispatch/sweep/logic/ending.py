"""How a campaign ends, and what is left to be done when it does."""

from collections.abc import Mapping
from dataclasses import replace

from functions.campaign_dispatch.sweep.logic.alarming import UNHEARD_MS, is_unheard
from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.books import CANCELLED, Books, StatusChange
from shared.domain.campaigns.campaign import Campaign, State, after
from shared.domain.campaigns.number_work import NumberWork, RetryBatch
from shared.domain.campaigns.standing import positions

HELD_GRACE_MS = DAY_MS
"""What Meta keeps back is let go or dropped within about an hour (Meta, template pacing); a day leaves room."""


def all_claimed(campaign: Campaign, cursors: Mapping[int, int]) -> bool:
    """Whether its lanes had come to their ends when they were looked at. Where they had not, and everybody has an
    outcome all the same, they have sent the rest since: what is kept of a campaign must say so, or no status of those
    people would be believed."""
    return sum(cursors.values()) == sum(campaign.sizes)


def completed(current: Campaign, work: NumberWork) -> Campaign:
    """Raises Conflict when it is no longer being sent."""
    return replace(with_positions(current, work), state=after(current.state, "complete"))


def with_positions(current: Campaign, work: NumberWork) -> Campaign:
    """Where its lanes stand, kept before a campaign leaves its number. None goes back: whoever looked at the lanes when
    somebody else had taken the campaign off them found nothing there."""
    return replace(current, cursors=tuple(positions(current, work).values()))


def asks_for_a_resend(campaign: Campaign, books: Books) -> bool:
    """Whether those of whom nobody knows whether they got it are to be written to once more."""
    return campaign.state is State.COMPLETED and campaign.unknown_policy == "resend" and books.unknown > 0


def ended(current: Campaign, books: Books, now: EpochMs) -> Campaign:
    """Noted once: what the first one saw stays. If nothing was heard of its messages yet, it is looked at once more
    when something must have been."""
    later = EpochMs(now + UNHEARD_MS + 1)
    listens_until = later if is_unheard(current, books, later) else None
    held_until = EpochMs(now + HELD_GRACE_MS) if books.held else listens_until
    return current if current.finished_at else replace(current, finished_at=now, held_until=held_until)


def still_held_until(campaign: Campaign, books: Books, now: EpochMs) -> EpochMs | None:
    """Until when Meta may let go what it keeps back of a closed campaign, or has kept back since that was looked at;
    None when it keeps nothing, or that is over."""
    until = EpochMs((campaign.finished_at or now) + HELD_GRACE_MS)
    return until if now < until and (books.held or books.unsettled) else None


def given_back(batch: RetryBatch) -> Mapping[int, StatusChange]:
    """By block, the outcome of those on a retry list of a cancelled campaign: nobody will send it any more."""
    return {
        block: StatusChange(failed={slot: CANCELLED for of, slot, _ in batch.entries if of == block})
        for block in sorted({block for block, _, _ in batch.entries})
    }
