"""Notices: what Meta told of the tenant's accounts, for people to read."""

from typing import Annotated, get_args

from pydantic import Field

from functions.api.http.fields import Cursor, Moment, Output, moment, open_to
from shared.domain.numbers.notice import Notice, Severity
from shared.ids import WabaId

_KINDS = (
    "account",
    "account_alert",
    "account_review",
    "business_username",
    "display_name",
    "flow",
    "history",
    "number_quality",
    "preference",
    "security",
    "support_access",
    "suspension",
    "template_category",
    "template_quality",
    "template_status",
    "token",
    "webhook_error",
)


class NoticeOut(Output):
    id: str
    kind: Annotated[str, open_to(*_KINDS)]
    severity: Annotated[str, open_to(*get_args(Severity))]
    text: str
    at: Moment
    waba_id: WabaId | None
    phone_number: str | None = Field(description="of the tenant, E.164")
    template_id: str | None

    @classmethod
    def of(cls, notice: Notice) -> "NoticeOut":
        return cls(
            id=notice.notice_id,
            kind=notice.kind,
            severity=notice.severity,
            text=notice.text,
            at=moment(notice.at),
            waba_id=notice.waba_id or None,
            phone_number=notice.phone_number or None,
            template_id=notice.template_id or None,
        )


class NoticesOut(Output):
    items: list[NoticeOut]
    next_cursor: Cursor
