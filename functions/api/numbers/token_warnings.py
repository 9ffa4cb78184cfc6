"""Telling tenants that the access to an account of theirs ends, before it does."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shared.clock import EpochMs
from shared.domain.numbers.notice import Notice
from shared.domain.numbers.token_watch import TokenWatch, next_warning, warning_of
from shared.errors import NotFound
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import count, logger
from shared.services.passes import pass_by
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.numbers.notices import Notices
from shared.store.numbers.token_watches import DueWatch, TokenWatches

_AT_ONCE = 10
"""Between two looks at the time."""


@dataclass(frozen=True, slots=True)
class WarningParts:
    accounts: Accounts
    watches: TokenWatches
    notices: Notices
    places: SweepTurns


def warn_of_tokens(parts: WarningParts, now: EpochMs, more_time: Callable[[], bool]) -> int:
    """Give the notices that are due at `now` (epoch ms), each once; how many were given.

    One that fails does not stop the others, and is tried again by a later run. Raises the last failure in the end, so
    that the run counts as failed.
    """
    given = 0
    failed: Exception | None = None

    def warn(some: Sequence[DueWatch]) -> None:
        nonlocal given, failed
        for one in some:
            try:
                given += _warn(parts.accounts, parts.notices, one.tenant_id, one.watch, now)
                parts.watches.change(one.tenant_id, one.watch.waba_id, lambda known: replace(known, looked_at=now))
            except Exception as error:
                logger.error("nobody was told of a token", extra={"tenant_id": one.tenant_id, **failure(error)})
                failed = error

    pass_by(parts.places, lambda behind: parts.watches.due(now, behind), warn, more_time, _AT_ONCE)
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
