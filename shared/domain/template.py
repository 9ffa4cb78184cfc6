"""A message template as Meta describes it, and the parameters a send must bring.

Shapes: Meta, message templates (components of GET /{waba_id}/message_templates).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

Component = Mapping[str, object]

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_STATIC_BUTTONS = frozenset({"QUICK_REPLY", "PHONE_NUMBER", "VOICE_CALL", "REQUEST_CONTACT_INFO"})


@dataclass(frozen=True, slots=True)
class Template:
    """`category`, `status` and `parameter_format` are upper case, as Meta answers them."""

    template_id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    parameter_format: str
    components: Sequence[Component]
    rejected_reason: str = ""
    updated_at: int = 0


SlotKind = Literal[
    "text",
    "currency",
    "date_time",
    "otp",
    "image",
    "video",
    "document",
    "filename",
    "latitude",
    "longitude",
    "place_name",
    "address",
    "expiration",
    "url_suffix",
    "payload",
    "coupon_code",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter. `key` is how a campaign's variable mapping names it: `header.1`, `header.image`,
    `header.document.filename`, `header.location.latitude`, `body.first_name`, `limited_time_offer.expiration`,
    `button.0.url`, `button.1.payload`, `button.2.code`, and in a carousel `card.0.body.1`. Optional ones may stay
    unmapped.

    `index` is a button's and `card` a carousel card's, from 0. `detail` is what the mapping adds: a currency's code, a
    date's pattern, the media id that may be sent. `fixed` is how many characters the template's own URL has.
    """

    key: str
    kind: SlotKind
    place: Literal["header", "body", "offer", "button"]
    name: str = ""
    index: int = 0
    optional: bool = False
    card: int | None = None
    detail: str = ""
    fixed: int = field(default=0, compare=False)


class UnsupportedComponent(Exception):
    """The template has a part this engine cannot fill; the text says which."""


def kind_of(component: Component) -> str:
    return str(component.get("type", "")).upper()


def buttons_of(component: Component) -> list[Component]:
    found = component.get("buttons")
    return cast("list[Component]", found) if isinstance(found, list) else []


def variables_in(text: str) -> list[str]:
    """Variable names in the order a send brings them: `1`, `2`, `10` by number wherever in the text they stand, named
    ones by first appearance (Meta: positional parameters have no names, the first one fills {{1}})."""
    names = dict.fromkeys(_VARIABLE.findall(text))
    return sorted(names, key=lambda name: int(name) if name.isdecimal() else 0)


def replace_variables(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def cards_of(template: Template) -> list[Sequence[Component]]:
    """The components of each carousel card."""
    for component in template.components:
        if kind_of(component) == "CAROUSEL":
            cards = component.get("cards")
            found = cast("list[Component]", cards) if isinstance(cards, list) else []
            return [cast("Sequence[Component]", card.get("components") or ()) for card in found]
    return []


def slots_of(template: Template) -> list[Slot]:
    """Every parameter the template takes, in the order header, body, offer, buttons, then card by card.

    Raises UnsupportedComponent for a part that campaigns cannot fill.
    """
    authentication = template.category == "AUTHENTICATION"
    slots = _part_slots(template.components, authentication=authentication)
    for number, components in enumerate(cards_of(template)):
        _check_card(number, components)
        slots += [
            replace(slot, key=f"card.{number}.{slot.key}", card=number)
            for slot in _part_slots(components, authentication=authentication)
        ]
    return slots


_ORDER = {"header": 0, "body": 1, "offer": 2, "button": 3}


def _part_slots(components: Sequence[Component], *, authentication: bool) -> list[Slot]:
    """The slots of a template without its cards, or of one card."""
    slots: list[Slot] = []
    for component in components:
        kind = kind_of(component)
        if kind == "HEADER":
            slots += _header_slots(component)
        elif kind == "BODY":
            slots += _body_slots(component, authentication=authentication)
        elif kind == "BUTTONS":
            slots += _button_slots(buttons_of(component), authentication=authentication)
        elif kind == "LIMITED_TIME_OFFER":
            slots += _offer_slots(component)
        elif kind == "CAROUSEL":
            if not component.get("cards"):
                raise UnsupportedComponent("template component CAROUSEL has no cards; sync the templates again")
        elif kind != "FOOTER":
            raise UnsupportedComponent(f"template component {kind} is not supported in campaigns; use another template")
    return sorted(slots, key=lambda slot: (_ORDER[slot.place], slot.index))


def _check_card(number: int, components: Sequence[Component]) -> None:
    for component in components:
        kind, form = kind_of(component), str(component.get("format", "")).upper()
        if kind not in ("HEADER", "BODY", "BUTTONS") or (kind == "HEADER" and form not in ("IMAGE", "VIDEO")):
            raise UnsupportedComponent(
                f"CAROUSEL card {number} has a part {kind} {form}".rstrip()
                + "; campaigns fill cards with an image or video header, a body and buttons"
            )


def _header_slots(component: Component) -> list[Slot]:
    form = str(component.get("format", "")).upper()
    if form == "TEXT":
        return [Slot(f"header.{v}", "text", "header", v) for v in variables_in(str(component.get("text", "")))]
    if form == "DOCUMENT":
        return [
            Slot("header.document", "document", "header"),
            Slot("header.document.filename", "filename", "header", optional=True),
        ]
    if form in ("IMAGE", "VIDEO"):
        kind = cast('Literal["image", "video"]', form.lower())
        return [Slot(f"header.{kind}", kind, "header")]
    if form == "LOCATION":
        return [
            Slot("header.location.latitude", "latitude", "header"),
            Slot("header.location.longitude", "longitude", "header"),
            Slot("header.location.name", "place_name", "header"),
            Slot("header.location.address", "address", "header"),
        ]
    raise UnsupportedComponent(f"template header {form} is not supported in campaigns; use another template")


def _body_slots(component: Component, *, authentication: bool) -> list[Slot]:
    # The text of an authentication template is Meta's own: one variable, the code. Meta may leave the text out.
    names = variables_in(str(component.get("text", ""))) or (["1"] if authentication else [])
    kind: SlotKind = "otp" if authentication and len(names) == 1 else "text"
    return [Slot(f"body.{name}", kind, "body", name) for name in names]


def _offer_slots(component: Component) -> list[Slot]:
    offer = component.get("limited_time_offer")
    if not isinstance(offer, Mapping):
        raise UnsupportedComponent("template component LIMITED_TIME_OFFER has no offer; sync the templates again")
    return [Slot("limited_time_offer.expiration", "expiration", "offer")] if offer.get("has_expiration") else []


def _button_slots(buttons: Sequence[Component], *, authentication: bool) -> list[Slot]:
    slots: list[Slot] = []
    for index, button in enumerate(buttons):
        kind, url = kind_of(button), str(button.get("url", ""))
        if kind == "OTP" and authentication:
            slots.append(Slot(f"button.{index}.url", "otp", "button", index=index))
        elif kind == "URL":
            if variables_in(url):
                # Meta lists the code button of an authentication template as a URL button.
                what: SlotKind = "otp" if authentication else "url_suffix"
                fixed = len(replace_variables(url, dict.fromkeys(variables_in(url), "")))
                slots.append(Slot(f"button.{index}.url", what, "button", index=index, fixed=fixed))
        elif kind == "COPY_CODE":
            slots.append(Slot(f"button.{index}.code", "coupon_code", "button", index=index))
        elif kind == "QUICK_REPLY":
            slots.append(Slot(f"button.{index}.payload", "payload", "button", index=index, optional=True))
        elif kind not in _STATIC_BUTTONS:
            raise UnsupportedComponent(f"template button {kind} is not supported in campaigns; use another template")
    return slots
