"""Amounts of money for currency parameters: thousandths of a unit, and the text shown when Meta cannot localise it."""

import re
from decimal import ROUND_HALF_EVEN, Decimal

from shared.domain.money import Money, decimals_of

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "BRL": "R$"}
# Languages that write 1,234.50; in the others the decimal comma is used, without grouping.
_POINT_LIST = "en zh ja ko th he hi bn ta te ml mr gu kn pa ur ms fil sw ha zu ga"
_POINT_LANGUAGES = frozenset(_POINT_LIST.split())
_POINT_LOCALES = frozenset({"es_MX"})
# Twelve digits keep the thousandths exact in JSON's numbers (2^53).
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?")


def thousandths(text: str) -> int | None:
    """`amount_1000` of a plain number such as 100.99 (half to even); None for anything else, negative ones included."""
    if not _AMOUNT.fullmatch(text):
        return None
    return int((Decimal(text) * 1000).to_integral_value(ROUND_HALF_EVEN))


def money_text(money: Money, language: str) -> str:
    """The amount with its currency, in the currency's own number of decimals: $100.99, R$1234,50, KRW 5,000."""
    code, digits = money.currency, decimals_of(money.currency)
    whole, part = divmod(money.minor, 10**digits)
    point = language.split("_")[0] in _POINT_LANGUAGES or language in _POINT_LOCALES
    number = f"{whole:,}" if point else str(whole)
    if digits:
        number += f"{'.' if point else ','}{part:0{digits}}"
    return f"{_SYMBOLS[code]}{number}" if code in _SYMBOLS else f"{code} {number}"
