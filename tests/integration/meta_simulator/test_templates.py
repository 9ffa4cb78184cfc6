from typing import Any

import pytest

from tests.support.meta_simulator import BODY, Json, Receiver, Sim, error


def body(text: str, *examples: str) -> Json:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}


OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
APP = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}


def one_time(kind: str, *apps: Json) -> list[Json]:
    button: Json = {"type": "OTP", "otp_type": kind, "supported_apps": list(apps)}
    return [{"type": "BODY", "add_security_recommendation": True}, {"type": "BUTTONS", "buttons": [button]}]


def buttons(*items: Json) -> list[Json]:
    return [BODY, {"type": "BUTTONS", "buttons": list(items)}]


QUICK = {"type": "QUICK_REPLY", "text": "Baja"}
URL = {"type": "URL", "text": "Ver", "url": "https://x.com/{{1}}", "example": ["https://x.com/a"]}
PHONE = {"type": "PHONE_NUMBER", "text": "Llamar", "phone_number": "+15550051310"}


def test_a_template_is_pending_then_approved_and_the_app_is_told(sim: Sim, receiver: Receiver) -> None:
    sim.script(templates={"review_seconds": 0.05})
    answer = sim.create_template().json()
    assert (answer["status"], answer["category"]) == ("PENDING", "MARKETING")
    assert error(sim.send_template()) == (404, 132001)
    sim.settle()
    assert sim.get(answer["id"]).json()["status"] == "APPROVED"
    [change] = receiver.changes("message_template_status_update")
    assert change == {
        "event": "APPROVED",
        "message_template_id": int(answer["id"]),
        "message_template_name": "promo",
        "message_template_language": "es",
        "reason": "NONE",
        "message_template_category": "MARKETING",
    }


@pytest.mark.parametrize(
    ("name", "text"), [("reject_me", "Hola {{1}}, algo para ti"), ("ok", "Hola {{1}}{{2}}, que tal todo")]
)
def test_bad_templates_are_rejected_in_review(sim: Sim, receiver: Receiver, name: str, text: str) -> None:
    sim.script(templates={"review_seconds": 0})
    examples = ["a", "b"][: text.count("{{")]
    template_id = sim.create_template([body(text, *examples)], name=name).json()["id"]
    sim.settle()
    assert sim.get(template_id).json()["status"] == "REJECTED"
    [change] = receiver.changes("message_template_status_update")
    assert (change["event"], change["reason"]) == ("REJECTED", "INVALID_FORMAT")


def test_listing_pages_through_all_templates(sim: Sim) -> None:
    for at in range(5):
        assert sim.create_template(name=f"promo_{at}").status_code == 200
    first = sim.get(f"{sim.waba_id}/message_templates", limit="2", fields="id,name,status").json()
    assert [row["name"] for row in first["data"]] == ["promo_0", "promo_1"]
    names, url = [], first["paging"]["next"]
    while url:
        page = sim.http.get(url, headers={"Authorization": f"Bearer {sim.token}"}).json()
        names += [row["name"] for row in page["data"]]
        url = page["paging"].get("next")
    assert names == ["promo_2", "promo_3", "promo_4"]
    found = sim.get(f"{sim.waba_id}/message_templates", name="promo_3").json()["data"]
    assert [row["name"] for row in found] == ["promo_3"]
    assert found[0]["components"] == [BODY]
    assert sim.get(f"{sim.waba_id}/message_templates", status="REJECTED").json()["data"] == []
    assert error(sim.get(f"{sim.waba_id}/message_templates", after="@@@")) == (400, 100)


@pytest.mark.parametrize(
    ("change", "subcode"),
    [
        ({"name": "Promo"}, 0),
        ({"name": "x" * 513}, 0),
        ({"name": None}, 0),
        ({"language": "spanish!"}, 0),
        ({"category": "SPAM"}, 0),
        ({"components": []}, 0),
        ({"components": "x"}, 0),
        ({"components": [{"type": "FOOTER", "text": "x"}]}, 0),
        ({"components": [BODY, BODY]}, 0),
        ({"components": [{"type": "SONG"}]}, 0),
        ({"components": [body("x" * 1025)]}, 2388040),
        ({"components": [body("Hola a {{2}} y todos", "a")]}, 2388072),
        ({"components": [body("Hola a {{name}} y todos", "a")]}, 2388072),
        ({"components": [body("Hola a {{1} y todos", "a")]}, 2388072),
        ({"components": [{"type": "BODY", "text": "Hola a {{1}} y todos"}]}, 2388043),
        ({"components": [body("Hola a {{1}} y todos", "a", "b")]}, 2388043),
        ({"components": [body("{{1}} hola a todos", "a")]}, 2388299),
        ({"components": [body("hola a todos {{1}}", "a")]}, 2388299),
        ({"components": [body("a {{1}} {{2}} {{3}} b", "a", "b", "c")]}, 2388293),
        ({"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "x" * 61}]}, 2388040),
        ({"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}"}]}, 2388047),
        ({"components": [BODY, {"type": "HEADER", "format": "IMAGE"}]}, 2388043),
        ({"components": [BODY, {"type": "FOOTER", "text": "by {{1}}"}]}, 2388073),
        ({"components": [BODY, {"type": "FOOTER", "text": "x" * 61}]}, 2388040),
        ({"components": buttons()}, 0),
        ({"components": buttons(*[QUICK] * 11)}, 0),
        ({"components": buttons(URL, URL, URL)}, 0),
        ({"components": buttons(PHONE, PHONE)}, 0),
        ({"components": buttons(QUICK, URL, QUICK)}, 0),
        ({"components": buttons({"type": "QUICK_REPLY", "text": "x" * 26})}, 0),
        ({"components": buttons({**URL, "url": "https://x.com/{{1}}/y"})}, 0),
        ({"components": buttons({**URL, "example": None})}, 0),
        ({"components": buttons({"type": "OTP", "otp_type": "COPY_CODE"})}, 0),
        ({"components": buttons({"type": "SPM", "text": "View"})}, 0),
        ({"components": buttons(*[{"type": "MPM", "text": "View"}] * 2)}, 0),
        ({"category": "AUTHENTICATION", "components": one_time("ONE_TAP")}, 0),
        ({"category": "AUTHENTICATION", "components": one_time("ZERO_TAP", APP)}, 0),
        ({"category": "AUTHENTICATION", "components": one_time("ONE_TAP", *[APP] * 6)}, 0),
        ({"category": "AUTHENTICATION", "components": one_time("COPY_CODE"), "message_send_ttl_seconds": 901}, 0),
        ({"category": "UTILITY", "components": [BODY, OFFER]}, 0),
        ({"components": [BODY, OFFER, {"type": "FOOTER", "text": "x"}]}, 0),
        ({"components": [{"type": "BODY", "text": "x" * 601}, OFFER]}, 2388040),
        ({"category": "AUTHENTICATION", "components": one_time("SIX_TAP")}, 0),
        ({"category": "AUTHENTICATION", "components": one_time("ONE_TAP", {"package_name": "a.b"})}, 0),
    ],
)
def test_a_body_that_breaks_a_rule_is_refused(sim: Sim, change: dict[str, Any], subcode: int) -> None:
    whole = {"name": "promo", "language": "es", "category": "MARKETING", "components": [BODY], **change}
    answer = sim.post(f"{sim.waba_id}/message_templates", whole)
    assert error(answer) == (400, 100)
    assert answer.json()["error"].get("error_subcode", 0) == subcode
    assert sim.get(f"{sim.waba_id}/message_templates").json()["data"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"components": [{"type": "body", "text": "Hola a todos"}]},
        {"components": buttons(QUICK, URL, PHONE)},
        {"components": [BODY, {"type": "header", "format": "image", "example": {"header_handle": ["4::a"]}}]},
        {
            "parameter_format": "NAMED",
            "components": [
                {
                    "type": "BODY",
                    "text": "Hola {{first_name}}, que tal",
                    "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]},
                }
            ],
        },
        {
            "category": "authentication",
            "components": [
                {"type": "BODY", "add_security_recommendation": True},
                {"type": "FOOTER", "code_expiration_minutes": 10},
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
            ],
        },
        {"category": "authentication", "components": one_time("ONE_TAP", APP)},
        {"components": [{"type": "header", "format": "product"}, *buttons({"type": "spm", "text": "View"})]},
        {
            "components": [
                BODY,
                {
                    "type": "CAROUSEL",
                    "cards": [
                        {
                            "components": [
                                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::a"]}},
                                {"type": "BUTTONS", "buttons": [QUICK]},
                            ]
                        }
                    ]
                    * 2,
                },
            ]
        },
    ],
)
def test_a_body_that_keeps_the_rules_is_taken(sim: Sim, change: dict[str, Any]) -> None:
    assert sim.create_template(**change).json()["status"] == "PENDING"


def test_the_same_name_and_language_twice_is_refused(sim: Sim) -> None:
    sim.create_template(language="es_MX")
    assert sim.create_template(language="es-MX").json()["error"]["error_subcode"] == 2388024
    assert sim.create_template(language="es_AR").status_code == 200


def test_editing_replaces_the_components(sim: Sim, receiver: Receiver) -> None:
    template_id = sim.approved_template()
    new = body("Hola {{1}}, mira {{2}} y nada mas que eso", "a", "b")
    assert sim.post(template_id, {"components": [new]}).json()["success"] is True
    assert error(sim.send_template()) == (400, 132000)
    assert error(sim.post(template_id, {"category": "UTILITY"})) == (400, 100)
    sim.settle()
    [change] = receiver.changes("message_template_components_update")
    assert change["message_template_element"] == new["text"]


def test_an_approved_template_is_edited_once_a_day_and_ten_times_in_thirty(sim: Sim) -> None:
    template_id = sim.approved_template()

    def edit() -> int:
        return sim.post(template_id, {"components": [BODY]}).status_code

    assert [edit(), edit()] == [200, 400]
    sim.script(templates={"edit_seconds": 0})
    assert [edit() for _ in range(10)] == [200] * 9 + [400]
    # A paused one is approved by its edit.
    sim.script(template={"id": template_id, "event": "PAUSED"})
    assert [edit(), edit()] == [200, 400]


def test_deleting_by_name_and_by_id(sim: Sim) -> None:
    first = sim.approved_template()
    sim.approved_template(language="fr")
    assert sim.delete(f"{sim.waba_id}/message_templates", name="promo", hsm_id=first).json() == {"success": True}
    left = sim.get(f"{sim.waba_id}/message_templates").json()["data"]
    assert [row["language"] for row in left] == ["fr"]
    assert error(sim.send_template()) == (404, 132001)
    assert sim.create_template().json()["error"]["error_subcode"] == 2388023
    assert sim.delete(f"{sim.waba_id}/message_templates", name="promo").status_code == 200
    assert error(sim.delete(f"{sim.waba_id}/message_templates", name="promo")) == (400, 100)


@pytest.mark.parametrize(("event", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)])
def test_a_scripted_status_is_told_and_stops_sending(sim: Sim, receiver: Receiver, event: str, code: int) -> None:
    template_id = sim.approved_template()
    sim.script(template={"id": template_id, "event": event})
    assert error(sim.send_template())[1] == code
    sim.settle()
    assert event in [told["event"] for told in receiver.changes("message_template_status_update")]


def test_unpausing_lets_it_be_sent_again(sim: Sim) -> None:
    template_id = sim.approved_template()
    sim.script(template={"name": "promo", "event": "PAUSED"})
    assert sim.post(f"{template_id}/unpause", {}).json() == {"success": True}
    assert sim.send_template().status_code == 200


def test_recategorising_and_quality_are_told(sim: Sim, receiver: Receiver) -> None:
    template_id = sim.approved_template(category="UTILITY")
    sim.script(template={"id": template_id, "category": "MARKETING", "quality": "YELLOW"})
    sim.settle()
    [category] = receiver.changes("template_category_update")
    assert (category["previous_category"], category["new_category"]) == ("UTILITY", "MARKETING")
    [quality] = receiver.changes("message_template_quality_update")
    assert (quality["previous_quality_score"], quality["new_quality_score"]) == ("UNKNOWN", "YELLOW")
    assert sim.get(template_id).json()["category"] == "MARKETING"
