"""WhatsApp accounts and numbers as the API takes and shows them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.api.http.fields import Cursor, Input, Moment, NumberRef, Output, WabaRef, moment_or_none, open_to
from shared.clock import EpochMs
from shared.domain.numbers.number import Number, Waba
from shared.ids import PhoneNumberId, WabaId


class ConnectIn(Input):
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    waba_id: WabaRef
    phone_number_id: NumberRef | None = Field(None, description="Without it, every number of the account is connected.")
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] | None = Field(
        None, description="The number's two-step PIN, when it already has one."
    )


class NumberOut(Output):
    phone_number_id: PhoneNumberId
    waba_id: WabaId
    display: str
    verified_name: str
    username: str
    throughput: int = Field(description="Meta's messages per second, in and out together")
    quality: Annotated[str, open_to("GREEN", "YELLOW", "RED", "UNKNOWN")] = Field(description="as Meta last said")
    messaging_limit: int | None = Field(
        description="people its business may write to outside their 24-hour window in any 24 hours, all its numbers "
        "together; -1 without limit, null while Meta has not told it"
    )
    status: Annotated[str, open_to("active", "restricted", "disconnected")]
    reason: str
    restricted_until: Moment | None = Field(description="when a restriction ends by itself, if Meta said so")
    connected_at: Moment | None
    history_percent: int = Field(description="how much of the WhatsApp Business app's history has come")
    history_declined: bool = Field(description="whether the WhatsApp Business app keeps its history to itself")

    @classmethod
    def of(cls, number: Number, waba: Waba | None, now: EpochMs) -> "NumberOut":
        status = number.state_at(now)
        return cls(
            phone_number_id=number.phone_number_id,
            waba_id=number.waba_id,
            display=number.display,
            verified_name=number.verified_name,
            username=number.username,
            throughput=number.throughput,
            quality=number.quality,
            messaging_limit=waba.messaging_limit if waba else None,
            status=status,
            reason=number.reason if status != "active" else "",
            restricted_until=moment_or_none(number.restricted_until) if status == "restricted" else None,
            connected_at=moment_or_none(number.connected_at),
            history_percent=number.history_percent,
            history_declined=number.history_declined,
        )


class NumbersOut(Output):
    items: list[NumberOut]
    next_cursor: Cursor


class WabaOut(Output):
    waba_id: WabaId
    name: str
    currency: str
    status: Annotated[str, open_to("active", "restricted", "disconnected")]

    @classmethod
    def of(cls, waba: Waba) -> "WabaOut":
        return cls(waba_id=waba.waba_id, name=waba.name, currency=waba.currency, status=waba.status)


class ConnectOut(Output):
    waba: WabaOut
    numbers: list[NumberOut]
    templates: int = Field(description="how many templates were copied from the account")
