"""Carousels: two to ten cards with a picture or a video, a text, and a link or replies.

The cards must be alike: one kind of header, the same kind and number of buttons (Meta, interactive media carousel
messages).
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from functions.api.http.fields import BY_TYPE, Input, of_type
from functions.api.inbox.sending.interactive_part_models import Body, HeaderImage, HeaderVideo, Reply, UrlAction, differ
from functions.api.inbox.sending.media_models import text

CardHeader = Annotated[Annotated[HeaderImage, of_type("image")] | Annotated[HeaderVideo, of_type("video")], BY_TYPE]


class QuickReplyButton(Input):
    type: Literal["quick_reply"] = "quick_reply"
    quick_reply: Reply


class QuickReplies(Input):
    buttons: Annotated[list[QuickReplyButton], Field(min_length=1, max_length=2)]


class CardBody(Input):
    text: Annotated[str, text(160)]

    @field_validator("text")
    @classmethod
    def _lines(cls, value: str) -> str:
        if value.count("\n") > 2:
            raise ValueError("at most two line breaks")
        return value


class Card(Input):
    """`type` is `cta_url` whatever the buttons are: so Meta's examples write it."""

    card_index: Annotated[int, Field(ge=0, le=9)]
    type: Literal["cta_url"] = "cta_url"
    header: CardHeader
    body: CardBody | None = None
    action: UrlAction | QuickReplies

    @property
    def form(self) -> tuple[str, int]:
        """What must be the same in all cards of a carousel."""
        return self.header.type, len(self.action.buttons) if isinstance(self.action, QuickReplies) else 0


class CarouselAction(Input):
    cards: Annotated[list[Card], Field(min_length=2, max_length=10)]

    @field_validator("cards")
    @classmethod
    def _alike(cls, cards: list[Card]) -> list[Card]:
        if [card.card_index for card in cards] != list(range(len(cards))):
            raise ValueError("number the cards from 0 in their order with card_index")
        if len({card.form for card in cards}) > 1:
            raise ValueError("all cards need the same kind of header, and the same kind and number of buttons")
        actions = [card.action for card in cards]
        replies = [b.quick_reply.id for action in actions if isinstance(action, QuickReplies) for b in action.buttons]
        differ(replies, "buttons' ids")
        return cards


class Carousel(Input):
    type: Literal["carousel"]
    body: Body
    action: CarouselAction
