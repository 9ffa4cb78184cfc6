"""Turning a template and a variable mapping into a plan that cannot be refused by Meta for its parameters.

The plan's values are resolved once per recipient when the audience is frozen; filling the plan is all that is left
to do at the moment of sending.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.contacts.consent import SkipReason
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_texts import CONTACT_TEXTS
from shared.domain.templates.parameter_checks import (
    BODY_LIMIT,
    CARD_BODY_LIMIT,
    HEADER_LIMIT,
    OFFER_BODY_LIMIT,
    BadValue,
    as_line,
    checked,
)
from shared.domain.templates.problem import CompileError, Problem
from shared.domain.templates.rendering import components_of, read_text, shown
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import (
    Component,
    Slot,
    Template,
    UnsupportedComponent,
    cards_of,
    kind_of,
    replace_variables,
)
from shared.domain.templates.variables import Variable, code_problems, fit, variable_problems

__all__ = [
    "CompileError",
    "Problem",
    "SendPlan",
    "Unsendable",
    "Variable",
    "compile_plan",
    "message_body",
    "render_text",
    "resolve",
    "value_of",
]


_NOTHING = Variable("constant", "")
"""Fills a button that must be named although it carries nothing."""


@dataclass(frozen=True, slots=True)
class SendPlan:
    """A compiled campaign message. `variables[i]` fills `slots[i]`; `card_texts` has one body per carousel card.

    `compiled_at` (epoch ms) is the moment an offer's end must lie after.
    """

    name: str
    language: str
    named: bool
    slots: tuple[Slot, ...]
    variables: tuple[Variable, ...]
    body_text: str
    header_text: str
    card_texts: tuple[str, ...] = ()
    body_limit: int = BODY_LIMIT
    compiled_at: EpochMs = EpochMs(0)


class Unsendable(Exception):
    """This recipient's values cannot be sent; `reason` is stored and `slot` says which variable."""

    def __init__(self, reason: SkipReason, slot: str) -> None:
        super().__init__(f"{reason}: {slot}")
        self.reason = reason
        self.slot = slot


def compile_plan(
    template: Template, variables: Mapping[str, Variable], known_fields: Collection[str], now: EpochMs = EpochMs(0)
) -> SendPlan:
    """Raises CompileError with every problem found: not approved, unmapped or unknown slots, unknown fields, constants
    and fallbacks that Meta would refuse.

    `known_fields` are the tenant's custom fields; as a mapping from key to kind, their kinds are checked too. `now`
    (epoch ms) is when the audience is to be frozen: offers must end later.
    """
    problems: list[Problem] = []
    if template.status != "APPROVED":
        problems.append(Problem("template_id", f"the template is {template.status}; only APPROVED ones can be sent"))
    named = template.parameter_format == "NAMED" and template.category != "AUTHENTICATION"
    try:
        slots = slots_of(template)
        _check_names(slots, named=named)
    except UnsupportedComponent as exc:
        raise CompileError([*problems, Problem("template_id", str(exc))]) from exc
    kept: list[Slot] = []
    filled: list[Variable] = []
    for slot in slots:
        variable = variables.get(slot.key)
        if variable is not None:
            fitted, found = fit(slot, variable)
            kept.append(fitted)
            filled.append(variable)
            problems += found or variable_problems(fitted, variable, known_fields, now)
        elif slot.action and slot.optional:
            kept.append(slot)
            filled.append(_NOTHING)
        elif not slot.optional:
            problems.append(Problem(f"variables.{slot.key}", "the template needs this variable; map it"))
    known = {slot.key for slot in slots}
    problems += [
        Problem(f"variables.{key}", "the template has no such variable; remove it")
        for key in variables
        if key not in known
    ]
    problems += code_problems(kept, variables)
    if problems:
        raise CompileError(problems)
    kinds = [kind_of(component) for component in template.components]
    plan = SendPlan(
        name=template.name,
        language=template.language,
        named=named,
        slots=tuple(kept),
        variables=tuple(filled),
        body_text=_text_of(template.components, "BODY"),
        header_text=_text_of(template.components, "HEADER"),
        card_texts=tuple(_text_of(card, "BODY") for card in cards_of(template)),
        body_limit=OFFER_BODY_LIMIT if "LIMITED_TIME_OFFER" in kinds else BODY_LIMIT,
        compiled_at=now,
    )
    too_long = _constants_too_long(plan)
    if too_long:
        raise CompileError(too_long)
    return plan


def _text_of(components: Sequence[Component], kind: str) -> str:
    return next((str(c.get("text", "")) for c in components if kind_of(c) == kind), "")


def _check_names(slots: Sequence[Slot], *, named: bool) -> None:
    """Raises UnsupportedComponent when a send could not say which value belongs to which variable."""
    if named:
        return
    groups: dict[tuple[str, int | None], list[str]] = {}
    for slot in slots:
        if slot.name:
            groups.setdefault((slot.place, slot.card), []).append(slot.name)
    for names in groups.values():
        if names != [str(number + 1) for number in range(len(names))]:
            raise UnsupportedComponent(
                f"the template's variables are {', '.join(names)} where 1, 2, … are due; sync the templates again"
            )


def _constants_too_long(plan: SendPlan) -> list[Problem]:
    """Texts that nobody's values could make fit: the constants alone fill them."""
    values: list[str] = []
    for slot, variable in zip(plan.slots, plan.variables, strict=True):
        line = as_line(slot, variable.value) if variable.source == "constant" else ""
        values.append(checked(slot, line, plan.compiled_at) if line else "0")
    problems: list[Problem] = []
    for part in _too_long(plan, values):
        longest = max(
            (pair for pair in zip(plan.slots, values, strict=True) if pair[0].key.startswith(f"{part}.")),
            key=lambda pair: len(pair[1]),
            default=None,
        )
        field = f"variables.{longest[0].key}" if longest else "template_id"
        problems.append(Problem(field, f"the {part} is longer than Meta allows with this constant; shorten it"))
    return problems


def _too_long(plan: SendPlan, values: Sequence[str]) -> Iterator[str]:
    """The parts, `body` or `card.0.body`, whose text exceeds its limit with these values."""
    texts: dict[str, dict[str, str]] = {}
    for slot, value in zip(plan.slots, values, strict=True):
        if slot.name:
            part = slot.place if slot.card is None else f"card.{slot.card}.{slot.place}"
            texts.setdefault(part, {})[slot.name] = shown(slot, value, plan.language)
    for part, filled in texts.items():
        text, limit = plan.body_text, plan.body_limit
        if part == "header":
            text, limit = plan.header_text, HEADER_LIMIT
        elif part != "body":
            text, limit = plan.card_texts[int(part.split(".")[1])], CARD_BODY_LIMIT
        longest = max(map(len, filled.values()))
        if len(text) + text.count("{{") * longest > limit and len(replace_variables(text, filled)) > limit:
            yield part


def resolve(plan: SendPlan, contact: Contact) -> tuple[str, ...]:
    """This contact's values in the order of `plan.slots`; an optional one may be empty. Raises Unsendable when one is
    missing, too long or not of the form its slot takes."""
    values: list[str] = []
    for slot, variable in zip(plan.slots, plan.variables, strict=True):
        value = as_line(slot, value_of(variable, contact)) or as_line(slot, variable.fallback)
        if value:
            try:
                value = checked(slot, value, plan.compiled_at)
            except BadValue as exc:
                raise Unsendable(exc.reason, slot.key) from exc
        elif not slot.optional:
            raise Unsendable(SkipReason.MISSING_VARIABLE, slot.key)
        values.append(value)
    for part in _too_long(plan, values):
        raise Unsendable(SkipReason.TOO_LONG, part)
    return tuple(values)


def value_of(variable: Variable, contact: Contact) -> str:
    """What a variable comes to for a contact, without its fallback."""
    if variable.source in ("constant", "media"):
        return variable.value
    if variable.source == "field":
        return contact.fields.get(variable.value, "")
    return CONTACT_TEXTS.get(variable.value, CONTACT_TEXTS["name"])(contact)


def message_body(plan: SendPlan, values: Sequence[str]) -> dict[str, object]:
    """The `template` object of POST /{phone_number_id}/messages for one recipient."""
    pairs = list(zip(plan.slots, values, strict=True))
    components = components_of(pairs, plan.language, named=plan.named, cards=len(plan.card_texts))
    return {"name": plan.name, "language": {"code": plan.language}, "components": components}


def render_text(template: Template, plan: SendPlan, values: Sequence[str]) -> str:
    """What the person reads, one part to a line. For samples and timelines."""
    return read_text(template, list(zip(plan.slots, values, strict=True)), plan.language)
