"""A template as a person would see it, as far as its variables are filled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import CompileError, Problem, Unsendable, compile_plan, resolve, value_of
from shared.domain.templates.rendering import read_text, shown
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import (
    Component,
    Slot,
    Template,
    UnsupportedComponent,
    cards_in,
    kind_of,
    replace_variables,
    variables_in,
)
from shared.domain.templates.variables import Variable


@dataclass(frozen=True, slots=True)
class Preview:
    """`components` are the template's, with values in the place of variables; those that nothing fills are left as they
    are written. `values` are the slots' values as they are shown, `problems` what keeps it from being sent."""

    text: str
    components: Sequence[Component]
    values: Mapping[str, str]
    problems: Sequence[Problem]


def preview_of(
    template: Template,
    variables: Mapping[str, Variable],
    contact: Contact,
    known_fields: Collection[str],
    now: EpochMs,
) -> Preview:
    """How it reads with these variables for this contact, whatever Meta thinks of it by now. `now` in epoch ms."""
    approved = replace(template, status="APPROVED")
    try:
        plan = compile_plan(approved, variables, known_fields, now)
        values = resolve(plan, contact)
    except CompileError as exc:
        return _as_far_as_filled(approved, variables, contact, exc.problems)
    except Unsendable as exc:
        wording = f"{str(exc.reason).replace('_', ' ')}: give a value that fits, or a fallback"
        problem = Problem(f"variables.{exc.slot}", wording)
        return _as_far_as_filled(approved, variables, contact, [problem])
    return _preview(approved, list(zip(plan.slots, values, strict=True)), [])


def _as_far_as_filled(
    template: Template, variables: Mapping[str, Variable], contact: Contact, problems: Sequence[Problem]
) -> Preview:
    try:
        slots = slots_of(template)
    except UnsupportedComponent:
        slots = []
    pairs: list[tuple[Slot, str]] = []
    for slot in slots:
        variable = variables.get(slot.key)
        value = (value_of(variable, contact) or variable.fallback) if variable is not None else ""
        if value:
            pairs.append((slot, value))
    return _preview(template, pairs, problems)


def _preview(template: Template, pairs: Sequence[tuple[Slot, str]], problems: Sequence[Problem]) -> Preview:
    values = {slot.key: shown(slot, value, template.language) for slot, value in pairs if value}
    return Preview(
        read_text(template, pairs, template.language),
        [_filled(component, values, "") for component in template.components],
        values,
        problems,
    )


def _filled(component: Component, values: Mapping[str, str], prefix: str) -> Component:
    """Without the examples, which were for the reviewer."""
    kind = kind_of(component)
    filled = {key: value for key, value in component.items() if key != "example"}
    if kind in ("HEADER", "BODY") and isinstance(text := component.get("text"), str):
        place = f"{prefix}{kind.lower()}."
        names = {key.removeprefix(place): value for key, value in values.items() if key.startswith(place)}
        filled["text"] = replace_variables(text, names)
    elif kind == "BUTTONS" and isinstance(buttons := component.get("buttons"), list):
        filled["buttons"] = [_button(button, number, values, prefix) for number, button in enumerate(buttons)]
    elif kind == "CAROUSEL":
        filled["cards"] = [
            {"components": [_filled(part, values, f"card.{number}.") for part in parts]}
            for number, parts in enumerate(cards_in(component))
        ]
    return filled


def _button(button: Component, number: int, values: Mapping[str, str], prefix: str) -> Component:
    filled = {key: value for key, value in button.items() if key != "example"}
    suffix = values.get(f"{prefix}button.{number}.url")
    if suffix is not None and isinstance(url := button.get("url"), str):
        filled["url"] = replace_variables(url, dict.fromkeys(variables_in(url), suffix))
    if (code := values.get(f"{prefix}button.{number}.code")) is not None:
        filled["code"] = code
    return filled
