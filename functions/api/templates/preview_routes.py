"""How a template reads, what it said before, and who used it."""

from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from functions.api.templates.logic.preview import preview_of
from functions.api.templates.parts import PreviewParts, TemplateParts
from functions.api.templates.preview_models import (
    TemplatePreviewIn,
    TemplatePreviewOut,
    TemplateUseOut,
    TemplateUsesOut,
    TemplateVersionOut,
    TemplateVersionsOut,
    variable_of,
)
from functions.api.templates.routes import TemplatePath
from functions.api.templates.use import all_versions, campaigns_with, moment_of_use, versions_page
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.contacts.contact import Contact
from shared.domain.templates.versions import version_at
from shared.errors import NotFound
from shared.ids import ContactId

router = new_router()
deps = parts_for(router, TemplateParts)
preview_deps = parts_for(router, PreviewParts)


@router.post(
    "/v1/templates/<template_id>/preview",
    **secured(Scope.READ, "templates", "preview_template", summary="A template with its variables filled"),
)
def post_preview(template_id: TemplatePath, body: TemplatePreviewIn) -> TemplatePreviewOut:
    """With the values given, or with those of a contact. Nothing is sent. `problems` says what is missing."""
    parts, tenant_id = preview_deps(), caller(router).tenant_id
    template = parts.templates.get(tenant_id, template_id)
    contact = Contact(ContactId(""))
    if body.contact_id is not None:
        found = parts.contacts.get(tenant_id, body.contact_id)
        if found is None:
            raise NotFound("there is no such contact", field="contact_id")
        contact = found
    variables = {slot: variable_of(value) for slot, value in body.variables.items()}
    fields = {field.key: field.kind for field in parts.fields.all(tenant_id)} if variables else {}
    return TemplatePreviewOut.of(preview_of(template, variables, contact, fields, epoch_ms()))


@router.get(
    "/v1/templates/<template_id>/versions",
    **secured(Scope.READ, "templates", "list_template_versions", summary="What a template said, newest first"),
)
def list_versions(template_id: TemplatePath, limit: Limit = 50, cursor: CursorText = None) -> TemplateVersionsOut:
    """What it says now comes first. The last 50 before that are kept; examples are no part of what it says."""
    parts, tenant_id = deps(), caller(router).tenant_id
    template = parts.templates.get(tenant_id, template_id)
    page = versions_page(parts.templates, tenant_id, template, limit, cursor)
    return TemplateVersionsOut(
        items=[TemplateVersionOut.of(version, template) for version in page.items], next_cursor=page.cursor
    )


@router.get(
    "/v1/templates/<template_id>/campaigns",
    **secured(Scope.READ, "templates", "list_template_campaigns", summary="Campaigns that used a template"),
)
def list_campaigns(template_id: TemplatePath, limit: Limit = 50, cursor: CursorText = None) -> TemplateUsesOut:
    """Newest first, with the version that each was sent with, or would be. A page looks at 500 campaigns at most: it
    may hold fewer than `limit`, even none, and still have a next one."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    template = parts.templates.get(tenant_id, template_id)
    page = campaigns_with(parts.campaigns, tenant_id, template_id, limit, cursor)
    versions = all_versions(parts.templates, tenant_id, template) if page.items else []
    uses = [TemplateUseOut.of(one, version_at(versions, moment_of_use(one, now))) for one in page.items]
    return TemplateUsesOut(items=uses, next_cursor=page.cursor)
