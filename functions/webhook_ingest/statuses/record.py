"""Writing folded statuses: opt-outs and stops first, then a page into each campaign's journal, or one write per block
where there are few, and one per message of a conversation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from functions.webhook_ingest.statuses.logic.fold import (
    BlockKey,
    CampaignKey,
    Folded,
    SingleChange,
    Target,
    Update,
    fold,
    read_updates,
)
from functions.webhook_ingest.statuses.logic.journalling import Journalled, divide
from functions.webhook_ingest.statuses.parts import StatusParts
from functions.webhook_ingest.statuses.reach import read_reaches
from functions.webhook_ingest.statuses.side_by_side import a_quarter, read_side_by_side
from functions.webhook_ingest.statuses.user_ids import contact_behind, learn_user_ids
from shared.clock import EpochMs
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.callback import CampaignSlot, SingleSend
from shared.domain.campaigns.outcome import rule_of
from shared.domain.campaigns.status_journal import JournalPage, pack
from shared.domain.campaigns.stop_reasons import SCOPES, meta_code
from shared.domain.fairness import in_turns
from shared.errors import InvalidInput, NotYet
from shared.ids import PhoneNumberId, TenantId
from shared.observability import count
from shared.services.campaign_stop import CampaignStop
from shared.sqs_batch import log_failure

_WRITERS = 8
_PEOPLE = 100
_SPARE_MS = 5_000
Job = tuple[set[str], Callable[[], None]]
T = TypeVar("T")


class _Owned(Protocol):
    @property
    def tenant_id(self) -> TenantId: ...


K = TypeVar("K", bound=_Owned)


def record_statuses(
    parts: StatusParts, records: Iterable[Mapping[str, Any]], now: EpochMs, time_left_ms: Callable[[], int]
) -> set[str]:
    """Fold and write the statuses of these SQS records; returns the message ids to deliver again.

    Writing the same statuses twice changes nothing, so a record that shares a block with a failed write may come back
    as a whole. `time_left_ms` is what this invocation has left: what does not fit is delivered again.
    """
    updates, failed = _read(parts, records)
    owners, unread = _owners(parts, updates, now, time_left_ms)
    failed |= unread
    known = [update for update in updates if update.source not in failed]
    reaches, unread = read_reaches(parts, known, owners, time_left_ms)
    failed |= unread

    def can_have_sent(number: PhoneNumberId, sent: CampaignSlot) -> bool:
        reach = reaches.get(CampaignKey(sent.tenant_id, sent.campaign_id))
        return reach is not None and reach.covers(number, sent)

    folded = fold((update for update in updates if update.source not in failed), owners, can_have_sent)
    _count(folded, len(updates))
    people = {key: sum(reach.campaign.sizes) for key, reach in reaches.items()}

    def attempt(job: Job) -> set[str]:
        sources, write = job
        try:
            if time_left_ms() < _SPARE_MS:
                raise NotYet("no time left")
            write()
        except Exception as error:
            log_failure("statuses", error)
            return sources
        return set()

    with ThreadPoolExecutor(_WRITERS) as pool:
        for jobs in (_opt_outs(parts, folded, now), _stops(parts, folded), _writes(parts, folded, people, now)):
            failed |= set().union(*pool.map(attempt, jobs))
        # What is not learned now is learned with the next message: it is not worth another delivery.
        list(pool.map(attempt, _acquaintances(parts, folded, now)))
    return failed


def _read(parts: StatusParts, records: Iterable[Mapping[str, Any]]) -> tuple[list[Update], set[str]]:
    updates: list[Update] = []
    failed: set[str] = set()
    for record in records:
        try:
            updates += read_updates(record["messageId"], record["body"])
        except InvalidInput as problem:
            try:
                parts.parking.park(problem.message, record["body"])
            except Exception as error:
                log_failure("parking", error)
                failed.add(record["messageId"])
    return updates, failed


def _owners(
    parts: StatusParts, updates: Iterable[Update], now: EpochMs, time_left_ms: Callable[[], int]
) -> tuple[dict[PhoneNumberId, TenantId], set[str]]:
    """(whose each number is, sources of the statuses of those of whom it could not be read)."""
    sources: dict[PhoneNumberId, set[str]] = {}
    for update in updates:
        sources.setdefault(update.phone_number_id, set()).add(update.source)
    owners: dict[PhoneNumberId, TenantId] = {}
    failed: set[str] = set()
    found = read_side_by_side(
        sorted(sources), lambda number: parts.owners.tenant_of(number, now), a_quarter(time_left_ms)
    )
    for number, owner in found.items():
        if isinstance(owner, Exception):
            log_failure("owner of a number", owner)
            failed |= sources[number]
        elif owner is not None:
            owners[number] = owner
    return owners, failed


def _acquaintances(parts: StatusParts, folded: Folded, now: EpochMs) -> Iterator[Job]:
    def job(tenant_id: TenantId, people: Mapping[tuple[str, str], Target | None]) -> Job:
        return set(), lambda: learn_user_ids(parts, tenant_id, people, now)

    for tenant_id, people in sorted(folded.people.items()):
        known = sorted(people)
        for i in range(0, len(known), _PEOPLE):
            yield job(tenant_id, {person: people[person] for person in known[i : i + _PEOPLE]})


def _opt_outs(parts: StatusParts, folded: Folded, now: EpochMs) -> list[Job]:
    def job(target: Target, at: EpochMs) -> Job:
        return folded.sources[target], lambda: _opt_out(parts, target, at, now)

    return [job(target, at) for target, at in _in_turns(folded.opt_outs.items())]


def _stops(parts: StatusParts, folded: Folded) -> list[Job]:
    """What Meta refuses later, such as held messages of a template that is paused now, stops as if refused at once."""

    def job(campaign: CampaignKey, said: Mapping[str, EpochMs]) -> Job:
        return folded.sources[campaign], lambda: _stop(parts, campaign, said)

    return [job(campaign, said) for campaign, said in _in_turns(folded.stops.items())]


def _in_turns(items: Iterable[tuple[K, T]]) -> list[tuple[K, T]]:
    """One of each tenant after the other: when the time is up, it is up for whoever had most."""
    return in_turns(items, lambda item: item[0].tenant_id)


def _stop(parts: StatusParts, campaign: CampaignKey, said: Mapping[str, EpochMs]) -> None:
    """The widest reason first, and of equal ones the smallest code, whatever the order they came in."""
    stop = CampaignStop(parts.campaigns, parts.lanes)
    for code in sorted(said, key=lambda code: (-SCOPES[rule_of(code).action], code)):
        # Meta's seconds are cut off, so it was said before the end of that second.
        scope, said_at = SCOPES[rule_of(code).action], EpochMs(said[code] + 999)
        stopped = stop(campaign.tenant_id, campaign.campaign_id, scope, meta_code(code), said_at)
        if stopped:
            count("CampaignPaused", stopped)


def _writes(parts: StatusParts, folded: Folded, people: Mapping[CampaignKey, int], now: EpochMs) -> list[Job]:
    def block(key: BlockKey, change: StatusChange) -> Job:
        return folded.sources[key], lambda: _record_block(parts, key, change, now)

    def page(one: Journalled, content: JournalPage) -> Job:
        return one.sources, lambda: _keep(parts, one, content, now)

    def single(target: SingleSend, change: SingleChange) -> Job:
        return folded.sources[target], lambda: _record_single(parts, target, change)

    direct, journalled = divide(folded, people)
    pages = [(one.campaign, page(one, content)) for one in journalled for content in pack(one.changes)]
    blocks = [(key, block(key, change)) for key, change in sorted(direct.items(), key=lambda item: item[0])]
    kept: list[tuple[_Owned, Job]] = [*pages, *blocks]
    jobs = [job for _, job in _in_turns(kept)]
    jobs += [single(target, change) for target, change in _in_turns(folded.singles.items()) if change.status]
    if folded.strangers:
        rows = [[update.phone_number_id, *update.row] for update in folded.strangers]
        sources = {update.source for update in folded.strangers}
        jobs.append((sources, lambda: _park(parts, rows)))
    return jobs


def _opt_out(parts: StatusParts, target: Target, at: EpochMs, now: EpochMs) -> None:
    contact_id = contact_behind(parts, target)
    if contact_id is None:
        count("StatusUnmatched")
        return
    what = target.message_id if isinstance(target, SingleSend) else f"{target.campaign_id}-{target.block}-{target.slot}"
    parts.contacts.consent.record(
        target.tenant_id,
        contact_id,
        opted_out=True,
        source="meta_131050",
        at=at,
        event_id=f"{at:013d}-{what}",
        now=now,
    )
    count("OptOut")


def _record_block(parts: StatusParts, key: BlockKey, change: StatusChange, now: EpochMs) -> None:
    if not parts.sends.record(key.tenant_id, key.campaign_id, key.block, change):
        count("StatusUnmatched")
    elif parts.recipients.asks(key.tenant_id, now):
        parts.recipients.tell(key.tenant_id, key.campaign_id, [(key.block, change)], now, now)


def _keep(parts: StatusParts, one: Journalled, page: JournalPage, now: EpochMs) -> None:
    journal, (tenant_id, campaign_id) = parts.sends.journal, (one.campaign.tenant_id, one.campaign.campaign_id)
    journal.append(tenant_id, campaign_id, one.part, page, people=one.people, now=now)


def _record_single(parts: StatusParts, target: SingleSend, change: SingleChange) -> None:
    found = parts.conversations.messages.record_status(
        target.tenant_id,
        target.conversation_id,
        target.message_id,
        change.status,
        wamid=change.wamid,
        error_code=change.code,
    )
    if not found:
        count("StatusUnmatched")


def _park(parts: StatusParts, rows: list[list[object]]) -> None:
    parts.parking.park("statuses of a number that is nobody's, or of what it did not send", rows)


def _count(folded: Folded, updates: int) -> None:
    count("StatusTaken", updates)
    if folded.strangers:
        count("StatusForeign", len(folded.strangers))
    if folded.others:
        count("StatusNotOurs", folded.others)
    if folded.unknown:
        count("StatusNotKnown", folded.unknown)
