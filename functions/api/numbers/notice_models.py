"""Notices: what Meta told of the tenant's accounts, for people to read."""

from pydantic import Field

from functions.api.http.fields import Cursor, Output, moment
from shared.domain.numbers.notice import Notice
from shared.ids import WabaId


class NoticeOut(Output):
    id: str
    kind: str = Field(
        description="account, account_alert, account_review, business_username, display_name, flow, history, "
        "number_quality, preference, security, template_category, template_quality, template_status, webhook_error; "
        "more may come"
    )
    severity: str = Field(description="info, warning, or critical")
    text: str
    at: str | None
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
