"""Telling tenants that the access to an account of theirs ends, before it does."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from shared.clock import EpochMs
from shared.domain.numbers.notice import Notice
from shared.domain.numbers.token_watch import TokenWatch, next_warning, warning_of
from shared.errors import NotFound
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import count, logger
from shared.store.accounts.notices import Notices
from shared.store.accounts.tenants import Accounts
from shared.store.accounts.token_watches import TokenWatches

MOST_AT_ONCE = 500
"""In one run; what is left is done by the next."""


def warn_of_tokens(
    accounts: Accounts, watches: TokenWatches, notices: Notices, now: EpochMs, stop: Callable[[], bool]
) -> int:
    """Give the notices that are due at `now` (epoch ms), each once; how many were given.

    One that fails does not stop the others, and is tried again by the next run. Raises the last failure in the end, so
    that the run counts as failed.
    """
    given = 0
    failed: Exception | None = None
    for tenant_id, watch in list(watches.due(now, MOST_AT_ONCE)):
        if stop():
            break
        try:
            given += _warn(accounts, notices, tenant_id, watch, now)
            watches.change(tenant_id, watch.waba_id, lambda known: replace(known, looked_at=now))
        except Exception as error:
            logger.error("nobody was told of a token", extra={"tenant_id": tenant_id, **failure(error)})
            failed = error
    count("TokenWarningGiven", given)
    if failed is not None:
        raise failed
    return given


def _warn(accounts: Accounts, notices: Notices, tenant_id: TenantId, watch: TokenWatch, now: EpochMs) -> bool:
    """False for an account that has left, or has another token. The notice's id follows from the moment that was
    planned, so that it is given once however often this is tried."""
    planned = next_warning(watch)
    try:
        waba = accounts.waba(tenant_id, watch.waba_id)
    except NotFound:
        return False
    if planned is None or planned > now or not waba.token or waba.token_expires_at != watch.expires_at:
        return False
    severity, text = warning_of(watch.expires_at, now)
    event = f"{watch.waba_id}|token|{watch.expires_at}"
    notice_id = f"{planned:013d}-{hashlib.sha256(event.encode()).hexdigest()[:24]}"
    return notices.put(tenant_id, Notice(notice_id, "token", severity, text, now, watch.waba_id))
