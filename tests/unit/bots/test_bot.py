"""Keyword rules: the first that matches answers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.bots.bot import (
    MOST_BOT_BYTES,
    MOST_BOTS,
    MOST_BYTES,
    MOST_KEYWORDS,
    Bot,
    Match,
    Rule,
    check_bots,
    folded,
    reply_for,
)
from shared.domain.text_fold import fold
from shared.errors import TooMany
from shared.ids import PhoneNumberId


def bot(*rules: Rule, bot_id: str = "b", phone: PhoneNumberId = PhoneNumberId(""), enabled: bool = True) -> Bot:
    return Bot(bot_id, "name", phone, enabled, rules)


def answer(rule: Rule, text: str) -> str | None:
    found = reply_for([bot(rule)], PhoneNumberId("1"), text)
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
    assert reply_for([first, second], PhoneNumberId("1"), "price?") == ("first", "one")
    assert reply_for([first, second], PhoneNumberId("1"), "hello") == ("first", "two")
    assert reply_for([second, first], PhoneNumberId("1"), "price?") == ("second", "three")


def test_bots_that_are_off_or_of_another_number_do_not_answer() -> None:
    rule = Rule("any", (), "ok")
    assert (
        reply_for([bot(rule, enabled=False), bot(rule, phone=PhoneNumberId("2"))], PhoneNumberId("1"), "hello") is None
    )
    assert reply_for([bot(rule, phone=PhoneNumberId("2"))], PhoneNumberId("2"), "hello") == ("b", "ok")
    assert reply_for([], PhoneNumberId("1"), "hello") is None


def stored(*keywords: str, match: Match = "contains") -> Bot:
    return folded(bot(Rule(match, keywords, "ok")))


def test_nothing_of_a_stored_bot_is_folded_for_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    bots = [stored(*(f"word {n} of {m}" for m in range(50)), match="contains") for n in range(100)]
    folds: list[str] = []

    def counted(text: str) -> str:
        folds.append(text)
        return fold(text)

    monkeypatch.setattr("shared.domain.bots.bot.fold", counted)
    assert reply_for(bots, PhoneNumberId("1"), "something else") is None
    assert folds == ["something else"]


@pytest.mark.parametrize("match", ["exact", "contains"])
def test_a_bot_that_another_fold_made_is_folded_again(match: Match) -> None:
    old = replace(stored("preço", match=match), folded_by="0/1.1.0")
    old = replace(old, rules=tuple(replace(rule, needles=("what it was then",)) for rule in old.rules))
    assert reply_for([old], PhoneNumberId("1"), "PRECO") == ("b", "ok")
    assert folded(old) == stored("preço", match=match)


def rules(keywords: int) -> Bot:
    return bot(Rule("exact", tuple(map(str, range(keywords))), "ok"))


@pytest.mark.parametrize(
    ("before", "after", "sizes_before", "sizes", "code"),
    [
        ({}, {"a": rules(1)}, {}, {"a": MOST_BOT_BYTES}, None),
        ({}, {"a": rules(1)}, {}, {"a": MOST_BOT_BYTES + 1}, "bot_too_large"),
        ({"a": rules(1)}, {"a": rules(1)}, {"a": MOST_BOT_BYTES + 9}, {"a": MOST_BOT_BYTES + 8}, None),
        ({}, {"a": rules(MOST_KEYWORDS)}, {}, {"a": 1}, None),
        ({}, {"a": rules(MOST_KEYWORDS + 1)}, {}, {"a": 1}, "too_many_keywords"),
        ({"a": rules(MOST_KEYWORDS)}, {"a": rules(MOST_KEYWORDS), "b": rules(1)}, {}, {}, "too_many_keywords"),
        ({"a": rules(MOST_KEYWORDS + 9)}, {"a": rules(MOST_KEYWORDS + 8)}, {}, {}, None),
        ({}, {}, {}, dict.fromkeys("abcde", MOST_BYTES // 5 + 1), "bots_too_large"),
        ({}, {}, dict.fromkeys("abcde", MOST_BYTES // 5 + 2), dict.fromkeys("abcde", MOST_BYTES // 5 + 1), None),
        (dict.fromkeys(map(str, range(MOST_BOTS - 1)), rules(0)), dict.fromkeys(map(str, range(MOST_BOTS)), rules(0)),
         {}, {}, None),
        (dict.fromkeys(map(str, range(MOST_BOTS)), rules(0)), dict.fromkeys(map(str, range(MOST_BOTS + 1)), rules(0)),
         {}, {}, "too_many_bots"),
    ],
)  # fmt: skip
def test_bots_have_bounds_that_older_ones_may_come_down_to(
    before: dict[str, Bot],
    after: dict[str, Bot],
    sizes_before: dict[str, int],
    sizes: dict[str, int],
    code: str | None,
) -> None:
    if code is None:
        check_bots(before, after, sizes_before, sizes)
        return
    with pytest.raises(TooMany) as caught:
        check_bots(before, after, sizes_before, sizes)
    assert (caught.value.code, caught.value.status) == (code, 422)
