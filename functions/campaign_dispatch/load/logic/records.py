"""What a load writes down: the next record of a shard, and what all shards come to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient
from shared.domain.campaigns.campaign import Campaign, after
from shared.domain.campaigns.load_record import SealedBlock, Skipped
from shared.domain.campaigns.outlook import Allowance, limit_words
from shared.domain.campaigns.stop_reasons import BEYOND_LIMIT, BEYOND_PLAN

NOTHING_SEALED = SealedBlock(n=-1, spill=0, recipients=0, skipped={}, scanned_to="", end=False)


def next_record(
    at: SealedBlock, recipients: Sequence[Recipient], skipped: Skipped, scanned_to: str, *, end: bool
) -> SealedBlock:
    """What follows the record `at` with those met since. Only a full block, or the last one of the shard, takes the
    recipients; any other record spills, and carries them on."""
    is_block = end or len(recipients) == BLOCK_SIZE
    reasons = Counter(at.skipped)
    reasons.update(reason for _, reason in skipped)
    return SealedBlock(
        n=at.n + 1 if is_block else at.n,
        spill=0 if is_block else at.spill + 1,
        recipients=at.recipients + (len(recipients) if is_block else 0),
        skipped=dict(reasons),
        scanned_to=scanned_to,
        end=end,
        carried=() if is_block else tuple(recipients),
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """People in the blocks of each shard, and how many were held back for each reason. `last_blocks`: (shard, n) of the
    last block of each shard that has one."""

    sizes: tuple[int, ...]
    skipped: Mapping[str, int]
    last_blocks: tuple[tuple[int, int], ...]

    @property
    def recipients(self) -> int:
        return sum(self.sizes)


def totals(ends: Sequence[SealedBlock]) -> Totals:
    """`ends`: the last record of every shard, in their order."""
    skipped: Counter[str] = Counter()
    for end in ends:
        skipped.update(end.skipped)
    last_blocks = tuple((shard, end.n) for shard, end in enumerate(ends) if end.recipients > end.n * BLOCK_SIZE)
    return Totals(tuple(end.recipients for end in ends), dict(skipped), last_blocks)


def loaded(
    current: Campaign, found: Totals, *, limit: int, messaging_limit: int | None, lanes: int, now: EpochMs
) -> Campaign:
    """The campaign with its audience frozen, to be sent by so many lanes; or cancelled, when the audience is larger
    than the plan's `limit`. Raises Conflict when it is not being loaded any more."""
    sending = after(current.state, "send")
    if found.recipients > limit:
        reason = f"{BEYOND_PLAN}: the audience has {found.recipients} recipients; the plan allows {limit}"
        return replace(current, state=after(current.state, "cancel"), reason=reason, finished_at=now)
    return replace(
        current,
        state=sending,
        sizes=found.sizes,
        skipped=found.skipped,
        lanes=lanes,
        started_at=now,
        reason=_notice(found.recipients, Allowance(messaging_limit)),
    )


def _notice(people: int, allowance: Allowance) -> str:
    """What is to be known of a campaign from its start: that Meta will not let it reach everybody in one day."""
    beyond = allowance.beyond(people)
    return f"{BEYOND_LIMIT}: {limit_words(beyond, allowance)}" if beyond else ""
