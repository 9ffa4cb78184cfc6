"""An import as it is stored: one document per import, the file and the rejected rows in S3.

`counts` always cover exactly the rows dealt with so far, so they add up at every moment:
rows = created + updated + unchanged + duplicate + rejected. When a worker dies, the rows written since its last
checkpoint are written again by the next one and come out as unchanged.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import BinaryIO

from functions.api.contacts.imports.logic.csv_source import MOST_BYTES
from functions.api.contacts.imports.rows import Rejection
from shared.clients.files import Files, FileTooLarge
from shared.clock import EpochMs
from shared.domain.contacts.phone import BareDigits
from shared.domain.media.file_name import content_disposition
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory

MOST_ROWS = 1_000_000
MOST_AT_ONCE = 2
"""Imports of one tenant that are worked on at the same time; the others wait, and leave the workers to others."""
SHOWN_REJECTIONS = 10
LISTED_REJECTIONS = 1_000
_LINK_SECONDS = 3600
_WORKERS = "WORKERS#imports"

CSV_TYPE = "text/csv"

AWAITING_UPLOAD, QUEUED, RUNNING, COMPLETED, FAILED = "awaiting_upload", "queued", "running", "completed", "failed"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of the file; `duplicate` are those whose contact an earlier row of the same file already gave."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """`columns` maps headers to what they hold; `default_country` is ISO and serves numbers without a country code;
    `bare_digits` says what those are."""

    default_country: str
    tags: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    create_fields: bool = False
    bare_digits: BareDigits = "either"


@dataclass(frozen=True, slots=True)
class ImportJob:
    """`total_rows` is known once the whole file was checked. `owner` works on it until `leased_until` (epoch ms);
    `attempts` counts workers that got no further."""

    import_id: str
    filename: str
    options: Options
    status: str = AWAITING_UPLOAD
    created_at: EpochMs = EpochMs(0)
    created_by: str = ""
    etag: str = ""
    total_rows: int | None = None
    counts: Counts = Counts()
    ignored_columns: tuple[str, ...] = ()
    created_fields: tuple[str, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    rejected_by_code: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    error_code: str = ""
    started_at: EpochMs = EpochMs(0)
    finished_at: EpochMs = EpochMs(0)
    owner: str = ""
    leased_until: EpochMs = EpochMs(0)
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Workers:
    """Who works on a tenant's imports: worker -> until when (epoch ms) it holds its place."""

    places: Mapping[str, int] = field(default_factory=dict)


def with_place(workers: Workers, worker: str, now: EpochMs, until: EpochMs) -> Workers:
    """Raises Conflict while the tenant has as many workers as it may have."""
    held = {name: end for name, end in workers.places.items() if end > now and name != worker}
    if len(held) >= MOST_AT_ONCE:
        raise Conflict("the tenant's other imports are at work")
    return Workers({**held, worker: until})


def without_place(workers: Workers, worker: str) -> Workers:
    return Workers({name: end for name, end in workers.places.items() if name != worker})


def queued(job: ImportJob) -> ImportJob:
    """Start an uploaded import; one that was started stays as it is."""
    return replace(job, status=QUEUED) if job.status == AWAITING_UPLOAD else job


def taken(job: ImportJob, owner: str, now: EpochMs, leased_until: EpochMs) -> ImportJob:
    """The job in the hands of this worker. Raises Conflict while another one holds it."""
    if job.owner not in ("", owner) and job.leased_until > now:
        raise Conflict("another worker is at it")
    return replace(
        job,
        status=RUNNING,
        owner=owner,
        leased_until=leased_until,
        attempts=job.attempts + 1,
        started_at=job.started_at or now,
    )


def finished(job: ImportJob, status: str, now: EpochMs, error: str = "", code: str = "") -> ImportJob:
    return replace(job, status=status, error=error, error_code=code, finished_at=now, owner="", leased_until=EpochMs(0))


class Imports:
    """Every method takes the tenant id."""

    def __init__(self, directory: Directory, files: Files) -> None:
        self._directory = directory
        self._files = files

    @staticmethod
    def _prefix(tenant_id: TenantId, import_id: str) -> str:
        return f"imports/{tenant_id}/{import_id}"

    def create(self, tenant_id: TenantId, job: ImportJob) -> None:
        """Harmless when the same import was made before."""
        try:
            self._directory.create(tenant_id, f"IMP#{job.import_id}", job)
        except Conflict:
            return

    def get(self, tenant_id: TenantId, import_id: str) -> ImportJob:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"IMP#{import_id}", ImportJob)

    def page(self, tenant_id: TenantId, limit: int, cursor: str | None) -> Page[ImportJob]:
        """Newest first."""
        return self._directory.page(tenant_id, "IMP#", ImportJob, limit=limit, cursor=cursor)

    def change(self, tenant_id: TenantId, import_id: str, change: Callable[[ImportJob], ImportJob]) -> ImportJob:
        """Raises NotFound and whatever `change` raises."""
        return self._directory.update(tenant_id, f"IMP#{import_id}", ImportJob, change)

    def take_place(self, tenant_id: TenantId, worker: str, now: EpochMs, until: EpochMs) -> None:
        """Raises Conflict while the tenant has as many workers as it may have."""
        with suppress(Conflict):
            self._directory.create(tenant_id, _WORKERS, Workers())
        self._directory.update(tenant_id, _WORKERS, Workers, lambda found: with_place(found, worker, now, until))

    def leave_place(self, tenant_id: TenantId, worker: str) -> None:
        self._directory.update(tenant_id, _WORKERS, Workers, lambda found: without_place(found, worker))

    def upload_url(self, tenant_id: TenantId, import_id: str, size: int) -> str:
        """Where a file of exactly `size` bytes and of the type CSV_TYPE may be PUT for an hour."""
        key = f"{self._prefix(tenant_id, import_id)}/source.csv"
        return self._files.upload_url(key, _LINK_SECONDS, content_type=CSV_TYPE, size=size)

    def store_file(self, tenant_id: TenantId, import_id: str, content: bytes) -> None:
        self._files.put(f"{self._prefix(tenant_id, import_id)}/source.csv", BytesIO(content), CSV_TYPE)

    def file_size(self, tenant_id: TenantId, import_id: str) -> int | None:
        """Bytes of the uploaded file, None when there is none."""
        found = self._files.head(f"{self._prefix(tenant_id, import_id)}/source.csv")
        return found.size if found is not None else None

    def download(self, tenant_id: TenantId, import_id: str, into: BinaryIO) -> tuple[str, int]:
        """Copy the file in pieces; (etag, bytes). Raises NotFound, and Conflict when it is larger than allowed."""
        try:
            found = self._files.read_into(f"{self._prefix(tenant_id, import_id)}/source.csv", into, at_most=MOST_BYTES)
        except FileTooLarge as error:
            raise Conflict(f"the file is larger than {MOST_BYTES // 1024 // 1024} MB; split it") from error
        return found.etag, found.size

    def store_rejections(
        self, tenant_id: TenantId, import_id: str, listed: Sequence[Rejection], as_csv: BinaryIO
    ) -> None:
        """The rejected rows as a CSV file to correct and upload again, and the first of them for the API."""
        prefix = self._prefix(tenant_id, import_id)
        rows = json.dumps([[rejection.line, rejection.reason, rejection.code] for rejection in listed])
        self._files.put(f"{prefix}/rejected.json", BytesIO(rows.encode()), "application/json")
        self._files.put(f"{prefix}/rejected.csv", as_csv, "text/csv; charset=utf-8")

    def rejections(self, tenant_id: TenantId, import_id: str) -> list[Rejection]:
        """The first thousand; all of them are behind `rejections_url`."""
        rows = BytesIO()
        self._files.read_into(f"{self._prefix(tenant_id, import_id)}/rejected.json", rows)
        return [Rejection(*row) for row in json.loads(rows.getvalue())]

    def rejections_url(self, tenant_id: TenantId, import_id: str) -> str:
        """A link to the CSV file of rejected rows that works for an hour."""
        return self._files.link(
            f"{self._prefix(tenant_id, import_id)}/rejected.csv",
            "text/csv; charset=utf-8",
            disposition=content_disposition("rejected.csv", inline=False),
            seconds=_LINK_SECONDS,
        )
