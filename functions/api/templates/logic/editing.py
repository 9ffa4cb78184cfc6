"""Whether a template may be edited, by Meta's limits, and what it is while and after it is.

Source: Meta, template management (edit template limitations): only APPROVED, REJECTED and PAUSED ones; the category of
an approved one is fixed; an approved one can be edited once in 24 hours and 10 times in 30 days, others without limit;
an edited approved or paused one is approved again unless it fails review.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.api.http.revisions import begun_at_meta, ended_at_meta
from shared.clock import DAY_MS, EpochMs
from shared.domain.templates.draft import TemplateDraft, as_listed
from shared.domain.templates.template import Component, Template
from shared.errors import Conflict

EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
MOST_EDITS = 10
EDITS_MS = 30 * DAY_MS
STATE = "template_not_editable"
FIXED_CATEGORY = "template_category_fixed"
EDITED_TODAY = "template_edited_today"
EDITS_USED_UP = "template_edits_used_up"
NOT_CHANGED = "template_not_changed"


@dataclass(frozen=True, slots=True)
class TemplateEdit:
    """What is to be different; None stays as it is."""

    components: Sequence[Component] | None = None
    category: str | None = None
    ttl_seconds: int | None = None


def draft_of(template: Template, edit: TemplateEdit) -> TemplateDraft:
    """The template as it would be after the edit, to be checked."""
    return TemplateDraft(
        name=template.name,
        language=template.language,
        category=edit.category or template.category,
        parameter_format=template.parameter_format,
        components=template.components if edit.components is None else edit.components,
        ttl_seconds=edit.ttl_seconds,
    )


def next_edit_at(template: Template, now: EpochMs) -> EpochMs | None:
    """When it may be edited next, epoch ms; None for now."""
    if template.status != "APPROVED":
        return None
    counted = _counted(template, now)
    waits = [EpochMs(at + DAY_MS) for at in counted[-1:]]
    if len(counted) >= MOST_EDITS:
        waits.append(EpochMs(counted[-MOST_EDITS] + EDITS_MS))
    later = max(waits, default=EpochMs(0))
    return later if later > now else None


def begun(template: Template, edit: TemplateEdit, now: EpochMs, seen: int | None = None) -> Template:
    """The template with this edit counted and under way, which is to be stored before Meta is asked; itself where this
    was the last edit and `seen` is a revision before it. Raises Conflict (`changed_meanwhile`, or which limit)."""
    change = [edit.components and list(edit.components), edit.category, edit.ttl_seconds]
    under_way = begun_at_meta(template, change, seen, now)
    if under_way is template:
        return template
    if template.status not in EDITABLE:
        words = f"a template that is {template.status} cannot be edited; wait until it is one of {', '.join(EDITABLE)}"
        raise Conflict(words, code=STATE)
    if template.status != "APPROVED":
        return under_way
    if edit.category is not None and edit.category != template.category:
        words = "the category of an approved template is fixed; make another template"
        raise Conflict(words, code=FIXED_CATEGORY, field="category")
    wait = next_edit_at(template, now)
    if wait is not None:
        used_up = len(_counted(template, now)) >= MOST_EDITS
        limit = f"{MOST_EDITS} times in 30 days" if used_up else "once in 24 hours"
        seconds = max(1, -(-(wait - now) // 1000))
        raise Conflict(
            f"Meta lets an approved template be edited {limit}; try again later, or make another one",
            code=EDITS_USED_UP if used_up else EDITED_TODAY,
            extensions={"retry_after_seconds": seconds},
        )
    return replace(under_way, edits=(*_counted(template, now), now))


def given_up(template: Template, began_at: EpochMs, *, is_known: bool) -> Template:
    """The template without the edit that began then. `is_known`: Meta did not make it; else nobody knows, and it stays
    under way."""
    left = replace(template, edits=tuple(at for at in template.edits if at != began_at))
    return ended_at_meta(left, began_at, arrived=False) if is_known else left


def edited(template: Template, edit: TemplateEdit, category: str, now: EpochMs) -> Template:
    """As it is once Meta has taken the edit that began then. A rejected one is reviewed again."""
    return replace(
        ended_at_meta(template, now, arrived=True),
        components=template.components if edit.components is None else [as_listed(one) for one in edit.components],
        category=category,
        ttl_seconds=template.ttl_seconds if edit.ttl_seconds is None else edit.ttl_seconds,
        status="PENDING" if template.status == "REJECTED" else template.status,
        rejected_reason="",
        updated_at=now,
        text_at=now,
    )


def _counted(template: Template, now: EpochMs) -> tuple[EpochMs, ...]:
    return tuple(at for at in template.edits if at > now - EDITS_MS)
