"""A secret is changed step by step, and each step is checked by the public door, which is a new worker's each time."""

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

import pytest

from functions.webhook_ingest import receive_bootstrap
from functions.webhook_ingest.receive_handler import lambda_handler
from infra.local.meta_simulator.server import in_thread
from infra.ops.__main__ import parser
from infra.ops.desk import Answer, Desk
from infra.ops.parked import answer_to
from infra.ops.rotation import PREVIOUS, begun, mark
from infra.ops.stack import Stack
from shared.clients.aws import AwsClients
from shared.clock import epoch_ms
from shared.errors import Conflict, InvalidInput, RetryableError
from tests.support.fake_aws import SECRETS, Context, FakeAws, http_event

NEW = "a-brand-new-secret"


class Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receive_bootstrap.deps.cache_clear()
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        answer = lambda_handler(http_event("POST", body, headers=dict(self.headers.items())), Context())
        self.send_response(answer["statusCode"])
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def meta() -> Iterator[str]:
    """Meta, in whose settings the app's secret was reset."""
    with in_thread({"app_id": "100", "app_secret": NEW}) as url:
        yield url


@pytest.fixture
def desk(aws: FakeAws, meta: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name, value in aws.env.items():
        monkeypatch.setenv(name, value)
    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    outputs = {"MetaWebhookUrl": f"http://127.0.0.1:{server.server_port}", "DataBucketName": "data", "TokenKeyArn": "k"}
    parameters = {
        "MetaAppId": "100",
        "GraphApiVersion": "v25.0",
        "GraphApiUrl": meta,
        "StripeApiUrl": "http://stripe",
        "MetaSecretArn": aws.env["META_SECRET_ARN"],
        "StripeSecretArn": aws.env["STRIPE_SECRET_ARN"],
        "StripeWebhookSecretArn": aws.env["STRIPE_WEBHOOK_SECRET_ARN"],
    }
    made = Desk(aws.database(), Stack("test", outputs, parameters), epoch_ms())
    values = {name: SECRETS[name] for name in ("meta_app_secret", "meta_verify_token")}
    AwsClients(made.database.session).secrets.put_secret_value(
        SecretId=aws.env["META_SECRET_ARN"], SecretString=json.dumps(values)
    )
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def ops(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    def run(*words: str, typed: str = "") -> Answer:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        args = parser().parse_args(["secret", *words])
        found: Answer = args.run(desk, args)
        return found

    return run


def test_the_app_secret_is_changed_in_three_steps(ops: Callable[..., Answer]) -> None:
    old, new = SECRETS["meta_app_secret"], NEW
    before = ops("check", "meta_app_secret")
    assert (before["current_is_gone_by"], before["meta_knows_it"], before["failed"]) == (True, False, True)
    assert "begin" in before["note"]
    assert ops("begin", "meta_app_secret", typed=new)["to"] == mark(new)
    assert ops("status")["meta_app_secret"] == mark(old)
    done = ops("begin", "meta_app_secret", "--yes", typed=new)
    assert new not in json.dumps(done)
    found = ops("check", "meta_app_secret")
    assert (found["current_is_gone_by"], found["previous_is_gone_by"], found["another_is_refused"]) == (True,) * 3
    assert (found["meta_knows_it"], found["failed"]) == (True, False)
    with pytest.raises(Conflict, match="not finished"):
        ops("begin", "meta_app_secret", "--yes", typed="yet-another-secret")
    assert "nothing_was_done" in ops("finish", "meta_app_secret")
    ops("finish", "meta_app_secret", "--yes")
    after = ops("status")
    assert (after["meta_app_secret"], after[PREVIOUS]) == (mark(new), "none")
    assert "previous_is_gone_by" not in ops("check", "meta_app_secret")
    with pytest.raises(Conflict, match="nothing is to be finished"):
        ops("finish", "meta_app_secret", "--yes")


def test_what_meta_does_not_sign_with_is_not_left_alone(ops: Callable[..., Answer]) -> None:
    ops("begin", "meta_app_secret", "--yes", typed="mistyped-at-night")
    assert ops("check", "meta_app_secret")["meta_knows_it"] is False
    with pytest.raises(Conflict, match="Meta does not know"):
        ops("finish", "meta_app_secret", "--yes")


def test_a_mistyped_one_is_put_right_by_another_begin_and_what_was_signed_before_still_counts(
    ops: Callable[..., Answer],
) -> None:
    old = SECRETS["meta_app_secret"]
    ops("begin", "meta_app_secret", "--yes", typed="mistyped-at-night")
    with pytest.raises(Conflict, match="Meta knows neither"):
        ops("begin", "meta_app_secret", "--yes", typed="mistyped-once-more")
    ops("begin", "meta_app_secret", "--yes", typed=NEW)
    after = ops("status")
    assert (after["meta_app_secret"], after[PREVIOUS]) == (mark(NEW), mark(old))
    found = ops("check", "meta_app_secret")
    assert (found["meta_knows_it"], found["previous_is_gone_by"], found["failed"]) == (True, True, False)
    ops("finish", "meta_app_secret", "--yes")
    assert ops("status")[PREVIOUS] == "none"


def test_one_that_was_mistyped_is_seen_before_it_is_stored(ops: Callable[..., Answer]) -> None:
    assert ops("begin", "meta_app_secret", typed="mistyped-at-night")["meta_knows_it"] is False
    assert ops("begin", "meta_app_secret", typed=NEW)["meta_knows_it"] is True
    assert "meta_knows_it" not in ops("begin", "meta_verify_token", typed="another-token")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_outage_of_metas_is_no_word_on_a_secret(
    ops: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def out(url: str, body: bytes | None, headers: Mapping[str, str]) -> int:
        return status if body is None else answer_to(url, body, headers)

    monkeypatch.setattr("infra.ops.rotation.answer_to", out)
    begun_anyway = ops("begin", "meta_app_secret", "--yes", typed=NEW)
    assert f"answered {status}" in begun_anyway["meta_knows_it"]
    for words in (("begin", "meta_app_secret"), ("finish", "meta_app_secret"), ("check", "meta_app_secret")):
        with pytest.raises(RetryableError, match=f"Meta answered {status}"):
            ops(*words, typed="yet-another-secret")
    with pytest.raises(RetryableError, match=f"Stripe answered {status}"):
        ops("check", "stripe_api_key")


def test_back_to_the_one_of_before_leaves_nothing_to_be_finished() -> None:
    stored = {"meta_app_secret": "mistyped-at-night", PREVIOUS: "metas-all-along"}
    after = begun(stored, "meta_app_secret", "metas-all-along", "metas-all-along".__eq__)
    assert after == {"meta_app_secret": "metas-all-along", PREVIOUS: ""}


def no_meta(_secret: str) -> bool:
    raise AssertionError("Meta is not asked")


def test_no_secret_stands_in_an_address_that_meta_is_asked_by(
    ops: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noting(url: str, body: bytes | None, headers: Mapping[str, str]) -> int:
        asked.append(unquote(url))
        return answer_to(url, body, headers)

    monkeypatch.setattr("infra.ops.rotation.answer_to", noting)
    ops("begin", "meta_app_secret", "--yes", typed=NEW)
    assert ops("check", "meta_app_secret")["meta_knows_it"] is True
    assert len(asked) > 1
    assert [url for url in asked if NEW in url or SECRETS["meta_app_secret"] in url] == []


@pytest.mark.parametrize("new", ["", "short", " blanks-around ", "nicht-äscii-zeichen"])
def test_what_is_no_secret_is_refused(new: str) -> None:
    with pytest.raises(InvalidInput):
        begun({"meta_verify_token": "before-it"}, "meta_verify_token", new, no_meta)


def test_the_others_are_replaced_at_once() -> None:
    assert begun({"stripe_api_key": "sk_before"}, "stripe_api_key", "sk_after_it", no_meta) == {
        "stripe_api_key": "sk_after_it"
    }
    with pytest.raises(Conflict, match="already"):
        begun({"stripe_api_key": "sk_after_it"}, "stripe_api_key", "sk_after_it", no_meta)
