"""Mails in six languages: each has every text, the same values in it, and the direction in which it is read."""

import re
import string

import pytest

from functions.api.accounts.mails import FROM_THE_RIGHT, ROLE_NAMES, WORDINGS, Language, MailKind, language_of, mail_of
from functions.api.accounts.sessions.changes import EMAIL_CODE_MS
from functions.api.templates.logic.library import library
from shared.domain.accounts.invitation import GOOD_FOR_MS
from shared.domain.accounts.permissions import Role

LINK = "https://example.com/console/invitation#t.i.s"
VALUES = {
    MailKind.INVITATION: {"business": "Kedai <Kopi>", "role": "agent", "link": LINK},
    MailKind.EMAIL_CODE: {"code": "012345"},
    MailKind.EMAIL_CHANGED: {},
}
GOOD_FOR = {MailKind.INVITATION: str(GOOD_FOR_MS // 86_400_000), MailKind.EMAIL_CODE: str(EMAIL_CODE_MS // 60_000)}
ALL = [(kind, language) for kind in MailKind for language in Language]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_as_many_languages_as_the_template_library_has() -> None:
    assert {one.draft.language.partition("_")[0] for one in library()} == set(Language)


@pytest.mark.parametrize("kind", MailKind)
def test_every_language_has_every_text(kind: MailKind) -> None:
    assert WORDINGS[kind].keys() == set(Language)
    texts = [(one.subject, one.text) for one in WORDINGS[kind].values()]
    assert len({subject for subject, _ in texts}) == len({text for _, text in texts}) == len(Language), "none is copied"


def test_every_language_has_a_name_for_every_role() -> None:
    assert ROLE_NAMES.keys() == set(Language)
    for names in ROLE_NAMES.values():
        assert names.keys() == set(Role)
        assert len(set(names.values())) == len(Role)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_text_has_the_values_of_its_kind_and_says_how_long_it_is_good(kind: MailKind, language: Language) -> None:
    wording = WORDINGS[kind][language]
    assert fields(wording.text) == VALUES[kind].keys()
    assert fields(wording.subject) <= VALUES[kind].keys()
    assert re.findall(r"\d+", wording.text) == ([GOOD_FOR[kind]] if kind in GOOD_FOR else [])


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_mail_is_read_from_the_side_of_its_language(kind: MailKind, language: Language) -> None:
    mail = mail_of(kind, language, "ana@example.com", **VALUES[kind])
    assert f'<html lang="{language}" dir="{"rtl" if language in FROM_THE_RIGHT else "ltr"}">' in mail.html
    assert all(value in mail.text for value in VALUES[kind].values())
    assert "<Kopi>" not in mail.html
    assert ("\u2068Kedai <Kopi>\u2069" in mail.text) == (kind is MailKind.INVITATION and language in FROM_THE_RIGHT)
    if kind is MailKind.INVITATION:
        assert LINK in mail.text.splitlines(), "on a line of its own, without marks that would be copied with it"
        assert f'<a href="{LINK}">{LINK}</a>' in mail.html
    assert {language for language in Language if re.search("[\u0600-\u06ff]", WORDINGS[kind][language].text)} == set(
        FROM_THE_RIGHT
    )


def test_a_name_of_several_lines_stays_within_its_line() -> None:
    name = "Kopi\r\nBcc: everybody@example.com\n\nhttps://evil.example.com"
    mail = mail_of(MailKind.INVITATION, Language.ENGLISH, "a@b.co", business=name, role="agent", link=LINK)
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert [line for line in mail.text.splitlines() if line.startswith("https://")] == [LINK]
    assert mail.html.count("<a ") == 1


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (("pt-BR",), Language.PORTUGUESE),
        (("AR-sa",), Language.ARABIC),
        (("", "ms"), Language.MALAY),
        (("fr", "id"), Language.INDONESIAN),
        (("fr", ""), Language.ENGLISH),
        ((), Language.ENGLISH),
    ],
)
def test_the_first_language_that_there_are_mails_in_is_taken(tags: tuple[str, ...], language: Language) -> None:
    assert language_of(*tags) is language


@pytest.mark.parametrize(
    "name", ["Log in at https://evil.example/a", "www.evil.example", "evil.example", "A\u202eB", "A\x00B"]
)
def test_a_name_is_no_link_and_turns_no_line_round(name: str) -> None:
    mail = mail_of(MailKind.INVITATION, Language.ENGLISH, "ana@example.com", business=name, role="agent", link=LINK)
    lines = [mail.subject, *(line for line in mail.text.splitlines() if line != LINK)]
    for line in lines:
        assert not re.search(r"://|\w\.\w|[\x00-\x1f\u202a-\u202e]", line)
    assert LINK in mail.text.splitlines()


def test_a_long_name_leaves_room_for_what_the_mail_says() -> None:
    mail = mail_of(
        MailKind.INVITATION, Language.ENGLISH, "ana@example.com", business="x" * 200, role="agent", link=LINK
    )
    assert mail.subject == f"{'x' * 79}… invites you to its team"
