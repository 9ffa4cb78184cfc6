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
# Thai, Lao, Burmese and Khmer; kana; Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]*")


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
