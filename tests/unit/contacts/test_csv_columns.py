import pytest

from functions.api.contacts.imports.csv_columns import Layout, lay_out, slug
from functions.api.contacts.imports.csv_source import BadFile
from shared.domain.contacts.contact import ContactField

CITY = ContactField("city", "Cidade")
SCORE = ContactField("score", "Score", "number")


@pytest.mark.parametrize(
    "title", ["phone", "Phone Number", "TELEFONE", "Teléfono", "WhatsApp", "Phone 1 - Value", "celular", "mobile"]
)
def test_phone_columns_go_by_many_names(title: str) -> None:
    assert lay_out([title], [], {}, create_fields=False).targets == ("phone",)


def test_fields_are_found_by_key_and_by_label_and_the_rest_is_listed() -> None:
    layout = lay_out(["Nome", "Telefone", "CIDADE", "score", "Extra", ""], [CITY, SCORE], {}, create_fields=False)
    assert layout == Layout(("name", "phone", "field:city", "field:score", "ignore", "ignore"), ("Extra", "(column 6)"))


def test_unknown_columns_become_text_fields_on_request() -> None:
    layout = lay_out(["phone", "Último pedido"], [], {}, create_fields=True)
    assert layout.targets == ("phone", "field:ultimo_pedido")
    assert layout.new_fields == (ContactField("ultimo_pedido", "Último pedido"),)


@pytest.mark.parametrize(
    ("title", "key"),
    [("Łódź", "lodz"), ("KAYIT No", "kayit_no"), ("Größe", "grosse"), ("Đường", "duong"), ("城市", "")],
)
def test_a_key_keeps_the_letters_that_a_title_has(title: str, key: str) -> None:
    assert slug(title) == key


def test_what_the_caller_maps_wins() -> None:
    layout = lay_out(["phone", "other", "City"], [CITY], {"Other": "phone", "city": "ignore"}, create_fields=False)
    assert layout.targets == ("ignore", "phone", "ignore")
    assert layout.ignored == ("phone",)


def test_a_full_name_makes_first_and_last_superfluous() -> None:
    layout = lay_out(["first name", "last name", "name", "phone"], [], {}, create_fields=False)
    assert layout.targets == ("ignore", "ignore", "name", "phone")
    assert lay_out(["first name", "phone"], [], {}, create_fields=False).targets == ("first_name", "phone")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"nope": "phone"}, "no column 'nope'"),
        ({"a": "unknown"}, "no custom field"),
        ({"a": "phone", "b": "phone"}, "same place"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(wanted: dict[str, str], words: str) -> None:
    with pytest.raises(BadFile, match=words):
        lay_out(["a", "b"], [], wanted, create_fields=False)


def test_a_file_without_a_phone_column_is_refused_and_its_columns_named() -> None:
    with pytest.raises(BadFile, match="The columns are: name, city"):
        lay_out(["name", "city"], [], {}, create_fields=False)


def test_keys_are_plain() -> None:
    assert slug(" Órdem nº 2! ") == "ordem_no_2"
    assert slug("2nd phone") == "f_2nd_phone"
    assert slug("李") == ""
