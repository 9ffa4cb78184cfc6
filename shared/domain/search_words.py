"""Words as a search finds them: without case, accents and punctuation; and the digits of a phone number.

Languages written without spaces are cut into pairs of characters, so that a part of a sentence is found too.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

MOST_WORDS = 25
"""Words of one message that can be searched for: its first ones. Each costs a write."""
SHORTEST, SHORTEST_NAME = 3, 2
LONGEST = 40
FEWEST_DIGITS = 3
# Thai, Lao, Burmese and Khmer; kana; Han.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./\u2010-\u2015-]*")


def words_of(text: str, shortest: int = SHORTEST) -> list[str]:
    """Distinct words in the order in which they come; those with a digit may be two characters long."""
    return list(dict.fromkeys(word for word in _split(text) if _counts(word, shortest)))


def indexed_words(text: str) -> list[str]:
    """The words under which a message is found."""
    return words_of(text)[:MOST_WORDS]


def name_words(name: str) -> list[str]:
    return words_of(name, SHORTEST_NAME)[:10]


def matches(wanted: Iterable[str], words: Iterable[str]) -> bool:
    """Whether every wanted word begins one of the words."""
    known = list(words)
    return all(any(word.startswith(start) for word in known) for start in wanted)


def digits_of(text: str) -> str:
    """The digits of something written like a phone number, without the zeros that only begin it; "" for anything else,
    or too few digits to search for."""
    line = text.strip()
    if not _PHONE.fullmatch(line):
        return ""
    digits = "".join(char for char in line if char.isascii() and char.isdecimal()).lstrip("0")
    return digits if len(digits) >= FEWEST_DIGITS else ""


def _counts(word: str, shortest: int) -> bool:
    return len(word) >= shortest or (len(word) >= 2 and (not word.isascii() or any(char.isdecimal() for char in word)))


def _split(text: str) -> Iterable[str]:
    folded = unicodedata.normalize("NFKD", text[:20_000].casefold())
    spaced = "".join(char if _in_word(char) else "" if unicodedata.category(char) == "Mn" else " " for char in folded)
    for word in unicodedata.normalize("NFC", spaced).split():
        runs = _UNSPACED.findall(word)
        if not runs:
            yield word[:LONGEST]
            continue
        yield from (part[:LONGEST] for part in _UNSPACED.split(word) if part)
        for run in runs:
            yield from ("".join(pair) for pair in pairwise(run)) if len(run) > 1 else (run,)


def _in_word(char: str) -> bool:
    """Letters, digits, and the vowel signs of Indian scripts, which belong to their letters."""
    return char.isalnum() or unicodedata.category(char) == "Mc" or _UNSPACED.match(char) is not None
