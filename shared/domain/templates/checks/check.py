"""A whole template against Meta's rules, without asking Meta.

Source: Meta, message templates API (names, categories, formats), template components, limited-time offer templates,
media and product card carousel templates, time-to-live. Says everything at once; Meta says the first thing it finds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import cast

from shared.domain.templates.checks.buttons import check_buttons, check_card_buttons
from shared.domain.templates.checks.fault import Fault, FaultCode, Faults
from shared.domain.templates.checks.texts import Setting, check_body, check_footer, check_header
from shared.domain.templates.draft import MOST_SECONDS, TemplateDraft
from shared.domain.templates.parameter_checks import CARD_BODY_LIMIT, OFFER_BODY_LIMIT
from shared.domain.templates.template import Component, buttons_of, kind_of

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
FORMATS = ("POSITIONAL", "NAMED")
_KINDS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
_TTL: Mapping[str, tuple[int, int]] = {
    "AUTHENTICATION": (30, 900),
    "UTILITY": (30, 43_200),
    "MARKETING": (43_200, MOST_SECONDS),
}
"""Seconds, by category; -1 is allowed for all (Meta, time-to-live)."""
_OFFER_TEXT_LIMIT = 16
_FEWEST_CARDS, _MOST_CARDS = 2, 10
_CARD_KINDS = ("HEADER", "BODY", "BUTTONS")
_CARD_HEADERS = ("IMAGE", "VIDEO", "PRODUCT")


def faults_of(draft: TemplateDraft) -> list[Fault]:
    """Everything that Meta would refuse; empty for a template that it would take for review."""
    faults = Faults()
    _check_identity(draft, faults)
    components = _objects(draft.components)
    if not components:
        faults.say(FaultCode.COMPONENTS, "/components", "components is a list of objects; a BODY at least is needed")
        return faults
    kinds = [kind_of(component) for component in components]
    offer = "LIMITED_TIME_OFFER" in kinds
    setting = Setting(draft.category == "AUTHENTICATION", draft.parameter_format == "NAMED")
    if offer:
        setting = setting._replace(body_limit=OFFER_BODY_LIMIT)
    for number, component in enumerate(components):
        at = f"/components/{number}"
        if kinds[number] in kinds[:number]:
            faults.say(FaultCode.COMPONENT_TWICE, at, f"there is a {kinds[number]} before; remove one of them")
        _check_component(component, at, setting, draft.category, faults)
    if "BODY" not in kinds:
        faults.say(FaultCode.BODY_MISSING, "/components", "a template needs a BODY; add one")
    if setting.authentication and "BUTTONS" not in kinds:
        faults.say(FaultCode.OTP_BUTTON, "/components", "an authentication template has a button of type OTP; add one")
    if offer:
        _check_offer_template(components, draft.category, faults)
    _check_product(components, "/components", faults)
    return faults


def _check_identity(draft: TemplateDraft, faults: Faults) -> None:
    if not _NAME.fullmatch(draft.name):
        words = "a name has lower-case letters, digits and _ only, 512 characters at most"
        faults.say(FaultCode.NAME, "/name", words)
    if not _LANGUAGE.fullmatch(draft.language):
        faults.say(FaultCode.LANGUAGE, "/language", "use a language as Meta writes it, such as en, pt_BR or zh_CN")
    if draft.category not in CATEGORIES:
        faults.say(FaultCode.CATEGORY, "/category", f"there is no such category; use {', '.join(CATEGORIES)}")
    if draft.parameter_format not in FORMATS:
        words = f"there is no such format; use {' or '.join(FORMATS)}"
        faults.say(FaultCode.PARAMETER_FORMAT, "/parameter_format", words)
    seconds = draft.ttl_seconds
    least, most = _TTL.get(draft.category, (30, MOST_SECONDS))
    if seconds is not None and seconds != -1 and not least <= seconds <= most:
        words = f"for this category it is -1 or a number of seconds from {least} to {most}"
        faults.say(FaultCode.TTL, "/message_send_ttl_seconds", words)


def _check_component(component: Component, at: str, setting: Setting, category: str, faults: Faults) -> None:
    match kind_of(component):
        case "HEADER":
            check_header(component, at, setting, faults)
        case "BODY":
            check_body(component, at, setting, faults)
        case "FOOTER":
            check_footer(component, at, setting, faults)
        case "BUTTONS":
            check_buttons(component, at, authentication=setting.authentication, faults=faults)
        case "LIMITED_TIME_OFFER":
            _check_offer(component, at, faults)
        case "CAROUSEL":
            _check_carousel(component, at, setting, category, faults)
        case _:
            faults.say(FaultCode.COMPONENT_TYPE, f"{at}/type", f"no such component; use one of {', '.join(_KINDS)}")


def _check_offer(component: Component, at: str, faults: Faults) -> None:
    offer = component.get("limited_time_offer")
    text = offer.get("text") if isinstance(offer, Mapping) else None
    if not isinstance(text, str) or not 1 <= len(text) <= _OFFER_TEXT_LIMIT:
        words = f"an offer has a text of 1 to {_OFFER_TEXT_LIMIT} characters"
        faults.say(FaultCode.OFFER, f"{at}/limited_time_offer/text", words)


def _check_offer_template(components: Sequence[Component], category: str, faults: Faults) -> None:
    """Meta, limited-time offer templates: limitations and parameters."""
    if category != "MARKETING":
        words = "a limited-time offer belongs to the category MARKETING; change the category or remove the offer"
        faults.say(FaultCode.OFFER_COMPONENTS, "/category", words)
    for number, component in enumerate(components):
        at, kind = f"/components/{number}", kind_of(component)
        if kind == "FOOTER":
            words = "a template with a limited-time offer has no footer; remove it"
            faults.say(FaultCode.OFFER_COMPONENTS, at, words)
        if kind == "HEADER" and str(component.get("format", "TEXT")).upper() not in ("IMAGE", "VIDEO"):
            words = "a template with a limited-time offer has an IMAGE or VIDEO header, or none"
            faults.say(FaultCode.OFFER_COMPONENTS, f"{at}/format", words)
        if kind == "BUTTONS" and "COPY_CODE" in [kind_of(b) for b in _objects(component.get("buttons")) or ()][1:]:
            words = "the button that copies the offer's code comes first; move it"
            faults.say(FaultCode.OFFER_COMPONENTS, f"{at}/buttons", words)


def _check_carousel(component: Component, at: str, setting: Setting, category: str, faults: Faults) -> None:
    """Meta, media card carousel and product card carousel templates."""
    if category != "MARKETING":
        words = "a carousel belongs to the category MARKETING; change the category or remove the carousel"
        faults.say(FaultCode.CARD_COMPONENTS, at, words)
    cards = _objects(component.get("cards"))
    if cards is None or not _FEWEST_CARDS <= len(cards) <= _MOST_CARDS:
        words = f"a carousel is a list of {_FEWEST_CARDS} to {_MOST_CARDS} cards"
        faults.say(FaultCode.CARD_COUNT, f"{at}/cards", words)
    shapes: set[tuple[tuple[str, ...], ...]] = set()
    for number, card in enumerate(cards or ()):
        place = f"{at}/cards/{number}/components"
        parts = _objects(card.get("components"))
        if parts is None:
            faults.say(FaultCode.CARD_COMPONENTS, place, "the components of a card are a list of objects")
            continue
        _check_card(parts, place, setting._replace(body_limit=CARD_BODY_LIMIT), faults)
        shapes.add(tuple(_shape(part) for part in parts))
    if len(shapes) > 1:
        words = "all cards have the same components, formats and types of buttons, in the same order; make them alike"
        faults.say(FaultCode.CARDS_DIFFER, f"{at}/cards", words)


def _check_card(parts: Sequence[Component], at: str, setting: Setting, faults: Faults) -> None:
    kinds = [kind_of(part) for part in parts]
    if len(set(kinds)) < len(kinds) or not set(kinds) <= set(_CARD_KINDS):
        faults.say(FaultCode.CARD_COMPONENTS, at, f"a card has {', '.join(_CARD_KINDS)}, each once at most")
    forms = [str(part.get("format", "TEXT")).upper() for part in parts if kind_of(part) == "HEADER"]
    if not forms or not set(forms) <= set(_CARD_HEADERS):
        faults.say(FaultCode.CARD_COMPONENTS, at, f"a card has a header of format {', '.join(_CARD_HEADERS)}")
    for number, part in enumerate(parts):
        place = f"{at}/{number}"
        match kinds[number]:
            case "HEADER":
                check_header(part, place, setting, faults)
            case "BODY":
                check_body(part, place, setting, faults)
            case "BUTTONS":
                check_buttons(part, place, authentication=setting.authentication, faults=faults)
                check_card_buttons(part, place, faults)
    _check_product(parts, at, faults)


def _check_product(parts: Sequence[Component], at: str, faults: Faults) -> None:
    """A single-product button shows the product of its part's header."""
    buttons = [kind_of(b) for part in parts if kind_of(part) == "BUTTONS" for b in _objects(part.get("buttons")) or ()]
    header = any(kind_of(part) == "HEADER" and str(part.get("format", "")).upper() == "PRODUCT" for part in parts)
    if "SPM" in buttons and not header:
        words = "an SPM button shows the product of a header of format PRODUCT; add that header"
        faults.say(FaultCode.BUTTON_PRODUCT, at, words)


def _shape(part: Component) -> tuple[str, ...]:
    form = str(part.get("format", "TEXT")).upper() if kind_of(part) == "HEADER" else ""
    return (kind_of(part), form, *(kind_of(button) for button in buttons_of(part) if isinstance(button, Mapping)))


def _objects(value: object) -> list[Component] | None:
    if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
        return None
    return cast("list[Component]", list(value))
