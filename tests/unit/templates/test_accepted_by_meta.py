"""What compiles and resolves is taken by the Meta simulator's own checks, which share no code with the compiler."""

import copy
import json
from collections.abc import Collection, Mapping

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from infra.local.meta_simulator.template_rules import check_components as check_created
from infra.local.meta_simulator.template_send import check_components as check_send
from infra.local.meta_simulator.template_spec import SendSpec, compile_spec
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import (
    CompileError,
    Problem,
    SendPlan,
    Unsendable,
    Variable,
    compile_plan,
    message_body,
    render_text,
    resolve,
)
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import Slot, Template
from shared.ids import ContactId
from shared.store.engine.documents import from_document, to_document
from tests.unit.templates.template_samples import (
    FIELDS,
    GOOD,
    LINK,
    MEDIA_ID,
    NOW,
    VALUES,
    contacts,
    good,
    mappings,
    templates,
)

_SLOW = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
_REASONS = {"missing_variable", "invalid_variable", "too_long"}


def spec_of(template: Template) -> SendSpec:
    """As Meta reads the template, having approved it."""
    given_components = copy.deepcopy([dict(component) for component in template.components])
    components = check_created(given_components, template.category, template.parameter_format)
    return compile_spec(components, template.parameter_format)


def send(plan: SendPlan, values: tuple[str, ...], spec: SendSpec) -> None:
    """Through JSON, as it travels; GraphError when Meta would refuse it."""
    body = json.loads(json.dumps(message_body(plan, values)))
    check_send(spec, body["components"], {MEDIA_ID}, NOW)


def compiled(
    template: Template, mapping: Mapping[str, Variable], fields: Collection[str] = FIELDS
) -> SendPlan | list[Problem]:
    try:
        return compile_plan(template, mapping, fields, NOW)
    except CompileError as exc:
        return exc.problems


def resolved(plan: SendPlan, contact: Contact) -> tuple[str, ...] | Unsendable:
    try:
        return resolve(plan, contact)
    except Unsendable as exc:
        return exc


def try_out(plan: SendPlan, template: Template, spec: SendSpec, contact: Contact) -> bool:
    """Whether this contact's values can be sent; what cannot is refused by name."""
    values = resolved(plan, contact)
    if isinstance(values, Unsendable):
        parts = {slot.key.rsplit(".", 1)[0] for slot in plan.slots if slot.name}
        assert values.slot in {slot.key for slot in plan.slots} | parts
        assert values.reason in _REASONS
        return False
    send(plan, values, spec)
    assert resolve(plan, contact) == values
    assert render_text(template, plan, values)
    return True


@_SLOW
@given(st.data(), templates())
def test_whatever_compiles_and_resolves_is_accepted(data: st.DataObject, template: Template) -> None:
    spec, slots = spec_of(template), slots_of(template)
    mapping = good(slots)
    # A few wild ones among good ones, so that many plans compile and their values are what varies.
    mapping |= data.draw(mappings([slot for slot in slots if not data.draw(st.integers(0, 2))], wild=True))
    plan = compiled(template, mapping)
    if isinstance(plan, list):
        event("refused")
        keys = {f"variables.{slot.key}" for slot in slots}
        assert plan
        assert {problem.field for problem in plan} <= keys
        assert all(problem.message for problem in plan)
        return
    event("compiled")
    for contact in data.draw(st.lists(contacts, min_size=1, max_size=4)):
        event("sent" if try_out(plan, template, spec, contact) else "skipped")


@_SLOW
@given(st.data(), templates())
def test_a_right_mapping_compiles_and_survives_being_frozen(data: st.DataObject, template: Template) -> None:
    slots = slots_of(template)
    mapping = data.draw(mappings(slots, wild=False))
    plan = compiled(template, mapping)
    if isinstance(plan, list):
        # Texts drawn at their very limit have no room even for a short constant.
        assert all("longer than Meta allows" in problem.message for problem in plan), plan
        return
    thawed = from_document(SendPlan, to_document(plan))
    assert thawed == plan
    contact = data.draw(contacts)
    assert try_out(thawed, template, spec_of(template), contact) == try_out(plan, template, spec_of(template), contact)


@_SLOW
@given(st.data(), templates())
def test_an_unmapped_variable_is_asked_for_by_name(data: st.DataObject, template: Template) -> None:
    slots = slots_of(template)
    needed = [slot.key for slot in slots if not slot.optional]
    if not needed:
        return
    missing = data.draw(st.sampled_from(needed))
    mapping = {key: variable for key, variable in good(slots).items() if key != missing}
    plan = compiled(template, mapping)
    assert isinstance(plan, list)
    assert f"variables.{missing}" in {problem.field for problem in plan}


@_SLOW
@given(st.data(), templates())
def test_any_contact_is_either_accepted_or_skipped_with_the_variable_named(
    data: st.DataObject, template: Template
) -> None:
    """Every slot has a field of its own, whose value is right or anything at all."""
    slots = slots_of(template)
    mapping = {slot.key: Variable("field", slot.key) for slot in slots}
    for slot in slots:
        if slot.kind == "otp":
            mapping[slot.key] = Variable("field", "code")
        elif slot.kind == "text" and slot.place == "body":
            mapping[slot.key] = data.draw(
                st.sampled_from(
                    [
                        Variable("field", slot.key),
                        Variable("field", slot.key, "", "currency", "USD"),
                        Variable("field", slot.key, "", "date_time", "", "D\n     M"),
                    ]
                )
            )
    plan = compiled(template, mapping, frozenset(variable.value for variable in mapping.values()))
    if isinstance(plan, list):
        assert all("longer than Meta allows" in problem.message for problem in plan), plan
        return

    def right(slot: Slot, kind: str) -> str:
        # A media id is taken as a constant only.
        return {"currency": "100.99", "date_time": "2026-12-31"}.get(kind, GOOD[slot.kind].replace(MEDIA_ID, LINK))

    for _ in range(3):
        wrong = data.draw(st.sets(st.sampled_from(slots), max_size=1)) if slots else set()
        fields = {
            mapping[slot.key].value: data.draw(VALUES) if slot in wrong else right(slot, mapping[slot.key].kind)
            for slot in slots
        }
        event(
            "sent" if try_out(plan, template, spec_of(template), Contact(ContactId("c"), fields=fields)) else "skipped"
        )
