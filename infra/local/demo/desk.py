"""A conversation at an agent's desk: a picture comes in, buttons and a file go out, a reaction, and a closed window."""

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from infra.local.demo.business import Business
from infra.local.demo.client import Api, DemoError, Json, Simulator, wait_until
from infra.local.demo.screen import Screen

_GUEST, _LONG_AGO = "5521988880001", "5521988880002"
_SECONDS = 30.0
_DAY_AND_MORE_SECONDS = 25 * 3600
_BUTTONS = {
    "type": "button",
    "body": {"text": "It is lovely! When shall we deliver it?"},
    "action": {
        "buttons": [
            {"type": "reply", "reply": {"id": "today", "title": "Today"}},
            {"type": "reply", "reply": {"id": "tomorrow", "title": "Tomorrow"}},
        ]
    },
}
_VALUES = {"body.first_name": "Marina", "body.points": "120", "body.city": "Rio"}


@dataclass(slots=True)
class Desk:
    """What was seen; every entry must hold."""

    seen: dict[str, bool] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return all(self.seen.values())

    @property
    def missing(self) -> str:
        return ", ".join(name for name, held in self.seen.items() if not held)


def converse(api: Api, meta: Simulator, business: Business, template_id: str, screen: Screen) -> Desk:
    """Play it, and note what the API showed. Raises DemoError when it cannot go on."""
    desk = Desk()
    talk = _Talk(api, meta, business, _GUEST)
    talk.says({"type": "text", "text": {"body": "Oi! Can you make a cake like this one?"}}, name="Marina Lopes")
    talk.says({"type": "image", "image": {"caption": "for twelve people"}})
    picture = talk.until("the picture's copy", lambda m: m["type"] == "image" and _stored(m))
    link = api.get(f"{talk.path}/{picture['id']}/media")
    served = httpx.get(link["url"], timeout=30)
    desk.seen["picture kept and served"] = served.is_success and hashlib.sha256(served.content).hexdigest() in (
        link.get("sha256"),
        picture["media"].get("sha256"),
    )
    screen.step("a guest sent a picture", f"copied to our bucket, {len(served.content)} bytes, link of five minutes")

    offer = talk.answers({"type": "interactive", "interactive": _BUTTONS})
    reply = {"type": "button_reply", "button_reply": {"id": "tomorrow", "title": "Tomorrow"}}
    talk.says({"type": "interactive", "interactive": reply}, reply_to=offer["wamid"])
    pressed = talk.until("the pressed button", lambda m: m["direction"] == "in" and m["type"] == "interactive")
    desk.seen["button pressed"] = pressed["text"] == "Tomorrow" and pressed["reply_to"] == offer["wamid"]
    screen.step("an agent sent two buttons", f"the guest pressed “{pressed['text']}”")

    file_id = _upload(api)
    image = talk.answers({"type": "image", "image": {"media_id": file_id, "caption": "Your sketch"}})
    talk.says({"type": "reaction", "reaction": {"message_id": image["wamid"], "emoji": "😍"}})
    liked = talk.until("the reaction", lambda m: m["id"] == image["id"] and bool(m["reactions"]))
    desk.seen["reaction on the picture"] = [r["emoji"] for r in liked["reactions"]] == ["😍"]
    screen.step("an agent sent a picture", f"uploaded once, reused from then on; the guest reacted {_emoji(liked)}")
    for line in reversed(talk.messages()):
        screen.step("", f"  | {line['author']}: {line['text']} {_emoji(line)}".rstrip())

    late = _Talk(api, meta, business, _LONG_AGO)
    late.says({"type": "text", "text": {"body": "Are you open on Sunday?"}}, seconds_ago=_DAY_AND_MORE_SECONDS)
    late.until("the message of yesterday", lambda m: m["direction"] == "in")
    status, problem = api.attempt(late.path, {"type": "text", "text": {"body": "Yes, until nine!"}})
    offered = [template["id"] for template in problem.get("templates", [])]
    desk.seen["closed window refused, templates offered"] = (status, problem.get("code")) == (
        409,
        "window_closed",
    ) and template_id in offered
    screen.step("a message of yesterday", f"answering freely: {status} {problem.get('code')}; {len(offered)} offered")
    sent = late.answers({"type": "template", "template": {"template_id": template_id, "variables": _VALUES}})
    desk.seen["template sent instead"] = sent["status"] in ("sent", "delivered", "read")
    screen.step("the template went instead", sent["text"].splitlines()[0])
    return desk


class _Talk:
    """One person's conversation with the business, from both ends."""

    def __init__(self, api: Api, meta: Simulator, business: Business, digits: str) -> None:
        self._api = api
        self._meta = meta
        self._number = business.phone_number_id
        self._digits = digits
        self._found = ""

    @property
    def path(self) -> str:
        if not self._found:
            self._found = str(wait_until("the conversation", self._conversation, _SECONDS)["id"])
        return f"/v1/conversations/{self._found}/messages"

    def says(self, message: Json, **more: object) -> None:
        """The person writes."""
        self._meta.script(inbound={"phone_number_id": self._number, "from": self._digits, "message": message} | more)

    def answers(self, message: Json) -> Json:
        """The agent writes; what was stored. Raises DemoError unless Meta took it."""
        sent = self._api.post(self.path, message)
        if sent["status"] == "failed":
            raise DemoError(f"the agent's {message['type']} failed with {sent['error_code']}")
        return sent

    def messages(self) -> list[Json]:
        """Newest first."""
        found: list[Json] = self._api.get(self.path, limit=50)["items"]
        return found

    def until(self, what: str, wanted: Callable[[Json], bool]) -> Json:
        """The newest message that is as wanted, once there is one."""
        return wait_until(what, lambda: next(filter(wanted, self.messages()), None), _SECONDS)

    def _conversation(self) -> Json | None:
        found = self._api.pages("/v1/conversations")
        return next((c for c in found if c["contact_phone"] == f"+{self._digits}"), None)


def _stored(message: Json) -> bool:
    if message["media"]["status"] in ("refused", "failed", "expired"):
        raise DemoError(f"the picture is {message['media']['status']}: {message['media'].get('reason')}")
    return bool(message["media"]["status"] == "stored")


def _upload(api: Api) -> str:
    data = _sketch()
    made = api.post("/v1/media", {"filename": "sketch.png", "mime_type": "image/png", "size": len(data)})
    put = httpx.put(made["upload"]["url"], content=data, headers=made["upload"]["headers"], timeout=30)
    if not put.is_success:
        raise DemoError(f"the upload was refused: {put.status_code} {put.text[:200]}")
    return str(api.post(f"/v1/media/{made['id']}/complete")["id"])


def _sketch() -> bytes:
    """A small picture of one colour, as PNG."""
    rows = b"".join(b"\x00" + b"\xd9\x8c\x5f" * 32 for _ in range(32))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _emoji(message: Json) -> str:
    return " ".join(reaction["emoji"] for reaction in message["reactions"])
