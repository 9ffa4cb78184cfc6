"""How a person is addressed: the first name that was given for them, else what their whole name says of it."""

from shared.domain.contacts.contact import Contact
from shared.domain.text_fold import fold

_TITLES = frozenset(
    {
        *("dr", "dra", "drs", "sr", "sra", "srta", "mr", "mrs", "ms", "miss", "mx", "prof", "profa", "eng", "ing"),
        *("lic", "herr", "frau", "mme", "mlle", "sig", "bapak", "pak", "ibu", "bu"),
    }
)
# What follows a comma without being a first name.
_SUFFIXES = frozenset(
    {
        *("jr", "junior", "sr", "senior", "ii", "iii", "iv", "md", "phd", "dds", "esq", "cpa", "mba", "inc", "llc"),
        *("ltd", "ltda", "corp", "co", "sa", "sas", "srl", "sl", "gmbh", "ag", "bv", "pt", "tbk"),
    }
)


def first_name_of(contact: Contact) -> str:
    """As it was given, whole; of a name alone its first word without titles, or of `Gómez, Ana María` what follows the
    comma. "" for people without a name."""
    return contact.given_name or _first_of(contact.name)


def kept_with_name(given: str, name: str) -> str:
    """A given first or last name as it is stored: with the name it belongs to, so that it goes when that is another."""
    return f"{given}\n{name}" if given else ""


def given_for(stored: str, name: str) -> str:
    """The first or last name that was stored for this name, or ""."""
    given, _, whole = stored.partition("\n")
    return given if whole == name else ""


def _first_of(name: str) -> str:
    before, comma, after = name.replace("\uff0c", ",").replace("\u060c", ",").partition(",")
    behind = after.partition(",")[0].split()
    if comma and before.strip() and behind and _plain(behind[0]) not in _SUFFIXES:
        return " ".join(_without_titles(behind))
    return "".join(_without_titles(before.split() or behind)[:1])


def _without_titles(words: list[str]) -> list[str]:
    """Without titles, and signs such as emoji, that come before a name; all of them when nothing else is there."""
    for i, word in enumerate(words):
        if any(char.isalnum() for char in word) and _plain(word) not in _TITLES:
            return words[i:]
    return words


def _plain(word: str) -> str:
    return fold(word).replace(".", "").strip(",")
