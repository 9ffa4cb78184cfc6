"""Files of the library in a campaign's variables: named before it starts, at Meta from then on."""

import pytest

from shared.domain.contacts.contact import Contact
from shared.domain.media.library import AtMeta, FileUse, LibraryFile
from shared.domain.templates.compiler import CompileError, Variable, compile_plan, message_body, resolve
from shared.domain.templates.template import Template
from shared.domain.templates.variables import named_files, with_files
from shared.ids import ContactId

ANA = Contact(ContactId("c1"), phone="+34600000001", name="Ana")
FILE = "01HZZZZZZZZZZZZZZZZZZZZZZZ"
AT_META = {FILE: AtMeta(LibraryFile(FILE, "oferta.pdf", "image/png", "image", 9), "1234")}
CARD = [{"type": "HEADER", "format": "VIDEO"}, {"type": "BODY", "text": "One"}]


def template(*components: object) -> Template:
    return Template("1", "2", "t", "en", "MARKETING", "APPROVED", "POSITIONAL", list(components))  # type: ignore[arg-type]


PICTURE = template({"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hi {{1}}, there"})
MAPPING = {"header.image": Variable("media", FILE), "body.1": Variable("contact", "name", "you")}


def test_a_file_is_named_in_the_plan_until_metas_id_takes_its_place() -> None:
    plan = compile_plan(PICTURE, MAPPING, ())
    assert resolve(plan, ANA) == (FILE, "Ana")
    assert list(named_files(MAPPING)) == [("variables.header.image", FileUse(FILE, "image"))]
    frozen = compile_plan(PICTURE, with_files(MAPPING, AT_META), ())
    header = {"type": "header", "parameters": [{"type": "image", "image": {"id": "1234"}}]}
    assert message_body(frozen, resolve(frozen, ANA))["components"][0] == header  # type: ignore[index]


@pytest.mark.parametrize(
    ("named", "filename"),
    [
        ({}, "oferta.pdf"),
        ({"header.document.filename": Variable("constant", "otra.pdf")}, "otra.pdf"),
        ({"header.document.filename": Variable("field", "file")}, "oferta.pdf"),
        ({"header.document.filename": Variable("field", "file", "sin nombre.pdf")}, "sin nombre.pdf"),
    ],
)
def test_a_document_has_its_own_name_where_the_mapping_gives_none(named: dict[str, Variable], filename: str) -> None:
    mapping = {"header.document": Variable("media", FILE), **named}
    plan = compile_plan(template({"type": "HEADER", "format": "DOCUMENT"}), with_files(mapping, AT_META), ("file",))
    document = {"id": "1234", "filename": filename}
    header = {"type": "header", "parameters": [{"type": "document", "document": document}]}
    assert message_body(plan, resolve(plan, ANA))["components"] == [header]


def test_a_card_takes_a_file_too() -> None:
    carousel = {"type": "CAROUSEL", "cards": [{"components": CARD}, {"components": CARD}]}
    mapping = {f"card.{n}.header.video": Variable("media", FILE) for n in range(2)}
    uses = [(f"variables.card.{n}.header.video", FileUse(FILE, "video")) for n in range(2)]
    assert list(named_files(mapping)) == uses
    plan = compile_plan(template({"type": "BODY", "text": "New"}, carousel), with_files(mapping, AT_META), ())
    assert str(message_body(plan, resolve(plan, ANA))).count("{'id': '1234'}") == 2


@pytest.mark.parametrize(
    ("mapping", "field", "words"),
    [
        ({**MAPPING, "body.1": Variable("media", FILE)}, "body.1", "only a header's"),
        ({**MAPPING, "header.image": Variable("media", FILE, "https://a.b/c")}, "header.image", "fallback"),
        ({**MAPPING, "header.image": Variable("media", FILE, kind="currency")}, "header.image", "kind"),
        ({**MAPPING, "header.video": Variable("media", FILE)}, "header.video", "no such variable"),
    ],
)
def test_where_no_file_goes(mapping: dict[str, Variable], field: str, words: str) -> None:
    with pytest.raises(CompileError) as caught:
        compile_plan(PICTURE, mapping, ())
    (problem,) = caught.value.problems
    assert problem.field == f"variables.{field}"
    assert words in problem.message
