"""What a campaign would cost, and what it did cost, by the tenant's rate card. Pure."""

from collections import Counter
from collections.abc import Mapping

from functions.api.campaigns.costs.logic.rate_card import Bill, RateCard, bill
from functions.api.campaigns.logic.dry_run_result import DryRunResult
from shared.domain.campaigns.books import UNKNOWN_PRICE


def cost_range(result: DryRunResult, category: str, card: RateCard | None) -> tuple[Bill, Bill]:
    """(least, most) if everybody gets it; the least leaves out those to whom Meta may deliver free of charge."""
    price = category.lower()
    paying = {country: number - result.recent.get(country, 0) for country, number in result.markets.items()}
    least = bill({(country, price): number for country, number in paying.items()}, card)
    most = bill({(country, price): number for country, number in result.markets.items()}, card)
    return least, most


def actual_cost(priced: Mapping[tuple[str, str], int], category: str, card: RateCard | None) -> Bill:
    """Of delivered messages by (country, price). What Meta charged without naming a category is of the campaign's."""
    counts: Counter[tuple[str, str]] = Counter()
    for (country, price), number in priced.items():
        counts[country, category.lower() if price == UNKNOWN_PRICE else price] += number
    return bill(counts, card)
