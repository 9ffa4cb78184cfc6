"""Which templates a list shows, and in which order."""

from dataclasses import dataclass
from typing import Literal

from shared.domain.templates.template import Template, cards_of, kind_of
from shared.domain.text_fold import fold
from shared.ids import WabaId

Order = Literal["id", "name", "-name", "updated_at", "-updated_at"]


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """Blank ones choose nothing; of those that are given, all must hold. `text` is looked for in name and words,
    `name` in the name, both whatever their case. A template of no known quality is of quality UNKNOWN."""

    text: str = ""
    name: str = ""
    category: str = ""
    language: str = ""
    status: str = ""
    quality: str = ""
    waba_id: WabaId = WabaId("")

    def holds(self, template: Template) -> bool:
        return (
            (not self.category or template.category == self.category)
            and (not self.status or template.status == self.status)
            and (not self.quality or (template.quality or "UNKNOWN") == self.quality)
            and (not self.waba_id or template.waba_id == self.waba_id)
            and (not self.language or template.language == self.language.replace("-", "_"))
            and (not self.name or self.name.lower() in template.name)
            and (not self.text or fold(self.text) in fold(words_of(template)))
        )


def words_of(template: Template) -> str:
    """The name, and what is written in header, body and footer, those of its cards too."""
    parts = [component for components in (template.components, *cards_of(template)) for component in components]
    texts = [str(part.get("text", "")) for part in parts if kind_of(part) in ("HEADER", "BODY", "FOOTER")]
    return "\n".join([template.name.replace("_", " "), template.name, *texts])


def place_of(template: Template, order: Order) -> tuple[str, str, str]:
    """By what it is sorted: texts, of which the last is its id."""
    if order in ("name", "-name"):
        return template.name, template.language, template.template_id
    if order in ("updated_at", "-updated_at"):
        return f"{template.updated_at:013d}", "", template.template_id
    return "", "", template.template_id
