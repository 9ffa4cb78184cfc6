import base64
import hashlib
import hmac
import json
import subprocess
import sys
from typing import Any

import pytest

from functions.webhook_ingest import receive_bootstrap, receive_handler
from functions.webhook_ingest.receive_handler import MAX_BODY_BYTES, lambda_handler
from tests.support.fake_aws import SECRETS, Context, FakeAws, http_event
from tests.support.webhook_payloads import (
    METADATA,
    PHONE_ID,
    STATUS,
    TEXT,
    change,
    envelope,
    messages,
    of_kind,
    statuses,
    wire,
)

BODY = wire(
    envelope(
        messages(TEXT),
        statuses(STATUS),
        change("message_template_status_update", {"event": "APPROVED", "message_template_id": 1}),
    )
)
QUEUES = ("Consent", "Inbound", "Status", "Account", "Sync")


@pytest.fixture(autouse=True)
def receiver(aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)
    receive_bootstrap.deps.cache_clear()


def signed(body: bytes, secret: str = SECRETS["meta_app_secret"], *, encoded: bool = False) -> dict[str, Any]:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    text = base64.b64encode(body).decode() if encoded else body.decode()
    return http_event("POST", text, headers={"x-hub-signature-256": signature}, isBase64Encoded=encoded)


def post(event: dict[str, Any]) -> int:
    return int(lambda_handler(event, Context())["statusCode"])


@pytest.mark.parametrize("secret", [SECRETS["meta_app_secret"], SECRETS["meta_app_secret_previous"]])
@pytest.mark.parametrize("encoded", [False, True])
def test_a_signed_post_is_split_over_the_queues(aws: FakeAws, secret: str, encoded: bool) -> None:
    assert post(signed(BODY, secret, encoded=encoded)) == 200
    (inbound,) = aws.received("Inbound")
    assert json.loads(inbound["Body"])["message"] == TEXT
    assert len(inbound["Attributes"]["MessageGroupId"]) == 40
    (status,) = aws.bodies("Status")
    assert (status["phone_number_id"], len(status["updates"])) == (PHONE_ID, 1)
    assert [event["field"] for event in aws.bodies("Account")] == ["message_template_status_update"]
    assert aws.objects("parked/") == []


@pytest.mark.parametrize(
    "event",
    [
        http_event("POST", BODY.decode()),
        http_event("POST", BODY.decode(), headers={"x-hub-signature-256": "sha256=" + "0" * 64}),
        signed(BODY, "another secret"),
        signed(BODY, ""),
        {**signed(BODY), "body": BODY.decode() + " "},
        {**signed(BODY), "body": None},
        {**signed(BODY), "isBase64Encoded": True, "body": "no base64!"},
        {**signed(BODY), "headers": None},
    ],
)
def test_what_meta_did_not_sign_is_refused_and_not_stored(aws: FakeAws, event: dict[str, Any]) -> None:
    assert post(event) == 401
    assert all(aws.received(queue) == [] for queue in QUEUES)
    assert aws.objects("") == []


@pytest.mark.parametrize("encoded", [False, True])
def test_more_than_meta_sends_is_refused_before_anything_is_read(aws: FakeAws, encoded: bool) -> None:
    assert post(signed(b" " * (MAX_BODY_BYTES + 1), encoded=encoded)) == 413
    assert post(signed(b" " * MAX_BODY_BYTES, encoded=encoded)) == 200


def test_what_no_queue_holds_is_stored_whole_and_the_queue_says_where(aws: FakeAws) -> None:
    long = "x" * 950_000
    history = {"metadata": METADATA, "history": [{"threads": [{"id": "1", "messages": [{**TEXT, "extra": long}]}]}]}
    rejected = {"event": "REJECTED", "reason": long}
    written = {**of_kind("text", {"body": long}), "id": "wamid.long"}
    document = envelope(
        messages(TEXT, written), change("history", history), change("message_template_status_update", rejected)
    )
    assert post(signed(wire(document))) == 200
    light, heavy = aws.bodies("Inbound")
    assert (light["message"], light["stored"]) == (TEXT, "")
    (event,), (task,) = aws.bodies("Account"), aws.bodies("Sync")
    stored = [(heavy, "message", written), (event, "value", rejected), (task, "value", history)]
    for queued, name, whole in stored:
        assert queued[name] == {}
        assert queued["stored"].startswith("webhooks/")
        found = aws.s3.get_object(Bucket=aws.env["DATA_BUCKET"], Key=queued["stored"])["Body"].read()
        assert json.loads(found) == whole
    assert aws.objects("parked/") == []


def test_signed_nonsense_is_parked_and_counted(aws: FakeAws, capsys: pytest.CaptureFixture[str]) -> None:
    assert post(signed(b'{"object": "whatsapp_business_account", "entry"')) == 200
    (parked,) = aws.objects("parked/")
    assert parked["reason"] == "body: not JSON"
    assert parked["raw"].startswith('{"object"')
    assert '"WebhookParked":[1.0]' in capsys.readouterr().out


def test_meta_delivers_again_when_a_queue_takes_nothing(aws: FakeAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.sqs.delete_queue(QueueUrl=aws.env["STATUS_QUEUE_URL"])
    assert post(signed(BODY)) == 500
    assert '"WebhookNotQueued":[1.0]' in capsys.readouterr().out


def test_neither_numbers_nor_words_nor_secrets_are_logged(
    aws: FakeAws, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    aws.sqs.delete_queue(QueueUrl=aws.env["INBOUND_QUEUE_URL"])
    post(signed(BODY))
    post(signed(BODY, "another secret"))
    logged = "".join([*capsys.readouterr(), *(str(vars(record)) for record in caplog.records)])
    assert "WebhookRejected" in logged
    assert "not handled" in logged
    for secret in ("16505551234", "another color", "Sheena", *SECRETS.values()):
        assert secret not in logged


def challenge(**query: str) -> dict[str, Any]:
    named = {f"hub.{name}": value for name, value in query.items()}
    answer: dict[str, Any] = lambda_handler(http_event("GET", queryStringParameters=named or None), Context())
    return answer


def test_the_challenge_is_answered_for_the_right_token(aws: FakeAws) -> None:
    answer = challenge(mode="subscribe", verify_token=SECRETS["meta_verify_token"], challenge="1158201444")
    assert (answer["statusCode"], answer["body"]) == (200, "1158201444")
    assert answer["headers"]["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
        {"mode": "unsubscribe", "verify_token": SECRETS["meta_verify_token"], "challenge": "1"},
    ],
)
def test_it_is_not_answered_for_another(aws: FakeAws, query: dict[str, str]) -> None:
    answer = challenge(**query)
    assert (answer["statusCode"], answer["body"]) == (403, "")


def test_other_methods_are_refused(aws: FakeAws) -> None:
    assert lambda_handler(http_event("PUT"), Context())["statusCode"] == 405


def test_the_receiver_loads_no_model_no_database_and_no_http_client() -> None:
    code = f"import sys, {receive_handler.__name__}; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert "botocore.session" in loaded
    assert loaded.isdisjoint({"pydantic", "pynamodb", "httpx", "stripe", "pyreqwest", "boto3", "phonenumbers"})


def test_a_no_goes_on_a_path_of_its_own_as_well(aws: FakeAws) -> None:
    stop = of_kind("text", {"body": "Please stop."}, id="wamid.1")
    chosen = {"wa_id": "1650", "value": "stop", "category": "marketing_messages", "timestamp": 1}
    document = envelope(
        messages(TEXT, stop),
        messages({**stop, "id": "wamid.2"}, metadata={**METADATA, "phone_number_id": "another"}),
        change("user_preferences", {"user_preferences": [chosen]}),
    )
    assert post(signed(wire(document))) == 200
    taken = aws.received("Consent")
    first, second, third = (json.loads(message["Body"]) for message in taken)
    assert [said["word"] for said in (first, second)] == ["stop", "stop"]
    assert third["preference"] == {**chosen, "timestamp": "1"}
    # Fair by number: one tenant's flood of noes does not hold up another's.
    assert len({message["Attributes"]["MessageGroupId"] for message in taken}) == 3
    assert len(aws.received("Inbound")) == 3
    assert [event["field"] for event in aws.bodies("Account")] == ["user_preferences"]
    assert "Please" not in json.dumps([message["Body"] for message in taken])


def test_meta_delivers_again_what_the_path_of_consent_did_not_take(aws: FakeAws) -> None:
    aws.sqs.delete_queue(QueueUrl=aws.env["CONSENT_QUEUE_URL"])
    assert post(signed(BODY)) == 200
    assert post(signed(wire(envelope(messages(of_kind("text", {"body": "stop"})))))) == 500
