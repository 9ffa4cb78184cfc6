"""The contacts file of the demo, made up: `python -m infra.local.demo.contacts` writes the shipped one anew.

It is the kind of file a shop exports from three systems at once: every way to write a phone number, names in several
scripts, blank cells, people listed twice with their number written differently, and numbers that are none.
Seeded: the same count gives the same bytes.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from infra.local.demo.countries import COUNTRIES, Country

SHIPPED = Path(__file__).with_name("contacts.csv")
SHIPPED_ROWS = 1_000
DEFAULT_COUNTRY = "BR"
"""The country of the numbers in the file that are written without a country code."""
HEADER = ("Name", "WhatsApp", "City", "Birthday", "Points", "VIP", "Tags", "Notes")

_SEED = 20261123
_BAD_NUMBERS = (
    "n/a",
    "+55 11 9000",
    "5.511900E+12",
    "+999 123 456 789",
    "",
    "ask her sister",
    "00000000",
    "+44 7400 00",
    "(11) 2",
    "x",
)
_BAD_BIRTHDAYS = ("1990-02-30", "31/12/1985")
_NOTES = (
    "",
    "",
    "",
    "asked for size M, blue",
    'said "call after 6pm"',
    "moved;\nsee new address",
    "prefers e-mail",
    "梱包注意",
    "👍",
)


def write_contacts(path: Path, count: int) -> None:
    """A file of `count` rows under a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows(_rows(count))


def _rows(count: int) -> Iterator[list[str]]:
    """1 % bad numbers, 1.2 % repeated people, 0.2 % impossible birthdays, spread over the file."""
    rng = random.Random(f"{_SEED}-{count}")
    bad, repeated = max(1, count // 100), max(1, count * 12 // 1000)
    kinds = ["bad"] * bad + ["repeated"] * repeated + ["birthday"] * (count * 2 // 1000)
    kinds += ["person"] * (count - len(kinds))
    rng.shuffle(kinds)
    used: set[str] = set()
    seen: list[tuple[PhoneNumber, list[str]]] = []
    number_of_bad = 0
    for kind in kinds[:count]:
        if kind == "repeated" and seen:
            yield _again(rng, *rng.choice(seen))
            continue
        number, row = _person(rng, used)
        if kind == "bad":
            row[1] = _BAD_NUMBERS[number_of_bad % len(_BAD_NUMBERS)]
            number_of_bad += 1
        elif kind == "birthday":
            row[3] = rng.choice(_BAD_BIRTHDAYS)
        else:
            seen.append((number, row))
        yield row


def _person(rng: random.Random, used: set[str]) -> tuple[PhoneNumber, list[str]]:
    country = rng.choices(COUNTRIES, [country.share for country in COUNTRIES])[0]
    number = _number(rng, country, used)
    first, last = rng.choice(country.first), rng.choice(country.last)
    name = f"{last}{first}" if _is_han(first + last) else f"{first} {last.replace('-', ' ')}"
    row = [
        _or_blank(rng, 0.03, rng.choice((name, name, name, name, name.upper(), f" {name} "))),
        written(rng, number),
        _or_blank(rng, 0.08, rng.choice(country.cities)),
        _or_blank(rng, 0.15, f"{rng.randint(1948, 2007)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"),
        _or_blank(rng, 0.04, str(rng.choice((0, rng.randint(1, 300), rng.randint(1, 300), rng.randint(300, 9000))))),
        _or_blank(rng, 0.1, rng.choice(("yes", "no", "no", "no", "true", "false", "Sim", "não"))),
        "; ".join(tag for tag, share in (("newsletter", 0.5), ("store", 0.3), ("staff", 0.01)) if rng.random() < share),
        rng.choice(_NOTES),
    ]
    return number, row


def _again(rng: random.Random, number: PhoneNumber, row: list[str]) -> list[str]:
    """The same person from another system: the number in another form, a few cells newer or empty."""
    other = [*row]
    while other[1] == row[1]:
        other[1] = written(rng, number)
    other[4] = str(rng.randint(1, 9000))
    other[7] = "imported from the web shop"
    return other


def _number(rng: random.Random, country: Country, used: set[str]) -> PhoneNumber:
    """A valid number that nobody has yet. Raises ValueError when a country has no more."""
    for _ in range(10_000):
        digits = "".join(rng.choice("0123456789") if c == "#" else c for c in rng.choice(country.numbers))
        number = phonenumbers.parse(digits, country.region)
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if e164 not in used and phonenumbers.is_valid_number(number):
            used.add(e164)
            return number
    raise ValueError(f"no more numbers in {country.region}; ask for fewer contacts")


def written(rng: random.Random, number: PhoneNumber) -> str:
    """The number in one of the ways people write it."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    spaced = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    forms = [
        e164,
        e164,
        spaced,
        spaced.replace("-", " "),
        spaced.replace(" ", "-"),
        spaced.replace(" ", "."),
        "00" + e164[1:],
        "00" + spaced[1:],
        f"'{e164}",
        f"\N{NO-BREAK SPACE}{spaced} ",
    ]
    if phonenumbers.region_code_for_number(number) == DEFAULT_COUNTRY:
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        forms += [national, national, national.replace(" ", ""), f"0{number.national_number}", f"{e164[1:]}.0"]
    return rng.choice(forms)


def _or_blank(rng: random.Random, share: float, text: str) -> str:
    return "" if rng.random() < share else text


def _is_han(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


if __name__ == "__main__":
    write_contacts(SHIPPED, SHIPPED_ROWS)
    print(SHIPPED)
