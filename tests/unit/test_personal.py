"""The search for what must not be in a log finds it."""

import json

import pytest

from tests.support.personal import personal_in

SAID = {
    "contacts": [{"wa_id": "5511987654321", "profile": {"name": "Ana Souza"}}],
    "messages": [{"from": "5511987654321", "text": {"body": "Olá, qual o preço?"}, "id": "wamid.HBgNNTUxMQ=="}],
}
PERSONAL = personal_in([SAID, {"to": "+4915112345678"}], ["a-secret-of-ours"])


@pytest.mark.parametrize(
    "line",
    [
        'sent to "+5511987654321"',
        "key C#5511987654321#x",
        "4915112345678",
        json.dumps({"message": "Olá, qual o preço?"}),
        "Olá, qual o preço?",
        "for Ana Souza",
        "id wamid.HBgNNTUxMQ==",
        '{"header": "a-secret-of-ours"}',
        "key wpb_D6VBdjUHK_XHVwkftUxjYU",
        "token wpo_D6VBdjUHK_XHVwkftUxjYU",
        "Authorization: Bearer x",
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
    ],
)
def test_what_is_somebodys_is_found(line: str) -> None:
    assert PERSONAL.found_in([line])


def test_ids_and_moments_are_not() -> None:
    line = {"at": 1796037838781, "phone_number_id": "106540352242922", "tenant_id": "01M8P2N3EWA725SBTPFNV0HMP5"}
    assert PERSONAL.found_in([json.dumps(line), "slice ended"]) == []
