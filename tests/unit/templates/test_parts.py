"""Part by part: the exact JSON Meta documents for it, and what is refused before a launch."""

import json

import pytest

from shared.domain.contacts.contact import Contact
from shared.domain.templates.compiler import (
    SendPlan,
    Unsendable,
    Variable,
    compile_plan,
    message_body,
    render_text,
    resolve,
)
from shared.domain.templates.slots import slots_of
from shared.domain.templates.template import Component, UnsupportedComponent
from shared.ids import ContactId
from shared.store.engine.documents import from_document
from tests.unit.templates.compiled_parts import ANA, FIELD, components, header, parts_of, problems, row
from tests.unit.templates.template_samples import FIELDS, LINK, MEDIA_ID, NOW, constant, template

BODY: Component = {"type": "BODY", "text": "Pay {{1}} by {{2}} please"}


def money(value: str = "amount", code: str = "USD", source: str = "field") -> Variable:
    return Variable(source, value, "", "currency", code)  # type: ignore[arg-type]


def date(pattern: str = "", value: str = "day") -> Variable:
    return Variable("field", value, "", "date_time", "", pattern)


def test_money_and_dates_in_a_body() -> None:
    assert components({"body.1": money(), "body.2": date("DD/MM/YYYY")}, BODY) == [
        {
            "type": "body",
            "parameters": [
                {
                    "type": "currency",
                    "currency": {"fallback_value": "$100.99", "code": "USD", "amount_1000": 100990},
                },
                {"type": "date_time", "date_time": {"fallback_value": "31/12/2026"}},
            ],
        }
    ]


def test_money_and_dates_in_a_named_body_carry_their_names() -> None:
    parts = {"type": "BODY", "text": "Pay {{sum}} by {{due}} please"}
    plan = compile_plan(template(parts, form="NAMED"), {"body.sum": money(), "body.due": date()}, FIELDS, NOW)
    [body] = parts_of(plan, ANA)
    assert [parameter["parameter_name"] for parameter in body["parameters"]] == ["sum", "due"]


@pytest.mark.parametrize(
    ("code", "language", "value", "amount", "text"),
    [
        ("USD", "en_US", "1234567.5", 1_234_567_500, "$1,234,567.50"),
        ("BRL", "pt_BR", "1234.5", 1_234_500, "R$1234,50"),
        ("EUR", "de", "0.005", 5, "€0,01"),
        ("JPY", "ja", "1999.5", 1_999_500, "¥2,000"),
        ("KWD", "ar", "1.2345", 1234, "KWD 1,234"),
        ("MXN", "es_MX", "0", 0, "MXN 0.00"),
        ("CHF", "fr", "999999999999", 999_999_999_999_000, "CHF 999999999999,00"),
    ],
)
def test_amounts_are_exact_and_their_text_follows_currency_and_language(
    code: str, language: str, value: str, amount: int, text: str
) -> None:
    plan = compile_plan(template({"type": "BODY", "text": "Pay {{1}} now"}), {"body.1": money(code=code)}, FIELDS)
    plan = SendPlan(plan.name, language, plan.named, plan.slots, plan.variables, plan.body_text, plan.header_text)
    [body] = parts_of(plan, Contact(ContactId("c"), fields={"amount": value}))
    assert body["parameters"][0]["currency"] == {"fallback_value": text, "code": code, "amount_1000": amount}


@pytest.mark.parametrize(
    ("pattern", "value", "text"),
    [
        ("", "2026-12-31", "2026-12-31"),
        ("D/M/YY", "2026-01-05", "5/1/26"),
        ("D [de] MM [HH]", "2026-01-05", "5 de 01 HH"),
        ("DD.MM.YYYY HH:mm", "2026-12-31T18:05:00+02:00", "31.12.2026 18:05"),
    ],
)
def test_dates_are_written_by_their_pattern(pattern: str, value: str, text: str) -> None:
    plan = compile_plan(template({"type": "BODY", "text": "By {{1}} ok"}), {"body.1": date(pattern)}, FIELDS)
    assert resolve(plan, Contact(ContactId("c"), fields={"day": value})) == (text,)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (money(), "-1"),
        (money(), "1,000"),
        (money(), "1234567890123"),
        (money(), "ten"),
        (date(value="amount"), "31/12/2026"),
        (date(value="amount"), "2026-02-30"),
        (date("HH:mm", "amount"), "2026-12-31"),
    ],
)
def test_a_value_that_is_no_money_or_date_skips_its_person(variable: Variable, value: str) -> None:
    plan = compile_plan(template({"type": "BODY", "text": "By {{1}} ok"}), {"body.1": variable}, frozenset(FIELDS))
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), fields={"amount": value}))
    assert (caught.value.reason, caught.value.slot) == ("invalid_variable", "body.1")


@pytest.mark.parametrize(
    ("form", "value", "medium"),
    [
        ("IMAGE", constant(MEDIA_ID), {"id": MEDIA_ID}),
        ("VIDEO", constant(LINK), {"link": LINK}),
        ("IMAGE", Variable("field", "missing_link", MEDIA_ID), {"id": MEDIA_ID}),
        (
            "DOCUMENT",
            constant("https://x.example/año nuevo.pdf"),
            {"link": "https://x.example/a%C3%B1o%20nuevo.pdf", "filename": "año nuevo.pdf"},
        ),
    ],
)
def test_media_go_by_link_or_id(form: str, value: Variable, medium: dict[str, str]) -> None:
    kind = form.lower()
    plan = compile_plan(template(header(form)), {f"header.{kind}": value}, {"missing_link"})
    assert parts_of(plan, ANA) == [{"type": "header", "parameters": [{"type": kind, kind: medium}]}]


def test_a_documents_filename_is_optional_for_everybody() -> None:
    mapping = {"header.document": constant(LINK), "header.document.filename": FIELD}
    plan = compile_plan(template(header("DOCUMENT")), mapping, FIELDS)
    assert parts_of(plan, Contact(ContactId("c"), fields={"note": "offer.pdf"})) == [
        {"type": "header", "parameters": [{"type": "document", "document": {"link": LINK, "filename": "offer.pdf"}}]}
    ]
    assert parts_of(plan, Contact(ContactId("c"))) == [
        {"type": "header", "parameters": [{"type": "document", "document": {"link": LINK}}]}
    ]


def test_a_media_id_from_a_field_is_not_trusted() -> None:
    plan = compile_plan(template(header("IMAGE")), {"header.image": Variable("field", "link")}, FIELDS)
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), fields={"link": MEDIA_ID}))
    assert (caught.value.reason, caught.value.slot) == ("invalid_variable", "header.image")


def test_a_location_header() -> None:
    mapping = {
        "header.location.latitude": constant("37.758056"),
        "header.location.longitude": constant("-122.425332"),
        "header.location.name": constant("META HQ"),
        "header.location.address": constant("1 Hacker Way"),
    }
    place = {"latitude": "37.758056", "longitude": "-122.425332", "name": "META HQ", "address": "1 Hacker Way"}
    assert components(mapping, header("LOCATION")) == [
        {"type": "header", "parameters": [{"type": "location", "location": place}]}
    ]
    bad = {
        **mapping,
        "header.location.latitude": constant("91"),
        "header.location.longitude": Variable("field", "note"),
    }
    assert set(problems(bad, header("LOCATION"))) == {
        "variables.header.location.latitude",
        "variables.header.location.longitude",
    }


def test_url_suffixes_are_percent_encoded_where_a_url_needs_it() -> None:
    url = {"type": "URL", "url": "https://x.example/{{1}}"}
    [button] = components({"button.0.url": FIELD}, row(url))
    assert button == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "a%20b/%C3%A7?50%25"}],
    }
    assert "variables.button.0.url" in problems({"button.0.url": constant("é" * 331)}, row(url))


def test_a_limited_time_offer() -> None:
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends!", "has_expiration": True}}
    code = row({"type": "COPY_CODE"})
    mapping = {"limited_time_offer.expiration": constant("2027-01-31"), "button.0.code": constant("25OFF")}
    assert components(mapping, offer, code) == [
        {
            "type": "limited_time_offer",
            "parameters": [
                {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_801_439_999_000}}
            ],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "0",
            "parameters": [{"type": "coupon_code", "coupon_code": "25OFF"}],
        },
    ]
    for wrong in ("2026-01-01T00:00:00Z", str(NOW), "2027-01-31T18:00:00", "soon"):
        assert set(problems({**mapping, "limited_time_offer.expiration": constant(wrong)}, offer, code)) == {
            "variables.limited_time_offer.expiration"
        }
    assert set(problems({**mapping, "button.0.code": constant("25-OFF")}, offer, code)) == {"variables.button.0.code"}
    long = {"type": "BODY", "text": "x" * 590 + "{{1}} ok"}
    assert set(problems({**mapping, "body.1": constant("x" * 9)}, long, offer, code)) == {"variables.body.1"}


def card(text: str = "For {{1}} now") -> Component:
    url = {"type": "URL", "text": "Shop", "url": "https://x.example/{{1}}"}
    return {"components": [header("IMAGE"), {"type": "BODY", "text": text}, row({"type": "QUICK_REPLY"}, url)]}


def test_a_carousel() -> None:
    carousel = {"type": "CAROUSEL", "cards": [card(), card("Only here")]}
    mapping = {
        "body.1": constant("Hi"),
        "card.0.header.image": constant(LINK),
        "card.0.body.1": Variable("contact", "name"),
        "card.0.button.0.payload": constant("ONE"),
        "card.0.button.1.url": constant("1"),
        "card.1.header.image": constant(MEDIA_ID),
        "card.1.button.1.url": constant("2"),
    }
    body = {"type": "BODY", "text": "Well {{1}} there"}
    picture = {"type": "image", "image": {"link": LINK}}

    def link(suffix: str) -> dict[str, object]:
        parameters = [{"type": "text", "text": suffix}]
        return {"type": "button", "sub_type": "url", "index": "1", "parameters": parameters}

    payload = {"type": "payload", "payload": "ONE"}
    assert components(mapping, body, carousel) == [
        {"type": "body", "parameters": [{"type": "text", "text": "Hi"}]},
        {
            "type": "carousel",
            "cards": [
                {
                    "card_index": 0,
                    "components": [
                        {"type": "header", "parameters": [picture]},
                        {"type": "body", "parameters": [{"type": "text", "text": "Ana Souza"}]},
                        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [payload]},
                        link("1"),
                    ],
                },
                {
                    "card_index": 1,
                    "components": [
                        {"type": "header", "parameters": [{"type": "image", "image": {"id": MEDIA_ID}}]},
                        link("2"),
                    ],
                },
            ],
        },
    ]
    plan = compile_plan(template(body, carousel), mapping, FIELDS)
    text = render_text(template(body, carousel), plan, resolve(plan, ANA))
    assert text == "Well Hi there\n(1)\nFor Ana Souza now\n[] [Shop]\n(2)\nOnly here\n[] [Shop]"
    with pytest.raises(Unsendable) as caught:
        resolve(plan, Contact(ContactId("c"), name="x" * 153))
    assert (caught.value.reason, caught.value.slot) == ("too_long", "card.0.body")


def test_an_authentication_code_goes_into_body_and_button() -> None:
    body = {"type": "BODY", "add_security_recommendation": True}
    made = [[body, row({"type": "OTP", "otp_type": kind})] for kind in ("COPY_CODE", "ONE_TAP", "zero_tap")]
    url = "https://www.whatsapp.com/otp/code/?otp_type=ONE_TAP&cta_display_name=Autofill&code=otp{{1}}"
    listed = [
        {"type": "BODY", "text": "*{{1}}* is your verification code."},
        row({"type": "URL", "text": "Autofill", "url": url}),
    ]
    code = [{"type": "text", "text": "J$FpnYnP"}]
    mapping = {"body.1": constant("J$FpnYnP"), "button.0.url": constant("J$FpnYnP")}
    for parts in (*made, listed):
        assert components(mapping, *parts, category="AUTHENTICATION") == [
            {"type": "body", "parameters": code},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
        ]
        other = {**mapping, "button.0.url": constant("another")}
        assert set(problems(other, *parts, category="AUTHENTICATION")) == {"variables.button.0.url"}
        long = dict.fromkeys(mapping, constant("x" * 16))
        assert set(problems(long, *parts, category="AUTHENTICATION")) == {f"variables.{key}" for key in mapping}


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (money(code="XXX"), "ISO 4217"),
        (money("note"), "kind number"),
        (money("phone", source="contact"), "custom field"),
        (date("next Friday"), "DD/MM/YYYY"),
        (date(value="flag"), "kind date or text"),
        (Variable("constant", "x", "", "text", "USD"), "kind currency"),
        (Variable("field", "amount", "free", "currency", "USD"), "fallback"),
        (constant("x" * 1010), "shorten"),
        (constant("\u200b"), "empty"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_a_remedy(variable: Variable, said: str) -> None:
    found = problems({"body.1": variable, "body.2": constant("today")}, BODY)
    assert set(found) == {"variables.body.1"}
    assert said in found["variables.body.1"]


def test_money_belongs_into_a_body() -> None:
    text = {"type": "HEADER", "format": "TEXT", "text": "For {{1}}"}
    assert set(problems({"header.1": money()}, text)) == {"variables.header.1"}


@pytest.mark.parametrize("names", ["{{1}} and {{3}}", "{{name}}"])
def test_variables_that_do_not_fit_the_parameter_format_are_refused(names: str) -> None:
    parts = {"type": "BODY", "text": f"For {names} now"}
    mapping = {slot.key: constant("x") for slot in slots_of(template(parts))}
    assert set(problems(mapping, parts)) == {"template_id"}


@pytest.mark.parametrize(
    "component",
    [
        header("GIF"),
        {"type": "CAROUSEL", "cards": [{"components": [header("DOCUMENT")]}]},
        {"type": "CAROUSEL", "cards": [{"components": [{"type": "FOOTER", "text": "x"}]}]},
        {"type": "CALL_PERMISSION_REQUEST"},
    ],
)
def test_what_campaigns_cannot_fill_is_refused(component: Component) -> None:
    with pytest.raises(UnsupportedComponent):
        slots_of(template(component))


def test_a_plan_frozen_before_these_parts_existed_still_sends() -> None:
    frozen = {
        "name": "sale",
        "language": "en_US",
        "named": False,
        "slots": [
            {"key": "body.1", "kind": "text", "place": "body", "name": "1", "index": 0, "optional": False},
            {"key": "button.0.url", "kind": "url_suffix", "place": "button", "name": "", "index": 0, "optional": False},
        ],
        "variables": [
            {"source": "contact", "value": "name", "fallback": ""},
            {"source": "constant", "value": "abc", "fallback": ""},
        ],
        "body_text": "Hi {{1}}",
        "header_text": "",
    }
    plan = from_document(SendPlan, json.dumps(frozen))
    assert message_body(plan, resolve(plan, ANA)) == {
        "name": "sale",
        "language": {"code": "en_US"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ana Souza"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "abc"}]},
        ],
    }
