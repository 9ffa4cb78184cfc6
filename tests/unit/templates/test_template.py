"""Which parameters a template takes, read from its components as Meta describes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import (
    Component,
    Slot,
    Template,
    UnsupportedComponent,
    replace_variables,
    variables_in,
)
from shared.ids import WabaId


def template(*components: Component, form: str = "POSITIONAL") -> Template:
    return Template("1", WabaId("w"), "sale", "en_US", "MARKETING", "APPROVED", form, list(components))


def keys(*components: Component) -> list[str]:
    return [slot.key for slot in slots_of(template(*components))]


def body(text: str) -> Component:
    return {"type": "BODY", "text": text}


def test_a_template_without_variables_takes_nothing() -> None:
    footer = {"type": "FOOTER", "text": "Reply STOP {{1}}"}
    assert keys({"type": "HEADER", "format": "TEXT", "text": "Sale"}, body("Come in"), footer) == []


def test_positional_variables_of_header_and_body() -> None:
    header = {"type": "HEADER", "format": "TEXT", "text": "Hi {{1}}"}
    assert keys(body("You have {{1}} points until {{2}}"), header) == ["header.1", "body.1", "body.2"]


def test_positional_variables_are_in_the_order_of_their_numbers() -> None:
    """Meta fills {{1}} with the first parameter wherever in the text it stands; translations reorder them."""
    assert keys(body("{{2}} for {{1}}, and {{3}}")) == ["body.1", "body.2", "body.3"]


def test_ten_comes_after_nine() -> None:
    assert keys(body(" ".join(f"{{{{{n}}}}}" for n in (10, *range(1, 10), 11)))) == [f"body.{n}" for n in range(1, 12)]


def test_named_variables_keep_their_names() -> None:
    found = slots_of(template(body("Hi {{first_name}}, {{ points }} points, {{first_name}}"), form="NAMED"))
    assert found == [
        Slot("body.first_name", "text", "body", "first_name"),
        Slot("body.points", "text", "body", "points"),
    ]


def test_a_variable_used_twice_is_one_parameter() -> None:
    assert keys(body("{{1}} and {{1}} and {{2}}")) == ["body.1", "body.2"]


@pytest.mark.parametrize("kind", ["image", "video"])
def test_a_media_header_needs_its_medium(kind: str) -> None:
    assert slots_of(template({"type": "HEADER", "format": kind.upper()})) == [Slot(f"header.{kind}", kind, "header")]  # type: ignore[arg-type]


def test_lower_case_kinds_are_understood() -> None:
    assert keys({"type": "header", "format": "image"}, {"type": "body", "text": "{{1}}"}) == ["header.image", "body.1"]


def test_every_kind_of_button() -> None:
    buttons = [
        {"type": "QUICK_REPLY", "text": "Yes"},
        {"type": "URL", "text": "Shop", "url": "https://shop.example/{{1}}"},
        {"type": "URL", "text": "Home", "url": "https://shop.example/"},
        {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550783881"},
        {"type": "COPY_CODE", "example": "25OFF"},
        {"type": "VOICE_CALL", "text": "Call us"},
        {"type": "FLOW", "text": "Sign up"},
        {"type": "CATALOG", "text": "View catalog"},
        {"type": "MPM", "text": "View items"},
    ]
    found = slots_of(template({"type": "BUTTONS", "buttons": buttons}))
    assert found == [
        Slot("button.0.payload", "payload", "button", index=0, optional=True),
        Slot("button.1.url", "url_suffix", "button", index=1),
        Slot("button.4.code", "coupon_code", "button", index=4),
        Slot("button.6.flow_token", "flow_token", "button", index=6, optional=True, action="flow"),
        Slot("button.6.flow_data", "flow_data", "button", index=6, optional=True, action="flow"),
        Slot("button.7.thumbnail", "product_id", "button", index=7, optional=True, action="catalog"),
        Slot("button.8.thumbnail", "product_id", "button", index=8, action="mpm"),
        Slot("button.8.sections", "sections", "button", index=8, action="mpm"),
    ]


def test_a_product_header_takes_product_and_catalog() -> None:
    assert keys({"type": "HEADER", "format": "product"}, {"type": "BUTTONS", "buttons": [{"type": "spm"}]}) == [
        "header.product.retailer_id",
        "header.product.catalog_id",
    ]


def test_buttons_come_last_and_in_their_order() -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}, {"type": "URL", "url": "https://x/{{1}}"}]}
    assert keys(buttons, body("{{1}}"), {"type": "HEADER", "format": "VIDEO"}) == [
        "header.video",
        "body.1",
        "button.0.code",
        "button.1.url",
    ]


@pytest.mark.parametrize(
    ("component", "named"),
    [
        ({"type": "CAROUSEL", "cards": []}, "CAROUSEL"),
        ({"type": "LIMITED_TIME_OFFER"}, "LIMITED_TIME_OFFER"),
        ({"type": "HEADER", "format": "GIF"}, "GIF"),
        ({"type": "BUTTONS", "buttons": [{"type": "SPM"}]}, "SPM"),
        ({"type": "BUTTONS", "buttons": [{"type": "ORDER_DETAILS"}]}, "ORDER_DETAILS"),
        ({"type": "BUTTONS", "buttons": [{"type": "OTP"}]}, "OTP"),
    ],
)
def test_a_part_that_cannot_be_filled_is_named(component: Component, named: str) -> None:
    with pytest.raises(UnsupportedComponent, match=named):
        slots_of(template(body("Hi"), component))


@given(st.text(max_size=80))
def test_no_text_breaks_the_search_for_variables(text: str) -> None:
    assert len(variables_in(text)) <= text.count("{{")
    assert replace_variables(text, {}) == text


def test_a_value_that_looks_like_a_variable_is_not_replaced_again() -> None:
    assert replace_variables("{{1}} {{2}}", {"1": "{{2}}", "2": "x"}) == "{{2}} x"
