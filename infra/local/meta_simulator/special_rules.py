"""What offers and carousels allow beside the rules of every template.

Sources: Meta, "Limited-time offer templates" (limitations), "Media card carousel templates" and "Product card carousel
templates" (cards, their headers and buttons; marketing only).
"""

from .config import Json
from .errors import GraphError, refused

_ON_CARDS = {"QUICK_REPLY", "URL", "PHONE_NUMBER", "SPM"}


def check_offer_template(by_type: dict[str, Json], category: str) -> None:
    """The components beside a limited-time offer, by type.

    Raises:
        GraphError: 100, with 2388040 as subcode for a long body.
    """
    if category != "MARKETING":
        raise GraphError(100, "Only MARKETING templates have a limited-time offer.")
    if "FOOTER" in by_type:
        raise GraphError(100, "Footer components are not supported with a limited-time offer.")
    if "HEADER" in by_type and by_type["HEADER"]["format"] not in ("IMAGE", "VIDEO"):
        raise GraphError(100, "The header above a limited-time offer is an image or a video.")
    if len(by_type["BODY"]["text"]) > 600:
        raise refused(2388040, "Character limit exceeded", "The body below an offer may have at most 600 characters.")
    later = by_type.get("BUTTONS", {"buttons": []})["buttons"][1:]
    if any(button["type"] == "COPY_CODE" for button in later):
        raise GraphError(100, "The copy code button of an offer must be the first.")


def check_carousel(cards: list[Json], category: str) -> None:
    """How many cards there may be, and where.

    Raises:
        GraphError: 100.
    """
    if category != "MARKETING":
        raise GraphError(100, "Carousel cards are only available for marketing templates.")
    if not 2 <= len(cards) <= 10:
        raise GraphError(100, "A carousel has 2 to 10 cards.")


def check_card_parts(parts: list[Json]) -> None:
    """A card's header, body and buttons, each once; the types are put in upper case.

    Raises:
        GraphError: 100.
    """
    for part in parts:
        part["type"] = str(part.get("type", "")).upper()
    kinds = [part["type"] for part in parts]
    if sorted(kinds) not in (["HEADER"], ["BODY", "HEADER"], ["BUTTONS", "HEADER"], ["BODY", "BUTTONS", "HEADER"]):
        raise GraphError(100, f"A card has a HEADER and may have a BODY and BUTTONS - got {kinds}.")
    for part in parts:
        if part["type"] == "HEADER" and str(part.get("format", "")).upper() not in ("IMAGE", "VIDEO", "PRODUCT"):
            raise GraphError(100, "The header of a card is an image, a video or a product.")
        if part["type"] == "BUTTONS":
            buttons = part.get("buttons")
            rows = buttons if isinstance(buttons, list) else []
            types = [str(button.get("type", "")).upper() for button in rows if isinstance(button, dict)]
            if len(types) > 2 or set(types) - _ON_CARDS:
                raise GraphError(100, "A card has at most two quick-reply, URL, phone or product buttons.")
