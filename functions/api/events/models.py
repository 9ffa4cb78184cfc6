"""The feed of events, webhook endpoints and the log of their deliveries."""

from typing import Annotated, Literal, get_args

from pydantic import Field, JsonValue, StringConstraints, field_validator

from functions.api.events.logic.endpoint_status import EndpointStatus
from functions.api.http.fields import Cursor, Given, Input, Moment, Output, moment, moment_or_none, open_to
from functions.api.http.revisions import Revision, Seen
from shared.clock import EpochMs
from shared.domain.webhooks.backlog import MOST_WAITING
from shared.domain.webhooks.delivery import ATTEMPTS, Attempt
from shared.domain.webhooks.endpoint import EVERYTHING, FAILING, GONE, SUBSCRIBABLE, WebhookEndpoint
from shared.domain.webhooks.target import MAX_URL
from shared.domain.webhooks.tenant_event import OPT_IN, EventType
from shared.store.webhooks.deliveries import Logged

_KINDS = ", ".join(SUBSCRIBABLE)
Subscription = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=len(EventType),
        description=f"event types, or `{EVERYTHING}` for all but {', '.join(sorted(OPT_IN))}: {_KINDS}",
    ),
]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_URL)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
DeliveryState = Literal["retrying", "succeeded", "failed"]
_Status = Annotated[str, open_to(*get_args(DeliveryState))]


class EventOut(Output):
    id: str = Field(description="the same whenever the same event is told, in the feed and as `webhook-id`")
    type: Annotated[str, open_to(*EventType)]
    timestamp: Moment
    data: dict[str, JsonValue] = Field(
        description="ids, what changed, and the message or conversation itself unless it is too large to be carried"
    )


class EventsOut(Output):
    items: list[EventOut]
    next_cursor: str = Field(description="pass it as `after`; it is there also when nothing is new")
    more: bool = Field(description="whether there is more to get at once")


def _known(events: list[str]) -> list[str]:
    chosen = sorted(set(events))
    unknown = [event for event in chosen if event != EVERYTHING and event not in SUBSCRIBABLE]
    if unknown:
        raise ValueError(f"knows no {unknown[0]}; there are {EVERYTHING}, {_KINDS}")
    return chosen


class EndpointIn(Input):
    url: Url
    events: Subscription = Field(default_factory=lambda: [EVERYTHING])
    description: Description = ""

    _check = field_validator("events")(_known)


class EndpointChange(Input):
    """What is left out stays as it is."""

    url: Url | None = None
    events: Subscription | None = None
    description: Description | None = None
    enabled: bool | None = Field(None, description="true also ends a disabling that happened by itself")
    revision: Seen = None

    @field_validator("events")
    @classmethod
    def _check(cls, value: list[str] | None) -> list[str] | None:
        return value if value is None else _known(value)


class SecretOut(Output):
    hint: str = Field(description="the secret's last four characters")
    signs_until: Moment | None = Field(description="null for the current secret")


class EndpointOut(Output):
    id: str
    url: str
    events: list[str]
    description: str | None
    enabled: bool
    verified: bool = Field(
        description="whether its answer gave back the `challenge` of an `endpoint.verification`; until then events are "
        "kept for it, for a day, and nothing else is sent"
    )
    disabled_reason: Annotated[str, open_to(FAILING, GONE)] | None = Field(
        description="`failing`: nothing arrived for five days; `gone`: it answered 410; null when somebody disabled it"
    )
    disabled_at: Moment | None
    failing_since: Moment | None = Field(description="the first failure since the last success")
    waiting: int = Field(
        description=f"events that wait to be tried again; of those of three days no more than {MOST_WAITING:,} do"
    )
    given_up: int = Field(
        description="events of the last days that found no room among them; they stand in the log as failed, "
        "`endpoint_backlog_full`, and can be replayed"
    )
    full_since: Moment | None = Field(description="the first of these")
    host_slow_until: Moment | None = Field(
        description="the endpoint's host was slow to answer, at this URL or another; until then it gets few attempts "
        "at a time, and what finds no place waits"
    )
    secrets: list[SecretOut]
    revision: Revision = Field(
        description="counts the changes of `url`, `events`, `description` and `enabled` that somebody asked for; to be "
        "sent with the next one"
    )
    created_at: Moment

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, now: EpochMs, status: EndpointStatus) -> "EndpointOut":
        signing = [s for s in endpoint.secrets if not s.until or s.until > now]
        return cls(
            id=endpoint.endpoint_id,
            url=endpoint.url,
            events=list(endpoint.events),
            description=endpoint.description or None,
            enabled=endpoint.enabled,
            verified=not endpoint.challenge,
            disabled_reason=endpoint.disabled_reason or None,
            disabled_at=moment_or_none(endpoint.disabled_at),
            failing_since=moment_or_none(endpoint.failing_since),
            waiting=status.backlog.waiting,
            given_up=status.backlog.given_up,
            full_since=moment_or_none(status.backlog.full_since),
            host_slow_until=moment_or_none(status.host_slow_until),
            secrets=[SecretOut(hint=s.hint, signs_until=moment_or_none(s.until)) for s in signing],
            revision=endpoint.revision,
            created_at=moment(endpoint.created_at),
        )


class NewSecretOut(EndpointOut):
    secret: str = Field(description="shown this once; verify with any Standard Webhooks library")


class EndpointsOut(Output):
    items: list[EndpointOut]
    next_cursor: Cursor


class AttemptOut(Output):
    at: Moment
    status_code: int | None = Field(description="null when there was no answer")
    duration_ms: int
    error: str | None = Field(
        description="dns, blocked_address, connect, tls, timeout, no_answer; endpoint_disabled, endpoint_unverified, "
        "endpoint_left_alone, host_busy, endpoint_backlog_full: nothing was sent; challenge_not_returned: it did not "
        "prove that it wants webhooks"
    )

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        return cls(
            at=moment(attempt.at),
            status_code=attempt.status_code or None,
            duration_ms=attempt.duration_ms,
            error=attempt.error or None,
        )


class DeliverySummary(Output):
    id: str
    event_id: str
    event_type: Annotated[str, open_to(*EventType)]
    status: _Status = Field(
        description=f"failed: after {ATTEMPTS} attempts within three days, or when none makes sense"
    )
    created_at: Moment
    attempt: int = Field(description="how many were made since it was begun or replayed")
    last: AttemptOut | None
    next_attempt_at: Moment | None
    replays: int

    @classmethod
    def of(cls, logged: Logged) -> "DeliverySummary":
        return cls(**_summary(logged))


class DeliveryOut(DeliverySummary):
    attempts: list[AttemptOut] = Field(description="oldest first, the last forty")
    response: str | None = Field(description="the beginning of the last answer's body")
    body: str = Field(description="what is sent, byte for byte")

    @classmethod
    def of(cls, logged: Logged) -> "DeliveryOut":
        attempts = [AttemptOut.of(attempt) for attempt in logged.delivery.attempts]
        return cls(**_summary(logged), attempts=attempts, response=logged.delivery.response or None, body=logged.body)


class DeliveriesOut(Output):
    items: list[DeliverySummary]
    next_cursor: Cursor


class ReplayIn(Input):
    since: Given = Field(description="events from then on")
    until: Given | None = Field(None, description="and before then; now, when left out")
    cursor: Annotated[str | None, StringConstraints(max_length=500)] = Field(
        None, description="`next_cursor` of the answer before"
    )


class ReplayOut(Output):
    replayed: int
    next_cursor: str | None = Field(description="call again with it, and the same times, to go on; null at the end")


class QueuedOut(Output):
    delivery_id: str = Field(description="look it up among the endpoint's deliveries")


def _summary(logged: Logged) -> dict[str, object]:
    delivery = logged.delivery
    return {
        "id": delivery.delivery_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "status": delivery.state,
        "created_at": moment(delivery.created_at),
        "attempt": delivery.run_attempts,
        "last": AttemptOut.of(delivery.attempts[-1]) if delivery.attempts else None,
        "next_attempt_at": moment_or_none(delivery.next_at),
        "replays": delivery.run,
    }
