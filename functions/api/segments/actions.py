"""Checking conditions, and keeping segments."""

from collections.abc import Mapping
from dataclasses import replace

from functions.api.http.revisions import revised
from functions.api.segments.models import ConditionProblemOut, Formulated, SegmentPatch, SubjectOfCount
from functions.api.segments.parts import SegmentParts
from shared.clock import EpochMs
from shared.domain.expressions.condition import Node
from shared.domain.expressions.problems import BadCondition
from shared.domain.expressions.tree import to_tree
from shared.domain.expressions.vocabulary import Vocabulary
from shared.domain.expressions.writer import write
from shared.domain.segments.people import vocabulary_of
from shared.domain.segments.segment import PeopleFilter, Segment, checked, freeze
from shared.errors import InvalidInput, NotFound
from shared.ids import TenantId
from shared.services.audience_segments import own_campaigns, recent_campaigns

_MOST_READ = 1_000
"""Campaigns that are looked through for those of some days, at some 0.5 RRU each: somebody waits for the answer."""


def vocabulary(parts: SegmentParts, tenant_id: TenantId) -> Vocabulary:
    """What this tenant's conditions may ask about. Each campaign that is named is read, 1 RRU."""
    return vocabulary_of(parts.fields.all(tenant_id), own_campaigns(parts.campaigns, tenant_id))


def need_condition(parts: SegmentParts, tenant_id: TenantId, said: Formulated) -> Node:
    """Raises InvalidInput (`bad_condition`) with all that is wrong."""
    try:
        return checked(said.formulated, vocabulary(parts, tenant_id))
    except BadCondition as error:
        raise bad_condition(error, said.place) from error


def bad_condition(error: BadCondition, place: str) -> InvalidInput:
    first = error.problems[0]
    path = f"{place}.{first.place.path}" if first.place.path else place
    where = f"line {first.place.line}, column {first.place.column}: " if first.place.line else ""
    faults: list[Mapping[str, object]] = [ConditionProblemOut.of(problem).model_dump() for problem in error.problems]
    return InvalidInput(f"{where}{first.message}", field=path, code="bad_condition", extensions={"faults": faults})


def make_segment(
    parts: SegmentParts, tenant_id: TenantId, segment_id: str, name: str, node: Node, created_by: str, now: EpochMs
) -> Segment:
    """Raises Conflict (`segment_exists`) and TooMany (`too_many_segments`)."""
    segment = Segment(
        segment_id=segment_id,
        name=name,
        text=write(node),
        tree=to_tree(node),
        created_at=now,
        updated_at=now,
        created_by=created_by,
    )
    return parts.segments.create(tenant_id, segment)


def change_segment(
    parts: SegmentParts, tenant_id: TenantId, segment_id: str, body: SegmentPatch, now: EpochMs
) -> Segment:
    """Raises NotFound, Conflict (`changed_meanwhile`, `segment_exists`) and InvalidInput (`bad_condition`). The same
    again is no change."""
    node = need_condition(parts, tenant_id, body) if body.text is not None or body.condition is not None else None

    def changed(found: Segment) -> Segment:
        after = replace(found, name=body.name or found.name)
        if node is not None:
            after = replace(after, text=write(node), tree=to_tree(node))
        return revised(found, after, body.revision, stamps={"updated_at": now})

    return parts.segments.change(tenant_id, segment_id, changed)


def filter_of(parts: SegmentParts, tenant_id: TenantId, asked: SubjectOfCount, now: EpochMs) -> PeopleFilter:
    """The condition that is asked for, as of now. Raises NotFound and InvalidInput (`bad_condition`), also for a
    segment whose condition holds no more."""
    if asked.segment_id is not None:
        try:
            segment = parts.segments.get(tenant_id, asked.segment_id)
        except NotFound as error:
            raise NotFound("there is no such segment", field="segment_id") from error
    else:
        segment = Segment("", "", write(need_condition(parts, tenant_id, asked)))
    time_zone = parts.accounts.tenant(tenant_id).time_zone
    try:
        recent = recent_campaigns(parts.campaigns, tenant_id, now, _MOST_READ)
        return PeopleFilter(freeze(segment, parts.fields.all(tenant_id), time_zone, recent=recent), now)
    except BadCondition as error:
        raise bad_condition(error, "segment_id" if asked.segment_id is not None else asked.place) from error
