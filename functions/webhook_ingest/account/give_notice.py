"""Telling people of the tenant what Meta told."""

from collections.abc import Mapping

from functions.webhook_ingest.account.logic.notices import notices_of
from functions.webhook_ingest.bootstrap import Deps
from shared.observability import count


def give_notice(at_hand: Deps, tenant_id: str, waba_id: str, field: str, value: Mapping[str, object], at: int) -> None:
    """What of this event people should know, once however often it comes. `at` is epoch ms."""
    for notice in notices_of(waba_id, field, value, at):
        if at_hand.notices.put(tenant_id, notice):
            count("NoticeGiven")
