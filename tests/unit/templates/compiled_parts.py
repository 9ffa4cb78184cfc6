"""A person, and what comes of parts of a template for them."""

from typing import Any

import pytest

from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import CompileError, SendPlan, Variable, compile_plan, message_body, resolve
from shared.domain.templates.template import Component
from shared.ids import ContactId
from tests.unit.templates.template_samples import FIELDS, LINK, NOW, template

ANA = Contact(
    ContactId("c"),
    phone="+5511987654321",
    name="Ana Souza",
    fields={"amount": "100.99", "day": "2026-12-31", "note": "a b/ç?50%", "link": LINK, "flag": "true"},
)
FIELD = Variable("field", "note")


def header(form: str) -> Component:
    return {"type": "HEADER", "format": form}


def row(*buttons: Component) -> Component:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def parts_of(plan: SendPlan, contact: Contact) -> Any:
    return message_body(plan, resolve(plan, contact))["components"]


def components(variables: dict[str, Variable], *parts: Component, category: str = "MARKETING") -> Any:
    return parts_of(compile_plan(template(*parts, category=category), variables, FIELDS, NOW), ANA)


def problems(variables: dict[str, Variable], *parts: Component, category: str = "MARKETING") -> dict[str, str]:
    with pytest.raises(CompileError) as caught:
        compile_plan(template(*parts, category=category), variables, FIELDS, NOW)
    return {problem.field: problem.message for problem in caught.value.problems}
