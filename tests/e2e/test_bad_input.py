"""Whatever is sent: a clear refusal or a stored outcome, never a crash and nothing half-done without being said."""

import codecs
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.cloud import STACK, LocalCloud
from infra.local.services import script
from tests.support.api import (
    HTTP,
    Api,
    Business,
    Json,
    envelope,
    import_csv,
    meta_signature,
    objects,
    post_webhook,
    says,
    settle,
    signed_up,
    stripe_signature,
    tables,
    wait_for,
)


@dataclass(frozen=True, slots=True)
class World:
    cloud: LocalCloud
    one: Business
    two: Business

    @property
    def api(self) -> Api:
        return self.one.owner


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    return World(cloud, signed_up(cloud), signed_up(cloud))


def _phone() -> str:
    return f"+346{secrets.randbelow(10**8):08d}"


def _conversations(business: Business) -> list[Json]:
    return list(business.owner.pages("/v1/conversations"))


def _texts(business: Business, phone: str) -> list[str]:
    """What this person said to the business, oldest first."""
    contact = business.owner.post("/v1/contacts", {"phone": phone})
    for conversation in _conversations(business):
        if conversation["contact_id"] == contact["id"]:
            found = business.owner.get(f"/v1/conversations/{conversation['id']}/messages")["items"]
            return [message["text"] for message in reversed(found)]
    return []


def _message(business: Business, phone: str, text: str) -> tuple[str, str, Json]:
    return business.waba_id, "messages", says(business.phone_number_id, phone, text)


# --- webhooks


def test_webhooks_that_are_not_signed_are_refused_and_leave_nothing(world: World) -> None:
    settle(world.cloud)
    phone = _phone()
    names = (world.one.tenant_id, world.one.waba_id, world.one.phone_number_id, phone.removeprefix("+"), "evt_1")
    before, parked = tables(world.cloud, *names), objects(world.cloud, "parked/")
    assert before["Directory"]  # what the names find
    body = json.dumps(envelope(_message(world.one, phone, "hello"))).encode()
    signature = meta_signature(world.cloud.app_secret, body)
    for header in ("", signature[:-1], signature.removeprefix("sha256="), "sha1=" + signature[7:], "sha256=é"):
        headers = {b"x-hub-signature-256": header.encode()} if header else {}
        assert HTTP.post(world.cloud.meta_webhook_url, content=body, headers=headers).status_code == 401
    assert post_webhook(world.cloud, body, secret="another secret").status_code == 401
    altered = {"x-hub-signature-256": signature}
    assert HTTP.post(world.cloud.meta_webhook_url, content=body + b" ", headers=altered).status_code == 401
    event = b'{"id":"evt_1","type":"customer.subscription.updated"}'
    old = stripe_signature(world.cloud.stripe_webhook_secret, event, int(time.time()) - 3600)
    for header in ("", old, stripe_signature("whsec_other", event), "t=1,v1=zz"):
        headers = {b"stripe-signature": header.encode()}
        assert HTTP.post(world.cloud.stripe_webhook_url, content=event, headers=headers).status_code == 401
    settle(world.cloud)
    assert tables(world.cloud, *names) == before
    assert objects(world.cloud, "parked/") == parked


def test_only_the_right_verify_token_gets_the_challenge(world: World) -> None:
    url = world.cloud.meta_webhook_url
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": world.cloud.verify_token}
    answer = HTTP.get(url, params=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in ({"hub.verify_token": "x"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        refused = HTTP.get(url, params=asked | wrong)
        assert (refused.status_code, refused.text) == (403, "")
    assert HTTP.get(url).status_code == 403


NOT_UNDERSTOOD = {
    "not JSON": b'{"object": "whatsapp_business_account", "entry": [',
    "a list": b"[]",
    "a number": b"12",
    "another object": b'{"object": "page", "entry": []}',
    "an entry that is a string": b'{"object": "whatsapp_business_account", "entry": ["x"]}',
    "changes that are no list": b'{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": {}}]}',
    "no field": b'{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": {}}]}]}',
    "deeply nested": b'{"object":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
}


def _parked(world: World, since: set[str]) -> list[Json]:
    return [json.loads(text) for key, text in objects(world.cloud, "parked/").items() if key not in since]


@pytest.mark.parametrize("what", NOT_UNDERSTOOD)
def test_what_is_signed_but_not_understood_is_parked_with_the_reason(world: World, what: str) -> None:
    since = set(objects(world.cloud, "parked/"))
    assert post_webhook(world.cloud, NOT_UNDERSTOOD[what]).status_code == 200
    (parked,) = _parked(world, since)
    assert parked["reason"]
    assert "raw" in parked


def test_unknown_numbers_and_accounts_are_parked_and_the_rest_of_the_post_is_not(world: World) -> None:
    since, phone, word = set(objects(world.cloud, "parked/")), _phone(), secrets.token_hex(8)
    stranger = world.one.waba_id, "messages", says("999000999000999", phone, f"{word} lost")
    status: Json = {"id": "wamid.x", "status": "sent", "timestamp": "1700000000", "recipient_id": "1"}
    lost_status = {"metadata": {"phone_number_id": "999000999000999"}, "statuses": [status]}
    account = {"event": "APPROVED", "message_template_id": 1, "note": word}
    document = envelope(
        stranger,
        ("999000999000998", "message_template_status_update", account),
        (world.one.waba_id, "messages", lost_status),
        (world.one.waba_id, "a_field_of_tomorrow", {"note": word}),
        _message(world.one, phone, "found"),
    )
    assert post_webhook(world.cloud, document).status_code == 200
    wait_for(lambda: _texts(world.one, phone), lambda texts: texts == ["found"])
    settle(world.cloud)
    parked = _parked(world, since)
    assert len(parked) == 3
    assert sorted(word in json.dumps(item) for item in parked) == [False, True, True]
    kept = objects(world.cloud, f"account-events/{world.one.waba_id}/")
    assert sum(word in text for text in kept.values()) == 1


def test_one_post_of_two_tenants_is_split(world: World) -> None:
    phone = _phone()
    document = envelope(_message(world.one, phone, "to the first"), _message(world.two, phone, "to the second"))
    document["entry"][0]["changes"].append(
        {"field": "messages", "value": says(world.two.phone_number_id, phone, "and more to the second")}
    )
    assert post_webhook(world.cloud, document).status_code == 200
    wait_for(lambda: _texts(world.one, phone), lambda texts: texts == ["to the first"])
    second = ["and more to the second", "to the second"]
    wait_for(lambda: sorted(_texts(world.two, phone)), lambda texts: texts == second)
    assert _texts(world.one, phone) == ["to the first"]


def test_the_same_webhook_again_changes_nothing(world: World) -> None:
    phone = _phone()
    document = envelope(_message(world.one, phone, "once"))
    assert post_webhook(world.cloud, document).status_code == 200
    wait_for(lambda: _texts(world.one, phone), lambda texts: texts == ["once"])
    settle(world.cloud)
    before = tables(world.cloud, world.one.tenant_id)
    assert before["Conversations"]
    for _ in range(3):
        assert post_webhook(world.cloud, document).status_code == 200
    settle(world.cloud)
    assert tables(world.cloud, world.one.tenant_id) == before


def test_messages_of_any_shape_are_kept(world: World) -> None:
    phone = _phone()
    bodies: list[Json] = [
        {"type": "text", "text": {"body": "a" * 60_000}},
        {"type": "text", "text": {"body": ["not", "a", "text"]}},
        {"type": "hologram", "hologram": {"depth": 3}},
        {"type": "text"},
        {"type": 7},
        {"type": "image", "image": {"id": 5, "caption": "\u0000 and \ud83d"}},
    ]
    for body in bodies:
        change = says(world.one.phone_number_id, phone, "")
        message = change["messages"][0]
        message.pop("text")
        message |= body | {"tomorrow": {"x": [1]}}
        assert post_webhook(world.cloud, envelope((world.one.waba_id, "messages", change))).status_code == 200
    wait_for(lambda: len(_texts(world.one, phone)), lambda count: count == len(bodies))


def test_more_than_three_megabytes_are_refused(world: World) -> None:
    document = envelope(_message(world.one, _phone(), "a" * (3 * 1024 * 1024)))
    assert post_webhook(world.cloud, document).status_code == 413


@pytest.fixture
def rotated(world: World) -> Iterator[str]:
    """A new app secret beside the one that the simulator still signs with, and a receiver that has read both. In the
    end nobody has the new one, which the simulator does not know as Meta would."""
    client, name = world.cloud.client("secretsmanager"), f"{STACK}-Meta"
    before = client.get_secret_value(SecretId=name)["SecretString"]
    both = {"meta_app_secret": secrets.token_hex(16), "meta_app_secret_previous": world.cloud.app_secret}

    def put(secret: str) -> None:
        client.put_secret_value(SecretId=name, SecretString=secret)
        settle(world.cloud)
        _start_anew(world.cloud, "META_SECRET_ARN")

    put(json.dumps(json.loads(before) | both))
    yield both["meta_app_secret"]
    put(before)


def _start_anew(cloud: LocalCloud, setting: str) -> None:
    """The functions with this setting: one whose settings are written forgets what it keeps (a secret: for minutes)."""
    functions = cloud.client("lambda")
    for function in functions.get_paginator("list_functions").paginate().search("Functions[]"):
        if setting in function.get("Environment", {}).get("Variables", {}):
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], MemorySize=function["MemorySize"]
            )


def test_while_the_secret_is_rotated_both_are_good(world: World, rotated: str) -> None:
    phone = _phone()
    for secret, status in ((rotated, 200), (world.cloud.app_secret, 200), ("a third", 401)):
        document = envelope(_message(world.one, phone, secret[:4]))
        assert post_webhook(world.cloud, document, secret=secret).status_code == status
    wait_for(lambda: set(_texts(world.one, phone)), lambda t: t == {rotated[:4], world.cloud.app_secret[:4]})


# --- API


def _problem(answer: Any) -> Json:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: Json = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == answer.headers["x-request-id"]
    assert problem["type"].endswith(problem["code"])
    return problem


_RULES = [{"match": "any", "reply": "x"}]
_CAMPAIGN = {"name": "x", "phone_number_id": "1", "template_id": "1", "audience": {"everyone": True}}
NO_CAMPAIGN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
WRONG: list[tuple[str, str, object, int, str | None]] = [
    ("POST", "/v1/contacts", {}, 422, None),
    ("POST", "/v1/contacts", {"phone": 34611223344}, 422, "phone"),
    ("POST", "/v1/contacts", {"phone": "12"}, 422, "phone"),
    ("POST", "/v1/contacts", {"phone": "+34611223344", "nmae": "x"}, 422, "nmae"),
    ("POST", "/v1/contacts", {"phone": "+34611223344", "fields": {"nothing": "x"}}, 422, "fields.nothing"),
    ("POST", "/v1/contacts", {"phone": "+34611223344", "tags": "vip"}, 422, "tags"),
    ("POST", "/v1/contacts", {"phone": "+34611223344", "tags": ["a,b"]}, 422, "tags.0"),
    ("POST", "/v1/fields", {"key": "Not A Key"}, 422, "key"),
    ("POST", "/v1/fields", {"key": "x", "kind": "colour"}, 422, "kind"),
    ("POST", "/v1/segments", {"name": "x", "text": "contact.country = 'ES'"}, 422, "text"),
    ("POST", "/v1/segments", {"name": "x", "text": "(" * 16_000}, 422, "text"),
    ("POST", "/v1/segments", {"name": "x", "condition": {"all": []}}, 422, "condition.all"),
    ("POST", "/v1/segments/count", {"segment_id": NO_CAMPAIGN}, 404, "segment_id"),
    ("POST", "/v1/bots", {"name": "x"}, 422, "rules"),
    ("POST", "/v1/bots", {"name": "x", "rules": [{"match": "exact", "reply": "x"}]}, 422, "rules.0"),
    ("POST", "/v1/bots", {"name": "x", "rules": _RULES, "phone_number_id": "999000999000999"}, 404, "phone_number_id"),
    ("POST", "/v1/campaigns", _CAMPAIGN, 404, "phone_number_id"),
    ("POST", "/v1/campaigns", _CAMPAIGN | {"phone_number_id": 10**400}, 422, "phone_number_id"),
    ("POST", "/v1/campaigns", _CAMPAIGN | {"audience": {}}, 422, "audience"),
    ("POST", f"/v1/campaigns/{NO_CAMPAIGN}/launch", {"start_at": 1e308}, 422, "start_at"),
    ("POST", f"/v1/campaigns/{NO_CAMPAIGN}/launch", {"start_at": "tomorrow"}, 422, "start_at"),
    ("POST", f"/v1/campaigns/{NO_CAMPAIGN}/launch", {}, 404, None),
    ("GET", "/v1/contacts/not-an-id", None, 404, None),
    ("GET", "/v1/contacts?limit=0", None, 422, "limit"),
    ("GET", "/v1/contacts?limit=99999999999999999999999999", None, 422, "limit"),
    ("GET", "/v1/contacts?cursor=garbage", None, 422, "cursor"),
    ("GET", "/v1/nothing", None, 404, None),
    ("PATCH", "/v1/me/desk", {}, 404, None),
    ("POST", "/v1/api-keys", {"name": "x", "scopes": ["everything"]}, 422, "scopes.0"),
    ("POST", "/v1/whatsapp/connect", {"code": "x", "waba_id": "abc"}, 422, "waba_id"),
    ("POST", "/v1/whatsapp/connect", {"code": "nobody-gave-this", "waba_id": "1"}, 422, "code"),
    ("POST", "/v1/contacts/imports", {"default_country": "XX"}, 422, "default_country"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "field"), WRONG)
def test_wrong_calls_name_the_field(
    world: World, method: str, path: str, body: object, status: int, field: str | None
) -> None:
    answer = world.api.call(method, path, body)
    problem = _problem(answer)
    assert answer.status_code == status, problem
    if field is not None:
        assert problem["field"] == field


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b'{"phone": ', "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b'{"phone": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"phone=1", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "application/xml", 415),
        (b"", "application/json", 422),
    ],
)
def test_bodies_that_are_not_json_are_refused(world: World, content: bytes, media_type: str, status: int) -> None:
    answer = world.api.call("POST", "/v1/contacts", content=content, headers={"content-type": media_type})
    assert answer.status_code == status
    _problem(answer)


def test_same_key_same_answer_other_body_refused(world: World) -> None:
    key = {"idempotency-key": secrets.token_hex(8)}
    body = {"name": "Once", "rules": [{"match": "exact", "keywords": ["x"], "reply": "y"}]}
    first = world.api.call("POST", "/v1/bots", body, headers=key)
    again = world.api.call("POST", "/v1/bots", body, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = world.api.call("POST", "/v1/bots", body | {"name": "Other"}, headers=key)
    assert (other.status_code, _problem(other)["code"]) == (422, "idempotency_mismatch")
    assert [bot["name"] for bot in world.api.get("/v1/bots")["items"]] == ["Once"]
    # Keys are each tenant's own.
    assert world.two.owner.post("/v1/bots", body, headers=key)["id"] != first.json()["id"]


def test_a_repeated_key_shows_the_same_secret_once_made(world: World) -> None:
    key = {"idempotency-key": secrets.token_hex(8)}
    made = [world.api.post("/v1/api-keys", {"name": "n", "scopes": ["read"]}, headers=key) for _ in range(2)]
    assert made[0] == made[1]
    assert Api(world.cloud.api_url, made[0]["key"]).get("/v1/me")["principal"]["scopes"] == ["read"]
    found = json.dumps(tables(world.cloud), default=repr)
    assert made[0]["key"] not in found


def test_what_meta_refuses_is_the_callers_to_mend(world: World) -> None:
    body = {"name": "x", "language": "en", "category": "MARKETING", "components": [{"type": "BODY", "text": "{{1}}"}]}
    answer = world.api.call("POST", "/v1/templates", body)
    problem = _problem(answer)
    assert (answer.status_code, problem["provider_code"]) == (422, "100")


# --- files


ONE, TWO = "+34655000001", "+34655000002"
REFUSED = {
    "latin-1": "phone,name\n+34655000001,Núñez\n".encode("latin-1"),
    "missing header": b"+34655000001,Ana\n+34655000002,Eva\n",
    "no phone column": b"name,city\nAna,Vigo\n",
    "a quote that never closes": b'phone,name\n+34655000001,"Ana\n+34655000002,Eva\n' + b"+34655000003,x\n" * 50,
    "text after a quote": b'phone,name\n+34655000001,"Ana" Maria\n',
    "a very long line": b"phone,name\n+34655000001," + b"a" * 1_500_000 + b"\n",
    "binary": b"PK\x03\x04\x00\x00phone\x00\x00\n",
    "only a header": b"phone,name\n",
    "blank lines": b"\n\r\n\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_files_that_cannot_be_read_are_refused_as_a_whole(world: World, what: str) -> None:
    before = list(world.two.owner.pages("/v1/contacts", limit=100))
    job = import_csv(world.two.owner, REFUSED[what])
    assert job["status"] == "failed"
    assert job["error"]
    assert job["counts"]["rows"] == 0
    assert list(world.two.owner.pages("/v1/contacts", limit=100)) == before


def test_an_empty_file_is_refused_at_once(world: World) -> None:
    answer = world.api.call("POST", "/v1/contacts/imports.csv", content=b"", headers={"content-type": "text/csv"})
    assert answer.status_code == 422
    assert _problem(answer)["code"] == "bad_file"


def test_a_start_without_the_file_says_so(world: World) -> None:
    content = f"phone\n{_phone()}\n".encode()
    job = world.api.post("/v1/contacts/imports", {"filename": "x.csv", "size": len(content)})
    answer = world.api.call("POST", f"/v1/contacts/imports/{job['id']}/start")
    assert (answer.status_code, _problem(answer)["code"]) == (409, "upload_missing")
    headers = job["upload_headers"]
    others = (
        (content + b"more", {**headers, "content-length": str(len(content) + 4)}),
        (content[:-1], {**headers, "content-length": str(len(content) - 1)}),
        (content, {**headers, "content-type": "text/html"}),
    )
    for other, told in others:
        assert HTTP.put(job["upload_url"], content=other, headers=told).status_code == 403
    assert HTTP.put(job["upload_url"], content=content, headers=headers).is_success
    world.api.post(f"/v1/contacts/imports/{job['id']}/start")
    path = f"/v1/contacts/imports/{job['id']}"
    assert wait_for(lambda: world.api.get(path), lambda j: j["finished_at"])["counts"]["created"] == 1


TEXT = f"phone,name\n{ONE},Núñez\n{TWO},李雷\n"
READ = {
    "utf-8": TEXT.encode(),
    "byte order mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 big endian": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "no line end": TEXT.rstrip("\n").encode(),
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "sep line": b"sep=;\r\n" + TEXT.replace(",", ";").encode(),
    "quotes": f'phone,name\n"{ONE}","Núñez"\n{TWO},"李雷"\n'.encode(),
    "blank rows": TEXT.replace("\n", "\n\n").encode() + b",\n",
}


def test_files_of_many_programs_are_read_alike(world: World) -> None:
    api = signed_up(world.cloud).owner
    jobs = {what: import_csv(api, content) for what, content in READ.items()}
    for what, job in jobs.items():
        created = 2 if what == "utf-8" else 0
        counts = job["counts"]
        assert (job["status"], counts["created"], counts["updated"]) == ("completed", created, 0), (what, job)
        assert counts["unchanged"] == 2 - created
    assert {c["phone"]: c["name"] for c in api.pages("/v1/contacts")} == {ONE: "Núñez", TWO: "李雷"}


def test_blank_cells_overwrite_nothing_and_duplicates_count_once(world: World) -> None:
    api = signed_up(world.cloud).owner
    import_csv(api, f"phone,name,city\n{ONE},Ana,Vigo\n".encode(), create_fields="true", tags="first")
    job = import_csv(api, f"phone,name,city\n{ONE},,\n{ONE},Eva,Lugo\n{TWO},,Lugo\n".encode(), tags="second")
    assert (job["counts"]["updated"], job["counts"]["duplicate"], job["counts"]["created"]) == (1, 1, 1)
    found = {contact["phone"]: contact for contact in api.pages("/v1/contacts")}
    assert (found[ONE]["name"], found[ONE]["fields"]) == ("Ana", {"city": "Vigo"})
    assert found[ONE]["tags"] == ["first", "second"]


def test_an_import_leaves_a_no_as_it_is(world: World) -> None:
    phone = _phone()
    api = world.one.owner
    contact = api.post("/v1/contacts", {"phone": phone})
    message = {"phone_number_id": world.one.phone_number_id, "from": phone, "text": "STOP"}
    script(world.cloud.simulator_url, {"inbound": message})
    wait_for(lambda: api.get(f"/v1/contacts/{contact['id']}"), lambda c: c["opted_out"])
    import_csv(api, f"phone,name\n{phone},Back\n".encode())
    found = api.get(f"/v1/contacts/{contact['id']}")
    assert (found["opted_out"], found["name"]) == (True, "Back")
