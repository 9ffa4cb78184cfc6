"""A campaign whose blocks are written directly: as many recipients as wanted, in seconds."""

from collections.abc import Sequence
from dataclasses import replace

from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.contacts.identity import SHARDS
from shared.domain.templates.compiler import compile_plan
from shared.ids import CampaignId, ContactId
from shared.store.engine.documents import to_document
from tests.support.engine import World


def frozen_campaign(
    world: World, recipients: int, at: int | None = None, shards: Sequence[int] = range(SHARDS), *, opened: bool = True
) -> CampaignId:
    """A sending campaign, frozen at `at` (epoch ms; now when left out), with its run before the lanes if `opened`. The
    recipients are spread over these shards; what the load of the others leaves, and nothing reads, is left out."""
    campaign_id = world.launch()
    now = EpochMs(epoch_ms() if at is None else at)
    by_shard = {shard: len(range(i, recipients, len(shards))) for i, shard in enumerate(shards)}
    sizes = tuple(by_shard.get(shard, 0) for shard in range(SHARDS))
    for shard, size in by_shard.items():
        people = [
            Recipient(ContactId(f"{shard:x}{i:031x}"), f"+55119{shard:02d}{i:06d}", (f"Ana Souza {i}",))
            for i in range(size)
        ]
        blocks = [people[i : i + BLOCK_SIZE] for i in range(0, size, BLOCK_SIZE)] or [[]]
        for n, block in enumerate(blocks):
            sealed = SealedBlock(
                n=n,
                spill=0,
                recipients=min(size, (n + 1) * BLOCK_SIZE),
                skipped={},
                scanned_to=block[-1].contact_id if block else "",
                end=n == len(blocks) - 1,
            )
            world.deps.sends.seal_block(world.tenant_id, campaign_id, shard, sealed, block, [], now)
    number = world.deps.accounts.number(world.tenant_id, world.phone_number_id)
    plan = to_document(compile_plan(world.template, world.campaign(campaign_id).variables, frozenset()))
    frozen = world.deps.campaigns.change(
        world.tenant_id,
        campaign_id,
        lambda c: replace(
            c, state=State.SENDING, sizes=sizes, lanes=number.lanes, frozen_at=now, started_at=now, plan=plan
        ),
    )
    if opened:
        world.deps.opening.put_before_lanes(world.tenant_id, frozen, now)
    return campaign_id
