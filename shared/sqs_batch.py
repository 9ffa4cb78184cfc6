"""One way to work through a batch of SQS records: each is handled alone, and only what failed comes back.

Source of the answer's shape: AWS Lambda, partial batch responses (`ReportBatchItemFailures`). Of a FIFO queue the rest
of a message group fails with its first failure, so that the group keeps its order; other groups go on. A batch may hold
records of several tenants: their records take turns, so one waits for at most one record of each of the others.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event, get_ident
from typing import Any, TypedDict

from shared.domain.fairness import in_turns, owner_of
from shared.errors import NotYet, PermanentError
from shared.failures import failure, where_at
from shared.observability import count, logger

Record = Mapping[str, Any]
_SPARE_MS = 10_000
"""What one record may take, with a call to somebody else's server in it."""
_CLOSING_MS = 2_000
"""What is left for the answer of an invocation."""
_MOST_AT_ONCE = 10
"""Threads of an invocation: a batch that waits for others' servers has ten records (Amazon SQS as a trigger)."""


class ItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    batchItemFailures: list[ItemFailure]


def process(
    event: Mapping[str, Any],
    handle: Callable[[str, Record], None],
    *,
    fifo: bool = False,
    park: Callable[[str, str], object] | None = None,
    time_left_ms: Callable[[], int] | None = None,
) -> BatchResponse:
    """Call `handle(body, record)` for each record of an SQS event and answer which ones to deliver again.

    A record whose handling raises PermanentError can never succeed: with `park` it is handed over as (reason, body)
    and acknowledged; without, or when parking fails, it is redelivered like any other failure and ends in the
    dead-letter queue. Records for which `time_left_ms` (of this invocation) leaves too little are not begun and come
    again, so that those already handled do not. Never raises for what a record does.
    """
    failed: list[str] = []
    stuck: set[str] = set()
    for record in in_turns(event["Records"], lambda record: owner_of(group_of(record))):
        group = group_of(record) if fifo else ""
        if group and group in stuck:
            failed.append(record["messageId"])
        elif time_left_ms is not None and time_left_ms() < _SPARE_MS:
            count("RecordsPutOff")
            failed.append(record["messageId"])
            stuck.add(group)
        elif not _handled(record, handle, park):
            failed.append(record["messageId"])
            stuck.add(group)
    count("RecordsTaken", len(event["Records"]))
    return failures(failed)


def process_together(
    event: Mapping[str, Any],
    handle: Callable[[str, Record], None],
    *,
    order: Callable[[Record], str] | None = None,
    park: Callable[[str, str], object] | None = None,
    time_left_ms: Callable[[], int] | None = None,
    needed_ms: int = 0,
) -> BatchResponse:
    """As `process`, with records worked on at the same time, so that none waits for another. Those to which `order`
    gives one name are handled one after the other, and after a failure the rest of them come again with it.

    A record is not begun with less than `needed_ms` of `time_left_ms` (of this invocation). What is not done shortly
    before its end comes again, alone; a thread that is at it goes on until it is ended or done, so handling must stand
    being run twice at once.
    """
    lines: dict[object, list[Record]] = {}
    for record in in_turns(event["Records"], lambda record: owner_of(group_of(record))):
        lines.setdefault(order(record) if order is not None else id(record), []).append(record)
    done: set[str] = set()
    at_work: dict[int, str] = {}
    over = Event()

    def work(line: list[Record]) -> None:
        for record in line:
            if over.is_set():
                return
            if time_left_ms is not None and time_left_ms() < needed_ms:
                count("RecordsPutOff")
                return
            at_work[get_ident()] = record["messageId"]
            handled = _handled(record, handle, park)
            del at_work[get_ident()]
            if not handled:
                return
            done.add(record["messageId"])

    threads = ThreadPoolExecutor(max_workers=max(1, min(_MOST_AT_ONCE, len(lines))))
    try:
        working = [threads.submit(work, line) for line in lines.values()]
        left = None if time_left_ms is None else max(0, time_left_ms() - _CLOSING_MS) / 1000
        if unfinished := wait(working, timeout=left).not_done:
            over.set()
            log_failure(f"{len(unfinished)} of {len(lines)}", TimeoutError())
            _log_where(dict(at_work))
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
    count("RecordsTaken", len(event["Records"]))
    return failures(record["messageId"] for record in event["Records"] if record["messageId"] not in done)


def group_of(record: Record) -> str:
    """The message group it was sent with: its order in a FIFO queue, its fair share in another. Empty for none."""
    return str(record.get("attributes", {}).get("MessageGroupId", ""))


def failures(message_ids: Iterable[str]) -> BatchResponse:
    """The answer that has exactly these messages delivered again."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}


def _log_where(at_work: Mapping[int, str]) -> None:
    """What the threads that are out of time are at: message id by the thread's."""
    frames = sys._current_frames()
    for thread, message_id in at_work.items():
        if thread in frames:
            logger.error("out of time", extra={"what": message_id, **where_at(frames[thread])})


def log_failure(what: str, error: Exception) -> None:
    """What failed and where (`failure`). What is only too early is no failure, and wakes nobody."""
    if isinstance(error, NotYet):
        count("RecordsPutOff")
        return
    logger.error("not handled", extra={"what": what, **failure(error)})
    count("RecordFailed")


def _handled(record: Record, handle: Callable[[str, Record], None], park: Callable[[str, str], object] | None) -> bool:
    try:
        try:
            handle(record["body"], record)
        except PermanentError as error:
            if park is None:
                raise
            park(f"{error.code}: {error.message}", record["body"])
    except Exception as error:
        log_failure(str(record.get("messageId", "")), error)
        return False
    return True
