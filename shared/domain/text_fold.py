"""Text as it is compared, whoever typed it: one fold for search, bots' keywords and consent words, in every script.

Two texts that people take for the same fold to the same: without case, accents, vowel points, joiners and skin tones,
with digits, dashes and apostrophes of one kind. Marks that make another letter stay: vowel signs and viramas of India,
tones and vowels of Thailand, the voicing of kana.

Sources: Unicode 15 (NFKD, case folding, canonical combining classes); for letters that Unicode does not take apart,
CLDR 44 Latin-ASCII for Latin, and what people type on a keyboard without them for the others.
"""

import unicodedata
from typing import Final

VERSION: Final = 1
"""To be raised with every change of what `fold` gives: some keep what it gave, and fold again when this differs."""
_MOST_REMEMBERED: Final = 4_096
_VARIATIONS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x180E))
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_TATWEEL: Final = "\u0640"

_LETTERS: Final = {
    **{"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ð": "d", "þ": "th", "ħ": "h", "æ": "ae", "œ": "oe", "ŋ": "n", "ŧ": "t"},
    **{"ĸ": "k", "ȷ": "j", "ə": "e", "ǝ": "e", "ƶ": "z", "ƀ": "b", "ǥ": "g", "ɨ": "i", "ʉ": "u", "ƚ": "l", "ꞑ": "n"},
    # Hausa, Ewe, Yoruba, Lingala, Fula.
    **{"ɓ": "b", "ɗ": "d", "ɖ": "d", "ƙ": "k", "ƴ": "y", "ɲ": "n", "ɛ": "e", "ɔ": "o", "ƒ": "f", "ɣ": "g", "ʋ": "v"},
    # Ukrainian, Kazakh, Kyrgyz, Tatar, Tajik, Uzbek, Bashkir, Serbian.
    **{"ґ": "г", "ғ": "г", "ә": "а", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "ҳ": "х", "ҷ": "ч"},
    **{"җ": "ж", "ҡ": "к", "ҙ": "з", "ҫ": "с", "ђ": "д", "ћ": "ч"},
    # Arabic, Persian, Urdu, Kurdish: one letter with several shapes, each of which somebody's keyboard writes.
    **{"ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه", "ک": "ك", "ٱ": "ا"},
    # Hindi: the two nasal signs are written for one another.
    "ँ": "ं",
    **dict.fromkeys("‘’‛′`´ʻʼʽʾʿˈꞌ՚׳＇", "'"),
    **dict.fromkeys("“”„‟″״", '"'),
    "−": "-",
}
"""Folded letter -> what it counts as."""


class _Table(dict[int, str | None]):
    """Code point -> what it folds to, None for nothing. Worked out once each; bounded, since others choose the text."""

    def __missing__(self, code: int) -> str | None:
        folded = _fold_char(chr(code)) or None
        if len(self) < _MOST_REMEMBERED:
            self[code] = folded
        return folded


class _WordTable(dict[int, str]):
    """The same for what is no part of a word: it becomes a space."""

    def __missing__(self, code: int) -> str:
        kept = chr(code) if in_word(chr(code)) else " "
        if len(self) < _MOST_REMEMBERED:
            self[code] = kept
        return kept


def fold(text: str) -> str:
    """The text in the form in which it is compared. To fold it again changes nothing."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # An acute accent that stands alone is somebody's apostrophe; NFKD makes a space with an accent of it.
    decomposed = unicodedata.normalize("NFKD", text.replace("\u00b4", "'"))
    return unicodedata.normalize("NFC", decomposed.translate(_TABLE))


def fold_words(text: str) -> str:
    """The folded words alone, one space between them: letters, digits and what belongs to them, without other signs."""
    return " ".join(fold(text).translate(_WORD_TABLE).split())


def in_word(char: str) -> bool:
    """Letters, digits, and signs that belong to their letters: vowels, viramas, tones."""
    return char.isalnum() or unicodedata.category(char) in ("Mc", "Mn")


def _fold_char(char: str) -> str:
    return "".join(map(_fold_part, unicodedata.normalize("NFKD", char.casefold())))


def _fold_part(char: str) -> str:
    category, code = unicodedata.category(char), ord(char)
    if category == "Cf" or char == _TATWEEL or code in _SKIN_TONES or _is_accent(char, category):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Pd":
        return "-"
    if category == "Zs":
        return " "
    return _LETTERS.get(char, char)


def _is_accent(char: str, category: str) -> bool:
    """Whether a mark only alters how its letter looks or sounds: accents (combining classes 200 to 240), points of
    Hebrew and Arabic (10 to 36), the dot below of Indian letters (7), keycaps and other enclosures, variations."""
    if category == "Me":
        return True
    if category != "Mn":
        return False
    place = unicodedata.combining(char)
    return place == 7 or 10 <= place <= 36 or 200 <= place <= 240 or any(ord(char) in block for block in _VARIATIONS)


_TABLE: Final = _Table()
_WORD_TABLE: Final = _WordTable()
