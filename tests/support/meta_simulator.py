"""A running simulator and a receiver of its webhooks, as the tests use them."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from infra.local.meta_simulator.server import in_thread
from shared.ids import PhoneNumberId

Json = dict[str, Any]

APP_ID, APP_SECRET = "100200300400500", "test-app-secret"
QUIET = {"stop_share": 0, "button_share": 0, "answer_share": 0, "react_share": 0, "delay": 0.01}
SURE = {
    "delivered_share": 1,
    "read_share": 1,
    "failed": {},
    "sent_delay": 0.01,
    "delivered_delay": 0.01,
    "read_delay": 0.01,
}
FAST = {"flush_seconds": 0.02, "retry_first_seconds": 0.02, "retry_max_seconds": 0.05}
BODY = {"type": "BODY", "text": "Hola {{1}}, tenemos algo para ti", "example": {"body_text": [["Ana"]]}}


class Receiver:
    """Takes webhooks; `answers` are given first, then 200. GET answers the challenge for the verify token `right`."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""

    def changes(self, field: str = "messages") -> list[Json]:
        """The values of all changes of a field, in the order they came."""
        return [
            change["value"]
            for _, body in self.posts
            for entry in json.loads(body)["entry"]
            for change in entry["changes"]
            if change["field"] == field
        ]

    def statuses(self) -> list[Json]:
        """All statuses, in the order they came."""
        return [status for value in self.changes() for status in value.get("statuses", [])]

    def messages(self) -> list[Json]:
        """All inbound messages, in the order they came."""
        return [message for value in self.changes() for message in value.get("messages", [])]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.posts.append((dict(self.headers), body))
            self._answer(receiver.answers.pop(0) if receiver.answers else 200, b"")

        def do_GET(self) -> None:
            query = dict(part.split("=") for part in self.path.partition("?")[2].split("&"))
            right = query["hub.verify_token"] == "right"
            self._answer(200 if right else 403, query["hub.challenge"].encode() if right else b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/meta"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


class Sim:
    """A client of the simulator with one connected business."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        business = self.script(create_waba={"connected": True})["create_waba"]
        self.waba_id = str(business["waba_id"])
        self.number_id = PhoneNumberId(str(business["phone_numbers"][0]["id"]))
        self.token = str(business["access_token"])

    def script(self, **actions: object) -> Json:
        answer = self.http.post("/_sim/script", json=actions)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def get(self, path: str, token: str = "", **query: str) -> httpx.Response:
        return self.http.get(f"/v26.0/{path}", params=query, headers=self._auth(token))

    def post(self, path: str, body: object, token: str = "") -> httpx.Response:
        return self.http.post(f"/v26.0/{path}", json=body, headers=self._auth(token))

    def delete(self, path: str, **query: str) -> httpx.Response:
        return self.http.delete(f"/v26.0/{path}", params=query, headers=self._auth(""))

    def send(self, **body: object) -> httpx.Response:
        whole = {"messaging_product": "whatsapp", "to": "+5215512345678", **body}
        return self.post(
            f"{self.number_id}/messages", {key: value for key, value in whole.items() if value is not None}
        )

    def send_template(
        self, components: object = None, to: str | None = "+5215512345678", **body: object
    ) -> httpx.Response:
        template: Json = {"name": "promo", "language": {"code": "es"}}
        template["components"] = [text_parameters("José")] if components is None else components
        return self.send(**{"type": "template", "template": template, "to": to, **body})

    def create_template(self, components: list[Json] | None = None, **body: object) -> httpx.Response:
        whole = {"name": "promo", "language": "es", "category": "MARKETING", "components": components or [BODY], **body}
        return self.post(f"{self.waba_id}/message_templates", whole)

    def approved_template(self, components: list[Json] | None = None, **body: object) -> str:
        """A template that may be sent; returns its id."""
        self.script(templates={"review_seconds": 0})
        answer = self.create_template(components, **body)
        assert answer.status_code == 200, answer.text
        template_id = str(answer.json()["id"])
        until(lambda: self.get(template_id, fields="status").json()["status"] == "APPROVED")
        return template_id

    def state(self) -> Json:
        result: Json = self.http.get("/_sim/state").json()
        return result

    def settle(self) -> None:
        """Wait until nothing is left to happen."""
        until(lambda: self.state()["pending_webhooks"] == 0)

    def journal(self, **query: str) -> list[Json]:
        entries: list[Json] = self.http.get("/_sim/journal", params=query).json()["entries"]
        return entries

    def _auth(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self.token}"}


@contextmanager
def simulating(receiver: Receiver, **settings: object) -> Iterator[Sim]:
    """A fast simulator with people who do nothing and messages that are all read."""
    defaults = {
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "verify_token": "right",
        "webhook_url": receiver.url,
        "people": QUIET,
        "statuses": SURE,
        "webhooks": FAST,
    }
    # Plain HTTP: loading the machine's certificates for nothing would take longer than most tests.
    with (
        in_thread({**defaults, **settings}) as url,
        httpx.Client(base_url=url, timeout=60, verify=False) as http,  # noqa: S501
    ):
        yield Sim(http)


def until(condition: Callable[[], bool], looks: int = 3_000) -> None:
    """Wait for something to become true. Looks are counted, for a busy machine takes longer for each."""
    for _ in range(looks):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def text_parameters(*values: str) -> Json:
    """A body component with positional text parameters."""
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


def error(answer: httpx.Response) -> tuple[int, int]:
    """HTTP status and Graph code of a refusal, after checking its shape."""
    body = answer.json()["error"]
    assert body["type"] == "OAuthException"
    assert body["message"]
    assert body["fbtrace_id"]
    assert body["error_data"]["messaging_product"] == "whatsapp"
    assert body["error_data"]["details"]
    return answer.status_code, body["code"]
