"""Sending on what Meta told of another cell's account, to that cell's receiver."""

from collections.abc import Callable, Mapping

from shared.clock import EpochMs
from shared.domain.numbers.cells import FORWARDED_FOR, SIGNATURE, Forward
from shared.domain.webhooks.delivery import Outcome
from shared.errors import RetryableError
from shared.observability import count
from shared.queue_messages import AccountEvent

SECONDS = 3.0
"""For an answer, which takes a receiver 250 ms: ten that wait for nothing still leave the batch its time."""
Send = Callable[[str, bytes, Mapping[str, str], EpochMs], Outcome]


def send_on(event: AccountEvent, send: Send, now: EpochMs) -> None:
    """Raises RetryableError until that cell has taken it; at last it lies in the dead letters, and is not lost."""
    forward = Forward.from_json(event.value)
    headers = {
        "content-type": "application/json",
        SIGNATURE: forward.signature,
        FORWARDED_FOR: event.waba_id,
    }
    attempt = send(forward.callback, forward.body, headers, now).attempt
    if attempt.status_code != 200:
        count("WebhookNotForwarded")
        raise RetryableError(f"the cell did not take a webhook: {attempt.error or attempt.status_code}")
    count("WebhookForwarded")
