"""Who has a turn at the sweep, and giving it: one message a campaign, which waits for nobody else's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from shared.clients.queue import Outgoing, Queue
from shared.clock import EpochMs
from shared.ids import new_ulid
from shared.observability import count
from shared.queue_messages import SweepCampaign
from shared.services.passes import batched, pass_by
from shared.sqs_batch import log_failure
from shared.store.campaigns.campaigns import Campaigns, DueCampaign
from shared.store.campaigns.sweep_turns import SweepTurns

_SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True)
class DueParts:
    """`turn_ms`: after so long without an end a turn's message counts as lost, and is sent again."""

    campaigns: Campaigns
    turns: SweepTurns
    queue: Queue
    turn_ms: int


def give_turns(
    parts: DueParts,
    due: Callable[[str], Iterator[DueCampaign]],
    now: EpochMs,
    more_time: Callable[[], bool],
    at_once: int = 100,
) -> bool:
    """Queue a turn for everybody who is due and waits for none; `due` gives them from behind a place on, `now` in epoch
    ms. False when there was no time for all."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:

        def queue(some: Sequence[DueCampaign]) -> None:
            _send(parts, list(threads.map(lambda one: _kept(parts, one, now), some)))

        return pass_by(parts.turns, due, queue, more_time, at_once)


def _kept(parts: DueParts, one: DueCampaign, now: EpochMs) -> SweepCampaign | None:
    """A failure is one campaign's: the others have their turns, and this one the next minute."""
    until = EpochMs(now + parts.turn_ms)
    try:
        turn = parts.turns.keep(one.tenant_id, one.campaign_id, new_ulid(), now=now, until=until)
    except Exception as error:
        log_failure(one.campaign_id, error)
        count("SweepFailed")
        return None
    return None if turn is None else SweepCampaign(one.tenant_id, one.campaign_id, turn)


def _send(parts: DueParts, kept: Sequence[SweepCampaign | None]) -> None:
    messages = [message for message in kept if message is not None]
    for some in batched(iter(messages), 10):
        try:
            parts.queue.send_all(Outgoing(message, message.tenant_id) for message in some)
        except Exception as error:
            log_failure("turns", error)
            count("SweepFailed", len(some))
            _let_go(parts, some)
    if messages:
        count("TurnsQueued", len(messages))


def _let_go(parts: DueParts, messages: Iterable[SweepCampaign]) -> None:
    """So that the next minute queues them. What cannot be let go ends by itself."""
    for message in messages:
        try:
            parts.turns.end(message.tenant_id, message.campaign_id, message.turn)
        except Exception as error:
            log_failure(message.campaign_id, error)
