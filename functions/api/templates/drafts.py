"""Drafts of templates: made, copied, and handed to Meta once."""

from functions.api.http.request import Operation
from functions.api.numbers.accounts import chosen_account
from functions.api.templates.actions import create_template, require_right
from functions.api.templates.parts import TemplateParts
from shared.clock import EpochMs
from shared.domain.templates.draft import TemplateDraft, without_samples
from shared.domain.templates.stored_draft import StoredDraft, claimed, released
from shared.domain.templates.template import Template
from shared.errors import AppError, NotFound, RetryableError
from shared.ids import TenantId


def duplicate_template(template: Template, language: str, name: str, request: Operation, member_id: str) -> StoredDraft:
    """A draft with the same parts under another language or name. The samples of media are left out: Meta shows links
    to them, and takes handles only."""
    content = TemplateDraft(
        name=name,
        language=language,
        category=template.category,
        parameter_format=template.parameter_format,
        components=[without_samples(component) for component in template.components],
        ttl_seconds=template.ttl_seconds or None,
    )
    return StoredDraft(
        draft_id=request.operation_id,
        content=content,
        waba_id=template.waba_id,
        copied_from=template.template_id,
        created_at=request.at,
        created_by=member_id,
        updated_at=request.at,
    )


def submit_draft(
    parts: TemplateParts, tenant_id: TenantId, draft_id: str, request: Operation, now: EpochMs
) -> Template:
    """Hand a draft to Meta; it is no more once it is a template. Of two who do so at once one does.

    Raises NotFound, InvalidInput (`template_refused`), Conflict (`draft_being_submitted`, `not_connected`), and
    ProviderRejected: then it is still there.
    """
    try:
        draft = parts.drafts.get(tenant_id, draft_id)
    except NotFound:
        template = _template_of_draft(parts, tenant_id, draft_id) if request.is_retry else None
        if template is None:
            raise
        return template
    require_right(draft.content)
    waba = chosen_account(parts.accounts, tenant_id, draft.waba_id or None)
    access = parts.access.of_account(tenant_id, waba, now)
    unsettled: list[bool] = []

    def claim(found: StoredDraft) -> StoredDraft:
        # Whoever gave it up has said so: of an attempt that did not, nobody knows whether Meta took it.
        unsettled[:] = [found.submitting_at > 0]
        return claimed(found, request.operation_id, now)

    # What is submitted is what was stored when it was claimed.
    draft = parts.drafts.change(tenant_id, draft_id, claim)
    try:
        template = create_template(
            parts.graph,
            parts.templates,
            access,
            tenant_id,
            waba.waba_id,
            draft.content,
            now,
            draft_id=draft_id,
            is_retry=request.is_retry or unsettled[0],
        )
    except RetryableError:
        # Meta may have taken it: whoever tries again at once is told that somebody is at it.
        raise
    except AppError:
        parts.drafts.change(tenant_id, draft_id, lambda found: released(found, now))
        raise
    parts.drafts.delete(tenant_id, draft_id)
    return template


def _template_of_draft(parts: TemplateParts, tenant_id: TenantId, draft_id: str) -> Template | None:
    """What an attempt whose answer was lost made of a draft that is no more: of 6,000 templates at most, and seldom."""
    return next((one for one in parts.templates.all(tenant_id) if one.draft_id == draft_id), None)
