"""Imports of contacts from CSV files."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import ValidationError

from functions.api.contacts.imports.job import (
    AWAITING_UPLOAD,
    CSV_TYPE,
    QUEUED,
    ImportJob,
    Imports,
    Options,
    queued,
)
from functions.api.contacts.imports.logic.csv_source import MOST_BYTES
from functions.api.contacts.imports.models import (
    CountsOut,
    ImportIn,
    ImportOut,
    ImportsOut,
    RejectedOut,
    RejectedRowOut,
)
from functions.api.contacts.imports.parts import ImportParts
from functions.api.http.fields import ULID, moment, moment_or_none
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from shared.domain.accounts.account import Scope
from shared.domain.contacts.phone import BareDigits
from shared.errors import Conflict, InvalidInput, PermanentError
from shared.queue_messages import ImportFile
from shared.store.engine.cursor import decode_cursor, encode_cursor
from shared.store.engine.database import ItemTooLarge

router = new_router()
deps = parts_for(router, ImportParts)
_REJECTED = "rejected"
MOST_BODY_BYTES = 5 * 1024 * 1024
_COUNTRY = "ISO 3166 alpha-2, for numbers without a country code; the tenant's own when left out"
ImportId = Annotated[str, Path(pattern=ULID, description="id of the import")]

_FILE: dict[str, Any] = {
    "required": True,
    # `binary`, as it may be in any encoding as far as the description goes: generated clients send the bytes of a file.
    "content": {
        "text/csv": {"schema": {"type": "string", "format": "binary", "description": "The file itself, at most 5 MB."}}
    },
}


class TooLarge(PermanentError):
    code = "body_too_large"
    status = 413


class WrongMediaType(PermanentError):
    code = "unsupported_media_type"
    status = 415


def _imports() -> Imports:
    parts = deps()
    return Imports(parts.directory, parts.files)


@router.post(
    "/v1/contacts/imports",
    **effect(Scope.CONTACTS, "imports", "create_import", summary="Announce a CSV file of contacts", status=201),
)
def post_import(body: ImportIn) -> ImportOut:
    """The file, of up to 200 MB, goes to `upload_url` with `upload_headers` within an hour; …/start begins the
    import."""
    return _prepare(body)


@router.post(
    "/v1/contacts/imports.csv",
    **effect(
        Scope.CONTACTS, "imports", "import_file", summary="Import contacts from a CSV file", status=201, body=_FILE
    ),
)
def post_import_file(
    filename: Annotated[str, Query(max_length=200, description="what the file is called")] = "contacts.csv",
    tags: Annotated[str, Query(max_length=2000, description="put on every contact, separated by commas")] = "",
    default_country: Annotated[str, Query(max_length=2, description=_COUNTRY)] = "",
    columns: Annotated[str, Query(max_length=5000, description="`Header:target`, separated by commas")] = "",
    create_fields: Annotated[bool, Query(description="make text fields of columns that are not known")] = False,
    bare_digits: Annotated[BareDigits, Query(description="what numbers without + or 00 are")] = "either",
) -> ImportOut:
    """The body is the file, of up to 5 MB, and the import begins at once. What may be said in the query is what the
    body says when a file is announced."""
    if not router.current_event.headers.get("content-type", "").lower().startswith(CSV_TYPE):
        raise WrongMediaType("send the file as text/csv, or announce it under /v1/contacts/imports")
    options = {
        "filename": filename or "contacts.csv",
        "tags": [tag for part in tags.split(",") if (tag := part.strip())],
        "default_country": default_country or None,
        "columns": _pairs(columns),
        "create_fields": create_fields,
        "bare_digits": bare_digits,
    }
    return _begin(_validated(options), _content(router.current_event.raw_event))


def _validated(raw: Mapping[str, object]) -> ImportIn:
    try:
        return ImportIn.model_validate(raw)
    except ValidationError as exc:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in exc.errors(include_url=False)]
        raise RequestValidationError(errors) from exc


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(","):
        if not part.strip():
            continue
        header, colon, target = part.rpartition(":")
        if not colon:
            raise InvalidInput("write it as Header:target,Header:target", field="columns")
        found[header.strip()] = target.strip()
    return found


def _content(event: Mapping[str, Any]) -> bytes:
    body = str(event.get("body") or "")
    try:
        content = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
    except binascii.Error as exc:
        raise InvalidInput("the body cannot be read") from exc
    if len(content) > MOST_BODY_BYTES:
        raise TooLarge("a file in the body is at most 5 MB; announce it under /v1/contacts/imports instead")
    if not content:
        raise InvalidInput("the file is empty (0 bytes)", code="bad_file")
    return content


def _job(body: ImportIn) -> ImportJob:
    principal, request = caller(router), operation(router)
    country = body.default_country or deps().accounts.tenant(principal.tenant_id).country
    return ImportJob(
        import_id=request.operation_id,
        filename=body.filename,
        options=Options(country, tuple(body.tags), body.columns, body.create_fields, body.bare_digits),
        created_at=request.at,
        created_by=principal.member_id,
    )


def _prepare(body: ImportIn) -> ImportOut:
    if body.size is None:
        raise InvalidInput("say how many bytes the file has: the upload URL is bound to them", field="size")
    tenant_id, imports, job = caller(router).tenant_id, _imports(), _job(body)
    imports.create(tenant_id, job)
    return _out(job, upload_url=imports.upload_url(tenant_id, job.import_id, body.size), size=body.size)


def _begin(body: ImportIn, content: bytes) -> ImportOut:
    tenant_id, imports, job = caller(router).tenant_id, _imports(), _job(body)
    imports.store_file(tenant_id, job.import_id, content)
    imports.create(tenant_id, queued(job))
    deps().import_queue.send(ImportFile(tenant_id, job.import_id), group=tenant_id)
    return _out(queued(job))


@router.post(
    "/v1/contacts/imports/<import_id>/start",
    **effect(Scope.CONTACTS, "imports", "start_import", summary="Start an uploaded import"),
)
def post_start(import_id: ImportId) -> ImportOut:
    """Once the file is at its upload URL. Repeated it does nothing more."""
    tenant_id, imports = caller(router).tenant_id, _imports()
    job = imports.get(tenant_id, import_id)
    if job.status == AWAITING_UPLOAD:
        size = imports.file_size(tenant_id, import_id)
        if size is None:
            raise Conflict("the file is not there yet; PUT it to upload_url first", code="upload_missing")
        if size > MOST_BYTES:
            raise TooLarge(f"the file is larger than {MOST_BYTES // 1024 // 1024} MB; split it")
        job = imports.change(tenant_id, import_id, queued)
    if job.status == QUEUED:
        # Sent again for a repeated start: the first message may have been lost, and a second one is harmless.
        deps().import_queue.send(ImportFile(tenant_id, import_id), group=tenant_id)
    return _out(job)


@router.get("/v1/contacts/imports", **secured(Scope.READ, "imports", "list_imports", summary="Imports, newest first"))
def list_imports(limit: Limit = 20, cursor: CursorText = None) -> ImportsOut:
    """With the first rejected rows of each."""
    page = _imports().page(caller(router).tenant_id, limit, cursor)
    return ImportsOut(items=[_out(job) for job in page.items], next_cursor=page.cursor)


@router.get(
    "/v1/contacts/imports/<import_id>", **secured(Scope.READ, "imports", "get_import", summary="How an import stands")
)
def get_import(import_id: ImportId) -> ImportOut:
    """Ask again every few seconds until `status` is completed or failed."""
    return _out(_imports().get(caller(router).tenant_id, import_id))


@router.get(
    "/v1/contacts/imports/<import_id>/rejected",
    **secured(Scope.READ, "imports", "list_rejected_rows", summary="Rows not imported, and why"),
)
def get_rejected(
    import_id: ImportId,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> RejectedOut:
    """With the line of the file, and a `code` that says why. `download_url` has all of them as a file that can be
    corrected and imported again.
    """
    tenant_id, imports = caller(router).tenant_id, _imports()
    position = decode_cursor(_REJECTED, cursor, at="[0-9]{1,7}")
    job = imports.get(tenant_id, import_id)
    if job.total_rows is None:
        return RejectedOut(items=[], next_cursor=None, total=None, download_url=None)
    start = int(position["at"]) if position is not None else 0
    rows, stop = imports.rejections(tenant_id, import_id), start + limit
    return RejectedOut(
        items=[RejectedRowOut(line=row.line, reason=row.reason, code=row.code) for row in rows[start:stop]],
        next_cursor=encode_cursor(_REJECTED, {"at": str(stop)}) if stop < len(rows) else None,
        total=sum(count for code, count in job.rejected_by_code.items() if code != ItemTooLarge.code),
        download_url=imports.rejections_url(tenant_id, import_id),
    )


def _out(job: ImportJob, upload_url: str | None = None, size: int = 0) -> ImportOut:
    counts = job.counts
    return ImportOut(
        id=job.import_id,
        filename=job.filename,
        status=job.status,
        upload_url=upload_url,
        upload_headers={"content-type": CSV_TYPE, "content-length": str(size)} if upload_url else None,
        total_rows=job.total_rows,
        counts=CountsOut(
            rows=counts.rows,
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            duplicate=counts.duplicate,
            rejected=counts.rejected,
        ),
        error=job.error or None,
        error_code=job.error_code or None,
        rejected=[RejectedRowOut(line=row.line, reason=row.reason, code=row.code) for row in job.rejections],
        rejected_by_code=dict(job.rejected_by_code),
        ignored_columns=list(job.ignored_columns),
        created_fields=list(job.created_fields),
        created_at=moment(job.created_at),
        started_at=moment_or_none(job.started_at),
        finished_at=moment_or_none(job.finished_at),
    )
