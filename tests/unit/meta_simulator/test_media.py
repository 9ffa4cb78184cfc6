import hashlib

import pytest

from .harness import APP_ID, Sim, error


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
    ("data", "mime_type"), [(b"x", "image/gif"), (b"", "image/png"), (b"x" * (5 * 1024 * 1024 + 1), "image/png")]
)
def test_files_that_whatsapp_does_not_take(sim: Sim, data: bytes, mime_type: str) -> None:
    assert upload(sim, data, mime_type)["status"] == 400


def test_a_resumable_upload_ends_in_a_handle(sim: Sim) -> None:
    session = sim.post(f"{APP_ID}/uploads?file_name=a.png&file_length=4&file_type=image/png", {}).json()["id"]
    headers = {"Authorization": f"OAuth {sim.token}", "file_offset": "0"}
    answer = sim.http.post(f"/v26.0/{session}", content=b"\x89PNG", headers=headers)
    assert answer.json()["h"].startswith("4::")
    assert sim.get(session).json()["file_offset"] == 4
