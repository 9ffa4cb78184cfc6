"""Phrases and the sentences built of them, found token by token in what a person wrote."""

import re
from collections.abc import Iterable, Iterator

from shared.domain.text_fold import fold_words

# Thai to Khmer, kana, Han and Hangul (also taken apart into its letters) are written without spaces, or with spaces
# that people set as they like: each character is a token of its own.
_TOKENS = re.compile(
    "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff]"
    "|[^ \u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff]+"
)
Phrase = tuple[str, ...]


def tokens_of(text: str) -> Phrase:
    words = fold_words(text)
    return tuple(words.split() if words.isascii() else _TOKENS.findall(words))


def phrases_of(listed: str) -> list[Phrase]:
    """All at once, because that is done at a cold start: a lone 0, which no phrase holds, stands for the separators."""
    parts: list[list[str]] = [[]]
    for word in tokens_of(listed.replace("|", " 0 ")):
        if word == "0":
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]


class Phrases:
    """Phrases, found by where they begin in a message."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_first: dict[str, set[Phrase]] = {}
        for phrase in phrases:
            self._by_first.setdefault(phrase[0], set()).add(phrase)

    def at(self, tokens: Phrase, start: int) -> Iterator[Phrase]:
        for phrase in self._by_first.get(tokens[start], ()) if start < len(tokens) else ():
            if tokens[start : start + len(phrase)] == phrase:
                yield phrase

    def after(self, tokens: Phrase, start: int) -> Iterator[int]:
        """Where each that begins here ends."""
        return (start + len(phrase) for phrase in self.at(tokens, start))

    def words(self) -> Iterator[str]:
        return (word for phrases in self._by_first.values() for phrase in phrases for word in phrase)

    def __contains__(self, phrase: Phrase) -> bool:
        return phrase in self._by_first.get(phrase[0], ())


def all_phrases(listed: Iterable[str]) -> list[Phrase]:
    return [phrase for phrases in listed for phrase in phrases_of(phrases)]
