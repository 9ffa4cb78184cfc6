import pytest

from functions.api.contacts.imports.logic.csv_columns import lay_out
from functions.api.contacts.imports.logic.csv_source import BadFile
from functions.api.contacts.imports.rows import Row, RowReader
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.contacts.first_name import first_name_of, given_for, kept_with_name
from shared.domain.contacts.identity import contact_id_for
from shared.domain.contacts.opt_out_words.standings import NOES, PERSON_NOES, STANDING_NOES
from shared.domain.text_fold import fold_words
from shared.errors import InvalidInput
from shared.ids import ContactId, TenantId

TENANT = TenantId("t")


def phrases_of(listed: dict[str, str]) -> list[str]:
    return [" ".join(phrase.split()) for phrases in listed.values() for phrase in phrases.split("|")]


FIELDS = [
    ContactField("city", "City"),
    ContactField("score", "Score", "number"),
    ContactField("born", "Born", "date"),
    ContactField("vip", "Vip", "boolean"),
]
HEADER = ["phone", "name", "city", "score", "born", "vip", "tags"]


@pytest.fixture
def reader() -> RowReader:
    layout = lay_out(HEADER, FIELDS, {}, create_fields=False)
    return RowReader(TENANT, layout, FIELDS, "BR", frozenset({"file"}))


def test_a_row_is_normalised(reader: RowReader) -> None:
    cells = ["(11) 91234-5678", " Ana   Lima ", "Rio", "12.5", "1990-01-02T00:00:00", "Sim", "a; b|"]
    assert reader.read(cells) == Row(
        contact_id=contact_id_for(TENANT, "phone", "+5511912345678"),
        attributes={"phone": "+5511912345678", "region": "BR", "name": "Ana Lima"},
        fields={"city": "Rio", "score": "12.5", "born": "1990-01-02", "vip": "true"},
        tags=frozenset({"file", "a", "b"}),
    )


def test_blank_cells_are_left_out_so_that_they_overwrite_nothing(reader: RowReader) -> None:
    row = reader.read(["+5511912345678", "", "  "])
    assert (row.attributes, row.fields) == ({"phone": "+5511912345678", "region": "BR"}, {})


@pytest.mark.parametrize(
    "phone", ["0055 11 91234 5678", "'+5511912345678", "5511912345678.0", "+55\u00a011 91234-5678"]
)
def test_traces_of_spreadsheets_are_taken_off(reader: RowReader, phone: str) -> None:
    assert reader.read([phone]).attributes["phone"] == "+5511912345678"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["", "Ana"], "phone is empty"),
        (["12"], "phone"),
        (["5.51199E+12"], "format the column as text"),
        (["+5511912345678", "", "", "many"], "score is not a number"),
        (["+5511912345678", "", "", "", "31/12/1990"], "born is not a date"),
        (["+5511912345678", "", "", "", "", "maybe"], "vip is not true or false"),
        (["+5511912345678", "", "x" * 1001], "city is longer"),
        (["+5511912345678", "x" * 201], "name is longer"),
        (["+5511912345678", "", "", "", "", "", "t" * 65], "tag is longer"),
        (["+5511912345678", "", "", "", "", "", "", "more"], "8 cells, the header 7"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_its_reason(reader: RowReader, cells: list[str], words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        reader.read(cells)
    assert "91234" not in caught.value.message


def test_first_and_last_name_are_joined() -> None:
    layout = lay_out(["last name", "phone", "first name"], [], {}, create_fields=False)
    row = RowReader(TENANT, layout, [], "BR", frozenset()).read(["Lima", "+5511912345678", "Ana"])
    assert row.attributes["name"] == "Ana Lima"


@pytest.mark.parametrize(
    ("header", "cells", "name", "first"),
    [
        (["first name", "last name"], ["Ana María", "Gómez"], "Ana María Gómez", "Ana María"),
        (["first name"], [" Ana  María "], "Ana María", "Ana María"),
        (["name", "first name", "last name"], ["Gómez, Ana María", "Anita", "Gómez"], "Gómez, Ana María", "Anita"),
        (["name", "first name"], ["", "Ana María"], "Ana María", "Ana María"),
        (["name", "first name"], ["Gómez, Ana", ""], "Gómez, Ana", "Ana"),
        (["last name"], ["Gómez"], "Gómez", "Gómez"),
    ],
)
def test_a_first_name_that_is_given_stays_whole(header: list[str], cells: list[str], name: str, first: str) -> None:
    layout = lay_out(["phone", *header], [], {}, create_fields=False)
    row = RowReader(TENANT, layout, [], "BR", frozenset()).read(["+5511912345678", *cells])
    given = given_for(row.attributes.get("first", ""), name)
    assert row.attributes["name"] == name
    assert first_name_of(Contact(ContactId("c"), name=name, given_name=given)) == first


def test_attributes_are_read_beside_the_rest_and_blank_cells_left_out() -> None:
    header = ["phone", "name", "last name", "E-mail", "Idioma", "Time zone"]
    reader = RowReader(TENANT, lay_out(header, [], {}, create_fields=False), [], "BR", frozenset())
    row = reader.read(["+5511912345678", "Ana Lima", "Lima", "Ana@Example.com", "pt_br", "america/sao_paulo"])
    assert row.attributes == {
        "phone": "+5511912345678",
        "region": "BR",
        "name": "Ana Lima",
        "last": "Lima\nAna Lima",
        "email": "Ana@example.com",
        "lang": "pt-BR",
        "zone": "America/Sao_Paulo",
    }
    assert reader.read(["+5511912345678"]).attributes == {"phone": "+5511912345678", "region": "BR"}


@pytest.mark.parametrize(
    ("title", "cell", "code"),
    [
        ("email", "ana at home", "invalid_email"),
        ("language", "whatever she likes", "invalid_language"),
        ("time zone", "GMT-3", "invalid_time_zone"),
        ("email", "unsubscribed", "consent_remark"),
        ("language", "STOP", "invalid_language"),
        ("last name", "unsubscribed", "consent_remark"),
    ],
)
def test_a_cell_that_is_no_such_attribute_rejects_its_row(title: str, cell: str, code: str) -> None:
    layout = lay_out(["phone", "name", title], [], {}, create_fields=False)
    with pytest.raises(InvalidInput) as refused:
        RowReader(TENANT, layout, [], "BR", frozenset()).read(["+5511912345678", "Ana", cell])
    assert refused.value.code == code
    assert cell not in refused.value.message


def test_a_first_name_goes_with_the_name_it_was_given_for() -> None:
    assert given_for(kept_with_name("Ana María", "Ana María Gómez"), "Ana María Gómez") == "Ana María"
    assert given_for(kept_with_name("Ana María", "Ana María Gómez"), "Eva") == ""


@pytest.mark.parametrize(
    ("name", "first"),
    [
        *(("Ana", "Ana"), ("Ana Lima", "Ana"), ("Gómez, Ana", "Ana"), ("Gómez Pérez,Ana María", "Ana María")),
        *(
            ("Müller，Jörg", "Jörg"),
            ("Smith, John, Jr.", "John"),
            ("Ana Gómez, MD", "Ana"),
            ("Acme, Inc.", "Acme"),
        ),
        *(("Dr. Ana Lima", "Ana"), ("Sra Ana", "Ana"), ("Dr.", "Dr."), ("🌸 Ana Lima", "Ana"), ("🌸", "🌸")),
        *(("山田太郎", "山田太郎"), (", Ana", "Ana"), ("Gómez,", "Gómez"), ("", ""), (",", "")),
    ],
)
def test_a_name_alone_says_how_people_are_addressed(name: str, first: str) -> None:
    assert first_name_of(Contact(ContactId("c"), name=name)) == first


@pytest.mark.parametrize("value", ["Unsubscribed", "OPTED-OUT", "do not contact", "Dado de baja", "Désabonné", "退订"])
@pytest.mark.parametrize("create_fields", [False, True])
def test_a_no_in_a_column_that_nobody_mapped_is_not_passed_over(value: str, create_fields: bool) -> None:
    header, cells = ["phone", "Status", "Priority"], ["+34600100064", value, "baja"]
    layout = lay_out(header, [], {}, create_fields=create_fields)
    with pytest.raises(InvalidInput, match="opt-out") as refused:
        RowReader(TenantId("t1"), layout, [], "ES", frozenset()).read(cells)
    assert refused.value.code == "consent_remark"
    mapped = lay_out(header, [], {"status": "ignore"}, create_fields=create_fields)
    assert RowReader(TenantId("t1"), mapped, [], "ES", frozenset()).read(cells).attributes["phone"] == "+34600100064"
    assert RowReader(TenantId("t1"), layout, [], "ES", frozenset()).read([cells[0], "Subscribed", "x"])


@pytest.mark.parametrize("title", ["Estado", "status", "Contact Status", "Situação", "Statut", "Estado del contacto"])
@pytest.mark.parametrize("value", ["baja", "STOP", "Blocked", "unsubscribed", "Unsubscribed (all)", "Bloqueado"])
def test_a_no_is_heard_where_a_column_says_how_things_stand_with_the_person(title: str, value: str) -> None:
    header, cells = ["phone", title], ["+34600100064", value]
    reader = RowReader(TenantId("t1"), lay_out(header, [], {}, create_fields=True), [], "ES", frozenset())
    with pytest.raises(InvalidInput, match="opt-out") as refused:
        reader.read(cells)
    assert refused.value.code == "consent_remark"
    for other in ("Baja California", "SP", "activo", "stopover", "alta", "subscribed", "blocked drain"):
        assert reader.read([cells[0], other]).attributes["phone"] == "+34600100064"
    mapped = lay_out(header, [], {title: "ignore"}, create_fields=True)
    assert RowReader(TenantId("t1"), mapped, [], "ES", frozenset()).read(cells)


@pytest.mark.parametrize(
    ("title", "value"),
    [
        *(("Order status", "blocked"), ("Estado del pedido", "baja"), ("Stop", "stop"), ("Priority", "baja")),
        *(("Next stop", "STOP"), ("Gate", "Blocked"), ("Note", "unsubscribed is what she is not"), ("Season", "baja")),
    ],
)
def test_the_same_word_of_something_else_is_no_no(title: str, value: str) -> None:
    layout = lay_out(["phone", title], [], {}, create_fields=True)
    assert RowReader(TenantId("t1"), layout, [], "ES", frozenset()).read(["+34600100064", value])


def heard(title: str, value: str) -> bool:
    """Whether a file with this column and cell has its row refused for a no."""
    reader = RowReader(TENANT, lay_out(["phone", title], [], {}, create_fields=True), [], "ES", frozenset())
    try:
        reader.read(["+34600100064", value])
    except InvalidInput as exc:
        return exc.code == "consent_remark"
    return False


EVERYWHERE = """
Do not contact again | Do not contact anymore | Do not contact me | Unsubscribed since May | opted out since 2023
| unsubscribed at checkout | Unsubscribed, 2024 | Dado de baja 2024 | Dada de baja el 3 de mayo | abgemeldet am 3.5.
| désabonné depuis mai | Unsubscribed by phone on Monday | Do not contact by phone or WhatsApp | Do not contact by SMS
"""
IN_A_STANDING = """
do not contact - legal | unsubscribed (complaint) | baja solicitada | Baja 2024 | Baja (cliente) | Baja 12/03/2024
| Blocked by user | Bloqueado por spam | Stop, legal | Blocked - complained | opted out; complained to the boss in May
"""
NOWHERE = """
Do not contact by phone | do not contact by mail | do not contact on weekends | do not contact on Mondays
| Do not contact before 9am | do not contact at work | no contactar por teléfono | no molestar los fines de semana
| no molestar por la noche | Opted out: no | unsubscribed = false | parado | Baja California | Baja California Sur
| Block 5 | stop loss | blocked drain
"""


@pytest.mark.parametrize("value", [" ".join(value.split()) for value in EVERYWHERE.split("|")])
def test_a_no_with_its_when_and_by_whom_is_heard_in_any_column(value: str) -> None:
    assert heard("Note", value)
    assert heard("Status", value)


@pytest.mark.parametrize(
    "title", ["Status", "Estado", "Suscripción", "Oposición", "Izin", "Status de inscrição", "State"]
)
@pytest.mark.parametrize("value", [" ".join(value.split()) for value in IN_A_STANDING.split("|")])
def test_a_no_with_a_remark_is_heard_in_a_standing(title: str, value: str) -> None:
    assert heard(title, value)


@pytest.mark.parametrize("title", ["Note", "Status", "Situación", "State"])
@pytest.mark.parametrize("value", [" ".join(value.split()) for value in NOWHERE.split("|")])
def test_another_way_or_time_and_other_things_are_no_no(title: str, value: str) -> None:
    assert not heard(title, value)


def test_baja_is_a_region_in_english_and_a_no_in_spanish() -> None:
    assert heard("Estado", "Baja")
    assert not heard("State", "Baja")
    assert heard("State", "blocked")
    assert heard("Contact state", "Baja")


@pytest.mark.parametrize("value", phrases_of(NOES))
def test_every_no_of_the_lists_is_heard_in_any_column(value: str) -> None:
    assert heard("Note", value)
    assert heard("Status", value)


@pytest.mark.parametrize("value", phrases_of(PERSON_NOES))
def test_what_is_a_no_of_a_person_is_heard_as_their_standing_and_as_their_tag(value: str) -> None:
    assert heard("Status", value)
    assert heard("Tags", f"vip, {value}")
    assert not heard("Note", value)


SAID_IN_A_NAME = """
DO NOT SEND | do_not_text | doNotContact | donotcontact | don't contact | Don't message me | No enviar | No WhatsApp
| no contactar | no enviar más | No quiere publicidad | Não enviar | não quer receber | Ne plus contacter
| nicht anschreiben | Nicht mehr kontaktieren | Kontaktsperre | niet benaderen | non inviare | nie kontaktować
| jangan hubungi | не беспокоить | optedOut | OPT_OUT | 拒收 | 请勿打扰 | 退订了 | 已退订 | 配信停止 | 수신거부
| Lista negra | suppression
"""


@pytest.mark.parametrize("value", [" ".join(value.split()) for value in SAID_IN_A_NAME.split("|")])
def test_what_says_no_as_the_name_of_a_column_says_it_as_a_standing_too(value: str) -> None:
    with pytest.raises(BadFile) as refused:
        lay_out(["phone", value], [], {}, create_fields=True)
    assert refused.value.code == "consent_column"
    for title in ("Status", "Estado", "wa_status", "Email Status", "Contact status"):
        assert heard(title, value), title


@pytest.mark.parametrize(
    "value", ["Non-marketing contact", "NOT_SUBSCRIBED", "Never subscribed", "Refus", "unsubscribe me"]
)
def test_a_standing_of_nobody_who_agreed_is_a_no(value: str) -> None:
    assert heard("Status", value)
    assert not heard("Note", value)


@pytest.mark.parametrize(
    "value",
    [
        "Do not call",
        "do not email",
        "subscribed",
        "opted in",
        "Marketing contact",
        "no llamar",
        "optIn",
        "Active",
        "no",
    ],
)
def test_a_yes_or_another_channel_is_no_no_in_a_standing(value: str) -> None:
    assert not heard("Status", value)


@pytest.mark.parametrize("title", ["Onay", "Iscritto", "Opt", "Permission", "Permiso", "İzin", "Inscrit"])
def test_a_plain_no_is_heard_where_a_permission_may_be_asked_for(title: str) -> None:
    for value in ("no", "Hayır", "FALSE", "0", "Nein", "нет"):
        assert heard(title, value), value
    for value in ("yes", "Evet", "TRUE", "1", "none of them", "B", ""):
        assert not heard(title, value), value
    assert not heard("Children", "no")


def test_no_number_says_no() -> None:
    """So cells of digits alone are not looked at."""
    said = [phrase for listed in (NOES, PERSON_NOES, STANDING_NOES) for phrase in phrases_of(listed)]
    assert [phrase for phrase in said if fold_words(phrase).isdecimal()] == []


@pytest.mark.parametrize(
    "tag", ["DND", "blocked", "no enviar", "Do not send", "optedOut", "bloqueado", "gesperrt", "拒收"]
)
def test_a_tag_that_says_no_by_itself_is_not_passed_over(tag: str) -> None:
    assert heard("Tags", tag)
    assert heard("Tags", f"vip; {tag}")


@pytest.mark.parametrize(
    "tag", ["baja", "stop", "declined", "rejected", "roadblocked", "blocked drain", "DND players", "sair", "alta", "no"]
)
def test_a_tag_that_may_be_of_something_else_stays_one(tag: str) -> None:
    assert not heard("Tags", f"vip; {tag}")


@pytest.mark.parametrize("value", phrases_of(STANDING_NOES))
def test_what_is_a_no_in_a_standing_only_is_heard_there_only(value: str) -> None:
    assert heard("Status", value)
    assert not heard("Note", value)


@pytest.mark.parametrize("value", ["Unsubscribed", "vip, opted out", "vip;do not contact", "vip|Désabonné"])
def test_a_no_among_tags_that_nobody_mapped_is_not_passed_over(value: str) -> None:
    header, cells = ["phone", "Tags"], ["+34600100064", value]
    with pytest.raises(InvalidInput, match="opt-out") as refused:
        RowReader(TenantId("t1"), lay_out(header, [], {}, create_fields=False), [], "ES", frozenset()).read(cells)
    assert refused.value.code == "consent_remark"
    mapped = lay_out(header, [], {"tags": "tags"}, create_fields=False)
    assert len(RowReader(TenantId("t1"), mapped, [], "ES", frozenset()).read(cells).tags) == 1 + ("vip" in value)
