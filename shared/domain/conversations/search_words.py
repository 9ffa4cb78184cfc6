"""Words as a search finds them: without case, accents and punctuation; and the digits of a phone number.

Languages written without spaces are cut into pairs of characters, so that a part of a sentence is found too.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from shared.domain.text_fold import fold, fold_words

MOST_WORDS = 25
"""Words of one message that can be searched for: its first ones. Each costs a write."""
SHORTEST, SHORTEST_NAME = 3, 2
LONGEST = 40
FEWEST_DIGITS = 3
MOST_NUMBERS = 5
"""Phone numbers of one message that can be searched for; each takes the place of a word."""
# Thai, Lao, Burmese and Khmer; kana; Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]*")
# In a text: as many digits as a number has with its country (ITU-T E.164: 15), or the shortest without one.
_NUMBER = re.compile(r"[0-9][0-9 ()./-]{5,40}[0-9]")
_FEWEST_IN_TEXT, _MOST_IN_TEXT = 7, 17


def words_of(text: str, shortest: int = SHORTEST) -> list[str]:
    """Distinct words in the order in which they come; those with a digit may be two characters long."""
    return list(dict.fromkeys(word for word in _split(text) if _counts(word, shortest)))


def indexed_words(text: str) -> list[str]:
    """The words under which a message is found; with its numbers they are MOST_WORDS at most."""
    return words_of(text)[: MOST_WORDS - len(indexed_numbers(text))]


def indexed_numbers(text: str) -> list[str]:
    """The phone numbers in a message, such as those of a card, as `digits_of` writes them: found by how they end."""
    return list(dict.fromkeys(_numbers(text)))[:MOST_NUMBERS]


def _numbers(text: str) -> Iterable[str]:
    for found in _NUMBER.findall(fold(text[:20_000])):
        digits = "".join(filter(str.isdecimal, found)).lstrip("0")
        if _FEWEST_IN_TEXT <= len(digits) <= _MOST_IN_TEXT:
            yield digits


def name_words(name: str) -> list[str]:
    return words_of(name, SHORTEST_NAME)[:10]


def matches(starts: Iterable[str], words: Iterable[str]) -> bool:
    """Whether every wanted word begins one of the words."""
    known = list(words)
    return all(any(word.startswith(start) for word in known) for start in starts)


def digits_of(text: str) -> str:
    """The digits of something written like a phone number, without the zeros that only begin it; "" for anything else,
    or too few digits to search for."""
    line = fold(text).strip()
    if not _PHONE.fullmatch(line):
        return ""
    digits = "".join(filter(str.isdecimal, line)).lstrip("0")
    return digits if len(digits) >= FEWEST_DIGITS else ""


def _counts(word: str, shortest: int) -> bool:
    return len(word) >= shortest or (len(word) >= 2 and (not word.isascii() or any(char.isdecimal() for char in word)))


def _split(text: str) -> Iterable[str]:
    for word in fold_words(text[:20_000]).split():
        runs = _UNSPACED.findall(word)
        if not runs:
            yield word[:LONGEST]
            continue
        yield from (part[:LONGEST] for part in _UNSPACED.split(word) if part)
        for run in runs:
            yield from ("".join(pair) for pair in pairwise(run)) if len(run) > 1 else (run,)
