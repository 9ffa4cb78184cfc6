"""The challenge that an endpoint gives back before anything is sent to it."""

import json

import pytest

from functions.api.events.verification import challenge_in, gives_back, verification
from shared.clock import EpochMs
from shared.domain.webhooks.endpoint import SUBSCRIBABLE, WebhookEndpoint
from shared.domain.webhooks.tenant_event import EventType

CHALLENGE = "c-9f"
ENDPOINT = WebhookEndpoint("e", "https://a.example.com/", ("*",), "", (), EpochMs(1), challenge=CHALLENGE)


def test_the_event_asks_with_the_challenge() -> None:
    event = verification("evt_1", EpochMs(1), "e", CHALLENGE)
    assert (event.type, challenge_in(event.to_json())) == ("endpoint.verification", CHALLENGE)
    assert event.type not in SUBSCRIBABLE
    assert not ENDPOINT.wants(EventType.ENDPOINT_VERIFICATION)


@pytest.mark.parametrize("answer", [CHALLENGE, f" {CHALLENGE}\n", json.dumps({"challenge": CHALLENGE, "ok": True})])
def test_the_challenge_or_json_with_it_is_proof(answer: str) -> None:
    assert gives_back(answer, CHALLENGE)


@pytest.mark.parametrize(
    "answer",
    ["", "ok", "{}", "[" * 2000, '{"challenge": 1}', '["c-9f"]', f"you sent {CHALLENGE}", '{"challenge": "x"}'],
)
def test_anything_else_is_none(answer: str) -> None:
    assert not gives_back(answer, CHALLENGE)


def test_an_old_challenge_does_not_verify_a_new_url() -> None:
    moved = ENDPOINT.verified(CHALLENGE).moved("https://b.example.com/", "new")
    assert moved.verified(CHALLENGE).challenge == "new"
    assert moved.verified("new").challenge == ""
    assert moved.moved("https://b.example.com/", "newer") == moved
