"""Meta's webhooks arrive here: GET and POST of a function URL that anybody may call.

POST: check the length, verify the signature, split, queue, answer 200. Anything that goes wrong on the way answers 500,
and Meta delivers again; what the queues already took then arrives twice, which their readers expect. GET answers the
challenge of Meta's subscription check. No database, no business logic, few imports: Meta wants an answer in 250 ms.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Iterator, Mapping
from typing import Any

from functions.webhook_ingest.receive.cells import to_send_on
from functions.webhook_ingest.receive.consent import consent_said
from functions.webhook_ingest.receive.overheard import overheard
from functions.webhook_ingest.receive.oversize import QUEUE_BYTES, set_apart
from functions.webhook_ingest.receive.routing import Split, digest
from functions.webhook_ingest.receive.signature import is_signed
from functions.webhook_ingest.receive.split import split
from functions.webhook_ingest.receive_bootstrap import Deps, deps
from shared.clients.queue import Outgoing
from shared.clock import EpochMs, epoch_ms
from shared.domain.numbers.cells import SIGNATURE, asked_by_a_cell
from shared.errors import InvalidInput
from shared.observability import count, one_line_if_counted
from shared.queue_messages import ConsentSaid
from shared.sqs_batch import log_failure

MAX_BODY_BYTES = 3 * 1024 * 1024
"""Meta, webhooks overview: payloads are at most 3 MB."""

Response = dict[str, Any]


@one_line_if_counted
def lambda_handler(event: Mapping[str, Any], context: object) -> Response:
    """Answers 200, 400 (what a stack asks is not understood), 401 (not signed with the app secret), 403 (wrong verify
    token, unknown cell), 405, 409 (a cell's account is connected elsewhere), 413, or 500 (deliver again)."""
    try:
        method = event["requestContext"]["http"]["method"]
        if method == "GET":
            return _challenge(event.get("queryStringParameters") or {}, deps())
        if method == "POST":
            return _receive(event, deps())
        count("WebhookRejected")
        return _answer(405)
    except Exception as error:
        log_failure("webhook", error)
        count("WebhookNotQueued")
        return _answer(500)


def _challenge(query: Mapping[str, str], parts: Deps) -> Response:
    expected = parts.secrets.read(epoch_ms()).meta_verify_token.encode()
    given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, expected):
        count("WebhookChallengeRefused")
        return _answer(403)
    count("WebhookChallengeAnswered")
    return _answer(200, query.get("hub.challenge", ""))


def _receive(event: Mapping[str, Any], parts: Deps) -> Response:
    body = _body(event)
    if body is None:
        count("WebhookRejected")
        return _answer(413)
    now = epoch_ms()
    secrets = parts.secrets.read(now)
    header = _header(event, SIGNATURE)
    if not is_signed(body, header, (secrets.meta_app_secret, secrets.meta_app_secret_previous)):
        count("WebhookRejected")
        return _answer(401)
    try:
        asked = asked_by_a_cell(body)
    except InvalidInput:
        count("WebhookRejected")
        return _answer(400)
    if asked is not None:
        return _answer(parts.cells.answer(asked))
    found = split(body, now)
    if not found.forwarded and (elsewhere := parts.cells.elsewhere(found.accounts)):
        found = split(body, now, elsewhere)
    # A no goes first, and beside what it stands in: it must not wait for anything else.
    parts.consent.send_all(Outgoing(said, digest(said.phone_number_id or said.waba_id)) for said in _said(found, now))
    parts.forwards.send_all(to_send_on(found.elsewhere, now, parts.parking))
    if len(body) > QUEUE_BYTES:
        set_apart(found, parts.parking)
    parts.inbound.send_all(Outgoing(routed.message, routed.group, routed.dedupe) for routed in found.inbound)
    parts.accounts.send_all(Outgoing(event, digest(event.waba_id)) for event in found.events)
    parts.statuses.send_all(Outgoing(updates, digest(updates.phone_number_id)) for updates in found.statuses)
    parts.sync.send_all(Outgoing(task, digest(task.waba_id)) for task in found.long)
    for parked in found.parked:
        parts.parking.park(parked.reason, parked.raw)
    return _answer(200)


def _said(found: Split, now: EpochMs) -> Iterator[ConsentSaid]:
    """What is said of consent, in what is put aside as well."""
    yield from consent_said(found)
    for parked in found.parked:
        yield from overheard(parked.raw, now, parked.waba_id)


def _body(event: Mapping[str, Any]) -> bytes | None:
    """The bytes as they were on the wire; None when there are too many, b"" when they cannot be read."""
    text = event.get("body") or ""
    # Base64 makes three bytes of four characters.
    if len(text) > (MAX_BODY_BYTES * 4 // 3 + 4 if event.get("isBase64Encoded") else MAX_BODY_BYTES):
        return None
    try:
        body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode("utf-8", "surrogatepass")
    except binascii.Error:
        return b""
    return body if len(body) <= MAX_BODY_BYTES else None


def _header(event: Mapping[str, Any], name: str) -> str:
    return next((str(value) for key, value in (event.get("headers") or {}).items() if key.lower() == name), "")


def _answer(status: int, text: str = "") -> Response:
    headers = {"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}
    return {"statusCode": status, "headers": headers, "body": text}


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
