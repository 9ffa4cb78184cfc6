"""The HTTP handler as API Gateway calls it: problems, scopes, tenants apart, idempotency."""

import json
import re
from typing import Any

import pytest

from functions.api import handler
from functions.api.accounts.user_pool.access_tokens import claimed
from functions.api.authorizer_bootstrap import AuthorizerDeps
from functions.api.authorizer_handler import grant
from functions.api.http.refusal import Refusal
from infra.local.tenant import APPLICANT
from shared.clock import EpochMs
from shared.domain.bots.bot import Bot
from shared.domain.campaigns.campaign import Campaign
from shared.domain.contacts.contact import ContactField
from shared.domain.media.library import LibraryFile
from shared.domain.segments.segment import Segment
from shared.domain.templates.stored_draft import StoredDraft
from shared.domain.templates.template import Template
from shared.ids import CampaignId, TenantId
from shared.store.accounts.people import People
from tests.support.api_handler import Answer, Api, is_problem
from tests.support.fake_aws import Context
from tests.support.furnished import NOBODY, bodies, furnish, paths, tenant, with_ids

PERSON = APPLICANT | {
    "business_name": "Café Ltda",
    "email": "Ana@Example.com",
    "password": "Correct-horse-1",
    "country": "br",
}


@pytest.mark.parametrize(
    ("route", "took_ms", "slow"),
    [("ANY /v1/{proxy+}", 5_001, True), ("ANY /v1/{proxy+}", 5_000, False), ("GET /v1/events", 25_000, False)],
)
def test_a_call_that_takes_long_is_counted_unless_it_waits_for_news(
    api: Api, route: str, took_ms: int, slow: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(handler, "epoch_ms", lambda: 1_000_000 + took_ms)
    context = {
        "requestId": "r",
        "timeEpoch": 1_000_000,
        "http": {"method": "GET", "path": "/v1/me"},
        "stage": "$default",
    }
    handler.lambda_handler({"routeKey": route, "rawPath": "/v1/me", "requestContext": context}, Context())
    assert ('"ApiSlow":[1.0]' in capsys.readouterr().out.replace(" ", "")) is slow


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "null", "[" * 100_000, '{"a":NaN}', "\x00"])
def test_what_is_no_json_object_is_400_on_every_route(api: Api, body: str) -> None:
    assert is_problem(api.call("POST", "/v1/signup", body), 400, "malformed_json")
    assert is_problem(api.call("POST", "/v1/bots", body, tenant=NOBODY, encoded=True), 400, "malformed_json")


@pytest.mark.parametrize(
    "body",
    [
        '{"name":"Jos\ufffd"}',
        '{"name":"José"}'.encode("latin-1"),
        '{"name":"José"}'.encode("cp1252"),
        '{"name":"José"}'.encode("utf-16"),
        b'{"name":"\xff"}',
        b'{"name":"\xed\xa0\x80"}',
        b'{"name":"\xc0\xaf"}',
        '{"name":"Jos\ufffd"}'.encode(),
    ],
)
def test_what_is_not_utf_8_is_400_on_every_route(api: Api, body: str | bytes) -> None:
    for path in ("/v1/signup", "/v1/contacts", "/v1/conversations/0/messages"):
        assert is_problem(api.call("POST", path, body, tenant=NOBODY), 400, "not_utf8"), path
    csv = {"content-type": "text/csv"}
    for file in (body, "phone,name\n1,Jos\ufffd\n", "phone,name\n1,José\n".encode("latin-1")):
        if not isinstance(file, bytes) or not file.startswith(b"\xff\xfe"):
            assert is_problem(
                api.call("POST", "/v1/contacts/imports.csv", file, tenant=NOBODY, headers=csv), 400, "not_utf8"
            )


def test_a_name_with_a_sign_for_a_lost_character_is_refused_however_it_is_spelt(api: Api) -> None:
    mine = tenant(api)
    for name in ("name", "first_name"):
        body = json.dumps({"phone": "+5511912345678", name: "Jos\ufffd"})
        answer = api.call("POST", "/v1/contacts", body, tenant=mine)
        assert (answer.status, answer.body["field"]) == (422, name)


def test_a_file_in_the_place_of_its_announcement_is_415_and_the_other_way_round(api: Api) -> None:
    csv, mine = {"content-type": "text/csv"}, tenant(api)
    file = api.call("POST", "/v1/contacts/imports", "phone\n1\n", tenant=mine, headers=csv)
    assert is_problem(file, 415, "unsupported_media_type")
    announced = api.call("POST", "/v1/contacts/imports.csv", {"size": 6}, tenant=mine)
    assert is_problem(announced, 415, "unsupported_media_type")


def test_other_media_types_are_415(api: Api) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert is_problem(api.call("POST", "/v1/login", "a=b", headers=form), 415, "unsupported_media_type")


def test_unknown_routes_and_methods_are_404(api: Api) -> None:
    assert is_problem(api.call("GET", "/v1/nothing", tenant=NOBODY), 404, "unknown_route")
    assert is_problem(api.call("PUT", "/v1/me", tenant=NOBODY), 404, "unknown_route")


def test_a_bug_is_500_and_says_nothing_of_itself(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(tenant_id: TenantId, limit: int, cursor: str | None) -> None:
        raise KeyError("+5511912345678")

    monkeypatch.setattr(api.deps.accounts, "numbers_page", broken, raising=True)
    answer = api.call("GET", "/v1/numbers", tenant=tenant(api))
    assert is_problem(answer, 500, "internal")
    assert "91234" not in json.dumps(answer.body)
    logged = repr([vars(record) for record in caplog.records])
    assert "KeyError" in logged
    assert "+5511" not in logged


@pytest.mark.parametrize(("method", "path", "operation"), paths(), ids=lambda value: str(value)[:60])
def test_every_route_wants_a_caller_and_its_scope(api: Api, method: str, path: str, operation: dict[str, Any]) -> None:
    scope = operation.get("x-required-scope")
    if scope is None:
        assert operation["security"] == []
        return
    real = with_ids(path)
    body = bodies().get((method, path))
    everything_else = ",".join({"campaigns", "contacts", "conversations", "read", "settings"} - {scope})
    assert api.call(method, real, body).status == 401
    assert is_problem(api.call(method, real, body, tenant=NOBODY, scopes=everything_else), 403, "missing_scope")


def test_no_call_of_one_tenant_reaches_anything_of_another(api: Api) -> None:
    mine, theirs = tenant(api), tenant(api)
    furnish(api, theirs)
    deps = api.deps

    def everything() -> str:
        found = [
            deps.directory.all(theirs, prefix, kind)
            for prefix, kind in (
                ("CMP#", Campaign),
                ("BOT#", Bot),
                ("TPL#", Template),
                ("TPLD#", StoredDraft),
                ("FIELD#", ContactField),
                ("SEG#", Segment),
            )
        ] + [deps.inbox.labels(theirs), deps.inbox.canned_replies(theirs)]
        found.append(deps.directory.all(theirs, "FILE#", LibraryFile))
        told = deps.endpoints.all(theirs), deps.deliveries.page(theirs, theirs, 9, None)
        return repr(
            (found, told, deps.contacts.page(theirs, "", 9), deps.conversations.page(theirs, 9, None, EpochMs(1)).items)
        )

    before = everything()
    checked = 0
    for method, path, operation in paths():
        if "x-required-scope" not in operation:
            continue
        real = with_ids(path, theirs)
        answer = api.call(method, real, bodies().get((method, path)), tenant=mine)
        assert theirs not in json.dumps(answer.body), (method, path)
        assert "private" not in json.dumps(answer.body), (method, path)
        if "{" in path:
            checked += 1
            only_operators = path.startswith("/v1/operator")
            assert answer.status == (403 if only_operators else 404), (method, path, answer.body)
    assert checked > 20
    assert everything() == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/contacts", {"phone": "12"}, "phone"),
        ("/v1/contacts", {"phone": "+5511912345678", "fields": {"nope": "x"}}, "fields.nope"),
        ("/v1/contacts", {"phone": "+5511912345678", "surname": "x"}, "surname"),
        ("/v1/contacts", {"phone": 5}, "phone"),
        ("/v1/contacts", {"phone": "\ud800"}, "phone"),
        ("/v1/fields", {"key": "phone"}, None),
        ("/v1/fields", {"key": "Ünknown"}, "key"),
        ("/v1/bots", {"name": "b", "rules": [{"match": "exact", "reply": "x"}]}, "rules.0"),
        ("/v1/bots", {"name": "b", "rules": [{"match": "any", "reply": "x"}], "enabled": "perhaps"}, "enabled"),
        ("/v1/contacts/imports", {"default_country": "XX"}, "default_country"),
        ("/v1/contacts/imports", {"columns": []}, "columns"),
        ("/v1/contacts/imports", {}, "size"),
        ("/v1/contacts/imports", {"size": 0}, "size"),
        ("/v1/contacts/imports", {"size": 200 * 1024 * 1024 + 1}, "size"),
    ],
)
def test_what_is_wrong_in_a_body_is_named(api: Api, path: str, body: dict[str, Any], field: str | None) -> None:
    answer = api.call("POST", path, body, tenant=tenant(api))
    assert answer.status == 422
    assert answer.body.get("field") == field


def whose(api: Api, session: Answer) -> TenantId:
    """The tenant of somebody who has logged in."""
    owner = api.deps.accounts.owner_of_subject(claimed(session.body["access_token"]).subject)
    assert owner is not None
    return owner.tenant_id


def test_signing_up_logging_in_and_an_api_key(api: Api) -> None:
    made = api.call("POST", "/v1/signup", PERSON)
    assert (made.status, made.body["email_verification"]) == (201, "skipped")
    assert made.body == api.call("POST", "/v1/signup", PERSON).body, "the same for an address that has an account"
    login = {"email": "ana@example.com", "password": PERSON["password"]}
    session = api.call("POST", "/v1/login", login)
    assert session.status == 200
    assert set(session.body) == {"access_token", "id_token", "refresh_token", "expires_in", "token_type"}
    wrong = api.call("POST", "/v1/login", {**login, "password": "Wrong-horse-11"})
    unknown = api.call("POST", "/v1/login", {**login, "email": "nobody@example.com"})
    assert is_problem(wrong, 401, "unauthenticated")
    assert wrong.body["detail"] == unknown.body["detail"]
    tenant_id = whose(api, session)
    assert api.call("POST", "/v1/signup", {**PERSON, "password": "Another-horse-9"}).status == 201
    assert (api.call("POST", "/v1/login", login).status, whose(api, session)) == (200, tenant_id), "nothing has changed"
    key = api.call("POST", "/v1/api-keys", {"name": "k", "scopes": ["read", "contacts"]}, tenant=tenant_id).body
    assert re.fullmatch(r"wpb_[A-Za-z0-9_-]{43}", key["key"])
    listed = api.call("GET", "/v1/api-keys", tenant=tenant_id).body["items"]
    assert [item["hint"] for item in listed] == [key["key"][-4:]]
    assert "key" not in listed[0]
    guard = AuthorizerDeps(api.deps.accounts, People(api.deps.directory), None, api.deps.directory)  # type: ignore[arg-type]
    granted = grant(guard, key["key"], EpochMs(1))
    assert granted == {
        "tenant_id": tenant_id, "member_id": key["id"], "role": "api_key", "scopes": "contacts,read",
        "plan": "free",
    }  # fmt: skip
    assert api.call("DELETE", f"/v1/api-keys/{key['id']}", tenant=tenant_id).status == 204
    assert grant(guard, key["key"], EpochMs(1)) is Refusal.TOKEN_INVALID


def test_a_sign_up_that_died_half_way_is_completed_by_repeating_it(api: Api) -> None:
    users = api.deps.users
    users.sign_up("half@example.com", "Correct-horse-1")
    person = {**PERSON, "email": "half@example.com"}
    assert api.call("POST", "/v1/signup", person).status == 201
    session = api.call("POST", "/v1/login", {"email": "half@example.com", "password": "Correct-horse-1"})
    assert session.status == 200
    assert whose(api, session)


def test_a_log_in_without_a_tenant_says_what_to_do(api: Api) -> None:
    api.deps.users.sign_up("alone@example.com", "Correct-horse-1")
    api.deps.users.confirm_without_email("alone@example.com")
    answer = api.call("POST", "/v1/login", {"email": "alone@example.com", "password": "Correct-horse-1"})
    assert is_problem(answer, 409, "signup_incomplete")


def test_nobody_grants_more_than_they_have(api: Api) -> None:
    answer = api.call(
        "POST", "/v1/api-keys", {"name": "k", "scopes": ["campaigns"]}, tenant=tenant(api), scopes="settings,read"
    )
    assert is_problem(answer, 403, "forbidden", "scopes")


def test_a_repeated_post_happens_once_and_its_secret_comes_back(api: Api) -> None:
    tenant_id, headers = tenant(api), {"idempotency-key": "one"}
    body = {"name": "k", "scopes": ["read"]}
    first = api.call("POST", "/v1/api-keys", body, tenant=tenant_id, headers=headers)
    again = api.call("POST", "/v1/api-keys", body, tenant=tenant_id, headers=headers)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(api.deps.accounts.api_keys_page(tenant_id, 10, None).items) == 1
    stored = repr(api.deps.directory.all(tenant_id, "IDEM#", dict))
    assert first.body["key"] not in stored
    other = api.call("POST", "/v1/api-keys", {**body, "name": "other"}, tenant=tenant_id, headers=headers)
    assert is_problem(other, 422, "idempotency_mismatch", "Idempotency-Key")
    elsewhere = api.call("POST", "/v1/api-keys", body, tenant=tenant(api), headers=headers)
    assert elsewhere.body["id"] != first.body["id"]


def test_a_refusal_is_an_answer_too_but_a_failure_is_not(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant_id, headers = tenant(api), {"idempotency-key": "two"}
    body = {"key": "city"}
    real = api.deps.fields.create

    def broken(*args: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(api.deps.fields, "create", broken)
    assert api.call("POST", "/v1/fields", body, tenant=tenant_id, headers=headers).status == 500
    monkeypatch.setattr(api.deps.fields, "create", real)
    assert api.call("POST", "/v1/fields", body, tenant=tenant_id, headers=headers).status == 201
    taken = {"idempotency-key": "three"}
    assert api.call("POST", "/v1/fields", body, tenant=tenant_id, headers=taken).status == 409
    api.deps.fields.delete(tenant_id, "city")
    assert api.call("POST", "/v1/fields", body, tenant=tenant_id, headers=taken).status == 409


def test_a_csv_body_is_stored_and_queued_and_options_come_from_the_query(api: Api) -> None:
    tenant_id = tenant(api)
    csv = {"content-type": "text/csv; charset=utf-8"}
    answer = api.call(
        "POST", "/v1/contacts/imports.csv", "fone,name\n1,é\n", tenant=tenant_id, headers=csv,
        query="tags=a,b&columns=fone:phone&default_country=pt&create_fields=true",
    )  # fmt: skip
    assert (answer.status, answer.body["status"]) == (201, "queued")
    import_id = answer.body["id"]
    stored = api.s3.get_object(Bucket="data", Key=f"imports/{tenant_id}/{import_id}/source.csv")["Body"].read()
    assert stored == "fone,name\n1,é\n".encode()
    assert api.queued("IMPORT", tenant_id) == [{"tenant_id": tenant_id, "import_id": import_id}]
    large = api.call("POST", "/v1/contacts/imports.csv", "x" * 5_242_881, tenant=tenant_id, headers=csv)
    assert is_problem(large, 413, "body_too_large")
    assert api.call("POST", "/v1/contacts/imports.csv", "", tenant=tenant_id, headers=csv).status == 422


def test_an_upload_is_started_once_it_is_there(api: Api) -> None:
    tenant_id = tenant(api)
    made = api.call("POST", "/v1/contacts/imports", {"filename": "a.csv", "tags": ["x"], "size": 6}, tenant=tenant_id)
    assert (made.status, made.body["status"]) == (201, "awaiting_upload")
    assert "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost" in made.body["upload_url"]
    assert made.body["upload_headers"] == {"content-type": "text/csv", "content-length": "6"}
    import_id = made.body["id"]
    start = f"/v1/contacts/imports/{import_id}/start"
    assert is_problem(api.call("POST", start, tenant=tenant_id), 409, "upload_missing")
    api.s3.put_object(Bucket="data", Key=f"imports/{tenant_id}/{import_id}/source.csv", Body=b"phone\n")
    assert api.call("POST", start, tenant=tenant_id).body["status"] == "queued"
    assert api.call("POST", start, tenant=tenant_id).body["status"] == "queued"
    assert len(api.queued("IMPORT", tenant_id)) == 2
    assert api.call("GET", "/v1/contacts/imports", tenant=tenant_id).body["items"][0]["id"] == import_id


def test_contacts_page_by_page_and_by_tag(api: Api) -> None:
    tenant_id = tenant(api)
    for i in range(5):
        body = {"phone": f"+551191234567{i}", "tags": ["odd"] if i % 2 else []}
        assert api.call("POST", "/v1/contacts", body, tenant=tenant_id).status == 201
    assert api.call("POST", "/v1/contacts", {"phone": "11 91234-5670"}, tenant=tenant_id).status == 200
    seen: list[str] = []
    query = "limit=2"
    while True:
        page = api.call("GET", "/v1/contacts", tenant=tenant_id, query=query).body
        seen += [contact["id"] for contact in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"limit=2&cursor={page['next_cursor']}"
    assert len(seen) == 5
    assert seen == sorted(seen)
    assert len(api.call("GET", "/v1/contacts", tenant=tenant_id, query="tag=odd").body["items"]) == 2
    assert is_problem(
        api.call("GET", "/v1/contacts", tenant=tenant_id, query="cursor=x"), 422, "invalid_input", "cursor"
    )


def test_a_dry_run_asks_every_shard(api: Api) -> None:
    tenant_id = tenant(api)
    furnish(api, tenant_id)
    path = f"/v1/campaigns/{tenant_id}/dry-run"
    assert is_problem(api.call("GET", path, tenant=tenant_id), 404, "no_dry_run")
    started = api.call("POST", path, tenant=tenant_id)
    assert started.status == 202
    run_id = started.body["id"]
    asked = api.queued("DRY_RUN", tenant_id)
    assert {message["shard"] for message in asked} == set(range(16))
    assert {message["dry_run_id"] for message in asked} == {run_id}
    part = {"planned": 1, "sendable": 1, "skipped": {}, "samples": [], "missing": []}
    for shard in range(16):
        api.deps.sends.put_dry_run(tenant_id, CampaignId(tenant_id), run_id, shard, json.dumps(part), EpochMs(1))
    result = api.call("GET", path, tenant=tenant_id).body
    assert (result["status"], result["planned"], result["sendable"]) == ("complete", 16, 16)


def test_the_api_describes_itself(api: Api) -> None:
    document = api.call("GET", "/v1/openapi.json").body
    assert document["openapi"] == "3.1.0"
    for path, media_type in (("imports", "application/json"), ("imports.csv", "text/csv")):
        assert document["paths"][f"/v1/contacts/{path}"]["post"]["requestBody"]["content"].keys() == {media_type}
    assert document["servers"] == [{"url": "https://api.example.com"}]
