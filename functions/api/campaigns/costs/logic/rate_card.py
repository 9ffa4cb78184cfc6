"""What messages cost: the prices a tenant noted from Meta's rate card, and what they make of counted messages. Pure.

Meta charges per delivered message, by the country of the recipient's calling code and the price category, and changes
its rates at most four times a year (Meta, pricing). The rates are the tenant's to set: none are invented here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.books import FREE_PREFIX
from shared.domain.money import Micros

ANYWHERE = "*"
"""The country of a rate for all that have none of their own."""
# Sent over the Marketing Messages API the same rate holds (Meta, pricing), unless the tenant noted another.
_SAME_RATE = {"marketing_lite": "marketing"}


@dataclass(frozen=True, slots=True)
class Rate:
    """`country` is an ISO code or ANYWHERE, `category` Meta's price category, `micros` millionths of the currency."""

    country: str
    category: str
    micros: int


@dataclass(frozen=True, slots=True)
class RateCard:
    """`currency` is an ISO 4217 code; `updated_at` in epoch ms. `revision` counts the changes."""

    currency: str
    rates: tuple[Rate, ...]
    updated_at: EpochMs = EpochMs(0)
    revision: int = 0

    def price(self, country: str, category: str) -> Micros | None:
        """For one message; 0 for what Meta says is free, None when no rate is noted."""
        if category.startswith(FREE_PREFIX):
            return Micros(0, self.currency)
        known = {(rate.country, rate.category): rate.micros for rate in self.rates}
        for name in (category, _SAME_RATE.get(category, "")):
            for place in (country, ANYWHERE):
                if (place, name) in known:
                    return Micros(known[place, name], self.currency)
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """Messages of one country and category. `price` and `cost` are None when no rate is noted."""

    country: str
    category: str
    messages: int
    price: Micros | None

    @property
    def cost(self) -> Micros | None:
        return None if self.price is None else self.price.times(self.messages)


@dataclass(frozen=True, slots=True)
class Bill:
    """`currency` is None without a rate card: then messages are only counted."""

    lines: tuple[Line, ...]
    currency: str | None

    @property
    def total(self) -> Micros | None:
        """Without what has no rate."""
        return sum(self.by_category().values(), Micros(0, self.currency)) if self.currency is not None else None

    @property
    def unpriced(self) -> int:
        """Messages that no rate is noted for."""
        return sum(line.messages for line in self.lines if line.price is None)

    def by_category(self) -> dict[str, Micros]:
        """Without what has no rate."""
        totals: dict[str, Micros] = {}
        for line in self.lines:
            if line.cost is not None:
                known = totals.get(line.category)
                totals[line.category] = known + line.cost if known is not None else line.cost
        return totals


def bill(counts: Mapping[tuple[str, str], int], card: RateCard | None) -> Bill:
    """What messages counted by (country, category) cost; without a card they are only counted."""
    lines = (
        Line(country, category, count, card.price(country, category) if card else None)
        for (country, category), count in sorted(counts.items())
        if count
    )
    return Bill(tuple(lines), card.currency if card else None)
