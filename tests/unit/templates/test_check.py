"""Our check of a template and the Meta simulator's rules, which are two readings of the same pages and share no code,
say the same of every template."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from infra.local.meta_simulator.errors import GraphError
from infra.local.meta_simulator.template_rules import check_components, check_identity, check_ttl
from shared.domain.templates.checks.check import faults_of
from shared.domain.templates.checks.fault import META_CODE, FaultCode
from shared.domain.templates.draft import TemplateDraft
from tests.unit.templates.template_samples import templates

Json = dict[str, Any]
_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_BODY: Json = {"type": "BODY", "text": "Hello to all of you."}
_IMAGE: Json = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::a"]}}
_QUICK: Json = {"type": "QUICK_REPLY", "text": "Yes"}
_URL: Json = {"type": "URL", "text": "Shop", "url": "https://x.example/{{1}}", "example": ["https://x.example/a"]}
_COPY: Json = {"type": "COPY_CODE", "example": "25OFF"}
_OFFER: Json = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
_APP: Json = {"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}
_CODE: Json = {"type": "BODY", "add_security_recommendation": True}


def whole(*components: Json, **more: Any) -> Json:
    """The body of Meta's create call."""
    return {"name": "promo", "language": "en_US", "category": "MARKETING", "components": list(components), **more}


def row(*buttons: Json) -> Json:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def carousel(*cards: list[Json]) -> Json:
    return {"type": "CAROUSEL", "cards": [{"components": card} for card in cards]}


def code(**button: Any) -> list[Json]:
    return [_CODE, row({"type": "OTP", **button})]


def secret(*components: Json) -> Json:
    return whole(*components, category="AUTHENTICATION")


def ours(body: Json) -> list[tuple[FaultCode, str, int]]:
    """(code, pointer, Meta's number) of everything that our check finds."""
    components = body.get("components")
    draft = TemplateDraft(
        name=str(body["name"]),
        language=str(body["language"]),
        category=str(body["category"]).upper(),
        parameter_format=str(body.get("parameter_format", "POSITIONAL")).upper(),
        components=components if isinstance(components, list) else [],
        ttl_seconds=body.get("message_send_ttl_seconds"),
    )
    return [(fault.code, fault.pointer, fault.subcode) for fault in faults_of(draft)]


def metas(body: Json) -> tuple[int, int] | None:
    """(code, subcode) with which Meta refuses it; None when it takes it."""
    given_body = copy.deepcopy(body)
    try:
        _, _, category, parameter_format = check_identity(given_body)
        check_components(given_body["components"], category, parameter_format)
        check_ttl(given_body.get("message_send_ttl_seconds"), category)
    except GraphError as error:
        return error.code, error.subcode
    return None


def agree(body: Json) -> str:
    found, refused = ours(body), metas(body)
    if refused is None:
        assert found == [], body
        return "taken"
    assert refused in {(META_CODE, subcode) for _, _, subcode in found}, (refused, found, body)
    return "refused"


def pointed(body: Json, pointer: str) -> bool:
    """Whether a pointer leads to something in the template, or to what is missing or of no use there."""
    found: Any = body
    for step in pointer.split("/")[1:]:
        if isinstance(found, list):
            if int(step) >= len(found):
                return False
            found = found[int(step)]
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return True


_JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "",
        " ",
        0,
        True,
        -1,
        91,
        [],
        {},
        ["x"],
        [{}],
        [[]],
        "x",
        "X y z",
        "{{1}}",
        "{{",
        "a {{2}} b c d",
        "a {{Name}} b",
    ]
    + ["x" * n for n in (16, 17, 25, 26, 60, 61, 160, 161, 600, 601, 1025, 2001)]
    + ["AUTHENTICATION", "utility", "GIF", "location", "SPM", "OTP", "VOICE_CALL", "https://x.example/{{1}}/{{1}}"]
)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything in a template."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


@st.composite
def changed(draw: st.DrawFn) -> Json:
    """A right template with a few things changed in it."""
    template = draw(templates())
    body = whole(category=template.category, parameter_format=template.parameter_format)
    body["components"] = json.loads(json.dumps(list(template.components)))
    if draw(st.integers(0, 9)) == 0:
        body["category"] = draw(st.sampled_from(["MARKETING", "utility", "AUTHENTICATION"]))
    if draw(st.integers(0, 4)) == 0:
        body["message_send_ttl_seconds"] = draw(st.sampled_from([-1, 0, 29, 30, 900, 901, 43_200, 43_201, 2_592_001]))
    if draw(st.integers(0, 9)) == 0:
        body["name"] = draw(st.sampled_from(["", "Promo", "promo 1", "é", "x" * 512, "x" * 513]))
    if draw(st.integers(0, 9)) == 0:
        body["language"] = draw(st.sampled_from(["", "en", "en-US", "pt_BR", "fil", "English", "en_", "zh_Hant"]))
    for _ in range(draw(st.integers(0, 2))):
        container, key = draw(st.sampled_from(list(_places(body["components"])) or [(body, "components")]))
        match draw(st.sampled_from(["junk", "remove", "double", "move"])):
            case "remove":
                del container[key]
            case "double" if isinstance(container, list):
                container.insert(key, copy.deepcopy(container[key]))
            case "move" if isinstance(container, list):
                container.append(container.pop(key))
            case _:
                container[key] = copy.deepcopy(draw(_JUNK))
    return body


@_SETTINGS
@given(templates())
def test_right_templates_of_every_shape_are_found_right(template: Any) -> None:
    body = whole(category=template.category, parameter_format=template.parameter_format)
    assert agree({**body, "components": list(template.components)}) == "taken"


@settings(_SETTINGS, max_examples=100)
@given(changed())
def test_what_our_check_passes_meta_takes_and_what_meta_refuses_our_check_refuses_alike(body: Json) -> None:
    event(agree(body))
    assert all(pointed(body, pointer) for _, pointer, _ in ours(body))


_TEXT = "/components/0/text"
# fmt: off
WRONG: list[tuple[FaultCode, str, Json]] = [
    (FaultCode.NAME, "/name", whole(_BODY, name="Promo")),
    (FaultCode.LANGUAGE, "/language", whole(_BODY, language="English")),
    (FaultCode.CATEGORY, "/category", whole(_BODY, category="SPAM")),
    (FaultCode.PARAMETER_FORMAT, "/parameter_format", whole(_BODY, parameter_format="MIXED")),
    (FaultCode.TTL, "/message_send_ttl_seconds", whole(_BODY, message_send_ttl_seconds=60)),
    (FaultCode.COMPONENTS, "/components", whole()),
    (FaultCode.COMPONENT_TYPE, "/components/1/type", whole(_BODY, {"type": "POEM"})),
    (FaultCode.COMPONENT_TWICE, "/components/1", whole(_BODY, _BODY)),
    (FaultCode.BODY_MISSING, "/components", whole({"type": "FOOTER", "text": "x"})),
    (FaultCode.TEXT_MISSING, _TEXT, whole({"type": "BODY", "text": " "})),
    (FaultCode.TEXT_TOO_LONG, _TEXT, whole({"type": "BODY", "text": "x" * 1025})),
    (FaultCode.TEXT_TOO_LONG, "/components/1/text", whole(_OFFER, {"type": "BODY", "text": "x" * 601})),
    (FaultCode.HEADER_VARIABLES, _TEXT,
     whole({"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}", "example": {"header_text": ["a", "b"]}}, _BODY)),
    (FaultCode.BODY_VARIABLES, _TEXT,
     whole({"type": "BODY", "text": "Now {{2}} is on.", "example": {"body_text": [["a"]]}})),
    (FaultCode.FOOTER_VARIABLES, "/components/1/text", whole(_BODY, {"type": "FOOTER", "text": "by {{1}}"})),
    (FaultCode.FOOTER_VARIABLES, "/components/0/text",
     secret({"type": "FOOTER", "text": "x", "code_expiration_minutes": 5}, *code(otp_type="COPY_CODE"))),
    (FaultCode.VARIABLE_AT_EDGE, _TEXT,
     whole({"type": "BODY", "text": "{{1}} is on now.", "example": {"body_text": [["a"]]}})),
    (FaultCode.TOO_MANY_VARIABLES, _TEXT,
     whole({"type": "BODY", "text": "a {{1}} {{2}} b", "example": {"body_text": [["a", "b"]]}})),
    (FaultCode.EXAMPLE_MISSING, "/components/0/example", whole({"type": "BODY", "text": "Our {{1}} is on."})),
    (FaultCode.SAMPLE_MISSING, "/components/0/example", whole({"type": "HEADER", "format": "VIDEO"}, _BODY)),
    (FaultCode.HEADER_FORMAT, "/components/0/format", whole({"type": "HEADER", "format": "SONG"}, _BODY)),
    (FaultCode.HEADER_FORMAT, "/components/0",
     secret(_IMAGE, *code(otp_type="COPY_CODE"))),
    (FaultCode.FIXED_TEXT, _TEXT,
     secret({"type": "BODY", "text": "Your code"}, row({"type": "OTP", "otp_type": "COPY_CODE"}))),
    (FaultCode.CODE_EXPIRATION, "/components/0/code_expiration_minutes",
     secret({"type": "FOOTER", "code_expiration_minutes": 91}, *code(otp_type="COPY_CODE"))),
    (FaultCode.BUTTON_COUNT, "/components/1/buttons", whole(_BODY, row())),
    (FaultCode.BUTTON_TYPE, "/components/1/buttons/0/type", whole(_BODY, row({"type": "LEVER", "text": "Pull"}))),
    (FaultCode.BUTTON_LABEL, "/components/1/buttons/0/text", whole(_BODY, row({**_QUICK, "text": "x" * 26}))),
    (FaultCode.BUTTON_LABEL, "/components/1/buttons/0/text", whole(_BODY, row({**_QUICK, "text": "Yes {{1}}"}))),
    (FaultCode.BUTTON_TOO_MANY, "/components/1/buttons", whole(_BODY, row(_URL, _URL, _URL))),
    (FaultCode.BUTTON_ORDER, "/components/1/buttons", whole(_BODY, row(_QUICK, _URL, _QUICK))),
    (FaultCode.BUTTON_URL, "/components/1/buttons/0/url", whole(_BODY, row({**_URL, "url": "x.example"}))),
    (FaultCode.BUTTON_URL, "/components/1/buttons/0/url", whole(_BODY, row({**_URL, "url": "https://x/{{1}}/y"}))),
    (FaultCode.BUTTON_URL, "/components/1/buttons/0/example", whole(_BODY, row({**_URL, "example": None}))),
    (FaultCode.BUTTON_PHONE, "/components/1/buttons/0/phone_number",
     whole(_BODY, row({"type": "PHONE_NUMBER", "text": "Call", "phone_number": "1" * 21}))),
    (FaultCode.BUTTON_CODE, "/components/1/buttons/0/example", whole(_BODY, row({**_COPY, "example": "x" * 21}))),
    (FaultCode.BUTTON_FLOW, "/components/1/buttons/0/flow_id", whole(_BODY, row({"type": "FLOW", "text": "Sign up"}))),
    (FaultCode.BUTTON_PRODUCT, "/components", whole(_BODY, row({"type": "SPM", "text": "View"}))),
    (FaultCode.OTP_BUTTON, "/components/1/buttons", whole(_BODY, row({"type": "OTP", "otp_type": "COPY_CODE"}))),
    (FaultCode.OTP_BUTTON, "/components", secret(_CODE)),
    (FaultCode.OTP_BUTTON, "/components/1/buttons",
     secret(_CODE, row({"type": "OTP", "otp_type": "COPY_CODE"}, _QUICK))),
    (FaultCode.OTP_TYPE, "/components/1/buttons/0/otp_type", secret(*code(otp_type="SIX_TAP"))),
    (FaultCode.OTP_APPS, "/components/1/buttons/0/supported_apps",
     secret(*code(otp_type="ONE_TAP", supported_apps=[_APP] * 6))),
    (FaultCode.OTP_APPS, "/components/1/buttons/0/supported_apps",
     secret(*code(otp_type="ONE_TAP", supported_apps=[{**_APP, "package_name": "shop"}]))),
    (FaultCode.OTP_TERMS, "/components/1/buttons/0/zero_tap_terms_accepted",
     secret(*code(otp_type="ZERO_TAP", supported_apps=[_APP]))),
    (FaultCode.OFFER, "/components/0/limited_time_offer/text",
     whole({**_OFFER, "limited_time_offer": {"text": "x" * 17}}, _BODY)),
    (FaultCode.OFFER_COMPONENTS, "/category", whole(_OFFER, _BODY, category="UTILITY")),
    (FaultCode.OFFER_COMPONENTS, "/components/2", whole(_OFFER, _BODY, {"type": "FOOTER", "text": "x"})),
    (FaultCode.OFFER_COMPONENTS, "/components/0/format",
     whole({"type": "HEADER", "format": "LOCATION"}, _OFFER, _BODY)),
    (FaultCode.OFFER_COMPONENTS, "/components/2/buttons", whole(_OFFER, _BODY, row(_URL, _COPY))),
    (FaultCode.CARD_COUNT, "/components/1/cards", whole(_BODY, carousel([_IMAGE]))),
    (FaultCode.CARD_COMPONENTS, "/components/1", whole(_BODY, carousel([_IMAGE], [_IMAGE]), category="UTILITY")),
    (FaultCode.CARD_COMPONENTS, "/components/1/cards/0/components", whole(_BODY, carousel([_BODY], [_BODY]))),
    (FaultCode.CARD_COMPONENTS, "/components/1/cards/1/components/1/buttons",
     whole(_BODY, carousel([_IMAGE, row(_QUICK)], [_IMAGE, row(_QUICK, _QUICK, _QUICK)]))),
    (FaultCode.TEXT_TOO_LONG, "/components/1/cards/1/components/1/text",
     whole(_BODY, carousel([_IMAGE, _BODY], [_IMAGE, {"type": "BODY", "text": "x" * 161}]))),
    (FaultCode.CARDS_DIFFER, "/components/1/cards", whole(_BODY, carousel([_IMAGE], [_IMAGE, _BODY]))),
]
# fmt: on


@pytest.mark.parametrize(("code", "pointer", "body"), WRONG)
def test_each_fault_is_named_with_its_place(code: FaultCode, pointer: str, body: Json) -> None:
    assert (code, pointer) in {(found, place) for found, place, _ in ours(body)}
    assert agree(body) == "refused"


def test_every_code_has_a_template_that_earns_it() -> None:
    assert {found for found, _, _ in WRONG} == set(FaultCode)


def test_of_a_text_of_megabytes_it_is_said_that_it_is_too_long_and_no_more() -> None:
    body = {"type": "BODY", "text": f"Hello {'x' * 20_000}{'{{1}} and {{' * 100_000}"}
    assert [code for code, _, _ in ours(whole(body))] == [FaultCode.TEXT_TOO_LONG]
