"""Bringing one event to one endpoint: an attempt, its log, the next attempt, and the end of an endpoint that is gone.

The message for the next attempt is sent before this one is logged. So a worker that dies in between makes the attempt
again, and never loses the ones that follow; two chains of one delivery, which that may give, become one at the log.

An endpoint that fails time and again is left alone: what is for it waits, with nothing sent and no attempt spent, and
once in a while one delivery tries. Who gave no answer at all is left alone under all of the tenant's endpoints there.
A host that answers slowly gets few attempts at a time, whoever's they are (`host_gate.py`), and the others wait. How
much waits for an endpoint is bounded (`room.py`): what finds no room is logged as failed at once.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.api.events.host_gate import HostGate
from functions.api.events.publish import Publisher
from functions.api.events.room import TELLING_MS, Room
from functions.api.events.signature import headers
from functions.api.events.verification import challenge_in, gives_back
from shared.clients.queue import Queue
from shared.clients.vault import WEBHOOK_SECRET
from shared.clock import EpochMs
from shared.domain.webhooks.breaker import FAILURES_IN_A_ROW
from shared.domain.webhooks.delivery import (
    RETRY_MS,
    Attempt,
    Delivery,
    Outcome,
    Send,
    delivery_id,
    next_attempt,
    spread,
)
from shared.domain.webhooks.endpoint import FAILING, GONE, WebhookEndpoint
from shared.domain.webhooks.slow_host import host_of, pause_before
from shared.domain.webhooks.tenant_event import EventType, TenantEvent
from shared.errors import NotFound
from shared.ids import TenantId
from shared.observability import Metric
from shared.queue_messages import DeliverWebhook
from shared.services.breaker import judge, left_alone_until
from shared.store.webhooks.deliveries import Logged, WebhookDeliveries
from shared.store.webhooks.endpoints import WebhookEndpoints

_LONGEST_DELAY_SECONDS = 900
"""SQS: DelaySeconds is at most 15 minutes, so a longer pause is made of several."""
_EARLY_MS = 1_000
_GONE_STATUS = 410
_OF_THE_HOST = frozenset({"dns", "connect", "tls", "timeout", "no_answer"})
"""Failures without an answer, which say nothing of one path more than of another."""
_LEFT_ALONE, _HOST_BUSY, _NO_ROOM = "endpoint_left_alone", "host_busy", "endpoint_backlog_full"


@dataclass(frozen=True, slots=True)
class Courier:
    """`open_secret` unseals (tenant id, purpose, sealed)."""

    endpoints: WebhookEndpoints
    deliveries: WebhookDeliveries
    open_secret: Callable[[TenantId, str, str], str]
    send: Send
    gate: HostGate
    room: Room
    queue: Queue
    publisher: Publisher
    clock: Callable[[], EpochMs]

    def deliver(self, message: DeliverWebhook) -> Metric:
        """What happened, as a metric's name. Raises what makes a redelivery worth while; what the endpoint does is
        logged and raises nothing."""
        now = self.clock()
        if message.due_at > now + _EARLY_MS:
            self._later(message, now)
            return Metric("WebhookPutOff")
        try:
            endpoint = self.endpoints.get(message.tenant_id, message.endpoint_id)
        except NotFound:
            return Metric("WebhookEndpointGone")
        if endpoint.untold and endpoint.disabled_at < now - TELLING_MS:
            self._tell(message.tenant_id, endpoint)
        logged = self.deliveries.get(message.tenant_id, message.endpoint_id, _delivery_id(message))
        if logged is not None and logged.delivery.settles(message.run, message.attempt):
            if logged.delivery.run > message.run:
                self.room.leave(message)
            return Metric("WebhookRepeated")
        if not endpoint.enabled and not message.test:
            self._log(message, Outcome(Attempt(now, 0, 0, "endpoint_disabled")), EpochMs(0))
            self.room.leave(message)
            return Metric("WebhookEndpointDisabled")
        if message.event_type == EventType.ENDPOINT_VERIFICATION:
            if challenge_in(message.body) != endpoint.challenge:
                return Metric("WebhookRepeated")  # it was answered, or the URL is another one by now
        elif endpoint.challenge:
            outcome = Outcome(Attempt(now, 0, 0, "endpoint_unverified"))
            return self._settle(endpoint, message, outcome, trial=endpoint.left_alone)
        return self._try(endpoint, message, now)

    def _try(self, endpoint: WebhookEndpoint, message: DeliverWebhook, now: EpochMs) -> Metric:
        """Sends it, unless the endpoint or its host is to be left alone; a trial is taken only where it can be made."""
        trial = endpoint.left_alone and not message.test
        if trial and endpoint.paused_until > now:
            return self._wait(message, endpoint.paused_until, now, _LEFT_ALONE)
        with self.gate.passing(message.tenant_id, host_of(endpoint.url)) as may_pass:
            if not may_pass:
                waited = now - (message.since or message.due_at)
                return self._wait(message, EpochMs(now + pause_before(waited)), now, _HOST_BUSY)
            if trial and (until := self._left_alone(message.tenant_id, endpoint, now)):
                return self._wait(message, until, now, _LEFT_ALONE)
            outcome = self._attempt(endpoint, message, now)
        if message.event_type == EventType.ENDPOINT_VERIFICATION:
            return self._verify(endpoint, message, outcome)
        return self._settle(endpoint, message, outcome, trial=trial)

    def _settle(self, endpoint: WebhookEndpoint, message: DeliverWebhook, outcome: Outcome, *, trial: bool) -> Metric:
        """What follows from an attempt: the next one, its log, what it says of the endpoint."""
        following = self._following(message, outcome)
        kept = self.room.keep(following) if following else None
        if kept:
            self._later(kept, self.clock())
        self._log(message, outcome, kept.due_at if kept else EpochMs(0))
        if following and not kept:
            self._give_up(following, outcome.attempt.at)
        if not message.test:
            self._judge(message.tenant_id, endpoint, outcome, trial=trial)
        if not kept:
            self.room.leave(message)
        return Metric("WebhookDelivered") if outcome.attempt.ok else Metric("WebhookAttemptFailed")

    def _left_alone(self, tenant_id: TenantId, endpoint: WebhookEndpoint, now: EpochMs) -> EpochMs:
        return left_alone_until(
            endpoint, lambda change: self.endpoints.change(tenant_id, endpoint.endpoint_id, change), now
        )

    def _wait(self, message: DeliverWebhook, until: EpochMs, now: EpochMs, why: str) -> Metric:
        """No attempt is spent, but an event is not kept for longer than it would be tried, and where there is room."""
        waiting = replace(message, since=message.since or message.due_at)
        if now - waiting.since >= RETRY_MS:
            self._log(waiting, Outcome(Attempt(now, 0, 0, why)), EpochMs(0))
            self.room.leave(waiting)
            return Metric("WebhookAttemptFailed")
        kept = self.room.keep(waiting)
        if kept is None:
            self._give_up(waiting, now)
            return Metric("WebhookBacklogFull")
        due_at = EpochMs(now + spread(message.event_id, message.attempt, until - now))
        self._later(replace(kept, due_at=due_at), now)
        return Metric("WebhookPutOff")

    def _give_up(self, message: DeliverWebhook, now: EpochMs) -> None:
        """The log first: what stands there is what can be replayed."""
        self._log(message, Outcome(Attempt(now, 0, 0, _NO_ROOM)), EpochMs(0))
        self.room.give_up(message)

    def _verify(self, endpoint: WebhookEndpoint, message: DeliverWebhook, outcome: Outcome) -> Metric:
        """Once: whoever wants to be asked again says so."""
        challenge = challenge_in(message.body)
        if outcome.attempt.ok and not gives_back(outcome.response, challenge):
            outcome = replace(outcome, attempt=replace(outcome.attempt, error="challenge_not_returned"))
        if outcome.attempt.ok:
            self.endpoints.note(message.tenant_id, endpoint.endpoint_id, lambda found: found.verified(challenge))
        self._log(message, outcome, EpochMs(0))
        return Metric("WebhookEndpointVerified") if outcome.attempt.ok else Metric("WebhookAttemptFailed")

    def _attempt(self, endpoint: WebhookEndpoint, message: DeliverWebhook, now: EpochMs) -> Outcome:
        secrets = [self.open_secret(message.tenant_id, WEBHOOK_SECRET, sealed) for sealed in endpoint.signing(now)]
        body = message.body.encode()
        return self.send(endpoint.url, body, headers(message.event_id, now, body, secrets), now)

    def _following(self, message: DeliverWebhook, outcome: Outcome) -> DeliverWebhook | None:
        """The message for the next attempt; None when there is none: also where endpoints were left alone for so long
        that it would come too late."""
        if outcome.attempt.ok or message.test or outcome.attempt.status_code == _GONE_STATUS:
            return None
        due_at = next_attempt(message.event_id, message.attempt, self.clock(), outcome.wait_ms)
        since = message.since or message.due_at
        if not due_at or due_at > since + RETRY_MS:
            return None
        return replace(message, attempt=message.attempt + 1, due_at=due_at, since=since)

    def _later(self, message: DeliverWebhook, now: EpochMs) -> None:
        seconds = min(_LONGEST_DELAY_SECONDS, max(1, -((now - message.due_at) // 1000)))
        self.queue.send(message, group=message.tenant_id, delay_seconds=seconds)

    def _log(self, message: DeliverWebhook, outcome: Outcome, next_at: EpochMs) -> None:
        fresh = Logged(new_delivery(message), message.body)
        self.deliveries.change(
            message.tenant_id,
            message.endpoint_id,
            fresh,
            lambda found: found.after(outcome, message.run, message.attempt, next_at),
        )

    def _judge(self, tenant_id: TenantId, endpoint: WebhookEndpoint, outcome: Outcome, *, trial: bool) -> None:
        """Writes to the endpoint only when its health changes."""
        at, ok = outcome.attempt.at, outcome.attempt.ok
        if outcome.attempt.status_code == _GONE_STATUS:
            self._disable(tenant_id, endpoint, GONE, at)
        elif not ok and endpoint.gives_up(at):
            self._disable(tenant_id, endpoint, FAILING, at)
        else:
            id_ = endpoint.endpoint_id
            counted = judge(
                endpoint, lambda change: self.endpoints.note(tenant_id, id_, change), at, ok=ok, trial=trial
            )
            if counted and outcome.attempt.error in _OF_THE_HOST and endpoint.failures + 1 >= FAILURES_IN_A_ROW:
                self._leave_host_alone(tenant_id, endpoint, at)

    def _leave_host_alone(self, tenant_id: TenantId, endpoint: WebhookEndpoint, at: EpochMs) -> None:
        """The tenant's own endpoints only: what somebody else's server does to them is for them to find out."""
        host = host_of(endpoint.url)
        for other in self.endpoints.all(tenant_id):
            beside = other.endpoint_id != endpoint.endpoint_id and host_of(other.url) == host
            if beside and other.enabled and not other.left_alone:
                self.endpoints.note(tenant_id, other.endpoint_id, lambda found: found.paused(at))

    def _disable(self, tenant_id: TenantId, endpoint: WebhookEndpoint, reason: str, at: EpochMs) -> None:
        """Of many deliveries that find it out at once, the one whose write disables it tells the tenant. If that one
        dies in between, the next that looks at the endpoint does: its own message comes again, for one."""
        before: list[WebhookEndpoint] = []

        def disable(found: WebhookEndpoint) -> WebhookEndpoint:
            before[:] = [found]
            return found.disabled(reason, at)

        self.endpoints.note(tenant_id, endpoint.endpoint_id, disable)
        if before and before[0].enabled:
            self._tell(tenant_id, before[0].disabled(reason, at))

    def _tell(self, tenant_id: TenantId, endpoint: WebhookEndpoint) -> None:
        """To tell it twice gives the event one id."""
        reason, at = endpoint.disabled_reason, endpoint.disabled_at
        named = f"{endpoint.endpoint_id}/{reason}/{at}"
        notice = TenantEvent(
            event_id=f"evt_{hashlib.sha256(named.encode()).hexdigest()[:32]}",
            type=EventType.ENDPOINT_DISABLED,
            at=at,
            data={"endpoint_id": endpoint.endpoint_id, "reason": reason},
        )
        self.publisher.publish(tenant_id, [notice], self.clock(), but_not=endpoint.endpoint_id)
        self.endpoints.note(tenant_id, endpoint.endpoint_id, lambda found: found.announced(at))


def new_delivery(message: DeliverWebhook) -> Delivery:
    return Delivery(_delivery_id(message), message.event_id, message.event_type, message.created_at)


def _delivery_id(message: DeliverWebhook) -> str:
    return delivery_id(message.created_at, message.event_id)
