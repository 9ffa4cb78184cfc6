"""What counts as a word, a name and a number in a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.conversations.search_words import (
    MOST_WORDS,
    digits_of,
    indexed_numbers,
    indexed_words,
    matches,
    name_words,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Olá, CADÊ a minha encomenda nº A-4711?", ["ola", "cade", "minha", "encomenda", "4711"]),
        ("Straße ﬁnden", ["strasse", "finden"]),
        ("ok no 7x a1 go", ["7x", "a1"]),
        ("don't stop", ["don", "stop"]),
        ("我的订单 order", ["我的", "的订", "订单", "order"]),
        ("สวัสดี", ["สว", "วั", "ัส", "สด", "ดี"]),
        ("मेरा ऑर्डर", ["मेरा", "ऑर्डर"]),
        ("أين طلبي؟", ["اين", "طلبي"]),
        ("Łukasz Ðóra Søren Đặng KAYIT Æsop", ["lukasz", "dora", "soren", "dang", "kayit", "aesop"]),
        ("طلب ٤٧١١", ["طلب", "4711"]),
        ("می\u200cخواهم", ["ميخواهم"]),
        ("ガス ｶﾞｽ かす", ["ガス", "かす"]),
        ("𠮷野家", ["𠮷野", "野家"]),
        ("😀 👍🏽 ...", []),
        ("", []),
        ("stop STOP Stop", ["stop"]),
        ("x" * 100, ["x" * 40]),
    ],
)
def test_words_are_without_case_accents_and_signs(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_of_a_long_message_the_first_words_are_kept() -> None:
    text = " ".join(f"word{i}" for i in range(100))
    assert indexed_words(text) == [f"word{i}" for i in range(MOST_WORDS)]
    assert MOST_WORDS == 25, "what fits into one BatchWriteItem"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *(("lukasz", "Łukasz Żak"), ("soren", "Søren Ø"), ("oslo", "Øslo"), ("dang", "Đặng Văn"), ("isik", "IŞIK")),
        *(("thor", "Þór"), ("aegir", "Ægir"), ("gokce", "GÖKÇE"), ("coeur", "Cœur"), ("strass", "STRASSE Straße")),
        *(("eliyev", "Əliyev"), ("oleg", "Oleg"), ("гнат", "Ґнат"), ("казак", "Қазақ"), ("фатима", "Фатима")),
        *(("o'tkir", "Oʻtkir"), ("d’angelo", "D'Angelo"), ("احمد", "أحمد"), ("علي", "علی"), ("فاطمه", "فاطمة")),
        *(("חיים", "חַיִּים"), ("ガス", "ｶﾞｽ"), ("한국", "한국어"), ("ngozi", "Ŋgozi"), ("ayokunle", "Ayọ̀kúnlé")),
    ],
)
def test_a_name_is_found_as_a_plain_keyboard_writes_it_and_as_it_is_written(typed: str, name: str) -> None:
    assert matches(name_words(typed), name_words(name))
    assert matches(name_words(name), name_words(name))
    assert matches(name_words(name.upper()), name_words(name))


def test_names_may_be_short() -> None:
    assert name_words("Li Wei, Ng") == ["li", "wei", "ng"]
    assert matches(name_words("we li"), name_words("Li Wei"))
    assert not matches(name_words("li wo"), name_words("Li Wei"))
    assert matches([], ["x"])


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+55 (11) 91234-5678", "5511912345678"),
        ("0055 11 91234.5678", "5511912345678"),
        ("011 91234", "1191234"),
        ("5678", "5678"),
        ("+49/171–234", "49171234"),
        ("\u202a+49\u00a0171\u2011234\u202c", "49171234"),
        ("٠١٢٣٤ ٥٦٧", "1234567"),
        ("＋４９ １７１", "49171"),
        ("12", ""),
        ("00012", ""),
        ("abc 123", ""),
        ("12a34", ""),
        ("", ""),
        ("+", ""),
    ],
)
def test_numbers_are_their_digits_in_any_notation(text: str, digits: str) -> None:
    assert digits_of(text) == digits


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("[contacts] Ana (+55 11 91234-5678, ana@x.co), Bo (1556)", ["5511912345678"]),
        ("[contacts] Ana ((11) 91234-5678, +5511912345678)", ["11912345678", "5511912345678"]),
        ("call 0055.11.91234.5678 or +49 171/1234567!", ["5511912345678", "491711234567"]),
        ("٠٥٠ ١٢٣ ٤٥٦٧", ["501234567"]),
        ("order 4711, 3 x 20", []),
        ("+5511912345678\n+5511912345679", ["5511912345678", "5511912345679"]),
        ("123456789012345678901234", []),
        (" ".join(f"a +5511912345{i}" for i in range(100, 120)), [f"5511912345{i}" for i in range(100, 105)]),
    ],
)
def test_phone_numbers_in_a_message_are_its_digits(text: str, numbers: list[str]) -> None:
    assert indexed_numbers(text) == numbers
    assert len(indexed_words(text)) + len(numbers) <= MOST_WORDS


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_has_words_that_find_it(text: str, more: str) -> None:
    words = words_of(text)
    assert words == words_of(" ".join(words)) or any(ord(char) > 0xE00 for char in text)
    assert all(0 < len(word) <= 40 and "#" not in word for word in words)
    assert matches(words, words_of(f"{text} {more}")) or not (text + more).isascii()
