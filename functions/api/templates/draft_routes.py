"""Templates that are being written, before Meta sees them."""

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.api.http.fields import ULID
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.revisions import revised
from functions.api.http.routing import effect, operation, secured
from functions.api.http.wiring import parts_for
from functions.api.templates.draft_models import (
    TemplateDraftIn,
    TemplateDraftOut,
    TemplateDraftsOut,
    TemplateDraftUpdate,
)
from functions.api.templates.drafts import submit_draft
from functions.api.templates.models import TemplateOut
from functions.api.templates.parts import TemplateParts
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.templates.stored_draft import StoredDraft, require_free
from shared.ids import WabaId

router = new_router()
deps = parts_for(router, TemplateParts)
DraftPath = Annotated[str, Path(pattern=ULID, description="id of the draft")]


@router.get(
    "/v1/template-drafts",
    **secured(Scope.READ, "templates", "list_template_drafts", summary="Drafts of templates, newest first"),
)
def list_drafts(limit: Limit = 50, cursor: CursorText = None) -> TemplateDraftsOut:
    """Our own: Meta knows nothing of them."""
    page = deps().drafts.page(caller(router).tenant_id, limit, cursor)
    return TemplateDraftsOut(items=[TemplateDraftOut.of(draft) for draft in page.items], next_cursor=page.cursor)


@router.post(
    "/v1/template-drafts",
    **effect(
        Scope.CAMPAIGNS,
        "templates",
        "create_template_draft",
        summary="Keep a template that is being written",
        status=201,
    ),
)
def post_draft(body: TemplateDraftIn) -> TemplateDraftOut:
    """However unfinished: `faults` says what Meta would refuse. 100 at most are kept."""
    principal, request = caller(router), operation(router)
    draft = StoredDraft(
        draft_id=request.operation_id,
        content=body.draft(),
        waba_id=body.waba_id or WabaId(""),
        created_at=request.at,
        created_by=principal.member_id,
        updated_at=request.at,
    )
    return TemplateDraftOut.of(deps().drafts.create(principal.tenant_id, draft))


@router.get(
    "/v1/template-drafts/<draft_id>",
    **secured(Scope.READ, "templates", "get_template_draft", summary="A draft of a template"),
)
def get_draft(draft_id: DraftPath) -> TemplateDraftOut:
    """With what Meta would refuse of it."""
    return TemplateDraftOut.of(deps().drafts.get(caller(router).tenant_id, draft_id))


@router.put(
    "/v1/template-drafts/<draft_id>",
    **secured(Scope.CAMPAIGNS, "templates", "replace_template_draft", summary="Replace a draft of a template"),
)
def put_draft(draft_id: DraftPath, body: TemplateDraftUpdate) -> TemplateDraftOut:
    """It is as in the body afterwards; what is left out is blank. 409 `draft_being_submitted` while it is handed to
    Meta."""
    now = epoch_ms()

    def changed(draft: StoredDraft) -> StoredDraft:
        require_free(draft, now)
        after = replace(draft, content=body.draft(), waba_id=body.waba_id or WabaId(""))
        return revised(draft, after, body.revision, stamps={"updated_at": now})

    return TemplateDraftOut.of(deps().drafts.change(caller(router).tenant_id, draft_id, changed))


@router.delete(
    "/v1/template-drafts/<draft_id>",
    **secured(Scope.CAMPAIGNS, "templates", "delete_template_draft", summary="Throw a draft away", status=204),
)
def delete_draft(draft_id: DraftPath) -> None:
    """It cannot be brought back; a template that was made of it stays."""
    tenant_id, drafts = caller(router).tenant_id, deps().drafts
    drafts.get(tenant_id, draft_id)
    drafts.delete(tenant_id, draft_id)


@router.post(
    "/v1/template-drafts/<draft_id>/submit",
    **effect(
        Scope.CAMPAIGNS, "templates", "submit_template_draft", summary="Submit a draft to Meta for review", status=201
    ),
)
def post_submit(draft_id: DraftPath) -> TemplateOut:
    """It is a template then, and no draft any more. What Meta refuses stays a draft."""
    now = epoch_ms()
    return TemplateOut.of(submit_draft(deps(), caller(router).tenant_id, draft_id, operation(router), now), now)
