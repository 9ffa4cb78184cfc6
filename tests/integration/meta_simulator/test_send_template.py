from typing import Any

import pytest

from tests.support.meta_simulator import BODY, Json, Sim, error, text_parameters

IMAGE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::a"]}}
RICH: list[Json] = [
    IMAGE,
    BODY,
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Baja"},
            {"type": "URL", "text": "Ver", "url": "https://x.com/{{1}}", "example": ["https://x.com/a"]},
            {"type": "URL", "text": "Web", "url": "https://x.com"},
        ],
    },
]
PICTURE = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.com/a.png"}}]}
NAME = text_parameters("José")
SUFFIX = {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "abc"}]}
PAYLOAD = {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "p"}]}


def test_an_accepted_send_answers_as_meta_does(sim: Sim) -> None:
    sim.approved_template()
    body = sim.send_template(biz_opaque_callback_data="v1|a|b").json()
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"] == [{"input": "+5215512345678", "wa_id": "5215512345678"}]
    assert body["messages"][0]["message_status"] == "accepted"
    again = sim.send_template(biz_opaque_callback_data="v1|a|b").json()
    assert body["messages"][0]["id"] != again["messages"][0]["id"]


def test_a_rich_template_takes_all_its_parameters(sim: Sim) -> None:
    sim.approved_template(RICH)
    answer = sim.send_template([PICTURE, NAME, PAYLOAD, SUFFIX])
    assert answer.status_code == 200, answer.text
    assert sim.send_template([PICTURE, NAME, SUFFIX]).status_code == 200


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([PICTURE, SUFFIX], 132000),
        ([PICTURE, text_parameters("a", "b"), SUFFIX], 132000),
        ([NAME, SUFFIX], 132012),
        ([{"type": "header", "parameters": [{"type": "text", "text": "x"}]}, NAME, SUFFIX], 132012),
        ([{"type": "header", "parameters": [{"type": "image"}]}, NAME, SUFFIX], 131008),
        ([{"type": "header", "parameters": [{"type": "image", "image": {"id": "77"}}]}, NAME, SUFFIX], 100),
        ([{"type": "header", "parameters": [{"type": "image", "image": {"link": "ftp://x"}}]}, NAME, SUFFIX], 131009),
        ([PICTURE, NAME], 131008),
        ([PICTURE, NAME, {**SUFFIX, "index": "2"}], 132018),
        ([PICTURE, NAME, {**SUFFIX, "index": "0"}], 132012),
        ([PICTURE, NAME, {**SUFFIX, "index": "9"}], 132012),
        ([PICTURE, NAME, {**SUFFIX, "index": None}], 131008),
        ([PICTURE, NAME, {**SUFFIX, "parameters": []}], 132000),
        ([PICTURE, NAME, {**SUFFIX, "parameters": [{"type": "payload", "payload": "x"}]}], 132012),
        ([PICTURE, NAME, SUFFIX, {**PAYLOAD, "parameters": [{"type": "text", "text": "x"}]}], 132012),
        ([PICTURE, NAME, SUFFIX, {"type": "footer", "parameters": []}], 100),
        ([PICTURE, {"type": "body", "parameters": [{"type": "image", "image": {}}]}, SUFFIX], 132012),
        ([PICTURE, {"type": "body", "parameters": [{"type": "text"}]}, SUFFIX], 131008),
        ([PICTURE, text_parameters(""), SUFFIX], 131008),
        ([PICTURE, text_parameters("a\nb"), SUFFIX], 132012),
        ([PICTURE, text_parameters("a\tb"), SUFFIX], 132012),
        ([PICTURE, text_parameters("a     b"), SUFFIX], 132012),
        ([PICTURE, text_parameters("x" * 1010), SUFFIX], 132005),
        ([PICTURE, {"type": "body", "parameters": "x"}, SUFFIX], 100),
        ("x", 100),
    ],
)
def test_parameters_that_do_not_fit_are_refused(sim: Sim, components: Any, code: int) -> None:
    sim.approved_template(RICH)
    assert error(sim.send_template(components))[1] == code
    [entry] = [entry for entry in sim.journal() if entry["path"].endswith("/messages")]
    assert (entry["accepted"], entry["wamid"]) == (False, None)


def test_four_spaces_and_other_parameter_types_are_fine(sim: Sim) -> None:
    sim.approved_template()
    assert sim.send_template([text_parameters("a    b")]).status_code == 200
    currency = {"fallback_value": "$1", "code": "USD", "amount_1000": 1000}
    assert sim.send_template([{"type": "body", "parameters": [{"type": "currency", "currency": currency}]}]).is_success


def test_named_parameters_need_their_names(sim: Sim) -> None:
    example = {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}
    named = {"type": "BODY", "text": "Hola {{first_name}}, que tal", "example": example}
    sim.approved_template([named], parameter_format="NAMED")
    right = {"type": "text", "text": "Ana", "parameter_name": "first_name"}
    assert sim.send_template([{"type": "body", "parameters": [right]}]).status_code == 200
    wrong = {**right, "parameter_name": "name"}
    assert error(sim.send_template([{"type": "body", "parameters": [wrong]}])) == (400, 132012)
    assert error(sim.send_template([text_parameters("Ana")])) == (400, 132012)


def test_a_parameter_name_in_a_positional_template_is_refused(sim: Sim) -> None:
    sim.approved_template()
    named = {"type": "text", "text": "Ana", "parameter_name": "first_name"}
    assert error(sim.send_template([{"type": "body", "parameters": [named]}])) == (400, 132012)


def test_carousel_cards_are_checked_one_by_one(sim: Sim) -> None:
    card = {"components": [IMAGE, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí"}]}]}
    sim.approved_template([BODY, {"type": "CAROUSEL", "cards": [card, card]}])

    def cards(*indexes: int, parts: list[Json] | None = None) -> list[Json]:
        given = [PICTURE] if parts is None else parts
        return [NAME, {"type": "carousel", "cards": [{"card_index": at, "components": given} for at in indexes]}]

    assert sim.send_template(cards(0, 1)).status_code == 200
    assert error(sim.send_template(cards(0))) == (400, 132000)
    assert error(sim.send_template(cards(1, 0))) == (400, 132012)
    assert error(sim.send_template(cards(0, 1, parts=[]))) == (400, 132012)
    assert error(sim.send_template([NAME])) == (400, 132000)


def test_authentication_codes_go_to_the_otp_button_and_not_to_a_user_id(sim: Sim) -> None:
    otp: list[Json] = [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]
    sim.approved_template(otp, category="AUTHENTICATION")
    code = [text_parameters("123456"), {**SUFFIX, "index": 0, "parameters": [{"type": "text", "text": "123456"}]}]
    assert sim.send_template(code).status_code == 200
    assert error(sim.send_template(code, to=None, recipient="US.123")) == (400, 131062)


def acting(sub_type: str, action: object = None) -> Json:
    button: Json = {"type": "button", "sub_type": sub_type, "index": "0"}
    return button if action is None else {**button, "parameters": [{"type": "action", "action": action}]}


ITEM = {"title": "Popular", "product_items": [{"product_retailer_id": "a"}]}
FLOW = {"type": "FLOW", "text": "Go", "flow_id": "1", "flow_action": "navigate"}
THUMBNAIL = {"thumbnail_product_retailer_id": "a"}


@pytest.mark.parametrize(
    ("button", "sent", "code"),
    [
        (FLOW, None, 131009),
        (FLOW, acting("flow"), 0),
        (FLOW, acting("flow", {"flow_token": "t", "flow_action_data": {"a": 1}}), 0),
        (FLOW, acting("flow", {"flow_token": ""}), 131009),
        (FLOW, acting("flow", {"flow_action_data": {}}), 131009),
        (FLOW, acting("flow", {"token": "t"}), 131009),
        (FLOW, acting("flow", "t"), 131008),
        (FLOW, acting("catalog"), 132012),
        ({**FLOW, "flow_action": "data_exchange"}, acting("flow", {"flow_token": "t"}), 0),
        ({**FLOW, "flow_action": "data_exchange"}, acting("flow", {"flow_action_data": {"a": 1}}), 131009),
        ({"type": "CATALOG", "text": "View"}, None, 131009),
        ({"type": "CATALOG", "text": "View"}, acting("catalog"), 0),
        ({"type": "CATALOG", "text": "View"}, acting("CATALOG", THUMBNAIL), 0),
        ({"type": "CATALOG", "text": "View"}, acting("catalog", {"flow_token": "t"}), 131009),
        ({"type": "MPM", "text": "View"}, None, 131008),
        ({"type": "MPM", "text": "View"}, acting("mpm"), 132000),
        ({"type": "MPM", "text": "View"}, acting("mpm", THUMBNAIL), 131009),
        ({"type": "MPM", "text": "View"}, acting("mpm", {"sections": [ITEM]}), 131008),
        ({"type": "MPM", "text": "View"}, acting("mpm", {**THUMBNAIL, "sections": [ITEM]}), 0),
        ({"type": "MPM", "text": "View"}, acting("mpm", {**THUMBNAIL, "sections": [ITEM] * 11}), 131009),
        (
            {"type": "MPM", "text": "View"},
            acting("mpm", {**THUMBNAIL, "sections": [{**ITEM, "title": "x" * 25}]}),
            131009,
        ),
        ({"type": "QUICK_REPLY", "text": "Yes"}, acting("phone_number"), 100),
    ],
)
def test_actions_behind_buttons_are_checked(sim: Sim, button: Json, sent: Json | None, code: int) -> None:
    sim.approved_template([BODY, {"type": "BUTTONS", "buttons": [button]}])
    answer = sim.send_template([NAME] if sent is None else [NAME, sent])
    assert (error(answer)[1] if code else answer.status_code) == (code or 200)


@pytest.mark.parametrize(
    ("product", "code"),
    [
        ({"product_retailer_id": "a", "catalog_id": "19"}, 0),
        ({"product_retailer_id": "a"}, 131008),
        ({"catalog_id": "19"}, 131008),
        ({"product_retailer_id": "a", "catalog_id": "mine"}, 131009),
    ],
)
def test_a_product_header_needs_product_and_catalog(sim: Sim, product: Json, code: int) -> None:
    view = {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]}
    sim.approved_template([{"type": "HEADER", "format": "PRODUCT"}, BODY, view])
    shown = {"type": "header", "parameters": [{"type": "product", "product": product}]}
    answer = sim.send_template([shown, NAME])
    assert (error(answer)[1] if code else answer.status_code) == (code or 200)


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ({"name": "other", "language": {"code": "es"}, "components": [NAME]}, 132001),
        ({"name": "promo", "language": {"code": "fr"}, "components": [NAME]}, 132001),
        ({"name": "promo", "language": "es", "components": [NAME]}, 131008),
        ({"language": {"code": "es"}}, 131008),
        ("promo", 100),
        (None, 100),
    ],
)
def test_a_template_that_is_not_named_rightly_is_refused(sim: Sim, template: Any, code: int) -> None:
    sim.approved_template()
    assert error(sim.send(type="template", template=template))[1] == code


def test_marketing_endpoint_takes_marketing_templates_only(sim: Sim) -> None:
    sim.approved_template()
    sim.approved_template(name="receipt", category="UTILITY")
    path = f"{sim.number_id}/marketing_messages"

    def message(name: str, **more: str) -> Json:
        template = {"name": name, "language": {"code": "es"}, "components": [NAME]}
        return {
            "messaging_product": "whatsapp",
            "to": "+5215512345678",
            "type": "template",
            "template": template,
            **more,
        }

    assert sim.post(path, message("promo")).status_code == 200
    assert error(sim.post(path, message("receipt"))) == (400, 131055)
    text = {"messaging_product": "whatsapp", "to": "+5215512345678", "type": "text", "text": {"body": "x"}}
    assert error(sim.post(path, text)) == (400, 100)
    sim.script(waba={"id": sim.waba_id, "mm_onboarded": False})
    assert sim.post(path, message("promo")).status_code == 200
    assert error(sim.post(path, message("promo", product_policy="STRICT"))) == (500, 134102)
    assert error(sim.post(path, message("promo", product_policy="ANY"))) == (400, 100)
    for code, status in ((134101, 400), (10, 403)):
        sim.script(waba={"id": sim.waba_id, "marketing_messages_refusal": code})
        assert error(sim.post(path, message("promo"))) == (status, code)
    sim.script(waba={"id": sim.waba_id, "marketing_messages_refusal": 0})
    assert sim.post(path, message("promo")).status_code == 200
    sim.script(waba={"id": sim.waba_id, "disable_marketing_messages_on_cloud_api": True})
    assert error(sim.send_template()) == (400, 131063)


def test_another_business_may_not_send_from_this_number(sim: Sim) -> None:
    other = sim.script(create_waba={"connected": True})["create_waba"]["access_token"]
    body = {"messaging_product": "whatsapp", "to": "+5215512345678", "type": "text", "text": {"body": "x"}}
    assert error(sim.post(f"{sim.number_id}/messages", body, other)) == (403, 10)
    assert error(sim.post(f"{sim.number_id}/messages", body, "EAAJx")) == (401, 190)


def test_parameters_of_money_places_and_offers_are_checked(sim: Sim) -> None:
    sim.approved_template()

    def named(name: str, components: list[Json]) -> Any:
        return sim.send(type="template", template={"name": name, "language": {"code": "es"}, "components": components})

    def money(**wrong: Any) -> list[Json]:
        currency = {"fallback_value": "$1", "code": "USD", "amount_1000": 1000, **wrong}
        return [{"type": "body", "parameters": [{"type": "currency", "currency": currency}]}]

    assert error(sim.send_template(money(code="usd")))[1] == 132008
    assert error(sim.send_template(money(amount_1000="1000")))[1] == 132008
    assert error(sim.send_template(money(fallback_value=None)))[1] == 131008
    sim.approved_template([{"type": "HEADER", "format": "LOCATION"}, BODY], name="place")
    place = {"latitude": "37.7", "longitude": "-122.4", "name": "HQ", "address": "1 Hacker Way"}

    def located(**wrong: Any) -> Any:
        header = {"type": "header", "parameters": [{"type": "location", "location": {**place, **wrong}}]}
        return named("place", [header, NAME])

    assert located().is_success
    assert error(located(latitude="91"))[1] == 132012
    assert error(located(longitude="west"))[1] == 132012
    assert error(located(address=" "))[1] == 131008
    offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
    sim.approved_template([BODY, offer], name="offer")

    def ending(at: Any) -> Any:
        parameter = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": at}}
        return named("offer", [NAME, {"type": "limited_time_offer", "parameters": [parameter]}])

    assert ending(4_000_000_000_000).is_success
    assert error(ending(1_209_600_000))[1] == 132012
    assert error(ending("4000000000000"))[1] == 131008
    assert error(named("offer", [NAME]))[1] == 131008


def test_cards_have_shorter_bodies_and_no_part_comes_twice(sim: Sim) -> None:
    text = {"type": "BODY", "text": "Para {{1}} hoy", "example": {"body_text": [["Ana"]]}}
    url = {"type": "URL", "text": "Ver", "url": "https://x.com/{{1}}", "example": ["https://x.com/a"]}
    card = {"components": [IMAGE, text, {"type": "BUTTONS", "buttons": [url]}]}
    sim.approved_template([BODY, {"type": "CAROUSEL", "cards": [card, card]}])

    def cards(name: str, suffix: str) -> Any:
        link = {**SUFFIX, "index": "0", "parameters": [{"type": "text", "text": suffix}]}
        parts = [PICTURE, text_parameters(name), link]
        return sim.send_template(
            [NAME, {"type": "carousel", "cards": [{"card_index": at, "components": parts} for at in (0, 1)]}]
        )

    assert cards("Ana", "a?b=c%20d").is_success
    assert error(cards("x" * 155, "a"))[1] == 132005
    assert error(cards("Ana", "a b"))[1] == 132018
    assert error(cards("Ana", "x" * 1990))[1] == 132005
    assert error(sim.send_template([NAME, NAME]))[1] == 100
