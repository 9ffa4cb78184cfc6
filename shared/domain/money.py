"""Amounts of money: never without their currency, never a float."""

from dataclasses import dataclass

# ISO 4217, list one (kept by SIX: six-group.com/en/products-services/financial-information/data-standards.html): active
# codes of money people pay with, and how many decimals each has; those without two are listed apart.
_TWO_DIGITS_LIST = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD
KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG
"""
_TWO_DIGITS = frozenset(_TWO_DIGITS_LIST.split())
_NO_DIGITS_LIST = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DIGITS_LIST = "BHD IQD JOD KWD LYD OMR TND"
_OTHER_DIGITS = {**dict.fromkeys(_NO_DIGITS_LIST.split(), 0), **dict.fromkeys(_THREE_DIGITS_LIST.split(), 3)}


def is_currency(code: str) -> bool:
    """Whether this is the ISO 4217 code, in upper case, of money in use."""
    return code in _TWO_DIGITS or code in _OTHER_DIGITS


def decimals_of(code: str) -> int:
    """How many decimals the currency's amounts have."""
    return _OTHER_DIGITS.get(code, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """What is paid and shown: `minor` of the smallest units of `currency`, an ISO 4217 code. 1050 USD are $10.50, 1050
    JPY are ¥1050."""

    minor: int
    currency: str


def rounded(amount: int, decimals: int, currency: str) -> Money:
    """Half up, of an amount with so many decimals, no fewer than the currency has: 10_499 with three are 1050 USD."""
    unit: int = 10 ** (decimals - decimals_of(currency))
    return Money((amount + unit // 2) // unit, currency)


@dataclass(frozen=True, slots=True)
class Micros:
    """What is reckoned with: whole millionths of the currency's unit, because prices have more decimals than currencies
    have. 62_500 USD are $0.0625."""

    micros: int
    currency: str

    def __add__(self, other: "Micros") -> "Micros":
        """Raises ValueError for another currency."""
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return Micros(self.micros + other.micros, self.currency)

    def times(self, count: int) -> "Micros":
        return Micros(self.micros * count, self.currency)

    @property
    def money(self) -> Money:
        return rounded(self.micros, 6, self.currency)
