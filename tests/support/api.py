"""Clients of the deployed platform as its callers are: tenants over HTTP, Meta and Stripe with signed webhooks."""

import atexit
import functools
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from infra.local.cloud import STACK, LocalCloud
from infra.local.services import script
from infra.local.tenant import APPLICANT
from shared.ids import PhoneNumberId, TenantId, WabaId
from tests.support.declared import Declared
from tests.support.told import Told

T = TypeVar("T")
Json = dict[str, Any]
QUEUES = (
    "Consent",
    "Inbound",
    "Status",
    "Compact",
    "Account",
    "Forward",
    "Sync",
    "Start",
    "Load",
    "DryRun",
    "Lane",
    "Sweep",
    "Bot",
    "Media",
    "Billing",
    "Import",
    "Webhook",
)
SCOPES = ("campaigns", "contacts", "conversations", "read", "settings")
HTTP = httpx.Client(timeout=300)
atexit.register(HTTP.close)
PROBLEM = "application/problem+json"
PASSWORD = "Correct-Horse-9-Battery"
_FIRST_PAUSE_SECONDS = 0.05


def wait_for(read: Callable[[], T], until: Callable[[T], object], *, seconds: float = 90, pause: float = 0.3) -> T:
    """What `read` gives once `until` is true of it; each look costs a busy machine something, so pauses grow up to
    `pause`. Fails with the last value after as many looks as there are such pauses in `seconds`: where what is waited
    for takes longer, so does a look."""
    looks, next_pause = int(seconds / pause), min(pause, _FIRST_PAUSE_SECONDS)
    for _ in range(looks):
        value = read()
        if until(value):
            return value
        time.sleep(next_pause)
        next_pause = min(pause, next_pause * 1.25)
    raise AssertionError(f"still not so at look {looks}: {value!r}")


@functools.cache
def described(url: str) -> tuple[Declared, Told]:
    """Its answers and its events, as the API describes itself."""
    document = HTTP.get(f"{url}/v1/openapi.json").raise_for_status().json()
    return Declared(document), Told(document)


class Api:
    """The HTTP API with one credential; none by default."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: object = None, **more: Any) -> httpx.Response:
        """One call; `body` is sent as JSON. `more` goes to httpx (params, headers, content)."""
        if body is not None:
            more["json"] = body
        headers = self._headers | more.pop("headers", {})
        answer = HTTP.request(method, self._url + path, headers=headers, **more)
        kind = answer.headers.get("content-type")
        code = answer.json().get("code") if kind == PROBLEM else None
        declared, told = described(self._url)
        shown = answer.json() if answer.is_success and answer.content and kind == "application/json" else None
        declared.check(method, path, answer.status_code, code, shown)
        if path.partition("?")[0] == "/v1/events" and answer.is_success:
            for event in answer.json()["items"]:
                told.check(event)
        return answer

    def ok(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """The answer's JSON; fails unless it is a success."""
        answer = self.call(method, path, body, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, **params: str | int) -> Any:
        return self.ok("GET", path, params=params)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        return self.ok("POST", path, body, **more)

    def pages(self, path: str, **params: str | int) -> Iterator[Json]:
        """Every item of a list that has a `next_cursor`."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **params, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]


@dataclass(frozen=True, slots=True)
class Business:
    """A tenant with a connected number: `owner` calls with an access token, `key` with an API key of all scopes."""

    tenant_id: TenantId
    name: str
    email: str
    access_token: str
    id_token: str
    api_key: str
    owner: Api
    key: Api
    waba_id: WabaId
    phone_number_id: PhoneNumberId
    business_id: str


ON_BIZ_APP: Mapping[str, object] = {"is_on_biz_app": True}


def signed_up(cloud: LocalCloud, name: str = "", number: Mapping[str, object] = ON_BIZ_APP) -> Business:
    """A new business that connected a new number through Embedded Signup.

    `number` is what the simulator takes for one. By default it is one that the WhatsApp Business app uses too, so
    campaigns go out at 18 messages a second.
    """
    name = name or f"Business {secrets.token_hex(4)}"
    email = f"owner-{secrets.token_hex(6)}@example.com"
    anybody = Api(cloud.api_url)
    account = {"business_name": name, "email": email, "password": PASSWORD, "country": "ES"} | APPLICANT
    # Of nobody else here: where it is seen, it is known whose it is.
    account["phone"] = f"+34{600_000_000 + secrets.randbelow(99_999_999)}"
    anybody.post("/v1/signup", account)
    session = anybody.post("/v1/login", {"email": email, "password": PASSWORD})
    owner = Api(cloud.api_url, session["access_token"])
    tenant_id = owner.get("/v1/me")["principal"]["tenant_id"]
    account_wish = {"name": name, "phone_numbers": [dict(number)]}
    waba = script(cloud.simulator_url, {"create_waba": account_wish})["create_waba"]
    number_id = waba["phone_numbers"][0]["id"]
    wish = {"code": waba["code"], "waba_id": waba["waba_id"], "phone_number_id": number_id}
    owner.post("/v1/whatsapp/connect", wish)
    api_key = owner.post("/v1/api-keys", {"name": "all", "scopes": SCOPES})["key"]
    return Business(
        tenant_id=tenant_id,
        name=name,
        email=email,
        access_token=session["access_token"],
        id_token=session["id_token"],
        api_key=api_key,
        owner=owner,
        key=Api(cloud.api_url, api_key),
        waba_id=waba["waba_id"],
        phone_number_id=number_id,
        business_id=waba["business_id"],
    )


def approved_template(api: Api, name: str, body: str = "Hello {{1}}, we are back.") -> Json:
    """A marketing template with one variable in its body, once Meta's webhook said that it is approved."""
    example: list[Json] = [{"type": "BODY", "text": body, "example": {"body_text": [["Ana"]]}}]
    draft = {"name": name, "language": "en", "category": "MARKETING", "components": example}
    template_id = api.post("/v1/templates", draft)["id"]
    found: Json = wait_for(lambda: api.get(f"/v1/templates/{template_id}"), lambda t: t["status"] != "PENDING")
    assert found["status"] == "APPROVED"
    return found


def import_csv(api: Api, content: bytes, **params: str) -> Json:
    """The import of a file, once it is at its end. What is not UTF-8 goes to the upload URL: a body is text."""
    path = "/v1/contacts/imports"
    if _is_utf8(content):
        job = api.post(f"{path}.csv", content=content, params=params, headers={"content-type": "text/csv"})
    else:
        job = api.post(path, {**params, "size": len(content)})
        assert HTTP.put(job["upload_url"], content=content, headers=job["upload_headers"]).is_success
        api.post(f"{path}/{job['id']}/start")
    done: Json = wait_for(
        lambda: api.get(f"/v1/contacts/imports/{job['id']}"), lambda found: found["status"] in ("completed", "failed")
    )
    counts = done["counts"]
    parts = ("created", "updated", "unchanged", "duplicate", "rejected")
    assert counts["rows"] == sum(counts[part] for part in parts)
    return done


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def meta_signature(secret: str, body: bytes) -> str:
    """The `X-Hub-Signature-256` of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post_webhook(cloud: LocalCloud, document: object, *, secret: str | None = None) -> httpx.Response:
    """Meta's POST of a document, or of the very bytes given."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    signature = meta_signature(cloud.app_secret if secret is None else secret, body)
    headers = {"content-type": "application/json", "x-hub-signature-256": signature}
    return HTTP.post(cloud.meta_webhook_url, content=body, headers=headers)


def envelope(*changes: tuple[str, str, Mapping[str, object]]) -> Json:
    """A webhook with one entry for each (WABA id, field, value)."""
    now = int(time.time())
    entries = [{"id": waba, "time": now, "changes": [{"field": field, "value": v}]} for waba, field, v in changes]
    return {"object": "whatsapp_business_account", "entry": entries}


def says(phone_number_id: str, phone: str, text: str, wamid: str = "", name: str = "Ana") -> Json:
    """The value of a `messages` change: a person writes."""
    digits = phone.lstrip("+")
    message = {
        "from": digits,
        "id": wamid or f"wamid.{secrets.token_hex(12)}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": phone_number_id},
        "contacts": [{"profile": {"name": name}, "wa_id": digits}],
        "messages": [message],
    }


def stripe_signature(secret: str, body: bytes, at: int | None = None) -> str:
    """The `Stripe-Signature` of a body, dated `at` (epoch seconds) or now."""
    moment = str(int(time.time()) if at is None else at)
    return f"t={moment},v1={hmac.new(secret.encode(), moment.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def journal(cloud: LocalCloud, phone_number_id: str) -> list[Json]:
    """Messages that the Meta simulator accepted from a number, oldest first. Read marks are not messages."""
    answer = HTTP.get(f"{cloud.simulator_url}/_sim/journal").json()
    return [
        entry
        for entry in answer["entries"]
        if entry["accepted"] and entry["phone_number_id"] == phone_number_id and entry["to"]
    ]


@functools.cache
def aws(cloud: LocalCloud, service: str) -> Any:
    """A boto3 client, made once: making one costs more than what most calls do."""
    return cloud.client(service)


def in_queues(cloud: LocalCloud, queues: Sequence[str] = QUEUES) -> int:
    """Messages that the platform's queues hold: waiting, delayed, and at work."""
    names = [f"ApproximateNumberOfMessages{suffix}" for suffix in ("", "NotVisible", "Delayed")]
    sqs = aws(cloud, "sqs")
    total = 0
    for queue in queues:
        url = cloud.outputs[f"{queue}QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        total += sum(int(found[name]) for name in names)
    return total


def take_inbound(cloud: LocalCloud, *, on: bool) -> None:
    """Whether anything is read from the inbound queue from now on."""
    functions = aws(cloud, "lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=f"{STACK}-WebhookInbound")["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)


def settle(cloud: LocalCloud, queues: Sequence[str] = QUEUES) -> None:
    """Returns when Meta has nothing left to tell and the queues are empty, twice in a row: one causes the other."""
    still = 0

    def looks() -> int:
        nonlocal still
        state = HTTP.get(f"{cloud.simulator_url}/_sim/state").json()
        unrest = int(state["pending_webhooks"]) + in_queues(cloud, queues)
        still = 0 if unrest else still + 1
        return still

    wait_for(looks, lambda count: count == 2)


def tables(cloud: LocalCloud, *names: str) -> dict[str, list[Json]]:
    """Every item of every table that has one of these names in it (all, without names), in order: two equal answers
    mean that nothing changed in between.

    Without the feeds of events, which follow the tables a moment later, and what is counted of calls. Who compares
    says whose items: what other tests left behind expires, and is tidied up on schedules, at any moment.
    """
    client = aws(cloud, "dynamodb")
    elsewhere = ("#EVENTS", "#CALLS")
    found: dict[str, list[Json]] = {}
    for table in ("Directory", "Contacts", "Conversations", "Sends"):
        pages = client.get_paginator("scan").paginate(TableName=cloud.outputs[f"{table}TableName"])
        items = [item for page in pages for item in page["Items"] if not item["pk"]["S"].endswith(elsewhere)]
        named = [item for item in items if not names or any(name in json.dumps(item, default=repr) for name in names)]
        found[table] = sorted(named, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    return found


def objects(cloud: LocalCloud, prefix: str) -> dict[str, str]:
    """Key -> content of what the data bucket holds under a prefix."""
    client, bucket = aws(cloud, "s3"), cloud.outputs["DataBucketName"]
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read().decode(errors="replace") for key in keys}
