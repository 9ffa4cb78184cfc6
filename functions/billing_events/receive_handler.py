"""Stripe's webhooks arrive here: POST /webhooks/stripe, without an authorizer.

Verify, queue the ids, answer 200. Anything that goes wrong on the way answers 500, and Stripe delivers again.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from typing import Any

from functions.billing_events.logic.signature import is_signed
from functions.billing_events.logic.stripe_event import read_event
from functions.billing_events.receive_bootstrap import Deps, deps
from shared.clock import epoch_ms
from shared.errors import InvalidInput
from shared.observability import count, one_line
from shared.sqs_batch import log_failure

MAX_BODY_BYTES = 1024 * 1024

Response = dict[str, Any]


@one_line
def lambda_handler(event: Mapping[str, Any], context: object) -> Response:
    """Answers 200, 401 (not signed by Stripe), 413, or 500 (deliver again)."""
    try:
        return _receive(event, deps())
    except Exception as error:
        log_failure("billing event", error)
        count("BillingNotQueued")
        return _answer(500)


def _receive(event: Mapping[str, Any], parts: Deps) -> Response:
    body = _body(event)
    if len(body) > MAX_BODY_BYTES:
        count("BillingRejected")
        return _answer(413)
    now = epoch_ms()
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    if not is_signed(body, headers.get("stripe-signature", ""), parts.secrets.read(now).stripe_webhook_secret, now):
        count("BillingRejected")
        return _answer(401)
    try:
        found = read_event(body)
        # The customer's group: one whose subscription makes many events does not hold up the others.
        parts.events.send(found, group=hashlib.sha256(found.customer_id.encode()).hexdigest()[:40])
    except InvalidInput as problem:
        parts.parking.park(problem.message, body.decode("utf-8", "backslashreplace"))
    count("BillingReceived")
    return _answer(200)


def _body(event: Mapping[str, Any]) -> bytes:
    """The bytes as they were on the wire; b"", which nobody signed, when they cannot be read."""
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return bytes(text.encode("utf-8", "surrogatepass"))
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def _answer(status: int) -> Response:
    return {"statusCode": status, "headers": {"content-type": "text/plain"}, "body": ""}


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    deps()
