"""Live updates and outgoing webhooks as a tenant meets them: from Meta to the feed and to a server of theirs."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.local.cloud import LocalCloud
from infra.local.meta_simulator.config import StatusRules
from infra.local.services import script
from tests.support.api import Api, Business, Json, described, envelope, post_webhook, says, signed_up, wait_for


@dataclass
class Receiver:
    """A tenant's server: verifies like any Standard Webhooks library, and answers with `status`."""

    secrets: list[str] = field(default_factory=list)
    status: int = 200
    events: list[Json] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    forged: int = 0
    url: str = ""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        assert abs(int(timestamp) - time.time()) < 300
        content = f"{message_id}.{timestamp}.".encode() + body
        given = {part.removeprefix("v1,") for part in headers["webhook-signature"].split(" ")}
        keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in self.secrets]
        wanted = {base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in keys}
        if not given & wanted:
            self.forged += 1
            return 401
        self.ids.append(message_id)
        if self.status == 200:
            self.events.append(json.loads(body))
        return self.status

    def of_type(self, *kinds: str) -> list[Json]:
        return [event for event in self.events if event["type"] in kinds]


@pytest.fixture
def receiver(cloud: LocalCloud) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            document = json.loads(body)
            receiver.bodies.append(document)
            if document["type"] == "endpoint.verification":
                answer = json.dumps({"challenge": document["data"]["challenge"]}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                return
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks?tenant=1"
    yield receiver
    server.shutdown()
    server.server_close()
    for body in receiver.bodies:
        described(cloud.api_url)[1].check(body)


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    return signed_up(cloud)


@pytest.fixture
def everybody_reads(cloud: LocalCloud) -> Iterator[None]:
    """Every message, which arrives as all of these suites' do, is read."""
    script(cloud.simulator_url, {"statuses": {"read_share": 1.0}})
    yield
    script(cloud.simulator_url, {"statuses": {"read_share": StatusRules().read_share}})


def follow(api: Api, cursor: str, enough: Callable[[list[Json]], bool]) -> tuple[list[Json], str]:
    """Events from a cursor on, until there are enough."""
    seen: list[Json] = []
    for _ in range(30):
        news = api.get("/v1/events", after=cursor, wait=5)
        seen += news["items"]
        cursor = news["next_cursor"]
        if enough(seen):
            return seen, cursor
    raise AssertionError([event["type"] for event in seen])


def each(*kinds: str) -> Callable[[list[Json]], bool]:
    """One event of each kind, at least."""
    return lambda seen: {event["type"] for event in seen} >= set(kinds)


def statuses(events: list[Json]) -> list[str]:
    return [event["data"]["status"] for event in events if event["type"] == "message.status"]


@pytest.mark.usefixtures("everybody_reads")
def test_a_message_shows_in_the_feed_and_arrives_signed(
    cloud: LocalCloud, business: Business, receiver: Receiver
) -> None:
    api = business.owner
    made = api.post("/v1/webhook-endpoints", {"url": receiver.url, "events": ["message.received", "message.status"]})
    receiver.secrets.append(made["secret"])
    wait_for(lambda: api.get(f"/v1/webhook-endpoints/{made['id']}")["verified"], bool)
    cursor = api.get("/v1/events")["next_cursor"]
    text, phone = f"hello {secrets.token_hex(4)}", f"+346{secrets.randbelow(10**8):08d}"
    inbound = {"phone_number_id": business.phone_number_id, "from": phone, "text": text}
    script(cloud.simulator_url, {"inbound": inbound})

    seen, cursor = follow(api, cursor, each("message.received", "conversation.created"))
    (event,) = [event for event in seen if event["type"] == "message.received"]
    conversation_id = event["data"]["conversation_id"]
    assert event["data"]["message"]["text"] == text
    shown = api.get(f"/v1/conversations/{conversation_id}/messages")["items"]
    assert [message["id"] for message in shown] == [event["data"]["message_id"]]
    wait_for(lambda: receiver.of_type("message.received"), lambda found: found == [event])

    api.post(f"/v1/conversations/{conversation_id}/messages", {"type": "text", "text": {"body": "hello too"}})
    states = statuses(follow(api, cursor, lambda seen: "read" in statuses(seen))[0])
    assert states == sorted(states, key=["sent", "delivered", "read"].index)
    ticks = wait_for(lambda: receiver.of_type("message.status"), lambda found: len(found) == len(states))
    assert sorted(tick["data"]["status"] for tick in ticks) == sorted(states)
    assert receiver.of_type("conversation.created", "conversation.updated", "message.created") == []
    assert receiver.forged == 0
    api.call("DELETE", f"/v1/webhook-endpoints/{made['id']}")


def test_the_same_webhook_of_metas_again_is_no_news(cloud: LocalCloud, business: Business) -> None:
    api = business.owner
    cursor = api.get("/v1/events")["next_cursor"]
    phones = [f"+346{secrets.randbelow(10**8):08d}" for _ in range(2)]
    once, later = (
        envelope((business.waba_id, "messages", says(business.phone_number_id, phone, text)))
        for phone, text in zip(phones, ("once", "later"), strict=True)
    )
    assert post_webhook(cloud, once).status_code == 200
    _, cursor = follow(api, cursor, each("message.received", "conversation.created"))
    for document in (once, once, later):
        assert post_webhook(cloud, document).status_code == 200
    seen, _ = follow(api, cursor, each("message.received"))
    assert [one["data"]["message"]["text"] for one in seen if one["type"] == "message.received"] == ["later"]


def test_nobody_else_hears_of_it(cloud: LocalCloud, business: Business) -> None:
    other = signed_up(cloud)
    cursors = {api: api.get("/v1/events")["next_cursor"] for api in (business.owner, other.owner)}
    change = says(business.phone_number_id, f"+346{secrets.randbelow(10**8):08d}", "for one only")
    assert post_webhook(cloud, envelope((business.waba_id, "messages", change))).status_code == 200
    follow(business.owner, cursors[business.owner], each("message.received"))
    assert other.owner.get("/v1/events", after=cursors[other.owner], wait=1)["items"] == []
    reader = Api(cloud.api_url, business.owner.post("/v1/api-keys", {"name": "r", "scopes": ["contacts"]})["key"])
    assert reader.call("GET", "/v1/events").status_code == 403


def test_what_failed_comes_again_and_can_be_sent_again(
    cloud: LocalCloud, business: Business, receiver: Receiver
) -> None:
    api = business.owner
    receiver.status = 503
    made = api.post("/v1/webhook-endpoints", {"url": receiver.url, "events": ["message.received"]})
    receiver.secrets.append(made["secret"])
    path = f"/v1/webhook-endpoints/{made['id']}"
    wait_for(lambda: api.get(path)["verified"], bool)
    change = says(business.phone_number_id, f"+346{secrets.randbelow(10**8):08d}", "again")
    assert post_webhook(cloud, envelope((business.waba_id, "messages", change))).status_code == 200

    def received() -> list[Json]:
        return [one for one in api.get(f"{path}/deliveries")["items"] if one["event_type"] == "message.received"]

    (first,) = wait_for(received, bool)
    assert (first["status"], first["last"]["status_code"]) == ("retrying", 503)
    assert first["next_attempt_at"] is not None
    assert api.get(path)["failing_since"] is not None

    rotated = api.post(f"{path}/rotate-secret")["secret"]
    receiver.status, receiver.secrets = 200, [rotated]
    done = wait_for(lambda: api.get(f"{path}/deliveries/{first['id']}"), lambda found: found["status"] == "succeeded")
    assert [attempt["status_code"] for attempt in done["attempts"]] == [503, 200]
    assert api.get(path)["failing_since"] is None
    assert len(receiver.events) == 1

    api.post(f"{path}/deliveries/{first['id']}/replay")
    wait_for(lambda: len(receiver.events), lambda count: count == 2)
    assert receiver.events[0] == receiver.events[1] == json.loads(done["body"])
    assert set(receiver.ids) == {done["event_id"]}
    assert receiver.forged == 0

    tested = api.post(f"{path}/test")["delivery_id"]
    wait_for(lambda: api.call("GET", f"{path}/deliveries/{tested}").status_code, lambda status: status == 200)
    assert receiver.events[-1]["type"] == "endpoint.test"
    receiver.status = 410
    again = says(business.phone_number_id, f"+346{secrets.randbelow(10**8):08d}", "no more")
    assert post_webhook(cloud, envelope((business.waba_id, "messages", again))).status_code == 200
    gone = wait_for(lambda: api.get(path), lambda found: not found["enabled"])
    assert gone["disabled_reason"] == "gone"
    api.call("DELETE", path)
