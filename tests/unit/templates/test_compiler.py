"""From template and mapping to Meta's body: problems are found before anybody is written to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts.consent import SkipReason
from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import (
    CompileError,
    SendPlan,
    Unsendable,
    Variable,
    compile_plan,
    message_body,
    render_text,
    resolve,
)
from shared.domain.templates.template import Component, Template
from shared.ids import ContactId, WabaId

ANA = Contact(
    ContactId("c"),
    phone="+5511987654321",
    name="Ana Maria Souza",
    last_name="Souza",
    email="ana@example.com",
    language="pt-BR",
    fields={"points": "120", "empty": "", "blank": " "},
)
FIELDS = frozenset({"points", "empty", "blank", "missing"})
BODY: Component = {"type": "BODY", "text": "Hi {{1}}, {{2}} points"}
NAME = Variable("contact", "name")
POINTS = Variable("field", "points")


def template(*components: Component, form: str = "POSITIONAL", status: str = "APPROVED") -> Template:
    return Template("1", WabaId("w"), "welcome_discount_template", "en_US", "MARKETING", status, form, list(components))


def plan_of(variables: dict[str, Variable], *components: Component, form: str = "POSITIONAL") -> SendPlan:
    return compile_plan(template(*components, form=form), variables, FIELDS)


def constant(value: str) -> Variable:
    return Variable("constant", value)


@pytest.mark.parametrize(
    ("variables", "fields"),
    [
        ({}, ["variables.body.1", "variables.body.2"]),
        ({"body.1": NAME}, ["variables.body.2"]),
        ({"body.1": NAME, "body.2": POINTS, "body.3": NAME}, ["variables.body.3"]),
        ({"body.1": NAME, "body.2": Variable("field", "nope")}, ["variables.body.2"]),
        ({"body.1": Variable("contact", "shoe_size"), "body.2": POINTS}, ["variables.body.1"]),
        ({"body.1": constant(" "), "body.2": constant("x" * 1025)}, ["variables.body.1", "variables.body.2"]),
        ({"header.image": NAME}, ["variables.body.1", "variables.body.2", "variables.header.image"]),
    ],
)
def test_every_problem_is_named_by_its_field(variables: dict[str, Variable], fields: list[str]) -> None:
    with pytest.raises(CompileError) as caught:
        plan_of(variables, BODY)
    assert [problem.field for problem in caught.value.problems] == fields
    assert all(problem.message for problem in caught.value.problems)


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "DELETED"])
def test_only_an_approved_template_can_be_sent(status: str) -> None:
    with pytest.raises(CompileError, match=status) as caught:
        compile_plan(template(BODY, status=status), {"body.1": NAME, "body.2": POINTS}, FIELDS)
    assert [problem.field for problem in caught.value.problems] == ["template_id"]


def test_an_unsupported_part_is_a_problem_of_the_template() -> None:
    with pytest.raises(CompileError, match="CAROUSEL") as caught:
        plan_of({}, {"type": "CAROUSEL", "cards": []})
    assert caught.value.problems[0].field == "template_id"


@pytest.mark.parametrize(
    ("component", "key", "value"),
    [
        ({"type": "HEADER", "format": "IMAGE"}, "header.image", "http://cdn.example/a.png"),
        ({"type": "HEADER", "format": "VIDEO"}, "header.video", "my file.mp4"),
        ({"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]}, "button.0.code", "x" * 21),
        ({"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}"}]}, "button.0.url", "x" * 2001),
        ({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY"}]}, "button.0.payload", "x" * 129),
    ],
)
def test_a_constant_that_meta_would_refuse_is_found_before_launch(component: Component, key: str, value: str) -> None:
    with pytest.raises(CompileError) as caught:
        plan_of({key: constant(value)}, component)
    assert [problem.field for problem in caught.value.problems] == [f"variables.{key}"]


def test_a_quick_reply_payload_may_stay_unmapped() -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}
    assert plan_of({}, buttons).slots == ()
    assert [slot.key for slot in plan_of({"button.0.payload": constant("yes")}, buttons).slots] == ["button.0.payload"]


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        (NAME, "Ana Maria Souza"),
        (Variable("contact", "first_name"), "Ana"),
        (Variable("contact", "last_name"), "Souza"),
        (Variable("contact", "email"), "ana@example.com"),
        (Variable("contact", "language"), "pt-BR"),
        (Variable("contact", "time_zone", "UTC"), "UTC"),
        (Variable("contact", "phone"), "+5511987654321"),
        (POINTS, "120"),
        (constant("Friday"), "Friday"),
        (constant(" two \n\n lines\tand     spaces "), "two lines and spaces"),
        (Variable("field", "missing", "0"), "0"),
        (Variable("field", "empty", "0"), "0"),
        (Variable("field", "blank", "0"), "0"),
        (Variable("field", "points", "0"), "120"),
    ],
)
def test_where_a_value_comes_from(variable: Variable, expected: str) -> None:
    plan = plan_of({"body.1": variable}, {"type": "BODY", "text": "Hi {{1}}"})
    assert resolve(plan, ANA) == (expected,)


@pytest.mark.parametrize(
    ("name", "expected"), [("  Ana Souza", "Ana"), ("Ana\tSouza", "Ana"), ("", "friend"), (" ", "friend")]
)
def test_the_first_name_is_the_first_word_of_the_name(name: str, expected: str) -> None:
    plan = plan_of({"body.1": Variable("contact", "first_name", "friend")}, {"type": "BODY", "text": "{{1}}"})
    assert resolve(plan, Contact(ContactId("c"), name=name)) == (expected,)


@pytest.mark.parametrize(
    "variable",
    [
        Variable("field", "missing"),
        Variable("field", "empty"),
        Variable("field", "blank"),
        Variable("contact", "phone"),
    ],
)
def test_a_missing_value_without_fallback_is_a_reason_not_to_send(variable: Variable) -> None:
    plan = plan_of({"body.1": NAME, "body.2": variable}, BODY)
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), name="Ana", bsuid="BR.1", fields=ANA.fields))
    assert (caught.value.reason, caught.value.slot) == (SkipReason.MISSING_VARIABLE, "body.2")


def test_a_text_that_grows_too_long_is_a_reason_not_to_send() -> None:
    plan = plan_of({"body.1": POINTS}, {"type": "BODY", "text": "x" * 1000 + "{{1}}"})
    assert resolve(plan, Contact(ContactId("c"), fields={"points": "y" * 24})) == ("y" * 24,)
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), fields={"points": "y" * 25}))
    assert (caught.value.reason, caught.value.slot) == (SkipReason.TOO_LONG, "body")


def test_a_header_that_grows_over_60_characters_is_a_reason_not_to_send() -> None:
    plan = plan_of({"header.1": POINTS}, {"type": "HEADER", "format": "TEXT", "text": "For {{1}}"})
    assert resolve(plan, Contact(ContactId("c"), fields={"points": "y" * 56}))
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), fields={"points": "y" * 57}))
    assert (caught.value.reason, caught.value.slot) == (SkipReason.TOO_LONG, "header")


@given(st.text(max_size=300))
def test_no_value_reaches_meta_with_newlines_tabs_or_runs_of_spaces(value: str) -> None:
    plan = plan_of({"body.1": Variable("field", "points", "fallback")}, {"type": "BODY", "text": "{{1}}"})
    (resolved,) = resolve(plan, Contact(ContactId("c"), fields={"points": value}))
    assert not re.search(r"[\n\r\t]| {2,}", resolved)
    assert resolved.strip()


IMAGE_URL = "https://cdn.example/sale.png"


def test_the_body_of_a_positional_template_is_metas() -> None:
    components: list[Component] = [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Hi {{1}}, {{2}} points"},
        {"type": "FOOTER", "text": "Reply STOP"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Yes"},
                {"type": "URL", "text": "Shop", "url": "https://x.example/{{1}}"},
                {"type": "COPY_CODE"},
            ],
        },
    ]
    variables = {
        "header.image": constant(IMAGE_URL),
        "body.1": Variable("contact", "first_name"),
        "body.2": POINTS,
        "button.0.payload": constant("YES"),
        "button.1.url": constant("n3mtql"),
        "button.2.code": constant("25OFF"),
    }
    plan = plan_of(variables, *components)
    # Meta, template messages: the object behind "template" of POST /messages.
    assert message_body(plan, resolve(plan, ANA)) == {
        "name": "welcome_discount_template",
        "language": {"code": "en_US"},
        "components": [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": IMAGE_URL}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "120"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
             "parameters": [{"type": "payload", "payload": "YES"}]},
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "n3mtql"}]},
            {"type": "button", "sub_type": "copy_code", "index": "2",
             "parameters": [{"type": "coupon_code", "coupon_code": "25OFF"}]},
        ],
    }  # fmt: skip


def test_the_body_of_a_named_template_names_its_parameters() -> None:
    components: list[Component] = [
        {"type": "HEADER", "format": "TEXT", "text": "For {{who}}"},
        {"type": "BODY", "text": "Hi {{first_name}}"},
    ]
    variables = {"header.who": NAME, "body.first_name": Variable("contact", "first_name")}
    plan = plan_of(variables, *components, form="NAMED")
    assert message_body(plan, resolve(plan, ANA))["components"] == [
        {"type": "header", "parameters": [{"type": "text", "parameter_name": "who", "text": "Ana Maria Souza"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ana"}]},
    ]


@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_a_media_header_goes_by_link(kind: str) -> None:
    plan = plan_of({f"header.{kind}": constant(IMAGE_URL)}, {"type": "HEADER", "format": kind.upper()})
    assert message_body(plan, resolve(plan, ANA))["components"] == [
        {"type": "header", "parameters": [{"type": kind, kind: {"link": IMAGE_URL}}]}
    ]


def test_a_template_without_variables_has_no_components() -> None:
    plan = plan_of({}, {"type": "BODY", "text": "Hello"})
    assert message_body(plan, ()) == {
        "name": "welcome_discount_template",
        "language": {"code": "en_US"},
        "components": [],
    }


def test_positional_parameters_go_out_by_number_wherever_they_stand() -> None:
    plan = plan_of({"body.1": NAME, "body.2": POINTS}, {"type": "BODY", "text": "{{2}} points for {{1}}"})
    values = resolve(plan, ANA)
    assert message_body(plan, values)["components"] == [
        {"type": "body", "parameters": [{"type": "text", "text": "Ana Maria Souza"}, {"type": "text", "text": "120"}]}
    ]
    rendered = render_text(template({"type": "BODY", "text": "{{2}} points for {{1}}"}), plan, values)
    assert rendered == "120 points for Ana Maria Souza"


def test_the_rendered_text_is_what_the_person_reads() -> None:
    components: list[Component] = [
        {"type": "HEADER", "format": "TEXT", "text": "For {{1}}"},
        {"type": "BODY", "text": "{{1}} points"},
        {"type": "FOOTER", "text": "Reply STOP"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}, {"type": "QUICK_REPLY", "text": "No"}]},
    ]
    plan = plan_of({"header.1": NAME, "body.1": POINTS}, *components)
    text = render_text(template(*components), plan, resolve(plan, ANA))
    assert text == "For Ana Maria Souza\n120 points\nReply STOP\n[Yes] [No]"
