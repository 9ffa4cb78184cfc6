"""The parameters that a send of a template must bring, read from its components.

Shapes: Meta, message templates (components of GET /{waba_id}/message_templates).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from shared.domain.templates.buttons import button_slots
from shared.domain.templates.template import (
    Component,
    Slot,
    SlotKind,
    Template,
    UnsupportedComponent,
    buttons_of,
    cards_of,
    kind_of,
    variables_in,
)

_CARD_HEADERS = ("IMAGE", "VIDEO", "PRODUCT")


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
    product = any(kind_of(c) == "HEADER" and str(c.get("format", "")).upper() == "PRODUCT" for c in components)
    for component in components:
        kind = kind_of(component)
        if kind == "HEADER":
            slots += _header_slots(component)
        elif kind == "BODY":
            slots += _body_slots(component, authentication=authentication)
        elif kind == "BUTTONS":
            slots += button_slots(buttons_of(component), authentication=authentication, product=product)
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
        if kind not in ("HEADER", "BODY", "BUTTONS") or (kind == "HEADER" and form not in _CARD_HEADERS):
            raise UnsupportedComponent(
                f"CAROUSEL card {number} has a part {kind} {form}".rstrip()
                + "; campaigns fill cards with an image, video or product header, a body and buttons"
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
    if form == "PRODUCT":
        return [
            Slot("header.product.retailer_id", "product_id", "header"),
            Slot("header.product.catalog_id", "catalog_id", "header"),
        ]
    if form == "GIF":
        raise UnsupportedComponent(
            "template header GIF goes through the Marketing Messages API only; use a template with a VIDEO header"
        )
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
