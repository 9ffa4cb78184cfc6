"""The webhooks about templates. Template ids are integers here, strings in API answers."""

from .config import Json
from .outbox import CHANGE, Update
from .simulator import Simulator
from .world import Template


def status_changed(sim: Simulator, template: Template, more: Json | None = None) -> None:
    """message_template_status_update with the template's present status."""
    value: Json = {
        "event": template.status,
        **_ids(template),
        "reason": template.reason,
        "message_template_category": template.category,
    }
    if template.status == "REJECTED":
        value["rejection_info"] = {
            "reason": "The template does not follow the format.",
            "recommendation": "Separate parameters and follow the format.",
        }
    tell(sim, template.waba_id, "message_template_status_update", value | (more or {}))


def quality_changed(sim: Simulator, template: Template, quality: str) -> None:
    """message_template_quality_update."""
    value = {"previous_quality_score": template.quality, "new_quality_score": quality, **_ids(template)}
    template.quality = quality
    tell(sim, template.waba_id, "message_template_quality_update", value)


def category_changed(sim: Simulator, template: Template, category: str) -> None:
    """template_category_update, as done (not the notice before)."""
    value = {**_ids(template), "previous_category": template.category, "new_category": category}
    template.previous_category, template.category = template.category, category
    tell(sim, template.waba_id, "template_category_update", value)


def components_changed(sim: Simulator, template: Template) -> None:
    """message_template_components_update."""
    texts = {component["type"]: str(component.get("text", "")) for component in template.components}
    value: Json = {**_ids(template), "message_template_element": texts.get("BODY", "")}
    for kind, key in (("HEADER", "message_template_title"), ("FOOTER", "message_template_footer")):
        if texts.get(kind):
            value[key] = texts[kind]
    tell(sim, template.waba_id, "message_template_components_update", value)


def tell(sim: Simulator, waba_id: str, field: str, value: Json) -> None:
    """Send an account webhook of a WABA, if the app is subscribed to it."""
    if not sim.world.wabas[waba_id].subscribed:
        sim.counters["updates_not_subscribed"] += 1
        return
    count = str(sim.world.count("change"))
    sim.spoiler.send(Update(CHANGE, waba_id, value, field=field), "change", waba_id, count)


def _ids(template: Template) -> Json:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
