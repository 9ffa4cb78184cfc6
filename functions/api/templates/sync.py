"""Our copies of Meta's templates, brought up to date with its list (Meta, message templates)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any

from functions.api.meta.calls import Graph, every
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.domain.numbers.number import Waba
from shared.domain.templates.template import Template
from shared.errors import AppError, RetryableError
from shared.ids import TenantId, WabaId
from shared.store.templates.templates import Templates

_FIELDS = (
    "id,name,language,status,category,parameter_format,components,rejected_reason"
    ",quality_score,message_send_ttl_seconds"
)
_WRITERS = 8
_ACCOUNTS_AT_ONCE = 8
_QUALITIES = frozenset({"GREEN", "YELLOW", "RED", "UNKNOWN"})


@dataclass(frozen=True, slots=True)
class Synced:
    """`listed` are at Meta, `gone` are those that were found to be no more."""

    listed: int
    gone: int


def template_from(row: Mapping[str, Any], waba_id: WabaId, now: EpochMs) -> Template:
    """A template as Meta lists it. Meta answers in upper case; NONE is its word for no reason."""
    components, ttl, score = row.get("components"), row.get("message_send_ttl_seconds"), row.get("quality_score")
    reason = str(row.get("rejected_reason") or "")
    quality = str(score.get("score", "")).upper() if isinstance(score, Mapping) else ""
    return Template(
        template_id=str(row["id"]),
        waba_id=waba_id,
        name=str(row.get("name", "")),
        language=str(row.get("language", "")),
        category=str(row.get("category", "")).upper(),
        status=str(row.get("status", "PENDING")).upper(),
        parameter_format=str(row.get("parameter_format") or "POSITIONAL").upper(),
        components=components if isinstance(components, list) else [],
        rejected_reason="" if reason.upper() == "NONE" else reason,
        updated_at=now,
        quality=quality if quality in _QUALITIES else "",
        category_at=now,
        quality_at=now if quality in _QUALITIES else EpochMs(0),
        text_at=now,
        ttl_seconds=ttl if isinstance(ttl, int) and not isinstance(ttl, bool) else 0,
    )


def sync_templates(
    graph: Graph, templates: Templates, access: GraphAccess, tenant_id: TenantId, waba_id: WabaId, now: EpochMs
) -> Synced:
    """Copy every template of the account. One that is not listed is gone at Meta, and DELETED here: campaigns that used
    it still show it.

    `now` (epoch ms) is the moment before the list was asked for: what a webhook told us later is newer and stays.
    """
    listed = {str(row["id"]): row for row in every(graph, f"{waba_id}/message_templates", access, _FIELDS)}
    with ThreadPoolExecutor(_WRITERS) as writers:
        # An account may have thousands, and a call of the API has half a minute.
        found = [template_from(row, waba_id, now) for row in listed.values()]
        list(writers.map(lambda one: store_listed(templates, tenant_id, one, now), found))
    gone = 0
    for template in templates.all(tenant_id):
        if template.waba_id == waba_id and template.template_id not in listed:
            gone += _store_gone(templates, tenant_id, template.template_id, now)
    return Synced(len(listed), gone)


def sync_each(
    accounts: Iterable[Waba], sync: Callable[[Waba], Synced], seconds: float
) -> tuple[Sequence[Synced], Mapping[WabaId, AppError]]:
    """What became of each account; one that cannot be read, or that Meta is slow with, holds up no other. What has not
    come through in these seconds has failed for now; as much as it came to is stored, and done again by the next call.
    Raises what the first one did when none could be read."""
    threads = ThreadPoolExecutor(_ACCOUNTS_AT_ONCE)
    syncing = {threads.submit(copy_context().run, sync, waba): waba.waba_id for waba in accounts}
    ended = wait(syncing, timeout=seconds).done
    threads.shutdown(wait=False, cancel_futures=True)
    done: list[Synced] = []
    failed: dict[WabaId, AppError] = {}
    for one, waba_id in syncing.items():
        try:
            if one not in ended:
                raise RetryableError("Meta is slow to list the templates of this account; sync again in a while")
            done.append(one.result())
        except AppError as error:
            failed[waba_id] = error
    if failed and not done:
        raise next(iter(failed.values()))
    return done, failed


def refresh_template(
    graph: Graph, templates: Templates, access: GraphAccess, tenant_id: TenantId, template: Template, now: EpochMs
) -> None:
    """Bring one template up to date with Meta's list, which is asked by its name; `now` as above. Raises
    ProviderRejected and RetryableError, and leaves it as it is stored."""
    rows = rows_named(graph, access, template.waba_id, template.name)
    row = next((row for row in rows if str(row.get("id", "")) == template.template_id), None)
    if row is None:
        _store_gone(templates, tenant_id, template.template_id, now)
    else:
        store_listed(templates, tenant_id, template_from(row, template.waba_id, now), now)


def rows_named(graph: Graph, access: GraphAccess, waba_id: WabaId, name: str) -> Sequence[Mapping[str, Any]]:
    """The templates of this name that Meta lists, in whatever language. Meta finds other names that have this one in
    them too. Raises ProviderRejected and RetryableError."""
    rows = every(graph, f"{waba_id}/message_templates", access, _FIELDS, name=name)
    return [row for row in rows if row.get("name") == name]


def store_listed(templates: Templates, tenant_id: TenantId, listed: Template, now: EpochMs) -> None:
    """Bring a template up to date with Meta's list; `now` as above."""
    known = templates.change(
        tenant_id, listed.template_id, lambda old: old if old.updated_at > now else _merged(listed, old, now)
    )
    if not known:
        templates.put(tenant_id, listed)


def _store_gone(templates: Templates, tenant_id: TenantId, template_id: str, now: EpochMs) -> bool:
    """Whether it is found to be gone now. What was made, or told of, since the list was asked for is not in it, and
    stays."""
    found: list[bool] = []

    def gone(old: Template) -> Template:
        known = old.status == "DELETED" or old.updated_at >= now
        found[:] = [not known]
        return old if known else replace(old, status="DELETED", updated_at=now)

    return templates.change(tenant_id, template_id, gone) and found[-1]


def _merged(listed: Template, known: Template, now: EpochMs) -> Template:
    """What Meta lists, with what only we know. Quality is listed late, so what a webhook told since stays."""
    newer = listed.quality and known.quality_at <= now
    done = known.next_category and listed.category == known.next_category
    return replace(
        listed,
        quality=listed.quality if newer else known.quality,
        quality_at=listed.quality_at if newer else known.quality_at,
        next_category="" if done else known.next_category,
        next_category_at=EpochMs(0) if done else known.next_category_at,
        version=known.version,
        version_at=known.version_at,
        edits=known.edits,
        revision=known.revision,
        changing=known.changing,
        changing_at=known.changing_at,
        draft_id=known.draft_id or listed.draft_id,
    )
