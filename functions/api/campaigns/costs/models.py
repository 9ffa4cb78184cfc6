"""Rate cards, and what messages cost by them."""

from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints, field_validator, model_validator

from functions.api.campaigns.costs.logic.rate_card import ANYWHERE, Bill, Rate, RateCard
from functions.api.http.countries import CODES
from functions.api.http.fields import Input, Moment, Output, moment_or_none
from functions.api.http.revisions import Revision, Seen
from shared.domain.campaigns.books import FREE_PREFIX
from shared.domain.money import Micros, is_currency

Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]{1,39}$")]
_COUNTRY = "ISO 3166 alpha-2 of the recipient's calling code (Canada's is US); * for all without their own"
_CATEGORY = (
    "Meta's price category: marketing, utility, authentication, authentication-international, service…; marketing_lite "
    "costs what marketing does unless it is named"
)
_PRICE = "for one delivered message, in millionths of the currency's unit: 62500 is 0.0625"


class RateIn(Input):
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|\*)$")] = Field(description=_COUNTRY)
    category: Category = Field(description=_CATEGORY)
    price_micros: Annotated[StrictInt, Field(ge=0, le=1_000_000_000)] = Field(description=_PRICE)

    @field_validator("country")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != ANYWHERE and value not in CODES:
            raise ValueError("is not an ISO 3166 alpha-2 country code, such as BR")
        return value

    @field_validator("category")
    @classmethod
    def _charged(cls, value: str) -> str:
        if value.startswith(FREE_PREFIX):
            raise ValueError("is free; leave it out")
        return value


class RateCardIn(Input):
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(
        description="ISO 4217, the one Meta bills in"
    )
    rates: Annotated[list[RateIn], Field(max_length=2000)]
    revision: Seen = None

    @model_validator(mode="after")
    def _sound(self) -> "RateCardIn":
        if not is_currency(self.currency):
            raise ValueError("currency is not an ISO 4217 code, such as USD")
        named = {(rate.country, rate.category) for rate in self.rates}
        if len(named) < len(self.rates):
            raise ValueError("rates name a country and category twice; keep one of them")
        return self

    def to_card(self) -> RateCard:
        return RateCard(self.currency, tuple(Rate(r.country, r.category, r.price_micros) for r in self.rates))


class RateOut(Output):
    country: str = Field(description=_COUNTRY)
    category: str = Field(description=_CATEGORY)
    price_micros: int = Field(description=_PRICE)


class RateCardOut(Output):
    currency: str | None = Field(description="null while no rate card is set: then messages are only counted")
    rates: list[RateOut]
    revision: Revision = Field(description="counts the changes, 0 before the first; to be sent with the next one")
    updated_at: Moment | None

    @classmethod
    def of(cls, card: RateCard | None) -> "RateCardOut":
        if card is None:
            return cls(currency=None, rates=[], revision=0, updated_at=None)
        rates = [RateOut(country=r.country, category=r.category, price_micros=r.micros) for r in card.rates]
        return cls(
            currency=card.currency, rates=rates, revision=card.revision, updated_at=moment_or_none(card.updated_at)
        )


class AmountOut(Output):
    """Exact in millionths of the currency's unit, and rounded to its smallest unit."""

    micros: int
    minor: int

    @classmethod
    def of(cls, amount: Micros) -> "AmountOut":
        return cls(micros=amount.micros, minor=amount.money.minor)


class CostLineOut(Output):
    country: str | None = Field(description="null when the recipient's country is not known")
    category: str = Field(description="Meta's price category, or the type of what is free (free_entry_point…)")
    messages: int
    price_micros: int | None = Field(description="null when the rate card has no rate for it")
    cost: AmountOut | None


class CostOut(Output):
    """What Meta charges for the messages that were delivered, by the tenant's rate card as it is now."""

    currency: str | None = Field(description="null without a rate card: then messages are only counted")
    total: AmountOut | None
    by_category: dict[str, AmountOut]
    unpriced: int = Field(description="delivered messages that the rate card has no rate for; not in the total")
    lines: list[CostLineOut]

    @classmethod
    def of(cls, found: Bill) -> "CostOut":
        total = found.total
        return cls(
            currency=found.currency,
            total=AmountOut.of(total) if total is not None else None,
            by_category={name: AmountOut.of(amount) for name, amount in found.by_category().items()},
            unpriced=found.unpriced,
            lines=[
                CostLineOut(
                    country=line.country or None,
                    category=line.category,
                    messages=line.messages,
                    price_micros=line.price.micros if line.price is not None else None,
                    cost=AmountOut.of(line.cost) if line.cost is not None else None,
                )
                for line in found.lines
            ],
        )


class CostRangeOut(Output):
    """What it would cost if everybody gets it; Meta charges nothing for what it does not deliver."""

    currency: str | None = Field(description="null without a rate card")
    least: AmountOut | None = Field(
        description="without those who wrote within the last seven days: Meta may deliver to them free of charge, if "
        "they came from an ad"
    )
    most: AmountOut | None
    unpriced: int = Field(description="people whose country and category the rate card has no rate for; not included")
    countries: dict[str, int] = Field(description="people by the country Meta charges for")

    @classmethod
    def of(cls, countries: dict[str, int], least: Bill, most: Bill) -> "CostRangeOut":
        lowest, highest = least.total, most.total
        return cls(
            currency=most.currency,
            least=AmountOut.of(lowest) if lowest is not None else None,
            most=AmountOut.of(highest) if highest is not None else None,
            unpriced=most.unpriced,
            countries=countries,
        )
