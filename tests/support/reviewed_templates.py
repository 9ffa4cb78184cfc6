"""Templates of a chat's tenant that Meta, as the simulator has it, has looked at."""

import time
from typing import Any

from tests.support.api_handler import Answer
from tests.support.chats import Chat

Json = dict[str, Any]
BODY: Json = {"type": "BODY", "text": "Our sale is on now."}


def ask(chat: Chat, method: str, path: str, body: object = None, **more: Any) -> Answer:
    return chat.api.call(method, path, body, tenant=chat.tenant, **more)


def made(chat: Chat, name: str = "promo", **more: Any) -> Json:
    """A template that Meta has approved, as it is listed after a sync."""
    content = {"name": name, "language": "en", "category": "MARKETING", "components": [BODY], **more}
    answer = ask(chat, "POST", "/v1/templates", content)
    assert (answer.status, answer.body["status"]) == (201, "PENDING"), answer.body
    return reviewed(chat, answer.body["id"])


def reviewed(chat: Chat, template_id: str) -> Json:
    for _ in range(200):
        assert ask(chat, "POST", "/v1/templates/sync").status == 200
        found = ask(chat, "GET", f"/v1/templates/{template_id}").body
        if found["status"] != "PENDING":
            return found
        time.sleep(0.02)
    raise AssertionError("never reviewed")
