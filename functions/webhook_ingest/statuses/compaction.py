"""Compaction: what waits in a campaign's journal goes into its status blocks, each of them written once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from functions.webhook_ingest.statuses.logic.journalling import latest_due
from functions.webhook_ingest.statuses.parts import CompactionDueParts, CompactionParts
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.status_journal import MUCH_BYTES, JournalFold
from shared.observability import count
from shared.queue_messages import CompactJournal
from shared.services.passes import batched, pass_by
from shared.sqs_batch import log_failure
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.status_journal import OpenJournal, kept_at

BLOCKS_AT_ONCE = 20_000
"""After so many blocks pages are taken out, so that who runs out of time has not worked in vain."""
LOST_MS = 1_800_000
"""The message of a part that nobody began to compact for so long is lost: its worker, if it died, had it again."""
_WRITERS = 16
_SENT_AT_ONCE = 10
"""SQS: entries of a batch at most."""


def send_due(parts: CompactionDueParts, now: EpochMs, more_time: Callable[[], bool], at_once: int = 100) -> bool:
    """Queue every part of a journal that is due and of which no message waits, `now` in epoch ms. False when there was
    no time for all: the next run goes on with them."""

    def due(behind: str) -> Iterator[OpenJournal]:
        for one in parts.journal.opened_behind(behind):
            waited = one.since <= latest_due(one.people, parts.every_ms, now)
            if one.queued_until <= now and (waited or one.size >= MUCH_BYTES):
                yield one

    with ThreadPoolExecutor(_WRITERS) as pool:

        def queue(some: Sequence[OpenJournal]) -> None:
            kept = pool.map(lambda one: _queued(parts, one, now), some)
            for portion in batched((one for one, is_kept in zip(some, kept, strict=True) if is_kept), _SENT_AT_ONCE):
                _send(parts, portion, now)

        return pass_by(parts.places, due, queue, more_time, at_once)


def _queued(parts: CompactionDueParts, one: OpenJournal, now: EpochMs) -> bool:
    """A failure is one part's: the others are queued, and this one the next minute."""
    latest, until = latest_due(one.people, parts.every_ms, now), EpochMs(now + LOST_MS)
    try:
        return parts.journal.queue(one.tenant_id, one.campaign_id, one.part, latest=latest, now=now, until=until)
    except Exception as error:
        log_failure(one.campaign_id, error)
        return False


def _send(parts: CompactionDueParts, some: Sequence[OpenJournal], now: EpochMs) -> None:
    try:
        parts.queue.send_all(
            Outgoing(CompactJournal(one.tenant_id, one.campaign_id, one.part, one.people), one.tenant_id)
            for one in some
        )
    except Exception as error:
        log_failure("journals", error)
        for one in some:
            _let_go(parts, one, now)
        return
    count("CompactionQueued", len(some))


def _let_go(parts: CompactionDueParts, one: OpenJournal, now: EpochMs) -> None:
    """So that the next minute queues it. What cannot be let go counts as lost in time."""
    try:
        parts.journal.let_go(one.tenant_id, one.campaign_id, one.part, EpochMs(now + LOST_MS))
    except Exception as error:
        log_failure(one.campaign_id, error)


def compact(parts: CompactionParts, task: CompactJournal, now: EpochMs, out_of_time: Callable[[], bool]) -> str:
    """Compact one part of a campaign's journal, unless somebody has begun to since it was due; what was done, for the
    log. A crash anywhere leaves what the next one does again: blocks only grow, and a page goes after its blocks, and
    after the tenant was told of it."""
    journal, place = parts.sends.journal, (task.tenant_id, task.campaign_id, task.part)
    version = journal.claim(*place, latest=latest_due(task.people, parts.every_ms, now), now=now)
    if version is None:
        return "not due"
    for folded, keys in _portions(parts.sends, task):
        if out_of_time():
            journal.give_back(*place)
            count("CompactionCut")
            return "out of time"
        _settle(parts, task, folded, keys, now)
    return "closed" if journal.close(*place, version) else "compacted"


def _portions(sends: Sends, task: CompactJournal) -> Iterator[tuple[JournalFold, list[str]]]:
    """The pages, folded, of BLOCKS_AT_ONCE blocks or little more, and their keys."""
    folded, keys = JournalFold(), list[str]()
    for key, page in sends.journal.pages(task.tenant_id, task.campaign_id, task.part):
        folded.add(page)
        keys.append(key)
        if len(folded) >= BLOCKS_AT_ONCE:
            yield folded, keys
            folded, keys = JournalFold(), []
    if keys:
        yield folded, keys


def _settle(parts: CompactionParts, task: CompactJournal, folded: JournalFold, keys: list[str], now: EpochMs) -> None:
    """The blocks first, then the tenant that wants to be told, then the pages that told of them. So whoever dies in
    between leaves pages of which the tenant is told again: in the same events while no others came."""
    sends, campaign = parts.sends, (task.tenant_id, task.campaign_id)
    with ThreadPoolExecutor(_WRITERS) as pool:
        written = list(pool.map(lambda one: sends.record(*campaign, *one), folded.changes()))
        if parts.recipients.asks(task.tenant_id, now):
            there = (one for one, is_there in zip(folded.changes(), written, strict=True) if is_there)
            parts.recipients.tell(*campaign, there, max(map(kept_at, keys)), now)
        list(pool.map(partial(sends.journal.remove, *campaign, task.part), keys))
    if unmatched := written.count(False):
        count("StatusUnmatched", unmatched)
