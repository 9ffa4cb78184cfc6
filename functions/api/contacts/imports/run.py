"""Running an import: check the whole file, then write it, in as many slices as it takes.

The first pass reads everything and writes nothing, so that a file that breaks off half-way is refused as a whole. The
second pass writes the rows with a few threads and notes how far it came. A later slice reads the file again up to
there: which rows are duplicates follows from all rows before them.
"""

import io
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO, Protocol

from functions.api.contacts.imports.job import (
    COMPLETED,
    FAILED,
    LISTED_REJECTIONS,
    MOST_ROWS,
    SHOWN_REJECTIONS,
    Counts,
    ImportJob,
    Imports,
    Options,
    finished,
    taken,
)
from functions.api.contacts.imports.logic.csv_columns import Layout, lay_out
from functions.api.contacts.imports.logic.csv_source import BadFile, CsvSource
from functions.api.contacts.imports.rows import Rejection, Row, RowReader
from functions.api.contacts.imports.verdicts import Result, add, verdicts
from functions.api.http.csv_file import write_rows
from shared.clock import EpochMs
from shared.domain.contacts.contact import ContactField, living_first
from shared.errors import Conflict, NotFound, PermanentError, TooMany
from shared.ids import TenantId
from shared.services.heads import Heads
from shared.store.contacts.contacts import Contacts, Upserted
from shared.store.contacts.fields import ContactFields
from shared.store.engine.database import ItemTooLarge

_THREADS = 16
_CHUNK = 320
_CHECKPOINT_MS = 2_000
_MOST_ATTEMPTS = 5
_DOUBTFUL = 20_000
"""Rows behind the last note of how far it came, of which some may have been written by a worker that died: several
times what one writes within _CHECKPOINT_MS."""


class Clock(Protocol):
    """`now` in epoch ms; `remaining` is how many ms this worker may still run."""

    def now(self) -> EpochMs: ...
    def remaining(self) -> int: ...


class ImportRun:
    """One worker's turn at one import."""

    def __init__(self, imports: Imports, fields: ContactFields, contacts: Contacts, heads: Heads, clock: Clock) -> None:
        self._imports = imports
        self._fields = fields
        self._contacts = contacts
        self._heads = heads
        self._clock = clock

    def work(self, tenant_id: TenantId, import_id: str, owner: str, *, margin_ms: int = 30_000) -> bool:
        """Whether there is more to do in another slice. Raises NotFound, and Conflict while somebody else is at it or
        the tenant has other imports at work.

        Any other error leaves the job free for the next attempt.
        """
        now = self._clock.now()
        until = EpochMs(now + self._clock.remaining() + 5_000)
        job = self._imports.get(tenant_id, import_id)
        if job.status in (COMPLETED, FAILED):
            return False
        self._imports.take_place(tenant_id, owner, now, until)
        try:
            return self._work(tenant_id, import_id, owner, now, until, margin_ms)
        finally:
            self._imports.leave_place(tenant_id, owner)

    def _work(
        self, tenant_id: TenantId, import_id: str, owner: str, now: EpochMs, until: EpochMs, margin_ms: int
    ) -> bool:
        job = self._imports.change(tenant_id, import_id, lambda job: _take(job, owner, now, until))
        if job.status == FAILED:
            return False
        try:
            with tempfile.TemporaryFile() as file:
                return self._slice(tenant_id, job, file, margin_ms)
        except (NotFound, Conflict):
            self._imports.change(tenant_id, import_id, lambda job: _let_go(job, owner))
            raise
        except PermanentError as error:
            # The file is what it is: another attempt would end in the same way.
            reason = error
            self._imports.change(tenant_id, import_id, lambda job: _given_up(job, reason, self._clock.now()))
            return False
        except Exception:
            self._imports.change(tenant_id, import_id, lambda job: _let_go(job, owner))
            raise

    def _slice(self, tenant_id: TenantId, job: ImportJob, file: BinaryIO, margin_ms: int) -> bool:
        try:
            etag, _ = self._imports.download(tenant_id, job.import_id, file)
        except (NotFound, Conflict) as error:
            raise _Stopped(error.message, code=error.code) from error
        fields = self._fields.all(tenant_id)
        if job.total_rows is None:
            job = self._check(tenant_id, replace(job, etag=etag), file, fields)
        elif etag != job.etag:
            raise _Stopped("the file was replaced while it was imported", code="upload_changed")
        return self._write(tenant_id, job, file, fields, margin_ms)

    def _open(
        self, tenant_id: TenantId, options: Options, file: BinaryIO, fields: Sequence[ContactField]
    ) -> tuple[CsvSource, Layout, RowReader]:
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        source = CsvSource(_Borrowed(file))
        layout = lay_out(source.header, fields, options.columns, create_fields=options.create_fields)
        country, tags = options.default_country, frozenset(options.tags)
        return source, layout, RowReader(tenant_id, layout, fields, country, tags, options.bare_digits)

    def _check(self, tenant_id: TenantId, job: ImportJob, file: BinaryIO, fields: Sequence[ContactField]) -> ImportJob:
        """The first pass. Raises BadFile; then nothing was written."""
        source, layout, reader = self._open(tenant_id, job.options, file, fields)
        total, codes = 0, Counter[str]()
        listed: list[Rejection] = []
        with tempfile.TemporaryFile() as rejected:
            text = io.TextIOWrapper(rejected, encoding="utf-8-sig", newline="")
            write_rows(text, [["line", "reason", *source.header]])
            for verdict in verdicts(source, reader):
                total += 1
                if total > MOST_ROWS:
                    raise BadFile(f"the file has more than {MOST_ROWS:,} rows; split it")
                if verdict.rejection is not None:
                    codes[verdict.rejection.code] += 1
                    write_rows(text, [[verdict.line, verdict.rejection.reason, *verdict.cells]])
                    if len(listed) < LISTED_REJECTIONS:
                        listed.append(verdict.rejection)
            if not total:
                raise BadFile("the file has a header but no rows")
            text.flush()
            text.detach()
            rejected.seek(0)
            self._imports.store_rejections(tenant_id, job.import_id, listed, rejected)
        try:
            # Those that an earlier attempt made, or somebody else just now, stay as they are.
            self._fields.create_all(tenant_id, layout.new_fields)
        except TooMany as error:
            raise BadFile(error.message, code=error.code) from error
        return self._save(
            tenant_id,
            job,
            lambda stored: replace(
                stored,
                etag=job.etag,
                total_rows=total,
                ignored_columns=layout.ignored,
                created_fields=tuple(field.key for field in layout.new_fields),
                rejections=tuple(listed[:SHOWN_REJECTIONS]),
                rejected_by_code=dict(codes),
            ),
        )

    def _write(
        self, tenant_id: TenantId, job: ImportJob, file: BinaryIO, fields: Sequence[ContactField], margin_ms: int
    ) -> bool:
        """The second pass, from where the last slice stopped. True when time ran out before the end."""
        _, _, reader = opened = self._open(tenant_id, job.options, file, fields)
        counts, codes, saved_at = job.counts, Counter(job.rejected_by_code), self._clock.now()
        resumed = job.counts.rows > 0 or job.attempts > 1
        batch: list[Row] = []
        duplicate = rejected = at = 0
        with ThreadPoolExecutor(_THREADS) as threads:
            for verdict in verdicts(opened[0], reader):
                at += 1
                if at <= job.counts.rows:
                    continue
                if verdict.row is not None:
                    batch.append(verdict.row)
                elif verdict.rejection is not None:
                    rejected += 1
                else:
                    duplicate += 1
                if len(batch) + duplicate + rejected < _CHUNK:
                    continue
                doubtful = resumed and at - job.counts.rows <= _DOUBTFUL
                results = self._store(threads, tenant_id, batch, job, codes, doubtful=doubtful)
                counts = add(counts, results, duplicate, rejected)
                batch, duplicate, rejected = [], 0, 0
                stop = self._clock.remaining() < margin_ms
                if stop or self._clock.now() - saved_at >= _CHECKPOINT_MS:
                    saved_at = self._clock.now()
                    self._checkpoint(tenant_id, job, counts, codes, done=stop)
                if stop:
                    return True
            results = self._store(threads, tenant_id, batch, job, codes, doubtful=resumed)
            counts = add(counts, results, duplicate, rejected)

        def completed(stored: ImportJob) -> ImportJob:
            return finished(replace(stored, counts=counts, rejected_by_code=dict(codes)), COMPLETED, self._clock.now())

        self._save(tenant_id, job, completed)
        return False

    def _store(
        self,
        threads: ThreadPoolExecutor,
        tenant_id: TenantId,
        rows: Sequence[Row],
        job: ImportJob,
        codes: Counter[str],
        *,
        doubtful: bool,
    ) -> list[Result]:
        """What became of each row; those that would make their contact too large are counted in `codes`.

        Conversations show whoever is called otherwise now under the new name; if `doubtful`, anybody may be: another
        worker may have written the row and died before that. Who was deleted since the import was started stays so.
        """
        upsert, now = self._contacts.upsert, self._clock.now()
        self._adopt_former(tenant_id, rows)

        def store(row: Row) -> Upserted | None:
            try:
                return upsert(tenant_id, row.contact_id, row.attributes, row.fields, row.tags, now, job.started_at)
            except ItemTooLarge:
                return None

        stored = list(threads.map(store, rows))
        known = [one for one in stored if one is not None and (one.renamed or (doubtful and one.change != "created"))]
        self._heads.refresh_many(tenant_id, [one.contact_id for one in known])
        results: list[Result] = [one.change if one is not None else "too_large" for one in stored]
        if "too_large" in results:
            codes[ItemTooLarge.code] += results.count("too_large")
        return results

    def _adopt_former(self, tenant_id: TenantId, rows: Sequence[Row]) -> None:
        """Let the canonical form of a number lead to whoever is still stored under an earlier one, instead of making a
        second contact of them. Costs 1 RRU for each row whose number has another spelling."""
        former = self._contacts.get_many(tenant_id, {one for row in rows for one in row.former_ids}, deleted=True)
        for row in rows:
            known = next(iter(living_first(former[one] for one in row.former_ids if one in former)), None)
            if known is not None and known.contact_id != row.contact_id:
                self._contacts.put_pointer(tenant_id, row.contact_id, known.contact_id)

    def _checkpoint(
        self, tenant_id: TenantId, job: ImportJob, counts: Counts, codes: Counter[str], *, done: bool
    ) -> None:
        """Note how far it came; when the worker's time is up, leave the job for the next one."""

        def note(stored: ImportJob) -> ImportJob:
            noted = replace(stored, counts=counts, rejected_by_code=dict(codes), attempts=0)
            return replace(noted, owner="", leased_until=EpochMs(0)) if done else noted

        self._save(tenant_id, job, note)

    def _save(self, tenant_id: TenantId, job: ImportJob, change: Callable[[ImportJob], ImportJob]) -> ImportJob:
        """Raises Conflict when the job is no longer in this worker's hands."""

        def guarded(stored: ImportJob) -> ImportJob:
            if stored.owner != job.owner:
                raise Conflict("another worker took this import over")
            return change(stored)

        return self._imports.change(tenant_id, job.import_id, guarded)


class _Stopped(PermanentError):
    """The import cannot go on."""


class _Borrowed(io.BufferedReader):
    """A reader whose closing leaves the file open: both passes read the same one."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(io.FileIO(file.fileno(), closefd=False), 256 * 1024)


def _given_up(job: ImportJob, error: PermanentError, now: EpochMs) -> ImportJob:
    before = f"; the {job.counts.rows} rows before were imported" if job.counts.rows else ""
    return finished(job, FAILED, now, error.message + before, error.code)


def _let_go(job: ImportJob, owner: str) -> ImportJob:
    return replace(job, owner="", leased_until=EpochMs(0)) if job.owner == owner else job


def _take(job: ImportJob, owner: str, now: EpochMs, until: EpochMs) -> ImportJob:
    if job.attempts >= _MOST_ATTEMPTS:
        message = f"the import failed {_MOST_ATTEMPTS} times on our side; upload the file again"
        return finished(job, FAILED, now, message, "import_failed")
    return taken(job, owner, now, until)
