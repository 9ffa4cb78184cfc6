"""Files both ways: what people send is in our bucket and safe to look at; what businesses send goes to Meta once."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import HTTP, Api, Business, Json, journal, objects, settle, signed_up, wait_for

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@dataclass(frozen=True, slots=True)
class Chat:
    """A business and a person who writes to it."""

    cloud: LocalCloud
    business: Business
    phone: str

    @property
    def api(self) -> Api:
        return self.business.owner

    @property
    def path(self) -> str:
        """Of the messages of the conversation."""
        (conversation,) = wait_for(lambda: self.api.get("/v1/conversations")["items"], lambda found: found)
        return f"/v1/conversations/{conversation['id']}/messages"

    def says(self, **message: object) -> None:
        wanted = {"phone_number_id": self.business.phone_number_id, "from": self.phone, **message}
        script(self.cloud.simulator_url, {"inbound": wanted})

    def sends(self, kind: str, content: bytes, **told: object) -> Json:
        """A person sends a file; the message, once nothing more is to be done about it."""
        caption = secrets.token_hex(6)
        body = {"data": base64.b64encode(content).decode(), "caption": caption, **told}
        self.says(message={"type": kind, kind: body})

        def found() -> list[Json]:
            listed = self.api.get(self.path)["items"]
            return [m for m in listed if m["content"].get("caption") == caption and m["media"]["status"] != "pending"]

        return wait_for(found, lambda listed: listed)[0]

    def uploads(self) -> int:
        """How many files Meta was given by this business."""
        path = f"/{self.business.phone_number_id}/media"
        entries = HTTP.get(f"{self.cloud.simulator_url}/_sim/journal", params={"fields": "method,path,status"}).json()
        return sum(e["method"] == "POST" and e["path"].endswith(path) for e in entries["entries"])


@pytest.fixture(scope="module")
def chat(cloud: LocalCloud) -> Chat:
    made = Chat(cloud, signed_up(cloud), f"+346{secrets.randbelow(10**8):08d}")
    made.says(text="Hola")
    return made


def test_a_picture_is_in_the_bucket_and_the_link_serves_its_bytes(chat: Chat) -> None:
    message = chat.sends("image", JPEG, mime_type="image/jpeg")
    media = message["media"]
    digest = hashlib.sha256(JPEG).hexdigest()
    assert (media["status"], media["mime_type"], media["size"], media["sha256"]) == (
        "stored",
        "image/jpeg",
        len(JPEG),
        digest,
    )
    kept = objects(chat.cloud, f"media/{chat.business.tenant_id}/")
    assert [key for key in kept if message["id"] in key]
    link = chat.api.get(f"{chat.path}/{message['id']}/media")
    served = HTTP.get(link["url"])
    assert (served.status_code, served.content) == (200, JPEG)
    assert served.headers["content-type"] == "image/jpeg"
    assert served.headers["content-disposition"] == 'inline; filename="file.jpg"'


@pytest.mark.parametrize("content", [SVG, HTML])
def test_a_page_that_pretends_to_be_a_picture_is_refused(chat: Chat, content: bytes) -> None:
    message = chat.sends("image", content, mime_type="image/jpeg")
    assert (message["media"]["status"], message["media"]["reason"]) == ("refused", "type_mismatch")
    answer = chat.api.call("GET", f"{chat.path}/{message['id']}/media")
    assert (answer.status_code, answer.json()["code"]) == (410, "media_refused")
    assert not [key for key in objects(chat.cloud, f"media/{chat.business.tenant_id}/") if message["id"] in key]


def test_a_page_that_is_openly_sent_is_only_downloaded(chat: Chat) -> None:
    message = chat.sends("document", HTML, mime_type="text/html", filename="página.html")
    link = chat.api.get(f"{chat.path}/{message['id']}/media")
    served = HTTP.get(link["url"])
    assert served.content == HTML
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"].startswith('attachment; filename="pagina.html"; filename*=UTF-8')


def test_a_file_that_meta_lost_says_so(chat: Chat) -> None:
    made = script(chat.cloud.simulator_url, {"create_media": {"phone_number_id": chat.business.phone_number_id}})
    file = made["create_media"]
    script(chat.cloud.simulator_url, {"media": {"id": file["id"], "gone": True}})
    chat.says(message={"type": "image", "image": file})

    def found() -> list[Json]:
        listed = chat.api.get(chat.path)["items"]
        return [m for m in listed if m["content"].get("id") == file["id"] and m["media"]["status"] != "pending"]

    (message,) = wait_for(found, lambda listed: listed)
    assert (message["media"]["status"], message["media"]["reason"]) == ("expired", "meta_100")
    settle(chat.cloud)


def upload(api: Api, content: bytes, filename: str = "otoño.jpg", mime_type: str = "image/jpeg") -> str:
    """A file announced and put where we are told, with the headers we are told."""
    digest = hashlib.sha256(content).hexdigest()
    announced = {"filename": filename, "mime_type": mime_type, "size": len(content), "sha256": digest}
    made = api.post("/v1/media", announced)
    assert HTTP.put(made["upload"]["url"], content=content, headers=made["upload"]["headers"]).is_success
    return str(made["id"])


def test_an_upload_is_given_to_meta_once_for_two_messages(chat: Chat) -> None:
    media_id, before = upload(chat.api, JPEG), chat.uploads()
    done = chat.api.post(f"/v1/media/{media_id}/complete")
    assert (done["status"], done["type"]) == ("ready", "image")
    link = chat.api.get(f"/v1/media/{media_id}")["download"]
    served = HTTP.get(link["url"])
    assert (served.content, served.headers["content-type"]) == (JPEG, "image/jpeg")
    for caption in ("one", "two"):
        image = {"media_id": media_id, "caption": caption}
        sent = chat.api.post(chat.path, {"type": "image", "image": image})
        assert (sent["status"], sent["media"]["media_id"]) == ("sent", media_id)
    assert chat.uploads() == before + 1
    seen = [e["body"]["image"] for e in journal(chat.cloud, chat.business.phone_number_id) if "image" in e["body"]]
    assert [image["caption"] for image in seen] == ["one", "two"]
    assert len({image["id"] for image in seen}) == 1


def test_an_upload_that_is_no_picture_goes_nowhere(chat: Chat) -> None:
    media_id, before = upload(chat.api, SVG), chat.uploads()
    answer = chat.api.call("POST", chat.path, {"type": "image", "image": {"media_id": media_id}})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        422,
        "media_refused",
        "image.media_id",
    )
    assert chat.uploads() == before
    assert not objects(chat.cloud, f"library/{chat.business.tenant_id}/{media_id}")


def test_a_campaign_gives_its_picture_to_meta_once_for_everybody(chat: Chat) -> None:
    api, tag = chat.api, f"t{secrets.token_hex(4)}"
    for _ in range(3):
        api.post("/v1/contacts", {"phone": f"+346{secrets.randbelow(10**8):08d}", "name": "Ana", "tags": [tag]})
    handle = "4::aW1hZ2U="
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
    components = [header, {"type": "BODY", "text": "Look at this."}]
    draft = {"name": f"{tag}_picture", "language": "en", "category": "MARKETING", "components": components}
    template_id = api.post("/v1/templates", draft)["id"]
    wait_for(lambda: api.get(f"/v1/templates/{template_id}"), lambda t: t["status"] == "APPROVED")
    media_id, before = upload(api, JPEG), chat.uploads()
    body: Json = {"name": tag, "phone_number_id": chat.business.phone_number_id, "template_id": template_id}
    body["audience"] = {"tags": [tag]}
    nobodys = {"header.image": {"source": "media", "value": "x"}}
    wrong = api.call("POST", "/v1/campaigns", {**body, "variables": nobodys})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "variables.header.image")
    body["variables"] = {"header.image": {"source": "media", "value": media_id}}
    campaign_id = api.post("/v1/campaigns", body)["id"]
    api.post(f"/v1/campaigns/{campaign_id}/launch")
    report = wait_for(
        lambda: api.get(f"/v1/campaigns/{campaign_id}/report"),
        lambda r: r["planned"] and r["waiting"] == r["unknown"] == 0,
    )
    assert (report["sent"], report["failed"]) == (3, 0)
    assert chat.uploads() == before + 1
    sent = [e for e in journal(chat.cloud, chat.business.phone_number_id) if campaign_id in (e["callback"] or "")]
    headers = [e["body"]["template"]["components"][0]["parameters"][0] for e in sent]
    assert len(sent) == 3
    assert len({header["image"]["id"] for header in headers}) == 1
