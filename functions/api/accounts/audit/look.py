"""Looking through the audit log: what is asked for, and the names of who did it as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from functions.api.accounts.audit.parts import AuditParts
from shared.clock import DAY_MS, EpochMs
from shared.domain.accounts.account import MOST_API_KEYS
from shared.domain.audit.entry import Actor, ActorKind, Entry
from shared.ids import TenantId
from shared.store.audit.trail import Span
from shared.store.engine.cursor import Page


@dataclass(frozen=True, slots=True)
class Search:
    """None, or "", where it does not matter."""

    actor_kind: str = ""
    actor_id: str = ""
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    since: EpochMs | None = None
    until: EpochMs | None = None

    def fits(self, entry: Entry) -> bool:
        asked = (
            (self.actor_kind, entry.actor.kind),
            (self.actor_id, entry.actor.actor_id),
            (self.action, entry.action),
            (self.object_kind, entry.kind),
            (self.object_id, entry.object_id),
        )
        return all(not sought or sought == found for sought, found in asked)

    @property
    def chooses(self) -> bool:
        """Whether it leaves out entries of its span."""
        return any((self.actor_kind, self.actor_id, self.action, self.object_kind, self.object_id))


def look(
    parts: AuditParts, tenant_id: TenantId, search: Search, *, limit: int, cursor: str | None, now: EpochMs
) -> Page[Entry]:
    """Newest first. Raises InvalidInput for a cursor of another list."""
    oldest = now - (parts.trail.retention_days + 1) * DAY_MS
    since, until = (search.since or EpochMs(0)), (now if search.until is None else search.until)
    span = Span(EpochMs(max(oldest, since)), EpochMs(min(now, until)))
    return parts.trail.page(tenant_id, span, limit, cursor, search.fits if search.chooses else None)


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
