"""Applying what Meta tells of templates. Of each thing the latest by Meta's time stands."""

from dataclasses import replace

from functions.webhook_ingest.account.logic.template_news import (
    TemplateCategory,
    TemplateCategoryNotice,
    TemplateNews,
    TemplateQuality,
    TemplateStatus,
    TemplateText,
    places_in,
    with_text,
)
from functions.webhook_ingest.account.parts import AccountParts
from shared.clock import EpochMs
from shared.domain.campaigns.stop_conditions import keeps_the_gates
from shared.domain.campaigns.stop_reasons import TEMPLATE_CHANGED, TEMPLATE_RECATEGORISED, TEMPLATE_RED
from shared.domain.templates.template import Template
from shared.ids import TenantId, WabaId
from shared.services.campaign_pause import pause_campaigns


def apply_template_news(
    parts: AccountParts, tenant_id: TenantId, waba_id: WabaId, news: TemplateNews, at: EpochMs
) -> bool:
    """`at` is Meta's time in epoch ms. False when the tenant has no such template."""
    before: list[Template] = []

    def change(template: Template) -> Template:
        before[:] = [template]
        return _changed(template, news, at) if template.waba_id == waba_id else template

    if not parts.templates.change(tenant_id, news.template_id, change):
        return False
    after = parts.templates.get(tenant_id, news.template_id)
    reason = _reason_to_stop(before[0], after, news)
    # Nobody can have resumed since what was made for UTILITY and is marketing now, however late this comes.
    undecided = isinstance(news, TemplateCategory) and not keeps_the_gates("UTILITY", news.category)
    if reason:
        pause_campaigns(
            parts,
            tenant_id,
            waba_id,
            reason,
            None if undecided else at,
            lambda c: (
                c.template_id == news.template_id
                # What was launched in this category is what is sent.
                and not (isinstance(news, TemplateCategory) and c.category == news.category)
            ),
        )
    return True


def _changed(template: Template, news: TemplateNews, at: EpochMs) -> Template:
    match news:
        case TemplateStatus():
            changed = replace(template, status=news.status, rejected_reason=news.rejected_reason, updated_at=at)
            return changed if template.updated_at <= at else template
        case TemplateCategory():
            changed = replace(
                template, category=news.category, category_at=at, next_category="", next_category_at=EpochMs(0)
            )
            return changed if template.category_at <= at else template
        case TemplateCategoryNotice():
            changed = replace(template, next_category=news.category, next_category_at=news.due)
            return changed if template.category_at <= at and template.category != news.category else template
        case TemplateQuality():
            changed = replace(template, quality=news.quality, quality_at=at)
            return changed if template.quality_at <= at else template
        case TemplateText():
            changed = replace(template, components=with_text(template.components, news), text_at=at)
            return changed if template.text_at <= at else template


def _reason_to_stop(before: Template, after: Template, news: TemplateNews) -> str:
    """Why campaigns had better not go on, or blank. An old event that came late changed nothing and stops nothing."""
    match news:
        case TemplateStatus():
            return news.stops if after.status == news.status else ""
        case TemplateCategory():
            # Price and consent class follow the category, so what was launched is no longer what would be sent.
            return TEMPLATE_RECATEGORISED if after.category == news.category else ""
        case TemplateCategoryNotice():
            return ""
        case TemplateQuality():
            return TEMPLATE_RED if after.quality == news.quality == "RED" else ""
        case TemplateText():
            # A campaign's variables were checked against the text as it was.
            return TEMPLATE_CHANGED if places_in(before.components) != places_in(after.components) else ""
