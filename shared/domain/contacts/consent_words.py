"""Whether what a person wrote is a no, or a yes again. Pure, and cheap enough for the webhook receiver.

The whole message must be a phrase of the list, with nothing around it but courtesy, punctuation, emoji, and what
`opt_out_words.sentences` lists: a longer sentence, or one that says the opposite ("don't stop"), opts nobody out or in.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Final, Literal

from shared.domain.contacts.consent_phrases import Phrase, Phrases, all_phrases, phrases_of, tokens_of
from shared.domain.contacts.consent_sentences import Parts, Sentences, sentences_of
from shared.domain.contacts.opt_out_words import sentences
from shared.domain.contacts.opt_out_words.grammars import GRAMMARS
from shared.domain.contacts.opt_out_words.languages import LANGUAGES, YES, YES_ON_BUTTONS

ConsentWord = Literal["stop", "start"]

LONGEST_TEXT: Final = 4_096
"""Characters of the longest message that may be a no, when what it repeats is left out."""
_SHORT: Final = 120
"""Up to here a message is looked at whatever it holds."""
_MOST_WORDS: Final = 60
_MOST_LETTERS: Final = 120
"""Different ones of a longer message that may be a no; other messages are done with before they are folded."""
_BEGINNING: Final = 65_536
_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
_DRAWN_OUT = re.compile(r"([^\W\d_])\1\1")
_DOUBLE = re.compile(r"(.)\1+")
_OVER_AND_OVER = re.compile(r"(\w{3,20}?)\1+")
# Letters that show nothing: Hangul fillers, the grapheme joiner, Khmer inherent vowels.
_UNSEEN = re.compile("[\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5]")
_ASKS = re.compile("[?\u00bf\u037e\u055e\u061f\u1367\u203d\u2047-\u2049\u2753\u2754\u2e2e\ufe56\uff1f]")
_STOP_SIGN: Final = "\U0001f6d1"

_BUTTON_PHRASES = all_phrases(language.no for language in LANGUAGES.values())
_PLAIN_PHRASES = _BUTTON_PHRASES + all_phrases(language.written for language in LANGUAGES.values())
_ON_BUTTONS = Phrases(_BUTTON_PHRASES)
_PLAIN = Phrases(_PLAIN_PHRASES)
_NO = Phrases(_PLAIN_PHRASES + all_phrases(language.also_answers for language in LANGUAGES.values()))
_PARTS = Parts(sentences.THINGS)
_BUTTON_SENTENCES = [one for grammar in GRAMMARS.values() for one in sentences_of(grammar, grammar.no, _PARTS)]
_WRITTEN_SENTENCES = [one for grammar in GRAMMARS.values() for one in sentences_of(grammar, grammar.written, _PARTS)]
_ON_BUTTONS_TOO = Sentences(_BUTTON_SENTENCES)
_IN_WRITING = Sentences(_BUTTON_SENTENCES + _WRITTEN_SENTENCES)
_COURTESY = Phrases(all_phrases(language.courtesy for language in LANGUAGES.values()))
_REQUESTS, _REPLIES, _SENDS, _PURPOSES, _TAILS, _STOPS, _THINGS, _ARTICLES, _REFUSALS = (
    Phrases(phrases_of(listed))
    for listed in (
        *(sentences.REQUESTS, sentences.REPLIES, sentences.SENDS, sentences.PURPOSES, sentences.TAILS),
        *(sentences.STOPS, sentences.THINGS, sentences.ARTICLES, sentences.REFUSALS),
    )
)
_Asked = Literal["bare", "answered", "sent"]
_INSTRUCTIONS: tuple[tuple[Phrases, _Asked], ...] = ((_REPLIES, "answered"), (_SENDS, "sent"))
_BARE_STOP: Phrase = ("stop",)
_REFUSED: Phrase = ("no", "thanks")
"""Said of an offer, and of messages only when a plain no follows: "Unsubscribe? No thanks" may take it back."""
# "Ich will nicht stören" and "quisiera no molestar" are excuses, and "je veux plus de messages" may want more of them.
_NOT_REQUESTED = frozenset(("plus", "nicht", "nichts", "niet", "niets", "niks", "no", "non"))
_YES_ON_BUTTONS = frozenset(phrases_of(YES_ON_BUTTONS))
_YES = _YES_ON_BUTTONS.union(phrases_of(YES))


def consent_word(text: str) -> ConsentWord | None:
    """What a whole message says of consent, in any of the languages listed."""
    said = _said(text, _NO, _YES)
    if said == "stop" or _STOP_SIGN not in text:
        return said
    # Beside a no the sign is an emoji like others; without one it is the word.
    return "stop" if _said(text.replace(_STOP_SIGN, " stop "), _NO, _YES) == "stop" else None


def button_word(text: str) -> ConsentWord | None:
    """What a pressed button or chosen row says of consent, by its label or payload.

    It answers a question of ours, so its words are ours too: "Cancel" is about an appointment and "Start" about a quiz,
    and only what has no other meaning counts.
    """
    return _said(text, _ON_BUTTONS, _YES_ON_BUTTONS)


def title_says_no(title: str) -> bool:
    """Whether a column or list of this name holds who said no: what people write, but not what answers a question."""
    return _said(title, _PLAIN, frozenset()) == "stop"


def _said(text: str, no: Phrases, yes: frozenset[Phrase]) -> ConsentWord | None:
    """A no may be asked ("stop?"); a yes is not taken from a question."""
    short = _squeezed(text)
    if short is None or not (tokens := tokens_of(_UNSEEN.sub("", short))):
        return None
    if tokens in yes:
        return None if _ASKS.search(short) else "start"
    if not _all_listed(tokens):
        return None
    plain = _plainly(tokens)
    return "stop" if _is_no(tokens, no) or (plain != tokens and _is_no(plain, no)) else None


def _squeezed(text: str) -> str | None:
    """The message without what it only repeats, or None for one that can be no phrase. Takes time by its length, and
    little for what people write otherwise: a body may be as long as the webhook that brings it."""
    if len(text) <= _SHORT:
        return text
    if len(set(text[:_BEGINNING])) > _MOST_LETTERS or len(set(text[:_BEGINNING].split())) > _MOST_WORDS:
        return None
    if len(text) > LONGEST_TEXT:
        text = " ".join(word for word, _ in groupby(_RUN.sub(r"\1\1\1", text).split()))
    return text if len(text) <= LONGEST_TEXT else None


def _plainly(tokens: Phrase) -> Phrase:
    """Words that are drawn out ("stoooop"), or written over and over, as they stand in the lists."""
    once: list[str] = []
    for token, run in groupby(map(_plain_word, tokens)):
        times = len(list(run))
        once += [token] * (times if times < 3 else 1)
    return tuple(once)


def _is_no(tokens: Phrase, no: Phrases) -> bool:
    """Whether these are phrases of no and courtesy from end to end, with one no at least.

    A no may be said time and again ("stop stop"), or in two ways that mean nothing else ("stop, unsubscribe"); but
    "cancel stop" takes the no back.
    """
    begun: list[tuple[int, Phrase]] = [(0, ())]
    seen = set(begun)
    while begun:
        place, said = begun.pop()
        if place == len(tokens):
            if said and said != _REFUSED:
                return True
            continue
        after = [(place + len(phrase), said) for phrase in _COURTESY.at(tokens, place)]
        after += [(end, phrase) for end, phrase in _noes(tokens, place, no) if _may_follow(phrase, said)]
        if not said:
            after += [(end, _REFUSED) for end in _REFUSALS.after(tokens, place)]
        fresh = [step for step in after if step not in seen]
        seen.update(fresh)
        begun += fresh
    return False


def _may_follow(phrase: Phrase, said: Phrase) -> bool:
    return not said or phrase == said or (phrase in _PLAIN and (said in _PLAIN or said == _REFUSED))


def _noes(tokens: Phrase, place: int, no: Phrases) -> Iterator[tuple[int, Phrase]]:
    """(where it ends, what it says) of each no that begins here, with its wish, instruction and purpose."""
    for end, phrase, asked in _asked_for(tokens, place, no):
        if asked != "sent" or phrase in _PLAIN:
            yield end, phrase
        for behind in _TAILS.after(tokens, end):
            yield behind, phrase
        # Not "end to end".
        for purpose in _PURPOSES.after(tokens, end) if asked != "bare" or phrase in _PLAIN else ():
            for behind in no.after(tokens, purpose):
                yield behind, phrase


def _asked_for(tokens: Phrase, place: int, no: Phrases) -> Iterator[tuple[int, Phrase, _Asked]]:
    """The same without its purpose, and by what instruction."""
    for end, phrase in _bare_noes(tokens, place, no):
        yield end, phrase, "bare"
    for instructions, asked in _INSTRUCTIONS:
        for begins in instructions.after(tokens, place):
            for end, phrase in _bare_noes(tokens, begins, no):
                yield end, phrase, asked
    for begins in _REQUESTS.after(tokens, place):
        if not _NOT_REQUESTED.issuperset(tokens[begins : begins + 1]):
            for end, phrase in _bare_noes(tokens, begins, _PLAIN):
                yield end, phrase, "bare"


def _bare_noes(tokens: Phrase, place: int, no: Phrases) -> Iterator[tuple[int, Phrase]]:
    for phrase in no.at(tokens, place):
        yield place + len(phrase), phrase
    for end in (_ON_BUTTONS_TOO if no is _ON_BUTTONS else _IN_WRITING).after(tokens, place):
        yield end, _BARE_STOP
    for stop in _STOPS.after(tokens, place):
        for thing in (stop, *_ARTICLES.after(tokens, stop)):
            for end in _THINGS.after(tokens, thing):
                yield end, _BARE_STOP


def _plain_word(token: str) -> str:
    """The shortest word of the lists that this one is without what it repeats; itself when there is none."""
    repeated = _OVER_AND_OVER.fullmatch(token)
    if repeated is None and not _DRAWN_OUT.search(token):
        return token
    return _known().get(_DOUBLE.sub(r"\1", repeated[1] if repeated else token), token)


def _all_listed(tokens: Phrase) -> bool:
    """Whether every word is of some list: else this is no phrase of theirs, and most messages are done with at their
    first words."""
    words = _words()
    return all(token in words or _plain_word(token) in words for token in tokens)


@cache
def _known() -> dict[str, str]:
    """Word without doubled letters -> word."""
    return {_DOUBLE.sub(r"\1", word): word for word in sorted(_words(), key=lambda word: (-len(word), word))}


@cache
def _words() -> frozenset[str]:
    """All that a no may hold. Made when it is first needed, and not at a cold start."""
    lists = (_NO, _COURTESY, _REQUESTS, _REPLIES, _SENDS, _PURPOSES, _TAILS, _STOPS, _THINGS, _ARTICLES, _REFUSALS)
    return frozenset(word for one in (*lists, _IN_WRITING) for word in one.words())
