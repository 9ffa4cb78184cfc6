"""Words as messages and names were indexed before text was folded in one way (`shared.domain.text_fold`).

Kept for what is in the index under them: it is found again once it has been indexed anew, and must be found to be
erased. To be deleted when nothing of before is left: once the index was made anew, or 400 days after.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def former_indexed_words(text: str) -> list[str]:
    return _words_of(text, 3)[:25]


def former_name_words(name: str) -> list[str]:
    return _words_of(name, 2)[:10]


def _words_of(text: str, shortest: int) -> list[str]:
    return list(dict.fromkeys(word for word in _split(text) if _counts(word, shortest)))


def _counts(word: str, shortest: int) -> bool:
    return len(word) >= shortest or (len(word) >= 2 and (not word.isascii() or any(char.isdecimal() for char in word)))


def _split(text: str) -> Iterable[str]:
    folded = unicodedata.normalize("NFKD", text[:20_000].casefold())
    spaced = "".join(char if _in_word(char) else "" if unicodedata.category(char) == "Mn" else " " for char in folded)
    for word in unicodedata.normalize("NFC", spaced).split():
        runs = _UNSPACED.findall(word)
        if not runs:
            yield word[:40]
            continue
        yield from (part[:40] for part in _UNSPACED.split(word) if part)
        for run in runs:
            yield from ("".join(pair) for pair in pairwise(run)) if len(run) > 1 else (run,)


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) == "Mc" or _UNSPACED.match(char) is not None
