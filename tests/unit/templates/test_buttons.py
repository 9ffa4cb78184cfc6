"""Buttons with an action, products, and the buttons that campaigns cannot send."""

import json

import pytest

from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import Unsendable, Variable, compile_plan, resolve
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import Component, UnsupportedComponent
from shared.ids import ContactId
from tests.unit.templates.compiled_parts import FIELD, components, header, problems, row
from tests.unit.templates.template_samples import FIELDS, NOW, constant, template


@pytest.mark.parametrize(
    ("button", "remedy"),
    [
        ({"type": "SPM", "text": "View"}, "PRODUCT header"),
        ({"type": "OTP", "text": "Copy"}, "AUTHENTICATION"),
        ({"type": "ORDER_DETAILS", "text": "Review and pay"}, "in their conversation"),
        ({"type": "BOOKING_CONFIRMATION", "text": "See it"}, "in their conversation"),
        ({"type": "REMINDER", "text": "Set it"}, "in their conversation"),
        ({"type": "HOLOGRAM", "text": "Look"}, "use another template"),
    ],
)
def test_a_button_that_campaigns_cannot_send_is_named_with_the_remedy(button: Component, remedy: str) -> None:
    with pytest.raises(UnsupportedComponent) as caught:
        slots_of(template(row({"type": "QUICK_REPLY", "text": "Yes"}, button)))
    for said in ("button.1", str(button["text"]), str(button["type"]), remedy):
        assert said in str(caught.value)


def test_a_one_time_password_button_of_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnsupportedComponent, match="SIX_TAP"):
        slots_of(template(row({"type": "OTP", "otp_type": "SIX_TAP"}), category="AUTHENTICATION"))


FLOW: Component = {"type": "FLOW", "text": "Sign up", "flow_id": "1", "flow_action": "NAVIGATE"}


def named(sub_type: str, **action: object) -> dict[str, object]:
    """A button component as Meta documents it, with its action or, when there is none, without parameters."""
    button: dict[str, object] = {"type": "button", "sub_type": sub_type, "index": "0"}
    return {**button, "parameters": [{"type": "action", "action": action}]} if action else button


@pytest.mark.parametrize(
    ("mapping", "sent"),
    [
        ({}, named("flow")),
        ({"button.0.flow_token": FIELD}, named("flow", flow_token="a b/ç?50%")),
        (
            {"button.0.flow_data": constant('{ "a": {"b": [1, "x  y"]} }')},
            named("flow", flow_action_data={"a": {"b": [1, "x  y"]}}),
        ),
        (
            {"button.0.flow_token": constant("t"), "button.0.flow_data": constant('{"a": 1}')},
            named("flow", flow_token="t", flow_action_data={"a": 1}),
        ),
    ],
)
def test_a_flow_button_is_always_named(mapping: dict[str, Variable], sent: object) -> None:
    assert components(mapping, row(FLOW)) == [sent]


def test_a_flow_that_asks_its_own_endpoint_takes_no_data() -> None:
    own = {**FLOW, "flow_action": "DATA_EXCHANGE"}
    assert [slot.key for slot in slots_of(template(row(own)))] == ["button.0.flow_token"]


def test_a_catalog_button_may_show_a_product() -> None:
    catalog = row({"type": "CATALOG", "text": "View catalog"})
    assert components({}, catalog) == [named("catalog")]
    assert components({"button.0.thumbnail": constant("2lc20305pt")}, catalog) == [
        named("catalog", thumbnail_product_retailer_id="2lc20305pt")
    ]


def products(count: int, title: str = "Popular") -> dict[str, object]:
    return {"title": title, "product_items": [{"product_retailer_id": f"sku-{n}"} for n in range(count)]}


def sections(*found: object) -> dict[str, Variable]:
    return {"button.0.thumbnail": constant("sku-0"), "button.0.sections": constant(json.dumps(found))}


MPM = row({"type": "MPM", "text": "View items"})


def test_a_multi_product_button_carries_its_sections() -> None:
    given = (products(29), products(1, "Last one"))
    assert components(sections(*given), MPM) == [
        named("mpm", thumbnail_product_retailer_id="sku-0", sections=list(given))
    ]


@pytest.mark.parametrize(
    "found",
    [
        [],
        [products(31)],
        [products(16), products(15)],
        [products(1) for _ in range(11)],
        [products(0)],
        [products(1, "x" * 25)],
        [products(1, " ")],
        [{"product_items": [{"product_retailer_id": "a"}]}],
        [{"title": "x", "product_items": [{"product_retailer_id": ""}]}],
        [{"title": "x", "product_items": ["a"]}],
        [{"title": "x", "product_items": [{"product_retailer_id": "a", "price": 1}]}],
        ["x"],
    ],
)
def test_sections_that_meta_would_refuse_are_found_before_launch(found: list[object]) -> None:
    assert set(problems(sections(*found), MPM)) == {"variables.button.0.sections"}
    plan = compile_plan(template(MPM), {**sections(), "button.0.sections": Variable("field", "note")}, FIELDS, NOW)
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), fields={"note": json.dumps(found)}))
    assert (caught.value.reason, caught.value.slot) == ("invalid_variable", "button.0.sections")


@pytest.mark.parametrize(
    "data", ["[]", "{}", "x", "NaN", '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 4000, "{" + " " * 5000 + "}"]
)
def test_flow_data_that_is_no_json_object_is_found_before_launch(data: str) -> None:
    assert set(problems({"button.0.flow_data": constant(data)}, row(FLOW))) == {"variables.button.0.flow_data"}


def test_a_single_product_template_names_product_and_catalog() -> None:
    view = row({"type": "SPM", "text": "View"})
    mapping = {"header.product.retailer_id": FIELD, "header.product.catalog_id": constant("194836987003835")}
    product = {"product_retailer_id": "a b/ç?50%", "catalog_id": "194836987003835"}
    parameters = [{"type": "product", "product": product}]
    assert components(mapping, header("PRODUCT"), view) == [{"type": "header", "parameters": parameters}]
    wrong = {**mapping, "header.product.catalog_id": constant("my catalog")}
    assert set(problems(wrong, header("PRODUCT"), view)) == {"variables.header.product.catalog_id"}
    cards = {"type": "CAROUSEL", "cards": [{"components": [header("PRODUCT"), view]}] * 2}
    in_cards = {f"card.{n}.{key}": variable for n in range(2) for key, variable in mapping.items()}
    [carousel] = components(in_cards, cards)
    assert [card["components"] for card in carousel["cards"]] == [[{"type": "header", "parameters": parameters}]] * 2
