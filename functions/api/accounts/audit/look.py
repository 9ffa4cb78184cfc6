"""Looking through the audit log, and the names of who did it as they are now."""

from collections.abc import Iterable, Mapping

from functions.api.accounts.audit.models import AuditQuery
from functions.api.accounts.audit.parts import AuditParts
from functions.api.http.fields import epoch_ms_of
from shared.clock import DAY_MS, EpochMs
from shared.domain.accounts.account import MOST_API_KEYS
from shared.domain.audit.entry import Actor, ActorKind, Entry
from shared.ids import TenantId
from shared.store.audit.trail import Span
from shared.store.engine.cursor import Page


def look(
    parts: AuditParts, tenant_id: TenantId, query: AuditQuery, *, limit: int, cursor: str | None, now: EpochMs
) -> Page[Entry]:
    """Newest first. Raises InvalidInput for a cursor of another list."""
    oldest = now - (parts.trail.retention_days + 1) * DAY_MS
    since = oldest if query.since is None else max(oldest, epoch_ms_of(query.since))
    until = now if query.until is None else min(now, epoch_ms_of(query.until))
    span = Span(EpochMs(since), EpochMs(until))
    return parts.trail.page(tenant_id, span, limit, cursor, query.fits if query.chooses else None)


def names_of(parts: AuditParts, tenant_id: TenantId, entries: Iterable[Entry]) -> Mapping[Actor, str]:
    """Of who is a member, or a key, still: the log keeps ids only."""
    kinds = {entry.actor.kind for entry in entries}
    names: dict[Actor, str] = {}
    if ActorKind.MEMBER in kinds:
        for member in parts.accounts.members(tenant_id):
            names[Actor(ActorKind.MEMBER, member.member_id)] = member.name
    if ActorKind.API_KEY in kinds:
        for key in parts.accounts.api_keys_page(tenant_id, MOST_API_KEYS, None).items:
            names[Actor(ActorKind.API_KEY, key.key_id)] = key.name
    return names
