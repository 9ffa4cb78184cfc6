"""Message templates: create, list, read, edit, delete, review.

The subcodes: 2388019 is of Meta's page of error codes; 2388023, 2388024 and 2388043 are as integrators quote Meta's
answers; those of edits, 2388025 to 2388028, and 2593002 are made up, because no source names Meta's. So nobody should
go by them.
"""

import base64
import json
import time
from functools import partial
from urllib.parse import urlencode

from . import template_webhooks
from .accounts import picked
from .call import Call, Reply, ok
from .config import Json
from .errors import GraphError, refused
from .simulator import Simulator
from .template_rules import adjacent_variables, check_category, check_components, check_identity, check_ttl
from .template_spec import compile_spec
from .world import Template, Waba, same_language

_USUAL = ("name", "parameter_format", "components", "language", "status", "category", "id")
_EDITABLE = ("APPROVED", "REJECTED", "PAUSED")


def create(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """POST /{waba_id}/message_templates: PENDING now, reviewed a little later."""
    name, language, category, parameter_format = check_identity(call.body)
    components = check_components(call.body["components"], category, parameter_format)
    key = (name, same_language(language))
    if key in waba.templates:
        raise refused(
            2388024, "Content in this language already exists", f"There is already {language} content for {name}."
        )
    if key in waba.deleted_names:
        raise refused(
            2388023, "The language is being deleted", f"New {language} content can't be added while {name} is deleted."
        )
    if len(waba.templates) >= sim.config.limits.templates_per_waba:
        raise refused(2388019, "Message template limit exceeded", "The account has reached its limit of templates.")
    template = Template(
        id=sim.world.new_id(),
        waba_id=waba.id,
        name=name,
        language=language,
        category=category,
        status="PENDING",
        parameter_format=parameter_format,
        components=components,
        spec=compile_spec(components, parameter_format),
        ttl_seconds=check_ttl(call.body.get("message_send_ttl_seconds"), category),
    )
    waba.templates[key] = template
    sim.world.templates[template.id] = template
    plan_review(sim, template)
    return ok({"id": template.id, "status": template.status, "category": template.category})


def plan_review(sim: Simulator, template: Template) -> None:
    """Review a template after the configured time."""
    sim.timers.later(sim.config.templates.review_seconds, partial(_review, sim, template))


def _review(sim: Simulator, template: Template) -> None:
    if template.status != "PENDING" or template.id not in sim.world.templates:
        return
    bad = template.name.startswith(sim.config.templates.reject_prefix) or adjacent_variables(template.components)
    template.status, template.reason = ("REJECTED", "INVALID_FORMAT") if bad else ("APPROVED", "NONE")
    template_webhooks.status_changed(sim, template)


def list_all(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """GET /{waba_id}/message_templates with filters, fields and paging cursors."""
    rows = list(waba.templates.values())
    filters = {key: call.parameter(key) for key in ("name", "language", "status", "category")}
    for key, wanted in filters.items():
        if wanted:
            rows = [row for row in rows if _matches(key, getattr(row, key), wanted)]
    limit = _whole(call.parameter("limit") or "25", "limit", 1, 1000)
    start = _position(call.parameter("after")) if call.parameter("after") else 0
    if call.parameter("before"):
        start = max(0, _position(call.parameter("before")) - limit - 1)
    page = rows[start : start + limit]
    answer: Json = {"data": [picked(describe(row), call, _USUAL) for row in page]}
    if page:
        after = _cursor(start + len(page))
        paging: Json = {"cursors": {"before": _cursor(start + 1), "after": after}}
        if start + len(page) < len(rows):
            kept = {key: value for key, value in call.query.items() if key not in ("after", "before", "access_token")}
            paging["next"] = f"{call.base_url}{call.path}?{urlencode({**kept, 'limit': limit, 'after': after})}"
        answer["paging"] = paging
    return ok(answer)


def _matches(key: str, value: str, wanted: str) -> bool:
    if key == "language":
        return same_language(value) == same_language(wanted)
    return value == wanted if key == "name" else value == wanted.upper()


def _whole(text: str, name: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise GraphError(100, f"Param {name} must be an integer from {least} to {most}.")
    return int(text)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode().rstrip("=")


def _position(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        return _whole(text.removeprefix("at:"), "cursor", 0, 10**9)
    except (ValueError, GraphError):
        raise GraphError(100, "Invalid cursor.", message="(#100) Invalid cursors values") from None


def describe(template: Template) -> Json:
    """All fields of a template."""
    known: Json = {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": "CUSTOM",
        "quality_score": {"score": template.quality, "date": 1_700_000_000},
        "rejected_reason": template.reason,
        "previous_category": template.previous_category or None,
        "correct_category": None,
        "message_send_ttl_seconds": template.ttl_seconds or None,
        "id": template.id,
    }
    return known


def read(sim: Simulator, call: Call, template: Template) -> Reply:
    """GET /{template_id}."""
    return ok(picked(describe(template), call, _USUAL))


def edit(sim: Simulator, call: Call, template: Template) -> Reply:
    """POST /{template_id}: components as a whole, and the category unless approved; approved again without waiting."""
    if template.status not in _EDITABLE:
        raise refused(2388025, "This template can't be edited", f"The template is {template.status}.")
    body = call.body
    if not {"components", "category", "message_send_ttl_seconds"} & set(body):
        raise GraphError(100, "Nothing to edit: components, category or message_send_ttl_seconds.")
    category = check_category(body.get("category", template.category))
    if category != template.category and template.status == "APPROVED":
        raise refused(2388026, "This category can't be edited", "The category of an approved template is fixed.")
    if template.status == "APPROVED":
        _count_edit(sim, template)
    if "components" in body:
        template.components = check_components(body["components"], category, template.parameter_format)
        template.spec = compile_spec(template.components, template.parameter_format)
    template.category = category
    if "message_send_ttl_seconds" in body:
        template.ttl_seconds = check_ttl(body["message_send_ttl_seconds"], category)
    if template.status == "REJECTED":
        template.status = "PENDING"
        plan_review(sim, template)
    else:
        template.status = "APPROVED"
        template_webhooks.components_changed(sim, template)
    return ok({"success": True, "id": template.id, "name": template.name, "category": template.category})


def _count_edit(sim: Simulator, template: Template) -> None:
    """Once a day and ten times in 30 days (Meta, template management: edit template limitations)."""
    now, limits = time.time(), sim.config.templates
    recent = [at for at in template.edited_at if at > now - 30 * 86_400]
    if len(recent) >= limits.edits or (recent and recent[-1] > now - limits.edit_seconds):
        raise GraphError(100, "An approved template can be edited once in 24 hours and 10 times in 30 days.")
    template.edited_at = [*recent, now]


def unpause(sim: Simulator, call: Call, template: Template) -> Reply:
    """POST /{template_id}/unpause."""
    if template.status != "PAUSED":
        raise refused(2388027, "This template can't be unpaused", f"The template is {template.status}.")
    template.status = "APPROVED"
    template_webhooks.status_changed(sim, template, {"other_info": {"title": "UNPAUSE", "description": "Unpaused."}})
    return ok({"success": True})


def delete(sim: Simulator, call: Call, waba: Waba) -> Reply:
    """DELETE /{waba_id}/message_templates by name (all languages), hsm_id + name, or hsm_ids."""
    name, one, many = call.parameter("name"), call.parameter("hsm_id"), call.parameter("hsm_ids")
    if many and (name or one):
        raise GraphError(100, "Param hsm_ids cannot be combined with name or hsm_id.")
    if not many and not name:
        raise GraphError(100, "The parameter name is required.")
    wanted = _ids(many) if many else []
    rows = [
        template
        for template in waba.templates.values()
        if template.id in wanted or (not many and template.name == name and one in ("", template.id))
    ]
    if not rows:
        raise refused(2593002, "Message template was not found", f"There is no template {name or many}.")
    if any(template.status == "DISABLED" for template in rows):
        raise refused(2388028, "Message template is disabled", "A disabled template can't be deleted.")
    for template in rows:
        key = (template.name, same_language(template.language))
        del waba.templates[key]
        del sim.world.templates[template.id]
        if template.status == "APPROVED":
            waba.deleted_names.add(key)
        template.status = "DELETED"
        template_webhooks.status_changed(sim, template)
    return ok({"success": True})


def _ids(text: str) -> list[str]:
    try:
        ids = json.loads(text.replace("'", '"'))
    except ValueError:
        raise GraphError(100, "Param hsm_ids must be an array of ids.") from None
    if not isinstance(ids, list) or len(ids) > 100:
        raise GraphError(100, "Param hsm_ids must be an array of at most 100 ids.")
    return [str(item) for item in ids]
