"""Files that people send, from the simulated Meta into a bucket in this process."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from functions.webhook_ingest import media_handler
from functions.webhook_ingest.media import copy as media_copy
from functions.webhook_ingest.media.copy import LAST_DELIVERY
from functions.webhook_ingest.media_bootstrap import MediaDeps, build
from functions.webhook_ingest.messages.logic.media import media_of
from shared.clients.aws import AwsClients
from shared.clients.vault import META_TOKEN, Vault
from shared.clock import EpochMs
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.media.message_media import MessageMedia
from shared.domain.numbers.number import Number, Waba
from shared.ids import ConversationId, PhoneNumberId, TenantId, WabaId
from shared.queue_messages import CopyMedia
from shared.store.accounts.tenants import Accounts
from shared.store.engine.directory import Directory
from tests.integration.clients.test_graph_outcomes import Upstream
from tests.support.fake_aws import SECRETS, Context, FakeAws, sqs_event
from tests.support.meta_simulator import Sim, receiving, simulating

TENANT, CONVERSATION, MESSAGE = TenantId("t1"), "v1", message_key(EpochMs(1_000), "m1")
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture(scope="module")
def sim() -> Iterator[Sim]:
    with receiving() as receiver, simulating(receiver, app_secret=SECRETS["meta_app_secret"]) as running:
        yield running


@dataclass
class Copying:
    aws: FakeAws
    sim: Sim
    deps: MediaDeps
    accounts: Accounts

    def received(self, content: bytes, kind: str = "image", mime_type: str = "image/jpeg", **told: object) -> str:
        """Store a message with a file of these bytes; returns Meta's id of it."""
        wanted = {"phone_number_id": self.sim.number_id, "data": base64.b64encode(content).decode()}
        made = self.sim.script(create_media={**wanted, "mime_type": mime_type})["create_media"]
        raw = {"type": kind, kind: {**made, **told}}
        media = media_of(raw, TENANT, ConversationId(CONVERSATION), MESSAGE)
        message = Message(
            MESSAGE, ConversationId(CONVERSATION), "in", "contact", kind, "", EpochMs(1_000), {}, media=media
        )
        assert self.messages.put(TENANT, message)
        return str(made["id"])

    @property
    def messages(self) -> Any:
        return self.deps.copier._messages

    def copy(self, delivery: int = 1) -> int:
        """Deliver the task once; returns how many records failed."""
        task = CopyMedia(TENANT, self.sim.number_id, ConversationId(CONVERSATION), MESSAGE)
        answer = media_handler.lambda_handler(sqs_event(task.to_json(), delivery=delivery), Context())
        return len(answer["batchItemFailures"])

    @property
    def media(self) -> MessageMedia:
        found: MessageMedia = self.messages.media(TENANT, CONVERSATION, MESSAGE)
        return found

    @property
    def keys(self) -> list[str]:
        listed = self.aws.s3.list_objects_v2(Bucket="data", Prefix="media/").get("Contents", [])
        return [one["Key"] for one in listed]

    def asked(self, media_id: str) -> int:
        """How often Meta was asked for a file."""
        return sum(entry["path"].endswith(f"/{media_id}") for entry in self.sim.journal(fields="path"))


@pytest.fixture
def copying(aws: FakeAws, sim: Sim, monkeypatch: pytest.MonkeyPatch) -> Copying:
    env = aws.env | {"GRAPH_API_URL": str(sim.http.base_url).rstrip("/")}
    database = aws.database()
    accounts = Accounts(Directory(database))
    sealed = Vault(AwsClients(database.session).kms, env["KMS_KEY_ID"]).seal(TENANT, META_TOKEN, sim.token)
    accounts.create(Tenant(TENANT, "Shop", "ES"), Member("m", "s", "owner@example.com", Role.OWNER))
    waba = Waba(WabaId(sim.waba_id), "Shop", "EUR", sealed)
    accounts.connect(TENANT, waba, [Number(sim.number_id, WabaId(sim.waba_id), "+15550000000", "Shop")])
    made = build(database, env)
    monkeypatch.setattr(media_handler, "deps", lambda: made)
    return Copying(aws, sim, made, accounts)


def test_a_picture_is_kept_with_safe_headers(copying: Copying) -> None:
    media_id = copying.received(JPEG)
    pending = copying.media
    assert (pending.status, pending.kind, pending.mime_type) == ("pending", "image", "image/jpeg")
    assert pending.key == f"media/{TENANT}/{CONVERSATION}/{MESSAGE}/{media_id}"
    assert copying.copy() == 0
    digest = hashlib.sha256(JPEG).hexdigest()
    assert copying.media == replace(pending, status="stored", size=len(JPEG), sha256=digest)
    kept = copying.aws.s3.get_object(Bucket="data", Key=pending.key)
    assert kept["Body"].read() == JPEG
    assert (kept["ContentType"], kept["ContentDisposition"]) == ("image/jpeg", 'inline; filename="file.jpg"')


def test_a_redelivery_of_what_is_stored_asks_meta_nothing(copying: Copying) -> None:
    media_id = copying.received(JPEG)
    copying.copy()
    before = (copying.media, copying.asked(media_id))
    assert copying.copy(delivery=LAST_DELIVERY) == 0
    assert (copying.media, copying.asked(media_id)) == before


def test_a_copy_repeated_after_a_crash_overwrites_with_the_same(copying: Copying) -> None:
    copying.received(JPEG)
    pending = copying.media
    copying.copy()
    stored = copying.media
    copying.aws.s3.put_object(Bucket="data", Key=pending.key, Body=b"half")
    task = CopyMedia(TENANT, copying.sim.number_id, ConversationId(CONVERSATION), MESSAGE)
    assert copying.deps.copier._fetched(task, pending, EpochMs(1)) == stored
    assert copying.aws.s3.get_object(Bucket="data", Key=pending.key)["Body"].read() == JPEG


@pytest.mark.parametrize("content", [SVG, HTML, b"MZ\x90", b"%PDF-1.7"])
def test_what_only_pretends_to_be_a_picture_is_refused(copying: Copying, content: bytes) -> None:
    copying.received(content)
    assert copying.copy() == 0
    assert (copying.media.status, copying.media.reason) == ("refused", "type_mismatch")
    assert copying.keys == []


@pytest.mark.parametrize(
    ("content", "mime_type", "kept", "filename"),
    [
        (HTML, "text/html", "application/octet-stream", "page.html"),
        (SVG, "image/svg+xml", "application/octet-stream", "logo.svg"),
        (b"%PDF-1.7\n", "application/pdf", "application/pdf", "otoño.pdf"),
        (b"alert(1)", "application/javascript", "application/octet-stream", "x.js"),
    ],
)
def test_documents_are_never_shown_in_the_browser(
    copying: Copying, content: bytes, mime_type: str, kept: str, filename: str
) -> None:
    copying.received(content, "document", mime_type, filename=filename)
    copying.copy()
    assert (copying.media.status, copying.media.mime_type, copying.media.filename) == ("stored", kept, filename)
    found = copying.aws.s3.head_object(Bucket="data", Key=copying.media.key)
    assert found["ContentType"] == kept
    assert found["ContentDisposition"].startswith("attachment; filename=")


def test_other_bytes_than_were_sent_are_fetched_once_more_and_then_said_to_be_others(copying: Copying) -> None:
    media_id = copying.received(JPEG, sha256=hashlib.sha256(b"other").hexdigest())
    before = copying.asked(media_id)
    assert copying.copy() == 0, "no later delivery would bring others"
    assert copying.asked(media_id) == before + 2
    assert (copying.media.status, copying.media.reason) == ("failed", "sha256_mismatch")
    assert copying.keys == []


def test_of_a_dead_link_meta_is_asked_for_another_once(copying: Copying) -> None:
    media_id = copying.received(JPEG)
    copying.sim.script(media={"id": media_id, "url": f"{copying.sim.http.base_url}/_media/dead"})
    before = copying.asked(media_id)
    assert copying.copy() == 1
    assert copying.asked(media_id) == before + 2
    assert (copying.media.status, copying.media.reason) == ("pending", "link_dead")


def test_a_process_that_is_killed_at_the_last_attempt_leaves_word(
    copying: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    copying.received(JPEG)
    task = CopyMedia(TENANT, copying.sim.number_id, ConversationId(CONVERSATION), MESSAGE)
    with monkeypatch.context() as dying:
        dying.setattr(copying.deps.copier, "_fetched", killed)
        with pytest.raises(Killed):
            copying.deps.copier.copy(task, LAST_DELIVERY, EpochMs(1))
    assert (copying.media.status, copying.media.reason) == ("failed", "gave_up")
    copying.copy()
    assert (copying.media.status, copying.media.reason) == ("stored", "")


def test_a_url_that_leads_away_gets_no_token(copying: Copying) -> None:
    evil = Upstream(lambda connection, before: connection.close())
    try:
        copying.sim.script(media={"id": copying.received(JPEG), "url": f"{evil.url}/x"})
        assert copying.copy() == 0
        assert (copying.media.status, copying.media.reason, evil.requests) == ("failed", "media_host", 0)
    finally:
        evil.close()


def test_what_meta_has_no_more_is_expired(copying: Copying) -> None:
    copying.sim.script(media={"id": copying.received(JPEG), "gone": True})
    assert copying.copy() == 0
    assert (copying.media.status, copying.media.reason) == ("expired", "meta_100")


def test_a_token_that_opens_nothing_and_a_number_that_left(copying: Copying) -> None:
    copying.received(JPEG)
    task = CopyMedia(TENANT, PhoneNumberId("another"), ConversationId(CONVERSATION), MESSAGE)
    assert media_handler.lambda_handler(sqs_event(task.to_json()), Context()) == {"batchItemFailures": []}
    assert (copying.media.status, copying.media.reason) == ("failed", "not_connected")
    copying.accounts.change_waba(TENANT, WabaId(copying.sim.waba_id), lambda waba: replace(waba, token=sealed(copying)))
    copying.copy()
    assert (copying.media.status, copying.media.reason) == ("failed", "meta_190")


def sealed(copying: Copying) -> str:
    vault = Vault(AwsClients(copying.aws.database().session).kms, copying.aws.env["KMS_KEY_ID"])
    return vault.seal(TENANT, META_TOKEN, "revoked")


@pytest.mark.parametrize("told", [True, False])
def test_files_larger_than_whatsapp_has_are_refused(
    copying: Copying, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    monkeypatch.setattr(media_copy, "MOST_BYTES", len(JPEG) - 1)
    copying.received(JPEG)
    if not told:
        call = copying.deps.copier._graph.call

        async def silent(*arguments: Any, **more: Any) -> dict[str, Any]:
            return {**await call(*arguments, **more), "file_size": "0"}

        monkeypatch.setattr(copying.deps.copier._graph, "call", silent)
    assert copying.copy() == 0
    assert (copying.media.status, copying.media.reason) == ("refused", "too_large")


def test_an_empty_file_is_none(copying: Copying) -> None:
    copying.received(b"")
    assert copying.copy() == 0
    assert (copying.media.status, copying.media.reason) == ("refused", "empty")


def test_a_task_that_says_nothing_is_parked(copying: Copying) -> None:
    assert media_handler.lambda_handler(sqs_event(json.dumps({})), Context()) == {"batchItemFailures": []}
    assert len(copying.aws.objects("parked/")) == 1


def test_a_message_that_is_gone_is_no_failure(copying: Copying) -> None:
    assert copying.copy() == 0
    assert copying.keys == []
