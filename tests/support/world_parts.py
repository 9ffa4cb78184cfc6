"""What a slice of a lane and a count of a segment work with, over the stores of a `World`."""

from typing import Any, cast

from functions.api.segments.parts import SegmentParts
from functions.campaign_dispatch.lane.parts import LaneParts
from shared.clients.graph import GraphAccess, GraphClient
from tests.support.engine import World


class _Access:
    def of_account(self, *_asked: object) -> GraphAccess:
        return GraphAccess.of("token", "secret")


def lane_parts(
    world: World, queue: object = None, *, graph_url: str = "http://127.0.0.1:9", slice_seconds: int = 0
) -> LaneParts:
    """`queue` is what takes its wake-ups, the world's own unless another is named; nobody answers at `graph_url`
    unless it is given."""
    deps = world.deps
    return LaneParts(
        accounts=deps.accounts,
        campaigns=deps.campaigns,
        templates=deps.templates,
        lanes=deps.lanes,
        sends=deps.sends,
        consent=deps.contacts.consent,
        stops=deps.stops,
        meta=cast("Any", _Access()),
        graph=lambda: GraphClient(graph_url, "v26.0"),
        lane_queue=cast("Any", queue or world.lane_queue),
        slice_seconds=slice_seconds,
    )


def segment_parts(world: World) -> SegmentParts:
    deps = world.deps
    return SegmentParts(
        accounts=deps.accounts,
        segments=world.segments,
        contacts=deps.contacts,
        fields=deps.fields,
        campaigns=deps.campaigns,
        lanes=deps.lanes,
        sends=deps.sends,
        leases=deps.leases,
    )
