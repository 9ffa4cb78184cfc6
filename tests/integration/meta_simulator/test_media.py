import base64
import hashlib

import httpx
import pytest

from tests.support.meta_simulator import APP_ID, Json, Receiver, Sim, error


def upload(sim: Sim, data: bytes = b"\x89PNG", mime_type: str = "image/png") -> dict[str, object]:
    answer = sim.http.post(
        f"/v26.0/{sim.number_id}/media",
        data={"messaging_product": "whatsapp", "type": mime_type},
        files={"file": ("a", data, mime_type)},
        headers={"Authorization": f"Bearer {sim.token}"},
    )
    return {"status": answer.status_code, **answer.json()}


def test_what_was_uploaded_comes_back(sim: Sim) -> None:
    media_id = str(upload(sim)["id"])
    media = sim.get(media_id).json()
    assert (media["mime_type"], media["file_size"]) == ("image/png", "4")
    assert media["sha256"] == hashlib.sha256(b"\x89PNG").hexdigest()
    assert sim.http.get(media["url"]).status_code == 401
    answer = sim.http.get(media["url"], headers={"Authorization": f"Bearer {sim.token}"})
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert sim.delete(media_id).json() == {"success": True}
    assert error(sim.get(media_id)) == (400, 100)
    assert sim.http.get(media["url"], headers={"Authorization": f"Bearer {sim.token}"}).status_code == 404


def test_uploaded_media_can_be_sent_by_its_owner_only(sim: Sim) -> None:
    media_id = str(upload(sim)["id"])
    for business in (sim, Sim(sim.http)):
        business.script(inbound={"phone_number_id": business.number_id, "from": "+5215512345678", "text": "hola"})
        status = business.send(type="image", image={"id": media_id}).status_code
        assert status == (200 if business is sim else 400)


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (b"GIF89a", "image/gif"),
        (b"", "image/png"),
        (b"\x89PNG" + bytes(5 * 1024 * 1024), "image/png"),
        (b"<svg/>", "image/png"),
        (b"RIFF____WEBPVP8L" + bytes(100 * 1024), "image/webp"),
        (b"RIFF____WEBPVP8X____\x02" + bytes(500 * 1024), "image/webp"),
    ],
)
def test_files_that_whatsapp_does_not_take(sim: Sim, data: bytes, mime_type: str) -> None:
    assert upload(sim, data, mime_type)["status"] == 400


def test_a_resumable_upload_ends_in_a_handle(sim: Sim) -> None:
    session = sim.post(f"{APP_ID}/uploads?file_name=a.png&file_length=4&file_type=image/png", {}).json()["id"]
    headers = {"Authorization": f"OAuth {sim.token}", "file_offset": "0"}
    answer = sim.http.post(f"/v26.0/{session}", content=b"\x89PNG", headers=headers)
    assert answer.json()["h"].startswith("4::")
    assert sim.http.get(f"/v26.0/{session}", headers=headers).json()["file_offset"] == 4


def test_an_upload_breaks_off_where_it_is_told_to(sim: Sim) -> None:
    session = sim.post(f"{APP_ID}/uploads?file_name=a.png&file_length=8&file_type=image/png", {}).json()["id"]
    sim.script(uploads={"break_after": 3})
    headers = {"Authorization": f"OAuth {sim.token}", "file_offset": "0"}
    with pytest.raises(httpx.TransportError):
        sim.http.post(f"/v26.0/{session}", content=b"12345678", headers=headers)
    assert sim.http.get(f"/v26.0/{session}", headers=headers).json()["file_offset"] == 3
    unsigned = sim.http.get(f"/v26.0/{session.partition('?')[0]}", headers=headers)
    assert error(unsigned) == (400, 100)


def test_animated_stickers_may_be_larger(sim: Sim) -> None:
    assert upload(sim, b"RIFF____WEBPVP8X____\x02" + bytes(400 * 1024), "image/webp")["status"] == 200


def sent(sim: Sim, receiver: Receiver, message: Json) -> Json:
    """What the business hears of a message that a person sends."""
    sim.script(inbound={"phone_number_id": sim.number_id, "from": "+5215512345678", "message": message})
    sim.settle()
    return receiver.messages()[-1]


def test_people_send_the_file_they_are_told_to(sim: Sim, receiver: Receiver) -> None:
    content = b"<svg/>"
    told = {"data": base64.b64encode(content).decode(), "mime_type": "image/jpeg", "caption": "mira"}
    image = sent(sim, receiver, {"type": "image", "image": told})["image"]
    assert (image["mime_type"], image["caption"], "data" in image) == ("image/jpeg", "mira", False)
    answer = sim.http.get(sim.get(image["id"]).json()["url"], headers={"Authorization": f"Bearer {sim.token}"})
    assert answer.content == content
    edit = {"original_message_id": "wamid.x", "message": {"type": "image", "image": told}}
    inner = sent(sim, receiver, {"type": "edit", "edit": edit})["edit"]["message"]["image"]
    assert inner["sha256"] == image["sha256"] != sent(sim, receiver, {"type": "image"})["image"]["sha256"]
    assert sent(sim, receiver, {"type": "image", "image": {"sha256": "a lie"}})["image"]["sha256"] == "a lie"


def test_links_and_files_can_end_early_or_lead_elsewhere(sim: Sim) -> None:
    made = sim.script(create_media={"phone_number_id": sim.number_id, "kind": "document"})["create_media"]
    headers = {"Authorization": f"Bearer {sim.token}"}
    before = sim.get(made["id"]).json()["url"]
    assert sim.http.get(before, headers=headers).status_code == 200
    sim.script(media={"id": made["id"], "expire_links": True})
    assert sim.http.get(before, headers=headers).status_code == 404
    after = sim.get(made["id"]).json()["url"]
    assert after != before
    assert sim.http.get(after, headers=headers).status_code == 200
    sim.script(media={"id": made["id"], "url": "https://evil.example/x"})
    assert sim.get(made["id"]).json()["url"] == "https://evil.example/x"
    sim.script(media={"id": made["id"], "gone": True})
    assert error(sim.get(made["id"])) == (400, 100)
