"""One event on its way to one endpoint: its attempts, and when the next one is due."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from shared.clock import EpochMs

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_PAUSES_MS = (
    5_000, 30_000, 2 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 6 * _HOUR,
    8 * _HOUR, 11 * _HOUR, 14 * _HOUR, 18 * _HOUR,
)  # fmt: skip
"""Between one attempt and the next: fourteen attempts within three days, spread included, as long as Stripe tries
(Stripe, webhooks, automatic retries)."""
RETRY_MS = 3 * 24 * _HOUR
"""So long an event waits for an endpoint, whether it is tried or the endpoint is left alone."""
ATTEMPTS = len(_PAUSES_MS) + 1
_LONGEST_WAIT_MS = _HOUR
_SPREAD = 10
"""Percent by which a pause is longer for some, so that what failed together does not come back together."""
KEPT_ATTEMPTS = 40
KEPT_RESPONSE = 1024

State = Literal["retrying", "succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. `status_code` is 0 when there was no answer; `error` says why then, and "" when there was one.

    Errors: dns, blocked_address, connect, tls, timeout, no_answer; endpoint_disabled, endpoint_unverified and
    endpoint_left_alone, when nothing was sent; challenge_not_returned, when an answer did not prove that the endpoint
    wants webhooks.
    """

    at: EpochMs
    status_code: int
    duration_ms: int
    error: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status_code < 300 and not self.error


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request. `response` is the beginning of the body; `wait_ms` what `Retry-After` asks for."""

    attempt: Attempt
    response: str = ""
    wait_ms: int = 0


Send = Callable[[str, bytes, Mapping[str, str], EpochMs], Outcome]
"""Makes a request (URL, body, headers, epoch ms), and raises nothing for what becomes of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`run` counts replays from 0, `run_attempts` the attempts since the last one; `next_at` is 0 when none follows.

    `response` belongs to the last attempt. `replayed_by` is the operation that began the run.
    """

    delivery_id: str
    event_id: str
    event_type: str
    created_at: EpochMs
    state: State = "retrying"
    run: int = 0
    run_attempts: int = 0
    next_at: EpochMs = EpochMs(0)
    attempts: tuple[Attempt, ...] = ()
    response: str = ""
    replayed_by: str = ""

    def settles(self, run: int, attempt: int) -> bool:
        """Whether this attempt (from 0) of this run needs not be made: it was, or a later run has begun.

        An attempt is recorded after the message for the next one was sent, so nothing is lost by leaving it.
        """
        if self.run != run:
            return self.run > run
        return self.state != "retrying" or self.run_attempts > attempt

    def after(self, outcome: Outcome, run: int, attempt: int, next_at: EpochMs) -> "Delivery":
        """With one more attempt in the log. What once arrived has arrived, and a later run is not set back."""
        attempts = (*self.attempts, outcome.attempt)[-KEPT_ATTEMPTS:]
        logged = replace(self, attempts=attempts, response=outcome.response[:KEPT_RESPONSE])
        if self.run > run:
            return logged
        same = self.run == run
        if outcome.attempt.ok or (same and self.state == "succeeded"):
            state: State = "succeeded"
        else:
            state = "retrying" if next_at else "failed"
        return replace(
            logged,
            run=run,
            run_attempts=max(attempt + 1, self.run_attempts if same else 0),
            state=state,
            next_at=next_at if state == "retrying" else EpochMs(0),
        )

    def replayed(self, run: int, now: EpochMs, by: str = "") -> "Delivery":
        """Begun anew as this run, unless that has happened."""
        if self.run >= run:
            return self
        return replace(self, run=run, run_attempts=0, state="retrying", next_at=now, replayed_by=by)


def delivery_id(created_at: EpochMs, event_id: str) -> str:
    """Sorts by time. The same event has the same id at an endpoint, however often it comes."""
    return f"{created_at:013d}-{event_id}"


def next_attempt(event_id: str, attempt: int, now: EpochMs, wait_ms: int = 0) -> EpochMs:
    """When to try again after attempt number `attempt` (from 0) failed at `now` (epoch ms); 0 when it was the last.

    `wait_ms` is what the endpoint asks for; up to an hour of it is granted.
    """
    if attempt >= len(_PAUSES_MS):
        return EpochMs(0)
    pause = spread(event_id, attempt, _PAUSES_MS[attempt])
    return EpochMs(now + max(pause, min(wait_ms, _LONGEST_WAIT_MS)))


def spread(event_id: str, attempt: int, pause_ms: int) -> int:
    """The pause, or up to a tenth more: always the same for one attempt at one event."""
    digest = hashlib.sha256(f"{event_id}/{attempt}".encode()).digest()
    return pause_ms + pause_ms * _SPREAD * int.from_bytes(digest[:2], "big") // (100 * 0x10000)
