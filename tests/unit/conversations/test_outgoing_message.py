"""How outgoing messages read, and the files they name."""

import pytest

from shared.domain.conversations.outgoing_message import (
    Json,
    files_in,
    own_and_meta_ids,
    read_text,
    wire_body,
    with_meta_ids,
    with_own_ids,
)
from shared.domain.media.library import FileUse

REPLIES = {"buttons": [{"reply": {"id": "y", "title": "Yes"}}, {"reply": {"id": "n", "title": "No"}}]}
ROWS = [{"id": "1", "title": "Small", "description": "50 ml"}, {"id": "2", "title": "Large"}]
CARDS = [
    {"header": {"type": "image", "image": {"media_id": "F1"}}, "body": {"text": "One"}, "action": REPLIES},
    {"header": {"type": "video", "video": {"link": "https://x"}}, "action": {"parameters": {"display_text": "Go"}}},
]
READ: list[tuple[str, Json, str]] = [
    ("text", {"body": "hello"}, "hello"),
    ("image", {"link": "https://x"}, "[image]"),
    ("document", {"id": "1", "filename": "a.pdf", "caption": "the bill"}, "[document] a.pdf the bill"),
    ("audio", {"id": "1", "voice": True}, "[voice message]"),
    ("location", {"latitude": 1.5, "longitude": -2, "name": "Café"}, "[location] Café"),
    ("location", {"latitude": 1.5, "longitude": -2}, "[location] 1.5, -2"),
    ("location", {"latitude": 1.23e-05, "longitude": -0.0}, "[location] 0.000012, 0"),
    ("contacts", {"contacts": [{"name": {"formatted_name": "Ana"}, "phones": [{"phone": "+55 11"}, {"wa_id": "551"}],
                                "emails": [{"email": "a@b.co"}]}]}, "[contacts] Ana (+55 11, 551, a@b.co)"),
    ("contacts", {"contacts": [{"name": {"formatted_name": "Ana"}}, {"name": {"formatted_name": "Eva"}}]},
     "[contacts] Ana, Eva"),
    ("reaction", {"message_id": "w", "emoji": "👍"}, "👍"),
    ("reaction", {"message_id": "w", "emoji": ""}, "[reaction removed]"),
    ("interactive", {"type": "button", "header": {"type": "text", "text": "Hi"}, "body": {"text": "Sure?"},
                     "footer": {"text": "free"}, "action": REPLIES}, "Hi\nSure?\nfree\n[Yes] [No]"),
    ("interactive", {"type": "button", "header": {"type": "document", "document": {"filename": "a.pdf"}},
                     "body": {"text": "Sure?"}, "action": REPLIES}, "[document] a.pdf\nSure?\n[Yes] [No]"),
    ("interactive", {"type": "list", "body": {"text": "Which?"},
                     "action": {"button": "Sizes", "sections": [{"title": "Soap", "rows": ROWS}]}},
     "Which?\n[Sizes]\nSoap\n- Small 50 ml\n- Large"),
    ("interactive", {"type": "cta_url", "body": {"text": "Look"},
                     "action": {"parameters": {"display_text": "Open", "url": "https://x"}}}, "Look\n[Open] https://x"),
    ("interactive", {"type": "flow", "body": {"text": "Book"}, "action": {"parameters": {"flow_cta": "Start"}}},
     "Book\n[Start]"),
    ("interactive", {"type": "product", "action": {"product_retailer_id": "sku"}}, "[product sku]"),
    ("interactive", {"type": "product_list", "body": {"text": "Ours"},
                     "action": {"sections": [{"product_items": [{}, {}]}, {"product_items": [{}]}]}},
     "Ours\n[3 products]"),
    ("interactive", {"type": "catalog_message", "body": {"text": "All"}, "action": {"name": "catalog_message"}},
     "All\n[catalogue]"),
    ("interactive", {"type": "location_request_message", "body": {"text": "Where?"},
                     "action": {"name": "send_location"}}, "Where?\n[asks for the location]"),
    ("interactive", {"type": "request_contact_info", "body": {"text": "Who?"},
                     "action": {"name": "request_contact_info"}}, "Who?\n[asks for the contact details]"),
    ("interactive", {"type": "carousel", "body": {"text": "New"}, "action": {"cards": CARDS}},
     "New\n(1) [image]\nOne\n[Yes] [No]\n(2) [video]\n[Go] "),
    ("interactive", {}, "[interactive]"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "text"), READ)
def test_a_message_is_shown_as_a_person_reads_it(kind: str, content: Json, text: str) -> None:
    assert read_text(kind, content) == text


def test_our_files_are_found_named_and_taken_out_again() -> None:
    content = {"type": "carousel", "action": {"cards": CARDS}, "header": {"image": {"media_id": "F2"}}}
    assert list(files_in("interactive", content)) == [FileUse("F1", "image"), FileUse("F2", "image")]
    assert list(own_and_meta_ids(content)) == []
    named = with_meta_ids(content, {"F1": "11", "F2": "22"})
    assert named["header"] == {"image": {"media_id": "F2", "id": "22"}}
    assert list(own_and_meta_ids(named)) == [("F1", "11"), ("F2", "22")]
    assert wire_body("interactive", named)["interactive"]["header"] == {"image": {"id": "22"}}  # type: ignore[index]
    assert "media_id" not in str(wire_body("interactive", named))
    assert content["header"] == {"image": {"media_id": "F2"}}


def test_metas_ids_are_given_our_names() -> None:
    components: Json = {"components": [{"parameters": [{"type": "image", "image": {"id": "11"}}]}]}
    assert with_own_ids(components, {"F1": "11"})["components"] == [
        {"parameters": [{"type": "image", "image": {"id": "11", "media_id": "F1"}}]}
    ]


def test_what_a_form_is_given_is_nobody_elses() -> None:
    content = {"action": {"parameters": {"flow_action_payload": {"data": {"media_id": "theirs", "id": "11"}}}}}
    assert list(files_in("interactive", content)) == []
    assert list(own_and_meta_ids(content)) == []
    assert with_own_ids(content, {"F1": "11"}) == content
    assert wire_body("interactive", content)["interactive"] == content


def test_a_list_of_contacts_travels_as_a_list() -> None:
    assert wire_body("contacts", {"contacts": [{"name": {}}]}) == {"type": "contacts", "contacts": [{"name": {}}]}


def test_a_file_says_as_what_it_is_sent() -> None:
    assert list(files_in("audio", {"media_id": "F1", "voice": True})) == [FileUse("F1", "audio", voice=True)]
    assert list(files_in("image", {"id": "11"})) == []
