"""Taking a turn at the sweep: of all its messages, those that come while it has not ended are worked on."""

from functions.campaign_dispatch.sweep.campaign import sweep_campaign
from functions.campaign_dispatch.sweep.parts import SweepParts
from shared.clock import EpochMs
from shared.observability import concerns, count, say
from shared.queue_messages import SweepCampaign
from shared.sqs_batch import log_failure


def take_turn(parts: SweepParts, turn: SweepCampaign, now: EpochMs) -> None:
    """Look after the campaign, unless the turn has ended; `now` in epoch ms. It ends whether or not that went well:
    what failed is come back to next minute. Who dies on the way leaves it to its next message."""
    concerns(turn.tenant_id, turn.campaign_id)
    say(turn=turn.turn)
    if not parts.turns.begin(turn.tenant_id, turn.campaign_id, turn.turn, EpochMs(now + parts.turn_ms)):
        say(result="the turn has ended")
        return
    _sweep(parts, turn, now)
    parts.turns.end(turn.tenant_id, turn.campaign_id, turn.turn)


def _sweep(parts: SweepParts, turn: SweepCampaign, now: EpochMs) -> None:
    try:
        result = sweep_campaign(parts, turn.tenant_id, turn.campaign_id, now)
    except Exception as error:
        log_failure(turn.campaign_id, error)
        count("SweepFailed")
        return
    if result == "unbalanced":
        count("BooksUnbalanced")
    say(message="swept", result=result)
