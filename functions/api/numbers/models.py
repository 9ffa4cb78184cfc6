"""WhatsApp accounts and numbers as the API takes and shows them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.api.http.fields import Cursor, Input, Moment, NumberRef, Output, WabaRef, moment_or_none, open_to
from shared.clock import EpochMs
from shared.domain.numbers.number import UNLIMITED, Number, Waba
from shared.ids import PhoneNumberId, WabaId


class ConnectIn(Input):
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    waba_id: WabaRef
    phone_number_id: NumberRef | None = Field(None, description="Without it, every number of the account is connected.")
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = Field(
        None, description="The number's two-step PIN, when it already has one."
    )


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
    reason: str | None = Field(description="why it is not active")
    restricted_until: Moment | None = Field(description="when a restriction ends by itself, if Meta said so")
    connected_at: Moment | None
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
            restricted_until=moment_or_none(number.restricted_until) if status == "restricted" else None,
            connected_at=moment_or_none(number.connected_at),
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
