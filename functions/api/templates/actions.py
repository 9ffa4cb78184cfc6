"""Message templates: Meta's are the truth, ours are a copy that campaigns read (Meta, message templates)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.api.meta.calls import Graph, every
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.domain.templates.template import Component, Template
from shared.ids import TenantId, WabaId
from shared.store.templates.templates import Templates

_FIELDS = "id,name,language,status,category,parameter_format,components,rejected_reason"


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template to be made at Meta."""

    name: str
    language: str
    category: str
    parameter_format: str
    components: Sequence[Component]


def template_from(row: Mapping[str, Any], waba_id: WabaId, now: EpochMs) -> Template:
    """A template as Meta lists it. Meta answers in upper case; NONE is its word for no reason."""
    components = row.get("components")
    reason = str(row.get("rejected_reason") or "")
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
        category_at=now,
        text_at=now,
    )


def sync_templates(
    graph: Graph, templates: Templates, access: GraphAccess, tenant_id: TenantId, waba_id: WabaId, now: EpochMs
) -> int:
    """Copy every template of the account; how many there are. One that is not listed is gone at Meta, and DELETED here.

    `now` (epoch ms) is the moment before the list was asked for: what a webhook told us later is newer and stays.
    """
    listed = {str(row["id"]): row for row in every(graph, f"{waba_id}/message_templates", access, _FIELDS)}
    for row in listed.values():
        _store(templates, tenant_id, template_from(row, waba_id, now), now)
    for template in templates.all(tenant_id):
        if template.waba_id == waba_id and template.template_id not in listed:
            _store_gone(templates, tenant_id, template.template_id, now)
    return len(listed)


def refresh_template(
    graph: Graph, templates: Templates, access: GraphAccess, tenant_id: TenantId, template: Template, now: EpochMs
) -> None:
    """Bring one template up to date with Meta's list, which is asked by its name; `now` as above. Raises
    ProviderRejected and RetryableError, and leaves it as it is stored."""
    rows = every(graph, f"{template.waba_id}/message_templates", access, _FIELDS, name=template.name)
    row = next((row for row in rows if str(row.get("id", "")) == template.template_id), None)
    if row is None:
        _store_gone(templates, tenant_id, template.template_id, now)
    else:
        _store(templates, tenant_id, template_from(row, template.waba_id, now), now)


def _store(templates: Templates, tenant_id: TenantId, listed: Template, now: EpochMs) -> None:
    known = templates.change(
        tenant_id, listed.template_id, lambda old: old if old.updated_at > now else _with_quality(listed, old)
    )
    if not known:
        templates.put(tenant_id, listed)


def _store_gone(templates: Templates, tenant_id: TenantId, template_id: str, now: EpochMs) -> None:
    """What was made, or told of, since the list was asked for is not in it, and stays."""

    def gone(old: Template) -> Template:
        known = old.status == "DELETED" or old.updated_at >= now
        return old if known else replace(old, status="DELETED", updated_at=now)

    templates.change(tenant_id, template_id, gone)


def _with_quality(listed: Template, known: Template) -> Template:
    """Only webhooks tell of the quality."""
    return replace(listed, quality=known.quality, quality_at=known.quality_at)


def create_template(
    graph: Graph,
    templates: Templates,
    access: GraphAccess,
    tenant_id: TenantId,
    waba_id: WabaId,
    draft: TemplateDraft,
    now: EpochMs,
) -> Template:
    """Make it at Meta and store what Meta answers; the category may differ from the one asked for.

    Raises ProviderRejected with Meta's words.
    """
    answer = graph.call(
        "POST",
        f"{waba_id}/message_templates",
        access,
        body={
            "name": draft.name,
            "language": draft.language,
            "category": draft.category,
            "parameter_format": draft.parameter_format,
            "components": list(draft.components),
        },
    )
    row = {
        "id": answer["id"],
        "name": draft.name,
        "language": draft.language,
        "category": answer.get("category", draft.category),
        "status": answer.get("status", "PENDING"),
        "parameter_format": draft.parameter_format,
        "components": [_as_listed(component) for component in draft.components],
    }
    template = template_from(row, waba_id, now)
    templates.put(tenant_id, template)
    return template


def _as_listed(component: Component) -> Component:
    """Types and formats in upper case, as Meta lists them whatever the case they were sent in."""
    listed = {**component}
    for name in ("type", "format"):
        if isinstance(listed.get(name), str):
            listed[name] = str(listed[name]).upper()
    buttons = listed.get("buttons")
    if isinstance(buttons, list):
        listed["buttons"] = [_as_listed(button) for button in buttons if isinstance(button, dict)]
    return listed
