"""Telling people of the tenant what Meta told."""

from collections.abc import Mapping

from functions.webhook_ingest.account.logic.notices import notices_of
from shared.clock import EpochMs
from shared.ids import TenantId, WabaId
from shared.observability import count
from shared.store.numbers.notices import Notices


def give_notice(
    notices: Notices, tenant_id: TenantId, waba_id: WabaId, field: str, value: Mapping[str, object], at: EpochMs
) -> None:
    """What of this event people should know, once however often it comes. `at` is epoch ms."""
    for notice in notices_of(waba_id, field, value, at):
        if notices.put(tenant_id, notice):
            count("NoticeGiven")
