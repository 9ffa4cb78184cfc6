"""A tenant's segments, in the Directory table. Reading one costs 1 RRU per 4 KB; `page` 0.5 per 4 KB."""

from collections.abc import Callable, Mapping

from shared.domain.limits import require_room
from shared.domain.segments.segment import MOST_SEGMENTS, Segment, require_own_name
from shared.errors import NotFound
from shared.ids import TenantId
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

SEGMENTS = GuardedList("SEG#", Segment)


class Segments:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def get(self, tenant_id: TenantId, segment_id: str) -> Segment:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"SEG#{segment_id}", Segment)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[Segment]:
        """In the order they were made."""
        return self._directory.page(tenant_id, SEGMENTS.prefix, Segment, limit=limit, cursor=cursor, oldest_first=True)

    def create(self, tenant_id: TenantId, segment: Segment) -> Segment:
        """What is stored under its id: this, or what an earlier attempt has made of it. Raises Conflict
        (`segment_exists`) and TooMany (`too_many_segments`)."""
        key = f"SEG#{segment.segment_id}"

        def decide(found: Mapping[str, Segment]) -> Mapping[str, Segment]:
            if key in found:
                return {key: found[key]}
            require_own_name(segment, found.values())
            require_room(len(found), MOST_SEGMENTS, "segments", "too_many_segments")
            return {key: segment}

        return guarded.change(tenant_id, SEGMENTS, decide)[key]

    def change(self, tenant_id: TenantId, segment_id: str, change: Callable[[Segment], Segment]) -> Segment:
        """Raises NotFound, Conflict (`segment_exists`) and whatever `change` raises, which may run more than once."""
        key = f"SEG#{segment_id}"

        def decide(found: Mapping[str, Segment]) -> Mapping[str, Segment]:
            if key not in found:
                raise NotFound("there is no such segment")
            changed = change(found[key])
            require_own_name(changed, found.values())
            return {key: changed}

        return guarded.change(tenant_id, SEGMENTS, decide)[key]

    def delete(self, tenant_id: TenantId, segment_id: str) -> None:
        """Raises NotFound."""
        self.get(tenant_id, segment_id)
        self._directory.delete(tenant_id, f"SEG#{segment_id}")
