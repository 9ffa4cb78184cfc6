"""What Meta tells of templates. Pure.

Shapes: Meta, webhooks reference (message_template_status_update, message_template_quality_update,
message_template_components_update, template_category_update). Ids of templates are whole numbers in webhooks, text in
API answers.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from functions.webhook_ingest.json_input import Json, as_list, as_object, constant, identifier, time_ms, word
from shared.clock import EpochMs
from shared.domain.campaigns.stop_reasons import template_is

Value = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TemplateStatus:
    """`stops` gives the reason for pausing campaigns that use the template, or is blank."""

    template_id: str
    status: str
    rejected_reason: str
    stops: str


@dataclass(frozen=True, slots=True)
class TemplateCategory:
    template_id: str
    category: str


@dataclass(frozen=True, slots=True)
class TemplateCategoryNotice:
    """What Meta will make of it, at `due` (epoch ms; 0 when that is not told)."""

    template_id: str
    category: str
    due: EpochMs


@dataclass(frozen=True, slots=True)
class TemplateQuality:
    """GREEN, YELLOW, RED or UNKNOWN. RED asks for the brake: people block or report this template."""

    template_id: str
    quality: str


@dataclass(frozen=True, slots=True)
class TemplateText:
    """What an edited template says: blank parts were not told. `buttons` are (type, text, URL, phone number)."""

    template_id: str
    header: str
    body: str
    footer: str
    buttons: tuple[tuple[str, str, str, str], ...]


TemplateNews = TemplateStatus | TemplateCategory | TemplateCategoryNotice | TemplateQuality | TemplateText

_STATUS = {
    "APPROVED": "APPROVED",
    "REINSTATED": "APPROVED",
    "UNARCHIVED": "APPROVED",
    **{name: name for name in ("PENDING", "IN_APPEAL", "LIMIT_EXCEEDED")},
    **{name: name for name in ("REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "LOCKED", "ARCHIVED")},
}
_STOPPING = frozenset({"REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "LOCKED", "ARCHIVED"})
_QUALITIES = frozenset({"GREEN", "YELLOW", "RED", "UNKNOWN"})
_PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def template_news(field: str, value: Value) -> TemplateNews | None:
    """None for what changes nothing here."""
    template_id = identifier(value, "message_template_id")
    if not template_id:
        return None
    if field == "message_template_status_update":
        return _status(template_id, value)
    if field == "template_category_update":
        return _category(template_id, value)
    if field == "message_template_quality_update":
        quality = constant(value, "new_quality_score")
        return TemplateQuality(template_id, quality) if quality in _QUALITIES else None
    if field == "message_template_components_update":
        return _text(template_id, value)
    return None


def _category(template_id: str, value: Value) -> TemplateCategory | TemplateCategoryNotice | None:
    """Without previous_category this is the notice a day before; its new_category is the present one."""
    category, coming = constant(value, "new_category"), constant(value, "correct_category")
    if word(value, "previous_category"):
        return TemplateCategory(template_id, category) if category else None
    due = time_ms(value.get("category_update_timestamp")) or EpochMs(0)
    return TemplateCategoryNotice(template_id, coming, due) if coming and coming != category else None


def _status(template_id: str, value: Value) -> TemplateStatus | None:
    status = _STATUS.get(constant(value, "event"), "")
    if not status:
        return None
    reason = word(value, "reason")
    said = word(as_object(value.get("rejection_info")), "reason")
    why = ": ".join(part for part in (reason if constant(value, "reason") != "NONE" else "", said) if part)
    title = word(as_object(value.get("other_info")), "title")
    return TemplateStatus(
        template_id,
        status,
        why if status in ("REJECTED", "DISABLED") else title if status == "PAUSED" else "",
        template_is(status) if status in _STOPPING else "",
    )


def _text(template_id: str, value: Value) -> TemplateText | None:
    header, body, footer = (word(value, f"message_template_{part}") for part in ("title", "element", "footer"))
    buttons = tuple(_button(as_object(button)) for button in as_list(value.get("message_template_buttons")))
    return TemplateText(template_id, header, body, footer, buttons) if header or body or footer else None


def _button(button: Json) -> tuple[str, str, str, str]:
    kind, text, url, phone_number = (
        word(button, f"message_template_button_{key}") for key in ("type", "text", "url", "phone_number")
    )
    return kind, text, url, phone_number


def with_text(components: Sequence[Mapping[str, object]], news: TemplateText) -> list[Json]:
    """The components of a template with what it says now; what was not told stays."""
    found = {str(component.get("type", "")).upper(): dict(component) for component in components}
    texts = {"HEADER": news.header, "BODY": news.body, "FOOTER": news.footer}
    for kind, text in texts.items():
        known = found.get(kind, {"type": kind, "format": "TEXT"} if kind == "HEADER" else {"type": kind})
        if text and (kind != "HEADER" or str(known.get("format", "")).upper() == "TEXT"):
            found[kind] = {**known, "text": text}
    if news.buttons:
        known_buttons = as_list(found.get("BUTTONS", {}).get("buttons"))
        found["BUTTONS"] = {"type": "BUTTONS", "buttons": list(_buttons(known_buttons, news))}
    order = ["HEADER", "BODY", "FOOTER", *(kind for kind in found if kind not in (*texts, "BUTTONS")), "BUTTONS"]
    return [found[kind] for kind in order if kind in found]


def _buttons(known: list[object], news: TemplateText) -> Iterator[Json]:
    """In the place and of the type of one that is known, that one with its new words; else what was told of it."""
    for i, (kind, text, url, phone_number) in enumerate(news.buttons):
        before = as_object(known[i]) if i < len(known) else {}
        same = str(before.get("type", "")).upper() == kind.upper()
        named = {"text": text, "url": url, "phone_number": phone_number}
        yield {**(before if same else {"type": kind.upper()}), **{key: value for key, value in named.items() if value}}


def places_in(components: Sequence[Mapping[str, object]]) -> list[str]:
    """The variables of a template, in order; not those of its examples."""
    spoken = [{key: value for key, value in component.items() if key != "example"} for component in components]
    return _PLACE.findall(json.dumps(spoken, ensure_ascii=False))
