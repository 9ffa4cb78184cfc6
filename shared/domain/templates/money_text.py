"""Amounts of money for currency parameters: thousandths of a unit, and the text shown when Meta cannot localise it."""

import re
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217, active codes of money people pay with; those without two decimal digits are listed apart.
_TWO_DIGITS_LIST = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD
KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW
"""
_TWO_DIGITS = frozenset(_TWO_DIGITS_LIST.split())
_NO_DIGITS_LIST = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS_LIST = "BHD IQD JOD KWD LYD OMR TND"
_OTHER_DIGITS = {**dict.fromkeys(_NO_DIGITS_LIST.split(), 0), **dict.fromkeys(_THREE_DIGITS_LIST.split(), 3)}
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "BRL": "R$"}
# Languages that write 1,234.50; in the others the decimal comma is used, without grouping.
_POINT_LIST = "en zh ja ko th he hi bn ta te ml mr gu kn pa ur ms fil sw ha zu ga"
_POINT_LANGUAGES = frozenset(_POINT_LIST.split())
_POINT_LOCALES = frozenset({"es_MX"})
# Twelve digits keep the thousandths exact in JSON's numbers (2^53).
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?")


def is_currency(code: str) -> bool:
    """Whether this is the ISO 4217 code, in upper case, of money in use."""
    return code in _TWO_DIGITS or code in _OTHER_DIGITS


def decimals_of(code: str) -> int:
    """How many decimals the currency's amounts have."""
    return _OTHER_DIGITS.get(code, 2)


def thousandths(text: str) -> int | None:
    """`amount_1000` of a plain number such as 100.99 (half to even); None for anything else, negative ones included."""
    if not _AMOUNT.fullmatch(text):
        return None
    return int((Decimal(text) * 1000).to_integral_value(ROUND_HALF_EVEN))


def money_text(code: str, amount_1000: int, language: str) -> str:
    """The amount with its currency, in the currency's own number of decimals: $100.99, R$1234,50, KRW 5,000."""
    digits = decimals_of(code)
    unit = 10 ** (3 - digits)
    whole, part = divmod((amount_1000 + unit // 2) // unit, 10**digits)
    point = language.split("_")[0] in _POINT_LANGUAGES or language in _POINT_LOCALES
    number = f"{whole:,}" if point else str(whole)
    if digits:
        number += f"{'.' if point else ','}{part:0{digits}}"
    return f"{_SYMBOLS[code]}{number}" if code in _SYMBOLS else f"{code} {number}"
