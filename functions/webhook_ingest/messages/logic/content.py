"""What an inbound message can be: one type for each of Meta's, and one for all that we do not know (yet).

`text` is what a person reads of it: one line or a few, in the message's own words where it has any. What a message says
of consent: see `consent`.

Source: Meta, webhooks reference, messages. Everything may be missing from a webhook, so every part may be blank.
"""

from dataclasses import dataclass
from decimal import Decimal

from shared.clock import EpochMs, to_rfc3339
from shared.domain.conversations.degrees import plain_degrees
from shared.domain.conversations.message import REVOKED


@dataclass(frozen=True, slots=True)
class Text:
    body: str

    @property
    def text(self) -> str:
        return self.body


@dataclass(frozen=True, slots=True)
class Media:
    """`form` is image, video, audio, document or sticker. A voice note is an audio with `voice`."""

    form: str
    media_id: str = ""
    mime_type: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False

    @property
    def text(self) -> str:
        return _join(f"[{'voice message' if self.voice else self.form}]", self.filename, self.caption)


@dataclass(frozen=True, slots=True)
class MediaPlaceholder:
    """In a history that a number brings along: the file follows in a webhook of its own, or never."""

    text = "[file]"


@dataclass(frozen=True, slots=True)
class Location:
    """Degrees; None where Meta gave none."""

    latitude: float | None
    longitude: float | None
    name: str = ""
    address: str = ""

    @property
    def text(self) -> str:
        degrees = (plain_degrees(value) for value in (self.latitude, self.longitude) if value is not None)
        return _join("[location]", ", ".join(filter(None, (self.name, self.address))) or ", ".join(degrees))


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Contacts that were passed on."""

    cards: tuple[Card, ...]

    @property
    def text(self) -> str:
        people = (
            _join(card.name, f"({', '.join((*card.phones, *card.emails))})" if card.phones or card.emails else "")
            for card in self.cards
        )
        return _join("[contacts]", ", ".join(filter(None, people)))


@dataclass(frozen=True, slots=True)
class TemplateButton:
    """A template's quick reply that was pressed."""

    label: str
    payload: str

    @property
    def text(self) -> str:
        return self.label or self.payload


@dataclass(frozen=True, slots=True)
class Choice:
    """A reply button or a row of a list that was chosen."""

    choice_id: str
    title: str
    description: str = ""

    @property
    def text(self) -> str:
        return self.title or self.choice_id


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What was filled into a Flow. `values` are the fields in order; without names when Meta sent no object."""

    name: str
    body: str
    values: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        lines = (f"{name}: {value}" if name else value for name, value in self.values)
        return "\n".join([_join("[form]", self.body), *lines])


@dataclass(frozen=True, slots=True)
class CallPermission:
    """`until` is epoch ms, None for no end."""

    response: str
    until: EpochMs | None

    @property
    def text(self) -> str:
        until = f"until {to_rfc3339(self.until)}" if self.until is not None else ""
        return _join("[call permission]", self.response, until)


@dataclass(frozen=True, slots=True)
class OtherInteraction:
    """An interactive reply of a type that is not known here, or a question with buttons that somebody else wrote for
    the business; `body` are its words, if it has any."""

    form: str
    body: str = ""

    @property
    def text(self) -> str:
        return _join(f"[{self.form or 'interactive'}]", self.body)


@dataclass(frozen=True, slots=True)
class OrderItem:
    """`price` is of one piece, in the currency's main unit, as Meta gives it."""

    product_id: str
    quantity: Decimal | None
    price: Decimal | None
    currency: str

    @property
    def text(self) -> str:
        price = f"at {_join(f'{self.price:f}', self.currency)}" if self.price is not None else ""
        return _join(f"{self.quantity:f} x" if self.quantity is not None else "", self.product_id, price)


@dataclass(frozen=True, slots=True)
class Order:
    catalog_id: str
    note: str
    items: tuple[OrderItem, ...]

    @property
    def text(self) -> str:
        count = len(self.items)
        lines = [_join(f"[order of {count} {'product' if count == 1 else 'products'}]", self.note)]
        lines += [item.text for item in self.items]
        if self.totals:
            lines.append("total " + " + ".join(_join(f"{total:f}", code) for code, total in self.totals.items()))
        return "\n".join(lines)

    @property
    def totals(self) -> dict[str, Decimal]:
        """Currency -> sum; nothing when a price or a quantity is missing."""
        totals: dict[str, Decimal] = {}
        for item in self.items:
            if item.quantity is None or item.price is None:
                return {}
            totals[item.currency] = totals.get(item.currency, Decimal(0)) + item.quantity * item.price
        return totals


@dataclass(frozen=True, slots=True)
class Reacted:
    """A blank emoji takes the reaction back."""

    target: str
    emoji: str

    @property
    def text(self) -> str:
        return self.emoji or "[reaction removed]"


@dataclass(frozen=True, slots=True)
class Edited:
    """`now` is what the message `target` says from then on."""

    target: str
    now: "Content"

    @property
    def text(self) -> str:
        return _join("[edited]", self.now.text)


@dataclass(frozen=True, slots=True)
class Revoked:
    target: str

    text = REVOKED


@dataclass(frozen=True, slots=True)
class System:
    form: str
    body: str

    @property
    def text(self) -> str:
        return self.body


@dataclass(frozen=True, slots=True)
class Unsupported:
    """`form` is the type that Meta or we cannot show; `code` Meta's error code, if they gave one."""

    form: str = ""
    code: str = ""

    @property
    def text(self) -> str:
        unknown = f"[unsupported message: {self.form}]" if self.form else "[unsupported message]"
        return _UNAVAILABLE.get(self.code) or unknown


Content = (
    Text
    | Media
    | MediaPlaceholder
    | Location
    | Cards
    | TemplateButton
    | Choice
    | FormAnswer
    | CallPermission
    | OtherInteraction
    | Order
    | Reacted
    | Edited
    | Revoked
    | System
    | Unsupported
)

_UNAVAILABLE = {
    "131052": "[a file that WhatsApp could not deliver]",
    "131060": "[a message that only the WhatsApp Business app shows]",
}
"""Meta, error codes: media download, and messages that a number shared with the app does not hand over."""


def _join(*parts: str) -> str:
    return " ".join(filter(None, parts))
