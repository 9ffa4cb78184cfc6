"""Files of tenants and of messages over the HTTP handler, with a bucket in this process."""

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.clock import EpochMs
from shared.domain.conversations.message import Message
from shared.domain.conversations.message_ids import message_key
from shared.domain.media.message_media import MediaStatus, MessageMedia, library_key, upload_key
from shared.ids import ContactId, ConversationId, PhoneNumberId, TenantId, new_ulid
from shared.store.conversations.conversations import Head
from tests.support.api_handler import Api

JPEG = b"\xff\xd8\xff\xe0" + bytes(500)
HTML = b"<!doctype html><script>alert(1)</script>"
CONVERSATION = ConversationId("0" * 32)


@pytest.fixture
def tenant() -> TenantId:
    return TenantId(new_ulid())


def announce(api: Api, tenant: TenantId, content: bytes = JPEG, mime_type: str = "image/jpeg", **more: Any) -> str:
    body = {"filename": "otoño.jpg", "mime_type": mime_type, "size": len(content), **more}
    made = api.call("POST", "/v1/media", body, tenant=tenant)
    assert made.status == 201, made.body
    return str(made.body["id"])


def put(api: Api, tenant: TenantId, file_id: str, content: bytes = JPEG) -> None:
    api.s3.put_object(Bucket="data", Key=upload_key(tenant, file_id), Body=content)


def keys(api: Api, tenant: TenantId) -> list[str]:
    listed = [api.s3.list_objects_v2(Bucket="data", Prefix=f"{p}/{tenant}/") for p in ("uploads", "library")]
    return [one["Key"] for page in listed for one in page.get("Contents", [])]


def test_an_announced_file_may_be_put_with_this_type_and_size_only(api: Api, tenant: TenantId) -> None:
    body = {"filename": "../a.jpg", "mime_type": "image/jpeg; x=1", "size": 504}
    made = api.call("POST", "/v1/media", body, tenant=tenant).body
    assert (made["status"], made["type"], made["mime_type"], made["filename"]) == (
        "awaiting_upload",
        "image",
        "image/jpeg",
        "a.jpg",
    )
    assert made["upload"]["headers"] == {"content-type": "image/jpeg", "content-length": "504"}
    url = urlsplit(made["upload"]["url"])
    assert url.path.endswith(f"/{upload_key(tenant, made['id'])}")
    query = parse_qs(url.query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert query["X-Amz-Expires"] == ["3600"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mime_type": "image/svg+xml"}, "mime_type"),
        ({"mime_type": "image/gif"}, "mime_type"),
        ({"size": 5 * 1024 * 1024 + 1}, "size"),
        ({"size": 0}, "size"),
        ({"sha256": "abc"}, "sha256"),
        ({"filename": ""}, "filename"),
    ],
)
def test_what_whatsapp_would_not_take_is_refused_at_once(
    api: Api, tenant: TenantId, change: dict[str, object], field: str
) -> None:
    body = {"filename": "a.jpg", "mime_type": "image/jpeg", "size": 1, **change}
    answer = api.call("POST", "/v1/media", body, tenant=tenant)
    assert (answer.status, answer.body["field"]) == (422, field)


def test_a_checked_file_is_out_of_the_uploads_reach(api: Api, tenant: TenantId) -> None:
    file_id = announce(api, tenant, sha256=hashlib.sha256(JPEG).hexdigest().upper())
    missing = api.call("POST", f"/v1/media/{file_id}/complete", tenant=tenant)
    assert (missing.status, missing.body["code"]) == (409, "upload_missing")
    put(api, tenant, file_id)
    for _ in range(2):
        done = api.call("POST", f"/v1/media/{file_id}/complete", tenant=tenant)
        assert (done.status, done.body["status"]) == (200, "ready")
    put(api, tenant, file_id, HTML)
    api.call("POST", f"/v1/media/{file_id}/complete", tenant=tenant)
    kept = api.s3.get_object(Bucket="data", Key=library_key(tenant, file_id))
    assert kept["Body"].read() == JPEG
    assert kept["ContentType"] == "image/jpeg"
    assert kept["ContentDisposition"] == "inline; filename=\"otono.jpg\"; filename*=UTF-8''oto%C3%B1o.jpg"


@pytest.mark.parametrize(
    ("content", "announced", "words"),
    [
        (HTML, {"size": len(HTML)}, "no image/jpeg"),
        (JPEG, {"size": len(JPEG) + 1}, "announced"),
        (JPEG, {"sha256": "0" * 64}, "SHA-256"),
        (b"", {"size": 1}, "empty"),
    ],
)
def test_another_file_than_was_announced_is_refused_for_good(
    api: Api, tenant: TenantId, content: bytes, announced: dict[str, Any], words: str
) -> None:
    file_id = announce(api, tenant, **announced)
    put(api, tenant, file_id, content)
    for _ in range(2):
        answer = api.call("POST", f"/v1/media/{file_id}/complete", tenant=tenant)
        assert (answer.status, answer.body["code"]) == (422, "media_refused")
        assert words in answer.body["detail"]
    found = api.call("GET", f"/v1/media/{file_id}", tenant=tenant).body
    assert (found["status"], found["download"]) == ("refused", None)
    assert words in found["reason"]
    assert keys(api, tenant) == []


def test_files_are_listed_shown_and_forgotten(api: Api, tenant: TenantId) -> None:
    ids = [announce(api, tenant) for _ in range(3)]
    put(api, tenant, ids[0])
    api.call("POST", f"/v1/media/{ids[0]}/complete", tenant=tenant)
    first = api.call("GET", "/v1/media", tenant=tenant, query="limit=2").body
    second = api.call("GET", "/v1/media", tenant=tenant, query=f"limit=2&cursor={first['next_cursor']}").body
    assert {item["id"] for item in first["items"] + second["items"]} == set(ids)
    shown = api.call("GET", f"/v1/media/{ids[0]}", tenant=tenant).body["download"]
    query = parse_qs(urlsplit(shown["url"]).query)
    assert query["response-content-type"] == ["image/jpeg"]
    assert query["response-content-disposition"][0].startswith("inline;")
    assert int(query["X-Amz-Expires"][0]) <= 300
    for file_id in ids:
        assert api.call("DELETE", f"/v1/media/{file_id}", tenant=tenant).status == 204
        assert api.call("DELETE", f"/v1/media/{file_id}", tenant=tenant).status == 404
        assert api.call("GET", f"/v1/media/{file_id}", tenant=tenant).status == 404
    assert keys(api, tenant) == []


def test_one_idempotency_key_makes_one_file(api: Api, tenant: TenantId) -> None:
    body = {"filename": "a.jpg", "mime_type": "image/jpeg", "size": 1}
    made = [api.call("POST", "/v1/media", body, tenant=tenant, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert made[0].body["id"] == made[1].body["id"]
    assert len(api.call("GET", "/v1/media", tenant=tenant).body["items"]) == 1


def received(api: Api, tenant: TenantId, status: MediaStatus, reason: str = "", **more: str) -> str:
    """A message with a file that stands so; returns the path of its file."""
    media = MessageMedia(status, "image", f"media/{tenant}/x", media_id="1", reason=reason, size=7, **more)
    message_id = message_key(EpochMs(1_000), "m1")
    message = Message(message_id, CONVERSATION, "in", "contact", "image", "[image]", EpochMs(1_000), {}, media=media)
    api.deps.conversations.append(tenant, Head(CONVERSATION, PhoneNumberId("1"), ContactId("c"), "Ana"), message)
    return f"/v1/conversations/{CONVERSATION}/messages/{message_id}/media"


def test_a_message_shows_its_file_and_a_short_link_to_it(api: Api, tenant: TenantId) -> None:
    path = received(api, tenant, "stored", mime_type="image/jpeg", filename="", sha256="ab")
    (message,) = api.call("GET", f"/v1/conversations/{CONVERSATION}/messages", tenant=tenant).body["items"]
    shown = {"status": "stored", "type": "image", "mime_type": "image/jpeg", "size": 7, "sha256": "ab"}
    assert message["media"] == shown | {"filename": None, "reason": None, "media_id": None}
    found = api.call("GET", path, tenant=tenant).body
    assert (found["mime_type"], found["size"], found["filename"]) == ("image/jpeg", 7, "file.jpg")
    url = urlsplit(found["url"])
    assert url.path.endswith(f"/media/{tenant}/x")
    query = parse_qs(url.query)
    assert query["response-content-disposition"] == ['inline; filename="file.jpg"']
    assert query["X-Amz-Expires"] == ["300"]


@pytest.mark.parametrize("mime_type", ["application/pdf", "application/octet-stream", "text/plain"])
def test_what_is_no_picture_sound_or_video_is_downloaded(api: Api, tenant: TenantId, mime_type: str) -> None:
    path = received(api, tenant, "stored", mime_type=mime_type, filename='e"vil\r\n.html')
    query = parse_qs(urlsplit(api.call("GET", path, tenant=tenant).body["url"]).query)
    assert query["response-content-type"] == [mime_type]
    assert query["response-content-disposition"] == ['attachment; filename="e_vil.html"']


@pytest.mark.parametrize(
    ("status", "reason", "answer"),
    [
        ("pending", "", (409, "media_pending")),
        ("pending", "link_dead", (409, "media_pending")),
        ("failed", "sha256_mismatch", (410, "media_failed")),
        ("refused", "type_mismatch", (410, "media_refused")),
        ("failed", "meta_190", (410, "media_failed")),
        ("expired", "meta_100", (410, "media_expired")),
    ],
)
def test_a_file_that_is_not_there_says_why(
    api: Api, tenant: TenantId, status: MediaStatus, reason: str, answer: tuple[int, str]
) -> None:
    found = api.call("GET", received(api, tenant, status, reason), tenant=tenant)
    assert (found.status, found.body["code"], found.body.get("reason", "")) == (*answer, reason)
    seconds = {"": 3, "link_dead": 720}[reason] if status == "pending" else None
    assert found.body.get("retry_after_seconds") == seconds
    assert "few seconds" not in found.body["detail"] or (status, reason) == ("pending", "")
    assert ("is not the file that was sent" in found.body["detail"]) == (reason == "sha256_mismatch")


def test_no_file_no_message_and_another_tenants(api: Api, tenant: TenantId) -> None:
    path = received(api, tenant, "stored", mime_type="image/jpeg")
    other = TenantId(new_ulid())
    text = Message(message_key(EpochMs(2_000), "m2"), CONVERSATION, "in", "contact", "text", "hi", EpochMs(2_000), {})
    api.deps.conversations.append(tenant, Head(CONVERSATION, PhoneNumberId("1"), ContactId("c"), "Ana"), text)
    for who, where in ((other, path), (tenant, path.replace("m1", "m2")), (tenant, path.replace("m1", "m3"))):
        answer = api.call("GET", where, tenant=who)
        assert (answer.status, answer.body["code"]) == (404, "not_found")
