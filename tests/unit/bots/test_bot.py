"""Keyword rules: the first that matches answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.bots.bot import Bot, Match, Rule, reply_for


def bot(*rules: Rule, bot_id: str = "b", phone: str = "", enabled: bool = True) -> Bot:
    return Bot(bot_id, "name", phone, enabled, rules)


def answer(rule: Rule, text: str) -> str | None:
    found = reply_for([bot(rule)], "1", text)
    return found[1] if found else None


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("price", "price", True),
        ("price", "  PRICE ", True),
        ("preço", "PRECO", True),
        ("preco", "preço", True),
        ("opening hours", "Opening   hours", True),
        ("price", "price list", False),
        ("price", "", False),
    ],
)
def test_exact_is_the_whole_message(keyword: str, text: str, expected: bool) -> None:
    assert (answer(Rule("exact", (keyword,), "ok"), text) == "ok") is expected


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("price", "What is the price?", True),
        ("price", "price, please", True),
        ("hola", "¡Hola!", True),
        ("precio", "¿Precio?", True),
        ("price", "(price)", True),
        ("price", "price: how much", True),
        ("price", 'the "price"', True),
        ("price", "price😀", True),
        ("ação", "Quero ACAO ja", True),
        ("opening hours", "what are your opening hours?", True),
        ("opening hours", "opening, hours", True),
        ("price", "enterprise", False),
        ("hi", "this is it", False),
        ("hi there", "sushi there", False),
        ("price", "", False),
        ("👍", "great 👍👍", True),
        ("c++", "I like C++ a lot", True),
    ],
)
def test_contains_is_whole_words_anywhere(keyword: str, text: str, expected: bool) -> None:
    assert (answer(Rule("contains", (keyword,), "ok"), text) == "ok") is expected


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        *(("kayıt", "KAYIT"), ("KAYIT", "kayıt"), ("kayit", "KAYIT"), ("İADE", "iade"), ("ödeme", "ODEME")),
        *(("łódź", "LODZ"), ("smørrebrød", "smorrebrod"), ("tak", "TAK"), ("đặt hàng", "dat hang")),
        *(("don't know", "don’t know"), ("don't know", "don´t know"), ("e-mail", "e‑mail"), ("1", "1️⃣"), ("2", "٢")),
        *(("👍", "👍🏽"), ("السعر", "السِّعر"), ("कीमत", "कीमत"), ("price", "𝗣𝗿𝗶𝗰𝗲")),
    ],
)
@pytest.mark.parametrize("match", ["exact", "contains"])
def test_a_keyword_is_the_same_word_on_every_keyboard(match: Match, keyword: str, text: str) -> None:
    assert answer(Rule(match, (keyword,), "ok"), text) == "ok"


@pytest.mark.parametrize(("keyword", "text"), [("ガス", "カス"), ("बंद", "बद"), ("दिन", "दुन"), ("เสือ", "เสีย")])
def test_marks_that_make_another_letter_count(keyword: str, text: str) -> None:
    assert answer(Rule("exact", (keyword,), "ok"), text) is None


@given(st.text(max_size=30))
def test_any_answers_everything(text: str) -> None:
    assert answer(Rule("any", (), "hello"), text) == "hello"


@given(st.text(max_size=30), st.text(min_size=1, max_size=10))
def test_no_text_and_no_keyword_breaks_it(text: str, keyword: str) -> None:
    assert answer(Rule("contains", (keyword,), "ok"), text) in ("ok", None)


def test_an_empty_keyword_matches_nothing() -> None:
    assert answer(Rule("contains", ("", " "), "ok"), "hello") is None


def test_the_first_rule_of_the_first_bot_answers() -> None:
    first = bot(Rule("contains", ("price",), "one"), Rule("any", (), "two"), bot_id="first")
    second = bot(Rule("any", (), "three"), bot_id="second")
    assert reply_for([first, second], "1", "price?") == ("first", "one")
    assert reply_for([first, second], "1", "hello") == ("first", "two")
    assert reply_for([second, first], "1", "price?") == ("second", "three")


def test_bots_that_are_off_or_of_another_number_do_not_answer() -> None:
    rule = Rule("any", (), "ok")
    assert reply_for([bot(rule, enabled=False), bot(rule, phone="2")], "1", "hello") is None
    assert reply_for([bot(rule, phone="2")], "2", "hello") == ("b", "ok")
    assert reply_for([], "1", "hello") is None
