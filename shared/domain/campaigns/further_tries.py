"""Campaigns that try once more to reach people whom an earlier one did not surely reach: retries and resends.

All tries that lead back to one campaign are one family: whom one of them has reached, no other may write to.
"""

from collections.abc import Iterable, Sequence

from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Campaign, EarlierCampaign, State

GOT = frozenset({"sent", "delivered", "read"})
"""Outcomes of people who surely have the message. A campaign for these alone follows up, and tries nothing again."""
_MAY_STILL_CHANGE = frozenset({"unknown", "waiting", "cancelled"})
"""Outcomes that, while a campaign is under way, people have whose message is on its way or about to be."""


def is_further_try(campaign: Campaign) -> bool:
    source = campaign.audience.source
    return source is not None and not GOT.issuperset(source.outcomes)


def not_settled(earlier: Campaign, source: EarlierCampaign) -> str:
    """Why these people of an earlier campaign cannot be written to yet; "" when they can.

    `failed` is final at any time. `unknown` is not: a message that was claimed a moment ago is unknown until Meta has
    answered, and somebody who is tried again meanwhile gets it twice.
    """
    open_outcomes = [outcome for outcome in source.outcomes if outcome in _MAY_STILL_CHANGE]
    # A campaign is completed only once nothing of it is under way; a cancelled one when its lanes have heard of it.
    if not open_outcomes or earlier.state is State.COMPLETED or earlier.closed:
        return ""
    return (
        f"the earlier campaign is {earlier.state} and not finished: who is {' or '.join(open_outcomes)} in it may get "
        "its message at this moment; try again once it shows finished_at"
    )


def reaches_nobody_before(earlier: Campaign, turn: tuple[EpochMs, str]) -> str:
    """Why a campaign that begins at this turn cannot know who is in an earlier one; "" when it can. One that begins
    before it is waited for."""
    if earlier.sizes or earlier.state is State.LOADING:
        return ""
    if earlier.state is State.SCHEDULED:
        return "" if earlier.turn < turn else "starts only after this one (its begins_at says when)"
    if earlier.state is State.CANCELLED:
        return "was cancelled before anybody was in it"
    return f"is {earlier.state}, and not scheduled to start before this one" if earlier.state is State.DRAFT else ""


def family_beside(campaign: Campaign, line: Sequence[Campaign], known: Iterable[Campaign]) -> list[Campaign]:
    """The tries of the campaign's family that are neither itself nor in its `line`, among `known`.

    `line` is what the campaign tries again, the nearest first: its source, what that was a further try of, and so on.
    """
    children: dict[str, list[Campaign]] = {}
    for other in known:
        if is_further_try(other) and other.audience.source is not None:
            children.setdefault(other.audience.source.campaign_id, []).append(other)
    own = {campaign.campaign_id, *(earlier.campaign_id for earlier in line)}
    found: list[Campaign] = []
    ahead = [line[-1].campaign_id] if line else []
    while ahead:
        for child in children.pop(ahead.pop(), ()):
            ahead.append(child.campaign_id)
            if child.campaign_id not in own:
                found.append(child)
    return found
