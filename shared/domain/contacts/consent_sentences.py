"""Sentences of a grammar, found token by token in what a person wrote: all of them at once, in one pass."""

from collections.abc import Iterable, Iterator
from typing import Final

from shared.domain.contacts.consent_phrases import Phrase, phrases_of
from shared.domain.contacts.opt_out_words.language import Grammar

_MOST_REMEMBERED: Final = 4_096
"""Places in sentences, which are worked out when a message first comes there."""


class _Words:
    """What may follow within a part of a sentence, and whether the part may end here."""

    __slots__ = ("further", "is_end")

    def __init__(self) -> None:
        self.further: dict[str, _Words] = {}
        self.is_end = False


_Part = tuple[_Words, bool]
"""Its phrases, and whether it may be left out."""
_Reading = tuple[tuple[_Part, ...], _Words | None]
"""What remains of a sentence, its first part at these words; None behind its end."""


class _Place:
    """Where a message has come in all sentences that it may still be."""

    __slots__ = ("following", "is_end", "readings")

    def __init__(self, readings: frozenset[_Reading]) -> None:
        self.is_end = any(words is None for _, words in readings)
        self.readings = [(parts, words) for parts, words in readings if words is not None]
        self.following: dict[str, _Place] = {}


class Sentences:
    """The time that they take grows with the words of the message, and hardly with how many they are."""

    def __init__(self, sentences: Iterable[tuple[_Part, ...]]) -> None:
        self._beginnings: dict[str, list[_Reading]] = {}
        for parts in sentences:
            for reading in _from(parts):
                for word in reading[1].further if reading[1] is not None else ():
                    self._beginnings.setdefault(word, []).append(reading)
        self._begun: dict[str, _Place] = {}
        self._places: dict[frozenset[_Reading], _Place] = {}

    def after(self, tokens: Phrase, start: int) -> Iterator[int]:
        """Where each that begins here ends."""
        place = self._begin(tokens[start]) if start < len(tokens) else None
        while place is not None:
            start += 1
            if place.is_end:
                yield start
            place = self._next(place, tokens[start]) if start < len(tokens) else None

    def words(self) -> Iterator[str]:
        left = [words for begun in self._beginnings.values() for parts, _ in begun for words, _ in parts]
        seen: set[_Words] = set()
        while left:
            words = left.pop()
            if words not in seen:
                seen.add(words)
                yield from words.further
                left += words.further.values()

    def _begin(self, word: str) -> _Place | None:
        place = self._begun.get(word)
        if place is None and word in self._beginnings:
            place = self._place(self._beginnings[word], word)
            if place is not None:
                self._begun[word] = place
        return place

    def _next(self, place: _Place, word: str) -> _Place | None:
        """Only what some sentence goes on with is remembered: others choose the words."""
        following = place.following.get(word)
        if following is None:
            following = self._place(place.readings, word)
            if following is not None:
                place.following[word] = following
        return following

    def _place(self, readings: Iterable[_Reading], word: str) -> _Place | None:
        further = frozenset(
            reading
            for parts, words in readings
            if words is not None and (behind := words.further.get(word)) is not None
            for reading in _behind(parts, behind)
        )
        if not further:
            return None
        if len(self._places) >= _MOST_REMEMBERED:
            self._places.clear()
            self._begun.clear()
        return self._places.setdefault(further, _Place(further))


def sentences_of(grammar: Grammar, listed: str, shared: "Parts") -> Iterator[tuple[_Part, ...]]:
    """Those `listed`, which are of the grammar."""
    for sentence in listed.split("|"):
        names = [(word.removesuffix("?"), word.endswith("?")) for word in sentence.split()]
        if names:
            yield tuple((shared.part(grammar, name), optional) for name, optional in names)


class Parts:
    """The parts of grammars, each made once; `messages` belong to MESSAGES of every language."""

    def __init__(self, messages: str) -> None:
        self._messages = phrases_of(messages)
        self._by_name: dict[tuple[int, str], _Words] = {}

    def part(self, grammar: Grammar, name: str) -> _Words:
        """Raises KeyError for a part that the grammar has not."""
        key = (id(grammar), name)
        if key not in self._by_name:
            listed = (
                grammar.parts.get(name, "") if name == "MESSAGES" else grammar.parts[name] if name.isupper() else name
            )
            self._by_name[key] = _words([*phrases_of(listed), *(self._messages if name == "MESSAGES" else ())])
        return self._by_name[key]


def _words(phrases: Iterable[Phrase]) -> _Words:
    beginning = _Words()
    for phrase in phrases:
        words = beginning
        for word in phrase:
            words = words.further.setdefault(word, _Words())
        words.is_end = True
    return beginning


def _from(parts: tuple[_Part, ...]) -> Iterator[_Reading]:
    """Every way on from before these parts."""
    for i, (words, optional) in enumerate(parts):
        yield parts[i:], words
        if not optional:
            return
    yield (), None


def _behind(parts: tuple[_Part, ...], words: _Words) -> Iterator[_Reading]:
    """Every way on from these words of the first part."""
    if words.further:
        yield parts, words
    if words.is_end:
        yield from _from(parts[1:])
