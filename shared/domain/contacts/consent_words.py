"""Whether what a person wrote is a no, or a yes again. Pure, and cheap enough for the webhook receiver.

The whole message must be a phrase of the list, with nothing around it but courtesy, punctuation and emoji: a longer
sentence, or one that says the opposite ("don't stop"), opts nobody out or in.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from shared.domain.contacts.opt_out_words.languages import LANGUAGES, YES, YES_ON_BUTTONS
from shared.domain.text_fold import fold_words

ConsentWord = Literal["stop", "start"]

LONGEST_TEXT = 120
"""Characters of the longest message that may be a no: phrases are up to 60, and courtesy takes its room."""
_MOST_TOKENS = 60
# Thai to Khmer, kana, Han and Hangul (also taken apart into its letters) are written without spaces, or with spaces
# that people set as they like: each character is a token of its own.
_TOKENS = re.compile(
    "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff]"
    "|[^ \u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff]+"
)
Phrase = tuple[str, ...]


def _tokens(text: str) -> Phrase:
    words = fold_words(text)
    return tuple(words.split() if words.isascii() else _TOKENS.findall(words))


def _phrases(listed: str) -> list[Phrase]:
    """All at once, because that is done at a cold start: a lone 0, which no phrase holds, stands for the separators."""
    parts: list[list[str]] = [[]]
    for word in _tokens(listed.replace("|", " 0 ")):
        if word == "0":
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]


class _Phrases:
    """Phrases, found by where they begin in a message."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_first: dict[str, set[Phrase]] = {}
        for phrase in phrases:
            self._by_first.setdefault(phrase[0], set()).add(phrase)

    def at(self, tokens: Phrase, start: int) -> Iterator[Phrase]:
        for phrase in self._by_first.get(tokens[start], ()):
            if tokens[start : start + len(phrase)] == phrase:
                yield phrase

    def __contains__(self, phrase: Phrase) -> bool:
        return phrase in self._by_first.get(phrase[0], ())


def _all(listed: Iterable[str]) -> list[Phrase]:
    return [phrase for phrases in listed for phrase in _phrases(phrases)]


_PLAIN_PHRASES = _all(language.no for language in LANGUAGES.values())
_PLAIN = _Phrases(_PLAIN_PHRASES)
_NO = _Phrases(_PLAIN_PHRASES + _all(language.also_answers for language in LANGUAGES.values()))
_COURTESY = _Phrases(_all(language.courtesy for language in LANGUAGES.values()))
_YES_ON_BUTTONS = frozenset(_phrases(YES_ON_BUTTONS))
_YES = _YES_ON_BUTTONS.union(_phrases(YES))


def consent_word(text: str) -> ConsentWord | None:
    """What a whole message says of consent, in any of the languages listed."""
    return _said(text, _NO, _YES)


def button_word(text: str) -> ConsentWord | None:
    """What a pressed button or chosen row says of consent, by its label or payload.

    It answers a question of ours, so its words are ours too: "Cancel" is about an appointment and "Start" about a quiz,
    and only what has no other meaning counts.
    """
    return _said(text, _PLAIN, _YES_ON_BUTTONS)


def _said(text: str, no: _Phrases, yes: frozenset[Phrase]) -> ConsentWord | None:
    if len(text) > LONGEST_TEXT:
        return None
    tokens = _tokens(text)
    if not 0 < len(tokens) <= _MOST_TOKENS:
        return None
    if tokens in yes:
        return "start"
    return "stop" if _is_no(tokens, no) else None


def _is_no(tokens: Phrase, no: _Phrases) -> bool:
    """Whether these are phrases of no and courtesy from end to end, with one no at least.

    A no may be said twice over ("stop stop"), or in two ways that mean nothing else ("stop, unsubscribe"); but "cancel
    stop" takes the no back.
    """
    begun: list[tuple[int, Phrase]] = [(0, ())]
    seen = set(begun)
    while begun:
        place, said = begun.pop()
        if place == len(tokens):
            if said:
                return True
            continue
        after = [(place + len(phrase), said) for phrase in _COURTESY.at(tokens, place)]
        after += [(place + len(phrase), phrase) for phrase in no.at(tokens, place) if _may_follow(phrase, said)]
        fresh = [step for step in after if step not in seen]
        seen.update(fresh)
        begun += fresh
    return False


def _may_follow(phrase: Phrase, said: Phrase) -> bool:
    return not said or phrase == said or (phrase in _PLAIN and said in _PLAIN)
