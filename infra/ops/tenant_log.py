"""What the command does at a tenant, in the tenant's own audit log: beside the stack's, which only its people read."""

from collections.abc import Iterator
from contextlib import contextmanager

from infra.ops.desk import Desk
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import Actor, ActorKind, Entry
from shared.domain.audit.kinds import Kind
from shared.errors import AppError
from shared.ids import TenantId, new_ulid
from shared.store.audit.trail import AuditTrail
from shared.store.engine.audited import Occasion, on_occasion


def deed(desk: Desk, tenant_id: TenantId | None, action: Action, kind: Kind, object_id: str, reason: str) -> Occasion:
    """Of whoever runs the command."""
    actor = Actor(ActorKind.OPERATOR, desk.who)
    return Occasion(Entry(new_ulid(desk.now), actor, action, kind, object_id, reason=reason), tenant_id)


@contextmanager
def entered(desk: Desk, occasion: Occasion) -> Iterator[None]:
    """Of what is no document of the Directory's: begun before it, and ended after it or by what refuses it. Nothing is
    entered where the occasion is of no tenant."""
    tenant_id, trail = occasion.tenant_id, AuditTrail(desk.directory)
    if tenant_id is None:
        yield
        return
    trail.begin(tenant_id, occasion)
    try:
        with on_occasion(occasion):
            yield
    except AppError as error:
        trail.end(tenant_id, occasion, refusal=error.code)
        raise
    trail.end(tenant_id, occasion)
