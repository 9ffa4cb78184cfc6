"""Reading how far the campaigns have come that a batch of statuses names: about 1 RRU for each of them, 1 or more for
each number, and 1 for each block with statuses of second attempts.

A batch may name a thousand numbers: they are read side by side, tenants in turns and for a part of the time that there
is, so that neither somebody's many campaigns nor somebody's slow partition keeps others from being written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from functions.webhook_ingest.statuses.logic.fold import CampaignKey, Update
from functions.webhook_ingest.statuses.logic.reach import Reach
from functions.webhook_ingest.statuses.parts import StatusParts
from functions.webhook_ingest.statuses.side_by_side import a_quarter, read_side_by_side
from shared.domain.campaigns.callback import CampaignSlot, decode
from shared.domain.campaigns.number_work import NumberWork
from shared.domain.campaigns.standing import positions
from shared.domain.fairness import in_turns
from shared.errors import NotFound
from shared.ids import PhoneNumberId, TenantId
from shared.sqs_batch import log_failure


@dataclass(slots=True)
class _Named:
    """What statuses name of one campaign."""

    sources: set[str] = field(default_factory=set)
    numbers: set[PhoneNumberId] = field(default_factory=set)
    retried_blocks: set[int] = field(default_factory=set)


def read_reaches(
    parts: StatusParts,
    updates: Iterable[Update],
    owners: Mapping[PhoneNumberId, TenantId],
    time_left_ms: Callable[[], int],
) -> tuple[dict[CampaignKey, Reach], set[str]]:
    """(reach by campaign, sources of the statuses for which it could not be read). Campaigns that do not exist are left
    out: nothing of them can have been sent."""
    named = dict(in_turns(_named(updates, owners).items(), lambda item: item[0].tenant_id))
    # The numbers' work before the campaigns: one that is closed has kept its cursors by the time they go.
    numbers = list(dict.fromkeys(number for one in named.values() for number in sorted(one.numbers)))
    works = read_side_by_side(numbers, parts.lanes.work, a_quarter(time_left_ms))

    def read(key: CampaignKey) -> Reach:
        known: dict[PhoneNumberId, NumberWork] = {}
        for number in named[key].numbers:
            work = works[number]
            if isinstance(work, Exception):
                raise work
            known[number] = work
        return _read(parts, key, named[key], known)

    reaches: dict[CampaignKey, Reach] = {}
    failed: set[str] = set()
    for key, found in read_side_by_side(named, read, a_quarter(time_left_ms)).items():
        if isinstance(found, Reach):
            reaches[key] = found
        elif not isinstance(found, NotFound):
            log_failure("how far a campaign has come", found)
            failed |= named[key].sources
    return reaches, failed


def _named(updates: Iterable[Update], owners: Mapping[PhoneNumberId, TenantId]) -> dict[CampaignKey, _Named]:
    found: dict[CampaignKey, _Named] = {}
    for update in updates:
        target = decode(update.callback)
        if not isinstance(target, CampaignSlot) or owners.get(update.phone_number_id) != target.tenant_id:
            continue
        named = found.setdefault(CampaignKey(target.tenant_id, target.campaign_id), _Named())
        named.sources.add(update.source)
        named.numbers.add(update.phone_number_id)
        if target.attempt > 1:
            named.retried_blocks.add(target.block)
    return found


def _read(parts: StatusParts, key: CampaignKey, named: _Named, works: Mapping[PhoneNumberId, NumberWork]) -> Reach:
    """Raises NotFound."""
    campaign = parts.campaigns.get(key.tenant_id, key.campaign_id)
    work = works.get(campaign.phone_number_id)
    tries: dict[int, Mapping[int, int]] = {}
    for block in named.retried_blocks:
        status = parts.sends.status_block(key.tenant_id, key.campaign_id, block)
        tries[block] = status.admitted if status is not None else {}
    return Reach(campaign, positions(campaign, work) if work is not None else {}, tries)
