"""Files of a tenant, sent through the API to the Meta simulator: given to Meta once, and anew when it lost them."""

from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs, epoch_ms
from shared.domain.media.library import FileUse, LibraryFile
from shared.ids import TenantId
from tests.integration.api.test_media import JPEG, announce, put
from tests.support.api_handler import Answer, Api
from tests.support.chats import Chat, Json, chat, graph_url

__all__ = ["chat", "graph_url"]
DAY_MS = 86_400_000
MP3 = b"ID3\x04" + bytes(100)
NOTE = b"OggS" + bytes(24) + b"OpusHead\x01\x01" + bytes(64)


@pytest.fixture(autouse=True)
def window(chat: Chat) -> None:
    chat.hears()


def uploaded(chat: Chat, content: bytes = JPEG, mime_type: str = "image/jpeg", **more: object) -> str:
    file_id = announce(chat.api, chat.tenant, content, mime_type, **more)
    put(chat.api, chat.tenant, file_id, content)
    return file_id


def send(chat: Chat, kind: str, media_id: str, **more: object) -> Answer:
    return chat.send({"type": kind, kind: {"media_id": media_id, **more}})


def uploads(chat: Chat) -> list[Json]:
    return [entry for entry in chat.journal() if entry["path"].endswith("/media")]


def messages(chat: Chat) -> list[Json]:
    return [entry for entry in chat.journal() if entry["path"].endswith("/messages")]


def at_meta(chat: Chat, file_id: str) -> str:
    return chat.api.deps.media.library.get(chat.tenant, file_id).meta[chat.number].meta_id


def aged(chat: Chat, file_id: str, ms: int) -> None:
    """Let this time pass since the file was given to Meta."""

    def change(file: LibraryFile) -> LibraryFile:
        copy = file.meta[chat.number]
        return replace(file, meta={chat.number: replace(copy, uploaded_at=EpochMs(copy.uploaded_at - ms))})

    chat.api.deps.media.library.change(chat.tenant, file_id, change)


def test_a_file_is_given_to_meta_once_for_many_messages(chat: Chat) -> None:
    file_id = uploaded(chat)
    answers = [send(chat, "image", file_id, caption="mira") for _ in range(2)]
    assert [answer.body["status"] for answer in answers] == ["sent", "sent"]
    assert len(uploads(chat)) == 1
    meta_id = at_meta(chat, file_id)
    assert [entry["body"]["image"] for entry in messages(chat)] == [{"id": meta_id, "caption": "mira"}] * 2
    shown = answers[0].body["media"]
    assert (shown["status"], shown["type"], shown["media_id"], shown["size"]) == ("stored", "image", file_id, len(JPEG))
    path = f"/messages/{answers[0].body['id']}/media"
    assert f"/library/{chat.tenant}/{file_id}" in chat.call("GET", path).body["url"]
    chat.api.call("DELETE", f"/v1/media/{file_id}", tenant=chat.tenant)
    gone = chat.call("GET", path)
    assert (gone.status, gone.body["code"]) == (410, "media_deleted")


def test_what_meta_lost_is_given_to_it_anew_once(chat: Chat) -> None:
    file_id = uploaded(chat)
    send(chat, "image", file_id)
    stale = at_meta(chat, file_id)
    chat.script(media={"id": stale, "gone": True})
    aged(chat, file_id, 120_000)
    answer = send(chat, "image", file_id)
    assert answer.body["status"] == "sent"
    assert len(uploads(chat)) == 2
    assert at_meta(chat, file_id) != stale
    assert [entry["accepted"] for entry in messages(chat)] == [True, False, True]
    assert messages(chat)[-1]["callback"] == messages(chat)[-2]["callback"]


def test_what_meta_refuses_a_minute_after_it_took_it_is_not_given_to_it_again(chat: Chat) -> None:
    file_id = uploaded(chat)
    send(chat, "image", file_id)
    chat.script(media={"id": at_meta(chat, file_id), "gone": True})
    answer = send(chat, "image", file_id)
    assert (answer.body["status"], answer.body["error_code"]) == ("failed", "100")
    assert len(uploads(chat)) == 1


def test_a_file_that_cannot_be_given_to_meta_again_leaves_the_refusal(chat: Chat) -> None:
    file_id = uploaded(chat)
    send(chat, "image", file_id)
    chat.script(media={"id": at_meta(chat, file_id), "gone": True})
    aged(chat, file_id, 120_000)
    chat.api.s3.delete_object(Bucket="data", Key=f"library/{chat.tenant}/{file_id}")
    answer = send(chat, "image", file_id)
    assert (answer.body["status"], answer.body["error_code"]) == ("failed", "100")


def test_an_id_of_29_days_is_not_relied_on(chat: Chat) -> None:
    file_id = uploaded(chat)
    send(chat, "image", file_id)
    aged(chat, file_id, 28 * DAY_MS)
    send(chat, "image", file_id)
    assert len(uploads(chat)) == 1
    aged(chat, file_id, DAY_MS)
    send(chat, "image", file_id)
    assert len(uploads(chat)) == 2


def test_two_at_once_upload_twice_at_most_and_use_the_same(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id, media, meanwhile = uploaded(chat), chat.api.deps.media, []
    upload = media._upload

    def slow(*arguments: Any, **more: Any) -> str:
        monkeypatch.undo()
        use = FileUse(file_id, "image")
        meanwhile.append(media.at_meta(chat.tenant, chat.number, use, epoch_ms()).meta_id)
        return upload(*arguments, **more)

    monkeypatch.setattr(media, "_upload", slow)
    assert send(chat, "image", file_id).body["status"] == "sent"
    assert len(uploads(chat)) == 2
    assert [entry["body"]["image"]["id"] for entry in messages(chat)] == meanwhile


def test_a_file_is_sent_as_what_it_is(chat: Chat) -> None:
    picture, song, note = uploaded(chat), uploaded(chat, MP3, "audio/mpeg"), uploaded(chat, NOTE, "audio/ogg")
    for kind, media_id, more, field in (
        ("document", picture, {}, "document.media_id"),
        ("sticker", picture, {}, "sticker.media_id"),
        ("audio", song, {"voice": True}, "audio.media_id"),
    ):
        answer = send(chat, kind, media_id, **more)
        assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "media_kind", field)
    assert messages(chat) == uploads(chat) == []
    assert send(chat, "audio", note, voice=True).body["status"] == "sent"
    assert send(chat, "audio", song).body["status"] == "sent"
    assert [entry["body"]["audio"].get("voice") for entry in messages(chat)] == [True, None]
    told = [
        {name: entry["body"]["multipart"][name] for name in ("type", "file", "file_type")} for entry in uploads(chat)
    ]
    opus = "audio/ogg; codecs=opus"
    assert told[0] == {"type": opus, "file": "file.ogg", "file_type": opus}
    assert told[1] == {"type": "audio/mpeg", "file": "file.mp3", "file_type": "audio/mpeg"}


def test_a_document_goes_with_its_name(chat: Chat) -> None:
    file_id = uploaded(chat, b"%PDF-1.7\n", "application/pdf", filename="oferta.pdf")
    send(chat, "document", file_id)
    send(chat, "document", file_id, filename="otra.pdf")
    assert [entry["body"]["document"]["filename"] for entry in messages(chat)] == ["oferta.pdf", "otra.pdf"]


def test_a_document_in_a_header_goes_with_its_name_too(chat: Chat) -> None:
    file_id = uploaded(chat, b"%PDF-1.7\n", "application/pdf", filename="oferta.pdf")
    components = [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Hi"}]
    chat.template("11", components=components)
    own: Json = {"header.document": {"media_id": file_id}}
    for variables in (own, {**own, "header.document.filename": "otra.pdf"}):
        chat.send({"type": "template", "template": {"template_id": "11", "variables": variables}})
    header = {"type": "document", "document": {"media_id": file_id}}
    buttons = [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]
    body = {"type": "button", "header": header, "body": {"text": "?"}, "action": {"buttons": buttons}}
    assert chat.send({"type": "interactive", "interactive": body}).body["status"] == "sent"
    sent = [entry["body"] for entry in messages(chat)]
    headers = [one["template"]["components"][0]["parameters"][0] for one in sent if "template" in one]
    # The simulator does not know the template, so that each is offered to both endpoints.
    assert list(dict.fromkeys(header["document"]["filename"] for header in headers)) == ["oferta.pdf", "otra.pdf"]
    assert sent[-1]["interactive"]["header"]["document"]["filename"] == "oferta.pdf"


def test_a_link_is_written_as_a_url_and_a_document_behind_it_has_its_name(chat: Chat) -> None:
    link = "https://cdn.example.com/año nuevo/catálogo 1.pdf"
    assert chat.send({"type": "document", "document": {"link": link}}).body["status"] == "sent"
    (sent,) = messages(chat)
    assert sent["body"]["document"] == {
        "link": "https://cdn.example.com/a%C3%B1o%20nuevo/cat%C3%A1logo%201.pdf",
        "filename": "catálogo 1.pdf",
    }
    refused = chat.send({"type": "image", "image": {"link": "http://cdn.example.com/a.png"}})
    assert (refused.status, refused.body["field"]) == (422, "image.link")
    assert "begins with http:" in refused.body["detail"]


def test_a_file_in_a_header_of_buttons_and_of_a_template(chat: Chat) -> None:
    file_id = uploaded(chat)
    header = {"type": "image", "image": {"media_id": file_id}}
    buttons = [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]
    body = {"type": "button", "header": header, "body": {"text": "?"}, "action": {"buttons": buttons}}
    assert chat.send({"type": "interactive", "interactive": body}).body["status"] == "sent"
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hi"}]
    chat.template("11", components=components)
    variables = {"header.image": {"media_id": file_id}}
    chat.send({"type": "template", "template": {"template_id": "11", "variables": variables}})
    first, second, *_ = (entry["body"] for entry in messages(chat))
    meta_id = at_meta(chat, file_id)
    assert first["interactive"]["header"] == {"type": "image", "image": {"id": meta_id}}
    parameters = [{"type": "image", "image": {"id": meta_id}}]
    assert second["template"]["components"][0] == {"type": "header", "parameters": parameters}
    assert len(uploads(chat)) == 1


def test_files_that_are_not_there_and_anothers(chat: Chat, api: Api) -> None:
    waiting = announce(api, chat.tenant)
    answer = send(chat, "image", waiting)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (409, "upload_missing", "image.media_id")
    theirs = announce(api, TenantId(f"x{chat.tenant[1:]}"))
    for media_id in (theirs, "nothing"):
        answer = send(chat, "image", media_id)
        assert (answer.status, answer.body["field"]) == (404, "image.media_id")
    bad = uploaded(chat, b"<svg/>")
    answer = send(chat, "image", bad)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "media_refused", "image.media_id")
    assert messages(chat) == uploads(chat) == []


def test_a_repeated_request_sends_and_uploads_nothing_more(chat: Chat) -> None:
    file_id = uploaded(chat)
    key = {"headers": {"Idempotency-Key": f"k{epoch_ms()}"}}
    bodies = [chat.send({"type": "image", "image": {"media_id": file_id}}, **key).body["id"] for _ in range(2)]
    assert bodies[0] == bodies[1]
    assert (len(messages(chat)), len(uploads(chat))) == (1, 1)
