"""Message templates."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from functions.api.http.fields import META_ID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.accounts import chosen_account, connected_accounts
from functions.api.templates.actions import create_template, delete_templates, edit_template, resume_template
from functions.api.templates.draft_models import (
    TemplateCheckOut,
    TemplateDraftIn,
    TemplateDraftOut,
    TemplateDuplicateIn,
)
from functions.api.templates.drafts import duplicate_template
from functions.api.templates.models import SyncFailureOut, SyncOut, TemplateIn, TemplateOut, TemplatePatch, TemplatesOut
from functions.api.templates.parts import TemplateParts
from functions.api.templates.sync import Synced, sync_each, sync_templates
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.numbers.number import Waba
from shared.domain.templates.listing import Order, TemplateFilter
from shared.domain.templates.template import Template
from shared.ids import TenantId, WabaId

router = new_router()
deps = parts_for(router, TemplateParts)
TemplatePath = Annotated[str, Path(pattern=META_ID, description="Meta's id of the template")]
_SYNC_SECONDS = 24.0
"""Whoever is ended after 29 s can tell nobody which accounts came through."""
_WORD = r"^[A-Za-z_]{1,30}$"


def _access(tenant_id: TenantId, template: Template, now: EpochMs) -> GraphAccess:
    parts = deps()
    return parts.access.of_account(tenant_id, parts.accounts.waba(tenant_id, template.waba_id), now)


@router.get("/v1/templates", **secured(Scope.READ, "templates", "list_templates", summary="Message templates"))
def list_templates(
    q: Annotated[str, Query(max_length=200, description="somewhere in the name or the words")] = "",
    name: Annotated[str, Query(max_length=512, description="a part of the name")] = "",
    category: Annotated[str, Query(pattern=_WORD, description="MARKETING, UTILITY or AUTHENTICATION")] = "",
    language: Annotated[str, Query(pattern=r"^[A-Za-z_-]{2,15}$", description="such as en or pt_BR")] = "",
    status: Annotated[str, Query(pattern=_WORD, description="such as APPROVED")] = "",
    quality: Annotated[str, Query(pattern=_WORD, description="GREEN, YELLOW, RED or UNKNOWN")] = "",
    waba_id: Annotated[WabaId | None, Query(pattern=META_ID, description="of this account only")] = None,
    sort: Annotated[Order, Query(description="the order; a minus sign turns it round")] = "id",
    limit: Limit = 50,
    cursor: CursorText = None,
) -> TemplatesOut:
    """Our copies: webhooks keep them as they are at Meta. All that is given must hold.

    In the order of ids a page looks at 500 templates at most: it may hold fewer than `limit`, even none, and still have
    a next one. Another order is 422 `too_many_to_sort` of more than 6,000.
    """
    chosen = TemplateFilter(
        text=q.strip(),
        name=name,
        category=category.upper(),
        language=language,
        status=status.upper(),
        quality=quality.upper(),
        waba_id=waba_id or WabaId(""),
    )
    now = epoch_ms()
    page = deps().templates.page(caller(router).tenant_id, limit, cursor, chosen, sort)
    return TemplatesOut(items=[TemplateOut.of(template, now) for template in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/templates",
    **effect(Scope.CAMPAIGNS, "templates", "create_template", summary="Submit a template to Meta", status=201),
)
def post_template(body: TemplateIn) -> TemplateOut:
    """Meta reviews it: `status` is PENDING until then. What Meta would refuse is 422 `template_refused` before Meta is
    asked, with all that is wrong in `faults`."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    waba = chosen_account(parts.accounts, tenant_id, body.waba_id)
    access = parts.access.of_account(tenant_id, waba, now)
    is_retry = operation(router).is_retry
    template = create_template(
        parts.graph, parts.templates, access, tenant_id, waba.waba_id, body.draft(), now, is_retry=is_retry
    )
    return TemplateOut.of(template, now)


@router.post(
    "/v1/templates/check",
    **secured(Scope.READ, "templates", "check_template", summary="What Meta would say of a template"),
)
def post_check(body: TemplateDraftIn) -> TemplateCheckOut:
    """Meta is not asked. Everything that it would refuse, each with Meta's code and the place in the template. Names
    that are taken and limits of the account are known to Meta alone."""
    return TemplateCheckOut.of(body.draft())


@router.post(
    "/v1/templates/sync",
    **effect(Scope.CAMPAIGNS, "templates", "sync_templates", summary="Copy all templates from Meta again"),
)
def post_sync() -> SyncOut:
    """Of every connected account. Webhooks keep them up to date otherwise. What is no more at Meta stays here as
    DELETED: campaigns that used it still show it. An account that cannot be read in time holds up no other: it is in
    `failed`; where none can be read, that is the answer."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()

    def sync(waba: Waba) -> Synced:
        access = parts.access.of_account(tenant_id, waba, now)
        return sync_templates(parts.graph, parts.templates, access, tenant_id, waba.waba_id, now)

    done, failed = sync_each(connected_accounts(parts.accounts, tenant_id), sync, _SYNC_SECONDS)
    return SyncOut(
        templates=sum(one.listed for one in done),
        gone=sum(one.gone for one in done),
        failed=[SyncFailureOut.of(waba_id, error) for waba_id, error in failed.items()],
    )


@router.get("/v1/templates/<template_id>", **secured(Scope.READ, "templates", "get_template", summary="A template"))
def get_template(template_id: TemplatePath) -> TemplateOut:
    """Its `slots` are what a campaign's `variables` have to fill."""
    return TemplateOut.of(deps().templates.get(caller(router).tenant_id, template_id), epoch_ms())


@router.patch(
    "/v1/templates/<template_id>",
    **secured(Scope.CAMPAIGNS, "templates", "update_template", summary="Edit a template at Meta"),
)
def patch_template(template_id: TemplatePath, body: TemplatePatch) -> TemplateOut:
    """An approved one once in 24 hours and ten times in 30 days (`next_edit_at`), rejected and paused ones as often as
    needed; an edited one is reviewed again. What it said before is among its versions. `revision` is compared with the
    template as it was last edited from here, told of by Meta, or synced: what was changed at Meta alone is in none yet,
    until `POST /v1/templates/sync`."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    template = parts.templates.get(tenant_id, template_id)
    access = _access(tenant_id, template, now)
    after = edit_template(parts.graph, parts.templates, access, tenant_id, template, body.edit(), now, body.revision)
    return TemplateOut.of(after, now)


@router.delete(
    "/v1/templates/<template_id>",
    **secured(Scope.CAMPAIGNS, "templates", "delete_template", summary="Remove a template at Meta", status=204),
)
def delete_template(
    template_id: TemplatePath,
    all_languages: Annotated[bool, Query(description="everything that has its name, in whatever language")] = False,
) -> None:
    """It stays here as DELETED, because campaigns tell of it; campaigns that send it stop. Meta does not let the name
    of an approved one be used again for 30 days."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    template = parts.templates.get(tenant_id, template_id)
    doomed = [template]
    if all_languages:
        named = TemplateFilter(waba_id=template.waba_id)
        same = (one for one in parts.templates.all(tenant_id) if one.name == template.name and named.holds(one))
        doomed += [one for one in same if one.template_id != template_id]
    access = _access(tenant_id, template, now)
    delete_templates(parts.graph, parts.templates, access, tenant_id, doomed, now, by_name=all_languages)


@router.post(
    "/v1/templates/<template_id>/resume",
    **effect(Scope.CAMPAIGNS, "templates", "resume_template", summary="Let a paused template be sent again"),
)
def post_resume(template_id: TemplatePath) -> TemplateOut:
    """Of one that Meta has paused for its quality."""
    parts, tenant_id, now = deps(), caller(router).tenant_id, epoch_ms()
    template = parts.templates.get(tenant_id, template_id)
    access = _access(tenant_id, template, now)
    is_retry = operation(router).is_retry
    after = resume_template(parts.graph, parts.templates, access, tenant_id, template, now, is_retry=is_retry)
    return TemplateOut.of(after, now)


@router.post(
    "/v1/templates/<template_id>/duplicate",
    **effect(
        Scope.CAMPAIGNS,
        "templates",
        "duplicate_template",
        summary="Make a draft of a template in another language",
        status=201,
    ),
)
def post_duplicate(template_id: TemplatePath, body: TemplateDuplicateIn) -> TemplateDraftOut:
    """A draft of our own: translate its texts, give samples of its media anew, then submit it."""
    parts, principal, request = deps(), caller(router), operation(router)
    template = parts.templates.get(principal.tenant_id, template_id)
    draft = duplicate_template(template, body.language, body.name or template.name, request, principal.member_id)
    return TemplateDraftOut.of(parts.drafts.create(principal.tenant_id, draft))
