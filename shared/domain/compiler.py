"""Turning a template and a variable mapping into a plan that cannot be refused by Meta for its parameters.

The plan's values are resolved once per recipient when the audience is frozen; filling the plan is all that is left
to do at the moment of sending.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.domain.consent import SkipReason
from shared.domain.contact import Contact
from shared.domain.template import (
    Slot,
    Template,
    UnsupportedComponent,
    buttons_of,
    kind_of,
    replace_variables,
    slots_of,
)

BODY_LIMIT = 1024
HEADER_LIMIT = 60
URL_LIMIT = 2000
COUPON_LIMIT = 20
PAYLOAD_LIMIT = 128
# Meta refuses newlines, tabs and runs of more than four spaces in text parameters.
_BLANKS = re.compile(r"\s+")

Source = Literal["contact", "field", "constant"]
CONTACT_ATTRIBUTES = ("name", "phone", "first_name")


@dataclass(frozen=True, slots=True)
class Variable:
    """Where a slot's value comes from: an attribute of the contact, a custom field, or a constant; with a fallback."""

    source: Source
    value: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that would make Meta refuse the send; `field` is the place in the campaign to correct."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class SendPlan:
    """A compiled campaign message. `variables[i]` fills `slots[i]`."""

    name: str
    language: str
    named: bool
    slots: tuple[Slot, ...]
    variables: tuple[Variable, ...]
    body_text: str
    header_text: str


class CompileError(Exception):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = list(problems)


class Unsendable(Exception):
    """This recipient's values cannot be sent; `reason` is stored and `slot` says which variable."""

    def __init__(self, reason: SkipReason, slot: str) -> None:
        super().__init__(f"{reason}: {slot}")
        self.reason = reason
        self.slot = slot


def compile_plan(template: Template, variables: Mapping[str, Variable], known_fields: frozenset[str]) -> SendPlan:
    """Raises CompileError with every problem found: not approved, unmapped or unknown slots, unknown fields."""
    problems: list[Problem] = []
    if template.status != "APPROVED":
        problems.append(Problem("template_id", f"the template is {template.status}; only APPROVED ones can be sent"))
    try:
        slots = slots_of(template)
    except UnsupportedComponent as exc:
        raise CompileError([*problems, Problem("template_id", str(exc))]) from exc
    kept: list[Slot] = []
    for slot in slots:
        variable = variables.get(slot.key)
        if variable is not None:
            kept.append(slot)
            problems += _variable_problems(slot, variable, known_fields)
        elif not slot.optional:
            problems.append(Problem(f"variables.{slot.key}", "the template needs this variable; map it"))
    known = {slot.key for slot in slots}
    problems += [
        Problem(f"variables.{key}", "the template has no such variable; remove it")
        for key in variables
        if key not in known
    ]
    if problems:
        raise CompileError(problems)
    texts = {kind_of(c): str(c.get("text", "")) for c in template.components}
    return SendPlan(
        name=template.name,
        language=template.language,
        named=template.parameter_format == "NAMED",
        slots=tuple(kept),
        variables=tuple(variables[slot.key] for slot in kept),
        body_text=texts.get("BODY", ""),
        header_text=texts.get("HEADER", ""),
    )


def _variable_problems(slot: Slot, variable: Variable, known_fields: frozenset[str]) -> list[Problem]:
    place = f"variables.{slot.key}"
    if variable.source == "contact" and variable.value not in CONTACT_ATTRIBUTES:
        return [Problem(place, f"contacts have no attribute {variable.value!r}; use {', '.join(CONTACT_ATTRIBUTES)}")]
    if variable.source == "field" and variable.value not in known_fields:
        return [Problem(place, f"no custom field {variable.value!r}; create it under /v1/fields or correct the name")]
    if variable.source == "constant":
        if not variable.value.strip():
            return [Problem(place, "the constant is empty")]
        try:
            _check(slot, variable.value)
        except Unsendable:
            return [Problem(place, "the constant is too long or not of the form this slot takes")]
    return []


def resolve(plan: SendPlan, contact: Contact) -> tuple[str, ...]:
    """This contact's values in the order of `plan.slots`. Raises Unsendable when one is missing or too long."""
    values: list[str] = []
    for slot, variable in zip(plan.slots, plan.variables, strict=True):
        value = _one_line(_lookup(variable, contact)) or _one_line(variable.fallback)
        if not value:
            raise Unsendable(SkipReason.MISSING_VARIABLE, slot.key)
        _check(slot, value)
        values.append(value)
    filled = {s.name: v for s, v in zip(plan.slots, values, strict=True) if s.place == "body"}
    if len(replace_variables(plan.body_text, filled)) > BODY_LIMIT:
        raise Unsendable(SkipReason.TOO_LONG, "body")
    header = {s.name: v for s, v in zip(plan.slots, values, strict=True) if s.place == "header"}
    if plan.header_text and len(replace_variables(plan.header_text, header)) > HEADER_LIMIT:
        raise Unsendable(SkipReason.TOO_LONG, "header")
    return tuple(values)


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _lookup(variable: Variable, contact: Contact) -> str:
    if variable.source == "constant":
        return variable.value
    if variable.source == "field":
        return contact.fields.get(variable.value, "")
    if variable.value == "phone":
        return contact.phone or ""
    if variable.value == "first_name":
        return "".join(contact.name.split()[:1])
    return contact.name


def _check(slot: Slot, value: str) -> None:
    limit = {"url_suffix": URL_LIMIT, "coupon_code": COUPON_LIMIT, "payload": PAYLOAD_LIMIT, "text": BODY_LIMIT}.get(
        slot.kind, URL_LIMIT
    )
    if len(value) > limit:
        raise Unsendable(SkipReason.TOO_LONG, slot.key)
    if slot.kind in ("image", "video", "document") and not value.startswith("https://"):
        raise Unsendable(SkipReason.MISSING_VARIABLE, slot.key)


def message_body(plan: SendPlan, values: Sequence[str]) -> dict[str, object]:
    """The `template` object of POST /{phone_number_id}/messages for one recipient."""
    header: list[dict[str, object]] = []
    body: list[dict[str, object]] = []
    buttons: list[dict[str, object]] = []
    for slot, value in zip(plan.slots, values, strict=True):
        if slot.place == "button":
            buttons.append(_button(slot, value))
        elif slot.kind == "text":
            parameter: dict[str, object] = {"type": "text", "text": value}
            if plan.named:
                parameter["parameter_name"] = slot.name
            (header if slot.place == "header" else body).append(parameter)
        else:
            header.append({"type": slot.kind, slot.kind: {"link": value}})
    components: list[dict[str, object]] = []
    if header:
        components.append({"type": "header", "parameters": header})
    if body:
        components.append({"type": "body", "parameters": body})
    return {"name": plan.name, "language": {"code": plan.language}, "components": components + buttons}


def _button(slot: Slot, value: str) -> dict[str, object]:
    sub_type, parameter = {
        "url_suffix": ("url", {"type": "text", "text": value}),
        "payload": ("quick_reply", {"type": "payload", "payload": value}),
        "coupon_code": ("copy_code", {"type": "coupon_code", "coupon_code": value}),
    }[slot.kind]
    return {"type": "button", "sub_type": sub_type, "index": str(slot.index), "parameters": [parameter]}


def render_text(template: Template, plan: SendPlan, values: Sequence[str]) -> str:
    """What the person reads: header, body, footer and button labels, one to a line. For samples and timelines."""
    by_place: dict[str, dict[str, str]] = {"header": {}, "body": {}, "button": {}}
    for slot, value in zip(plan.slots, values, strict=True):
        by_place[slot.place][slot.name] = value
    lines: list[str] = []
    for component in template.components:
        kind = kind_of(component)
        if kind in ("HEADER", "BODY", "FOOTER") and component.get("text"):
            lines.append(replace_variables(str(component["text"]), by_place.get(kind.lower(), {})))
        elif kind == "BUTTONS":
            lines.append(" ".join(f"[{button.get('text', '')}]" for button in buttons_of(component)))
    return "\n".join(lines)
