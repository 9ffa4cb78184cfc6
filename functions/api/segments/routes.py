"""Segments: keep conditions on contacts, check them, count whom they hold, and say why."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.contacts.actions import need_contact
from functions.api.contacts.models import ContactOut
from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.segments.actions import change_segment, filter_of, make_segment, need_condition, vocabulary
from functions.api.segments.counting import Count, count_in_turn, why
from functions.api.segments.models import (
    CheckIn,
    CheckOut,
    ConditionProblemOut,
    CountIn,
    CountOut,
    SegmentIn,
    SegmentOut,
    SegmentPatch,
    SegmentsOut,
    WhyIn,
    WhyOut,
)
from functions.api.segments.parts import SegmentParts
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.expressions.problems import BadCondition
from shared.domain.expressions.tree import to_tree
from shared.domain.expressions.writer import write
from shared.domain.segments.segment import checked

router = new_router()
deps = parts_for(router, SegmentParts)
SegmentId = Annotated[str, Path(pattern=ULID, description="id of the segment")]


@router.get("/v1/segments", **secured(Scope.READ, "segments", "list_segments", summary="Segments, oldest first"))
def list_segments(limit: Limit = 50, cursor: CursorText = None) -> SegmentsOut:
    """With their conditions in both forms. There are 200 at most."""
    page = deps().segments.page(caller(router).tenant_id, limit, cursor)
    return SegmentsOut(items=[SegmentOut.of(segment) for segment in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/segments", **effect(Scope.CONTACTS, "segments", "create_segment", summary="Make a segment", status=201)
)
def post_segment(body: SegmentIn) -> SegmentOut:
    """Of a text or a tree; each name is there once. 422 `bad_condition` says in `faults` all that is wrong, each with
    its place."""
    principal, request = caller(router), operation(router)
    node = need_condition(deps(), principal.tenant_id, body)
    return SegmentOut.of(
        make_segment(
            deps(),
            principal.tenant_id,
            request.operation_id,
            body.name,
            node,
            created_by=principal.member_id,
            now=request.at,
        )
    )


@router.post(
    "/v1/segments/check",
    **secured(Scope.READ, "segments", "check_condition", summary="Check a condition, and see its other form"),
)
def post_check(body: CheckIn) -> CheckOut:
    """A text becomes a tree and a tree a text, both in canonical form; or `problems` says what is wrong, where and what
    to do about it. Nothing is kept."""
    try:
        node = checked(body.formulated, vocabulary(deps(), caller(router).tenant_id))
    except BadCondition as error:
        problems = [ConditionProblemOut.of(problem) for problem in error.problems]
        return CheckOut(valid=False, text=None, condition=None, problems=problems)
    return CheckOut(valid=True, text=write(node), condition=to_tree(node), problems=[])


@router.post(
    "/v1/segments/count",
    **secured(Scope.READ, "segments", "preview_segment", summary="Count whom a condition holds, and see some of them"),
)
def post_count(body: CountIn) -> CountOut:
    """Of a segment or of any condition, over all contacts, consent or none. A call counts for 6 seconds; `matched` is
    the least there can be until `complete`, and `continue_with` takes the count up where it ended. Three counts of a
    tenant are made at a time; 429 `too_many_counts` says when again."""
    parts, principal, now = deps(), caller(router), epoch_ms()
    people = filter_of(parts, principal.tenant_id, body, now)
    found = Count.behind(body.cursor, people.text)
    operation_id = operation(router).operation_id
    found = count_in_turn(parts, principal, operation_id, people, found, sample=body.sample, now=now)
    known = parts.fields.all(principal.tenant_id)
    return CountOut(
        matched=found.matched,
        examined=found.examined,
        complete=found.complete,
        continue_with=found.cursor(people.text),
        sample=[ContactOut.of(contact, known) for contact in found.sample],
    )


@router.post(
    "/v1/segments/why",
    **secured(Scope.READ, "segments", "show_membership", summary="Why somebody is in a segment, or is not"),
)
def post_why(body: WhyIn) -> WhyOut:
    """Each test with what is known of the contact, whether it is met, and whether it decided."""
    parts, tenant_id = deps(), caller(router).tenant_id
    people = filter_of(parts, tenant_id, body, epoch_ms())
    return WhyOut.of(why(parts, tenant_id, people, need_contact(parts.contacts, tenant_id, body.contact_id)))


@router.get("/v1/segments/<segment_id>", **secured(Scope.READ, "segments", "get_segment", summary="A segment"))
def get_segment(segment_id: SegmentId) -> SegmentOut:
    """With its condition in both forms."""
    return SegmentOut.of(deps().segments.get(caller(router).tenant_id, segment_id))


@router.patch(
    "/v1/segments/<segment_id>",
    **secured(Scope.CONTACTS, "segments", "update_segment", summary="Rename a segment, or change its condition"),
)
def patch_segment(segment_id: SegmentId, body: SegmentPatch) -> SegmentOut:
    """`revision` is the one that was seen: 409 `changed_meanwhile` when somebody changed it since. Campaigns that are
    being sent go by what was frozen with them; those that have not begun by what it is when they begin."""
    return SegmentOut.of(change_segment(deps(), caller(router).tenant_id, segment_id, body, epoch_ms()))


@router.delete(
    "/v1/segments/<segment_id>",
    **secured(Scope.CONTACTS, "segments", "delete_segment", summary="Remove a segment", status=204),
)
def delete_segment(segment_id: SegmentId) -> None:
    """A campaign that names it and has not begun is cancelled when it is to begin: nobody is written to by guess. What
    was sent keeps the condition that it went by."""
    deps().segments.delete(caller(router).tenant_id, segment_id)
