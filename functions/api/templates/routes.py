"""Message templates."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.http.fields import META_ID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.accounts import chosen_account
from functions.api.templates.actions import TemplateDraft, create_template, sync_templates
from functions.api.templates.models import SyncOut, TemplateIn, TemplateOut, TemplatesOut
from functions.api.templates.parts import TemplateParts
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, TemplateParts)


@router.get("/v1/templates", **secured(Scope.READ, "templates", "list_templates", summary="Message templates"))
def list_templates(limit: Limit = 50, cursor: CursorText = None) -> TemplatesOut:
    """Our copies: webhooks keep them as they are at Meta."""
    page = deps().templates.page(caller(router).tenant_id, limit, cursor)
    return TemplatesOut(items=[TemplateOut.of(template) for template in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/templates",
    **effect(Scope.CAMPAIGNS, "templates", "create_template", summary="Submit a template to Meta", status=201),
)
def post_template(body: TemplateIn) -> TemplateOut:
    """Meta reviews it: `status` is PENDING until then."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    waba = chosen_account(parts.accounts, tenant_id, body.waba_id)
    draft = TemplateDraft(body.name, body.language, body.category, body.parameter_format, body.components)
    access = parts.access.of_account(tenant_id, waba, now)
    return TemplateOut.of(create_template(parts.graph, parts.templates, access, tenant_id, waba.waba_id, draft, now))


@router.post(
    "/v1/templates/sync",
    **effect(Scope.CAMPAIGNS, "templates", "sync_templates", summary="Copy all templates from Meta again"),
)
def post_sync() -> SyncOut:
    """Of every connected account. Webhooks keep them up to date otherwise."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    count = 0
    for waba in parts.accounts.wabas(tenant_id):
        access = parts.access.of_account(tenant_id, waba, now)
        count += sync_templates(parts.graph, parts.templates, access, tenant_id, waba.waba_id, now)
    return SyncOut(templates=count)


@router.get("/v1/templates/<template_id>", **secured(Scope.READ, "templates", "get_template", summary="A template"))
def get_template(
    template_id: Annotated[str, Path(pattern=META_ID, description="Meta's id of the template")],
) -> TemplateOut:
    """Its `slots` are what a campaign's `variables` have to fill."""
    return TemplateOut.of(deps().templates.get(caller(router).tenant_id, template_id))
