"""What messages cost: the prices a tenant noted from Meta's rate card, and what they make of counted messages. Pure.

Meta charges per delivered message, by the country of the recipient's calling code and the price category, and changes
its rates at most four times a year (Meta, pricing). The rates are the tenant's to set: none are invented here. Amounts
are whole millionths of the currency's unit, because rates have more decimals than currencies have.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.campaigns.books import FREE_PREFIX

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
    """`currency` is an ISO 4217 code; `updated_at` in epoch ms."""

    currency: str
    rates: tuple[Rate, ...]
    updated_at: EpochMs = EpochMs(0)

    def price(self, country: str, category: str) -> int | None:
        """Millionths for one message; 0 for what Meta says is free, None when no rate is noted."""
        if category.startswith(FREE_PREFIX):
            return 0
        known = {(rate.country, rate.category): rate.micros for rate in self.rates}
        for name in (category, _SAME_RATE.get(category, "")):
            for place in (country, ANYWHERE):
                if (place, name) in known:
                    return known[place, name]
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """Messages of one country and category. `price` and `cost` in millionths, None when no rate is noted."""

    country: str
    category: str
    messages: int
    price: int | None

    @property
    def cost(self) -> int | None:
        return None if self.price is None else self.price * self.messages


@dataclass(frozen=True, slots=True)
class Bill:
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """Millionths, without what has no rate."""
        return sum(line.cost or 0 for line in self.lines)

    @property
    def unpriced(self) -> int:
        """Messages that no rate is noted for."""
        return sum(line.messages for line in self.lines if line.price is None)

    def by_category(self) -> dict[str, int]:
        """Category -> millionths, without what has no rate."""
        totals: dict[str, int] = {}
        for line in self.lines:
            if line.cost is not None:
                totals[line.category] = totals.get(line.category, 0) + line.cost
        return totals


def bill(counts: Mapping[tuple[str, str], int], card: RateCard | None) -> Bill:
    """What messages counted by (country, category) cost; without a card they are only counted."""
    return Bill(
        tuple(
            Line(country, category, count, card.price(country, category) if card else None)
            for (country, category), count in sorted(counts.items())
            if count
        )
    )


def minor_units(micros: int, decimals: int) -> int:
    """Millionths as the currency's smallest unit, half up: what a person is shown."""
    unit: int = 10 ** (6 - decimals)
    return (micros + unit // 2) // unit
