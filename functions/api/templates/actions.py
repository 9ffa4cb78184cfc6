"""Making, editing and removing templates at Meta: Meta's are the truth, ours are copies that campaigns read.

Source: Meta, message templates API (create, edit, delete, unpause).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from functions.api.meta.calls import Graph
from functions.api.templates.draft_models import TemplateFaultOut
from functions.api.templates.logic.editing import TemplateEdit, begun, draft_of, edited, given_up
from functions.api.templates.logic.likeness import says_the_same
from functions.api.templates.sync import refresh_template, rows_named, store_listed, template_from
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.domain.templates.checks.check import faults_of
from shared.domain.templates.checks.fault import META_CODE
from shared.domain.templates.draft import TemplateDraft, as_listed
from shared.domain.templates.template import Template, same_language
from shared.errors import AppError, Conflict, InvalidInput, NotFound, ProviderRejected, RetryableError
from shared.ids import TenantId, WabaId
from shared.store.templates.templates import Templates

NOT_PAUSED = "template_not_paused"
DISABLED = "template_disabled"
REFUSED = "template_refused"
_EXISTS = "2388024"
"""Meta's subcode, "Content in this language already exists" (as integrators quote it in 2026; Meta's page of error
codes does not list it)."""


def require_right(draft: TemplateDraft, *, but_components: bool = False) -> None:
    """Raises InvalidInput (`template_refused`) with all that Meta would refuse in `faults`. `but_components`: those are
    Meta's own words of what it has taken."""
    found = faults_of(draft)
    faults = [fault for fault in found if not (but_components and fault.pointer.startswith("/components"))]
    if not faults:
        return
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise InvalidInput(
        f"{faults[0].message}{more}",
        field=faults[0].pointer.removeprefix("/").replace("/", "."),
        code=REFUSED,
        extensions={
            "provider_code": str(META_CODE),
            "faults": [TemplateFaultOut.of(fault).model_dump() for fault in faults],
        },
    )


def create_template(
    graph: Graph,
    templates: Templates,
    access: GraphAccess,
    tenant_id: TenantId,
    waba_id: WabaId,
    draft: TemplateDraft,
    now: EpochMs,
    *,
    draft_id: str = "",
    is_retry: bool,
) -> Template:
    """Make it at Meta and store what Meta answers; the category may differ from the one asked for. `is_retry`: an
    attempt at this began before, and nobody knows what came of it; if Meta has it since, as it is written here, it is
    that one.

    Raises InvalidInput (`template_refused`) before Meta is asked, and ProviderRejected with Meta's words.
    """
    require_right(draft)
    try:
        template = _submit(graph, access, waba_id, draft, now)
    except ProviderRejected as refused:
        found = _listed_like(graph, access, waba_id, draft, now) if is_retry and refused.says(_EXISTS) else None
        if found is None:
            raise
        store_listed(templates, tenant_id, replace(found, draft_id=draft_id), now)
        return templates.get(tenant_id, found.template_id)
    template = replace(template, draft_id=draft_id)
    templates.put(tenant_id, template)
    return template


def _listed_like(
    graph: Graph, access: GraphAccess, waba_id: WabaId, draft: TemplateDraft, now: EpochMs
) -> Template | None:
    """The account's template of this name and language, if it says what the draft says."""
    listed = (template_from(row, waba_id, now) for row in rows_named(graph, access, waba_id, draft.name))
    found = next((one for one in listed if same_language(one.language, draft.language)), None)
    return found if found is not None and says_the_same(draft, found) else None


def _submit(graph: Graph, access: GraphAccess, waba_id: WabaId, draft: TemplateDraft, now: EpochMs) -> Template:
    body: dict[str, object] = {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "parameter_format": draft.parameter_format,
        "components": list(draft.components),
    }
    if draft.ttl_seconds is not None:
        body["message_send_ttl_seconds"] = draft.ttl_seconds
    answer = graph.call("POST", f"{waba_id}/message_templates", access, body=body)
    row: dict[str, Any] = {
        **body,
        "id": answer["id"],
        "category": answer.get("category", draft.category),
        "status": answer.get("status", "PENDING"),
        "components": [as_listed(component) for component in draft.components],
    }
    return replace(template_from(row, waba_id, now), version_at=now)


def edit_template(
    graph: Graph,
    templates: Templates,
    access: GraphAccess,
    tenant_id: TenantId,
    template: Template,
    edit: TemplateEdit,
    now: EpochMs,
    seen: int | None = None,
) -> Template:
    """Edit it at Meta; the template as Meta lists it then. The edit is counted before Meta is asked, and not counted
    again when Meta does not take it. `seen` is the revision that it was decided by.

    Raises InvalidInput (`template_refused`), Conflict (`changed_meanwhile`, or the limit that forbids it), and
    ProviderRejected.
    """
    is_done = False

    def begin(found: Template) -> Template:
        nonlocal is_done
        under_way = begun(found, edit, now, seen)
        is_done = under_way is found
        return under_way

    draft = draft_of(template, edit)
    require_right(draft, but_components=edit.components is None)
    if not templates.change(tenant_id, template.template_id, begin):
        raise NotFound("there is no such template")
    if is_done:
        return templates.get(tenant_id, template.template_id)
    body: dict[str, object] = {}
    if edit.components is not None:
        body["components"] = list(edit.components)
    if edit.category is not None and edit.category != template.category:
        body["category"] = edit.category
    if edit.ttl_seconds is not None:
        body["message_send_ttl_seconds"] = edit.ttl_seconds
    try:
        answer = graph.call("POST", template.template_id, access, body=body)
    except AppError as error:
        # Where Meta may have taken it, only the same edit is begun by this revision for a minute.
        is_known = not isinstance(error, RetryableError)
        templates.change(tenant_id, template.template_id, lambda found: given_up(found, now, is_known=is_known))
        raise
    category = str(answer.get("category") or draft.category).upper()
    templates.change(tenant_id, template.template_id, lambda found: edited(found, edit, category, now))
    return _as_listed(graph, templates, access, tenant_id, template, now)


def delete_templates(
    graph: Graph,
    templates: Templates,
    access: GraphAccess,
    tenant_id: TenantId,
    doomed: Sequence[Template],
    now: EpochMs,
    *,
    by_name: bool,
) -> None:
    """Remove at Meta the first template, or all languages of its name. Here they stay as DELETED, because campaigns and
    conversations tell of them. What Meta does not delete because it has it no more, such as after an attempt whose
    answer was lost, is deleted. Raises Conflict (`template_disabled`) and ProviderRejected."""
    if any(template.status == "DISABLED" for template in doomed):
        raise Conflict("Meta keeps disabled templates; it cannot be deleted", code=DISABLED)
    params = {"name": doomed[0].name}
    if not by_name:
        params["hsm_id"] = doomed[0].template_id
    try:
        graph.call("DELETE", f"{doomed[0].waba_id}/message_templates", access, params=params)
    except ProviderRejected:
        left = {str(row.get("id", "")) for row in rows_named(graph, access, doomed[0].waba_id, doomed[0].name)}
        if any(template.template_id in left for template in doomed):
            raise
    for template in doomed:
        templates.change(
            tenant_id,
            template.template_id,
            lambda found: found if found.updated_at > now else replace(found, status="DELETED", updated_at=now),
        )


def resume_template(
    graph: Graph,
    templates: Templates,
    access: GraphAccess,
    tenant_id: TenantId,
    template: Template,
    now: EpochMs,
    *,
    is_retry: bool,
) -> Template:
    """Have Meta let a paused template be sent again. `is_retry`: an attempt at this began before, and one that is
    approved was resumed by it, as far as one can see. Raises Conflict (`template_not_paused`) and ProviderRejected."""
    if is_retry and template.status == "APPROVED":
        return template
    if template.status != "PAUSED":
        raise Conflict(f"the template is {template.status}, not PAUSED; there is nothing to resume", code=NOT_PAUSED)
    try:
        graph.call("POST", f"{template.template_id}/unpause", access)
    except ProviderRejected:
        after = _as_listed(graph, templates, access, tenant_id, template, now)
        if is_retry and after.status == "APPROVED":
            return after
        raise
    return _as_listed(graph, templates, access, tenant_id, template, now)


def _as_listed(
    graph: Graph, templates: Templates, access: GraphAccess, tenant_id: TenantId, template: Template, now: EpochMs
) -> Template:
    """As Meta lists it now; as it is stored when Meta cannot be asked."""
    with suppress(AppError):  # done is done, and a webhook tells of it as well
        refresh_template(graph, templates, access, tenant_id, template, now)
    return templates.get(tenant_id, template.template_id)
