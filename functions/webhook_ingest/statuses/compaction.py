"""Compaction: what waits in a campaign's journal goes into its status blocks, each of them written once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from functions.webhook_ingest.statuses.logic.journalling import latest_due
from functions.webhook_ingest.statuses.parts import CompactionParts
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.status_journal import JournalFold
from shared.domain.fairness import in_turns
from shared.observability import count
from shared.queue_messages import CompactJournal
from shared.store.campaigns.sends import Sends
from shared.store.campaigns.status_journal import PARTITIONS

BLOCKS_AT_ONCE = 20_000
"""After so many blocks pages are taken out, so that who runs out of time has not worked in vain."""
_WRITERS = 16


def send_due(parts: CompactionParts, now: EpochMs) -> int:
    """Queue every journal that is due, one of each tenant in turn; how many there were. One that is queued and not
    worked on yet is queued once more: whoever comes second finds it done."""
    found = [one for partition in range(PARTITIONS) for one in parts.sends.journal.opened(partition)]
    due = [one for one in found if one.since <= latest_due(one.people, parts.every_ms, now)]
    parts.queue.send_all(
        Outgoing(CompactJournal(one.tenant_id, one.campaign_id, one.part, one.people), one.tenant_id)
        for one in in_turns(sorted(due, key=lambda one: one.since), lambda one: one.tenant_id)
    )
    return len(due)


def compact(parts: CompactionParts, task: CompactJournal, now: EpochMs, out_of_time: Callable[[], bool]) -> str:
    """Compact one part of a campaign's journal, unless somebody has begun to since it was due; what was done, for the
    log. A crash anywhere leaves what the next one does again: blocks only grow, and a page goes after its blocks."""
    journal, place = parts.sends.journal, (task.tenant_id, task.campaign_id, task.part)
    version = journal.claim(*place, latest=latest_due(task.people, parts.every_ms, now), now=now)
    if version is None:
        return "not due"
    for folded, keys in _portions(parts.sends, task):
        if out_of_time():
            journal.give_back(*place)
            count("CompactionCut")
            return "out of time"
        _settle(parts.sends, task, folded, keys)
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


def _settle(sends: Sends, task: CompactJournal, folded: JournalFold, keys: list[str]) -> None:
    """The blocks first, then the pages that told of them."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        written = list(pool.map(lambda one: sends.record(task.tenant_id, task.campaign_id, *one), folded.changes()))
        list(pool.map(partial(sends.journal.remove, task.tenant_id, task.campaign_id, task.part), keys))
    if unmatched := written.count(False):
        count("StatusUnmatched", unmatched)
