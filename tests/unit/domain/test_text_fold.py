"""The one fold by which texts are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.text_fold import fold, fold_words, in_word


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łukasz SØREN Đà Þór Ħal Ærø Œuvre Straße STRAẞE", "lukasz soren da thor hal aero oeuvre strasse strasse"),
        ("KAYIT kayıt Kayıt İPTAL iptal", "kayit kayit kayit iptal iptal"),
        ("ŊUU Ŧ ƁALI Ɗan ƙasa Ɛdina Ɔkyere", "nuu t bali dan kasa edina okyere"),
        ("Ґанок Қазақ ӘЖЕ Ёлка Ђорђе", "ганок казак аже елка дорде"),
        ("أَحْمَد إسلام ٱلله عـــلی فاطمة ک", "احمد اسلام الله علي فاطمه ك"),
        ("שָׁלוֹם", "שלום"),
        ("क़लम ज़रा हाँ ऑर्डर", "कलम जरा हां ऑर्डर"),
        ("ｶﾞｽ ガス は゛", "ガス ガス は ゙"),
        ("สวัสดีครับ", "สวัสดีครับ"),
        ("٤٧١١ ४७११ ４７１１ 1️⃣", "4711 4711 4711 1"),
        ("don’t don´t don`t donʼt don't", "don't don't don't don't don't"),
        ("opt‑out opt–out opt−out", "opt-out opt-out opt-out"),
        ("می\u200cخواهم s\u200btop \ufeffa\u00adb", "ميخواهم stop ab"),
        ("👍🏽 👍 ❤️", "👍 👍 ❤"),
        ("ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"),
        ("𝐒𝐓𝐎𝐏 ＳＴＯＰ Ⓢⓣⓞⓟ ﬁn", "stop stop stop fin"),
        ("", ""),
    ],
)
def test_what_people_take_for_the_same_folds_to_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_no_single_character_folds_further_and_no_letter_vanishes() -> None:
    for code in range(0x20000):
        char = chr(code)
        if 0xD800 <= code < 0xE000:
            continue
        folded = fold(char)
        assert fold(folded) == folded, hex(code)
        if unicodedata.category(char)[0] == "L" and "\u0640" not in unicodedata.normalize("NFKD", char):
            assert folded, hex(code)


@given(st.text(max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_words(fold_words(text)) == fold_words(text)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_ascii_takes_no_other_way_than_the_rest(text: str) -> None:
    assert fold(f"{text}é") == f"{fold(text)}e"


@given(st.text(max_size=60))
def test_words_hold_what_belongs_to_words_only(text: str) -> None:
    assert all(in_word(char) or char == " " for char in fold_words(text))
