"""WhatsApp accounts and numbers as the API takes and shows them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from functions.api.http.fields import Cursor, Moment, Output, WabaRef, moment, moment_or_none, open_to
from functions.api.numbers.logic.stop_reasons import NEXT_STEPS, NextStep, StopReason, next_step, stop_reason
from functions.api.numbers.onboarding_models import OnboardingIn
from shared.clock import DAY_MS, EpochMs
from shared.domain.numbers.number import UNLIMITED, Number, Waba
from shared.ids import PhoneNumberId, WabaId


class ConnectIn(OnboardingIn):
    waba_id: WabaRef


class HealthReasonOut(Output):
    entity: Annotated[str, open_to("PHONE_NUMBER", "WABA", "BUSINESS", "APP", "MESSAGE_TEMPLATE")]
    code: str | None = Field(description="Meta's error code")
    text: str | None = Field(description="in Meta's words")
    solution: str | None = Field(description="in Meta's words")


class HealthOut(Output):
    can_send: Annotated[str, open_to("AVAILABLE", "LIMITED", "BLOCKED")]
    reasons: list[HealthReasonOut]
    checked_at: Moment

    @classmethod
    def of(cls, number: Number) -> "HealthOut":
        reasons = [
            HealthReasonOut(
                entity=one.entity, code=one.code or None, text=one.words or None, solution=one.solution or None
            )
            for one in number.reasons
        ]
        return cls(can_send=number.can_send, reasons=reasons, checked_at=moment(number.health_at))


class StoppedOut(Output):
    """Why it may not send, and what to do about it."""

    code: Annotated[str, open_to(*StopReason)]
    next_step: Annotated[str, open_to(*NextStep)]
    next_step_text: str

    @classmethod
    def of(cls, reason: str) -> "StoppedOut":
        code = stop_reason(reason)
        step = next_step(code)
        return cls(code=code, next_step=step, next_step_text=NEXT_STEPS[step])


class NumberOut(Output):
    id: PhoneNumberId = Field(description="as Meta names it; other answers have it as `phone_number_id`")
    waba_id: WabaId
    display: str = Field(description="the phone number, E.164")
    verified_name: str | None
    username: str | None = Field(description="in WhatsApp, without @")
    throughput: int = Field(description="Meta's messages per second, in and out together")
    quality: Annotated[str, open_to("GREEN", "YELLOW", "RED", "UNKNOWN")] = Field(description="as Meta last said")
    messaging_limit: int | None = Field(
        description="people its business may write to outside their 24-hour window in any 24 hours, all its numbers "
        "together; null without limit, and while Meta has not told it"
    )
    messaging_unlimited: bool = Field(description="whether Meta has told that there is no limit")
    status: Annotated[str, open_to("active", "restricted", "disconnected")]
    reason: str | None = Field(description="why it is not active, to be read")
    stopped: StoppedOut | None = Field(description="the same by codes; null while it is active")
    restricted_until: Moment | None = Field(description="when a restriction ends by itself, if Meta said so")
    connected_at: Moment | None
    name_status: str | None = Field(description="what has become of the display name, in Meta's word; null: not told")
    health: HealthOut | None = Field(description="null while Meta has not told it")
    history_percent: int = Field(description="how much of the WhatsApp Business app's history has come")
    history_declined: bool = Field(description="whether the WhatsApp Business app keeps its history to itself")

    @classmethod
    def of(cls, number: Number, waba: Waba | None, now: EpochMs) -> "NumberOut":
        status, limit = number.state_at(now), waba.messaging_limit if waba else None
        return cls(
            id=number.phone_number_id,
            waba_id=number.waba_id,
            display=number.display,
            verified_name=number.verified_name or None,
            username=number.username or None,
            throughput=number.throughput,
            quality=number.quality,
            messaging_limit=None if limit == UNLIMITED else limit,
            messaging_unlimited=limit == UNLIMITED,
            status=status,
            reason=(number.reason or None) if status != "active" else None,
            stopped=StoppedOut.of(number.reason) if status != "active" else None,
            restricted_until=moment_or_none(number.restricted_until) if status == "restricted" else None,
            connected_at=moment_or_none(number.connected_at),
            name_status=number.name_status or None,
            health=HealthOut.of(number) if number.can_send else None,
            history_percent=number.history_percent,
            history_declined=number.history_declined,
        )


class NumbersOut(Output):
    items: list[NumberOut]
    next_cursor: Cursor


class WabaOut(Output):
    id: WabaId = Field(description="as Meta names it; other answers have it as `waba_id`")
    name: str | None
    currency: str | None = Field(description="ISO 4217, in which Meta bills it")
    status: Annotated[str, open_to("active", "restricted", "disconnected")]

    @classmethod
    def of(cls, waba: Waba) -> "WabaOut":
        return cls(id=waba.waba_id, name=waba.name or None, currency=waba.currency or None, status=waba.status)


class ConnectOut(Output):
    waba: WabaOut
    numbers: list[NumberOut]
    templates: int = Field(description="how many templates were copied from the account")


class AccountOut(WabaOut):
    reason: str | None = Field(description="why it is not active, to be read")
    stopped: StoppedOut | None = Field(description="the same by codes; null while it is active")
    restricted_until: Moment | None = Field(description="when a restriction ends by itself, if Meta said so")
    review: str | None = Field(description="Meta's last decision on the account, in its word")
    phone_number_ids: list[PhoneNumberId]
    connected_at: Moment | None
    token_expires_at: Moment | None = Field(description="when Meta's access ends; null: not by itself")
    access: Annotated[str, open_to("open", "ending", "ended", "given_up")] = Field(
        description="`ending`: within 14 days. Sign up again, or nothing can be sent then"
    )

    @classmethod
    def with_numbers(cls, waba: Waba, numbers: Sequence[Number], now: EpochMs) -> "AccountOut":
        """`numbers` may hold those of other accounts. A restriction lifts by itself at its end."""
        own = [number for number in numbers if number.waba_id == waba.waba_id]
        status, restricted = _status(waba, own, now), [n for n in own if n.state_at(now) == "restricted"]
        # All its numbers may be stopped, and the account not: then for what the first of them is.
        whys = [waba.reason, *(number.reason for number in own if number.state_at(now) == status)]
        reason = next(filter(None, whys), "") if status != "active" else ""
        return cls(
            **dict(WabaOut.of(waba)) | {"status": status},
            reason=reason or None,
            stopped=StoppedOut.of(reason) if status != "active" else None,
            restricted_until=moment_or_none(max((n.restricted_until for n in restricted), default=EpochMs(0))),
            review=waba.review or None,
            phone_number_ids=[number.phone_number_id for number in own],
            connected_at=moment_or_none(waba.connected_at),
            token_expires_at=moment_or_none(waba.token_expires_at),
            access=_access(waba, now),
        )


def _status(waba: Waba, own: Sequence[Number], now: EpochMs) -> str:
    states = {number.state_at(now) for number in own}
    return next((one for one in ("active", "restricted", "disconnected") if one in states), waba.status)


def _access(waba: Waba, now: EpochMs) -> str:
    if not waba.token:
        return "given_up"
    if not waba.token_expires_at or waba.token_expires_at > now + 14 * DAY_MS:
        return "open"
    return "ending" if waba.token_expires_at > now else "ended"


class AccountsOut(Output):
    items: list[AccountOut]
    next_cursor: Cursor


class UnconnectedNumberOut(Output):
    id: PhoneNumberId
    display: str = Field(description="as Meta writes it")


class RefreshedAccountOut(Output):
    account: AccountOut
    numbers: list[NumberOut]
    unconnected: list[UnconnectedNumberOut] = Field(description="numbers of it that are not connected here")
