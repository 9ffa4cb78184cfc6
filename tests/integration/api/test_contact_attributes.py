"""Names apart, language, time zone and e-mail over HTTP."""

import pytest

from shared.ids import TenantId
from shared.observability import logger
from tests.support.api_handler import Api, is_problem
from tests.support.furnished import tenant
from tests.support.log_lines import StandardOutput

PHONE = "+34600111222"
KNOWN = {
    "name": "Ana M. Souza",
    "first_name": "Ana",
    "last_name": "Souza",
    "language": "pt-BR",
    "time_zone": "Europe/Madrid",
    "email": "ana.souza@example.com",
}
WRITTEN = {**KNOWN, "language": "pt_br", "time_zone": "europe/madrid", "email": "ana.souza@Example.COM"}


@pytest.fixture
def mine(api: Api) -> TenantId:
    return tenant(api)


def known_of(body: dict[str, object]) -> dict[str, object]:
    return {name: body[name] for name in KNOWN}


def test_they_are_given_shown_completed_changed_and_removed(api: Api, mine: TenantId) -> None:
    made = api.call("POST", "/v1/contacts", {"phone": PHONE, **WRITTEN}, tenant=mine)
    assert (made.status, known_of(made.body)) == (201, KNOWN)
    path = f"/v1/contacts/{made.body['id']}"
    assert known_of(api.call("GET", path, tenant=mine).body) == KNOWN
    assert [known_of(one) for one in api.call("GET", "/v1/contacts", tenant=mine).body["items"]] == [KNOWN]
    blank = api.call("POST", "/v1/contacts", {"phone": PHONE, "email": "", "language": "es"}, tenant=mine)
    assert (blank.status, known_of(blank.body)) == (200, {**KNOWN, "language": "es"})
    gone = {"last_name": "", "time_zone": "", "email": ""}
    changed = api.call("PATCH", path, {**gone, "language": "Spanish", "revision": 0}, tenant=mine)
    nothing = dict.fromkeys(gone)
    assert (changed.status, changed.body["revision"]) == (200, 1)
    assert known_of(changed.body) == {**KNOWN, "language": "es", **nothing}
    assert known_of(api.call("PATCH", path, {}, tenant=mine).body) == {**KNOWN, "language": "es", **nothing}


def test_first_and_last_name_go_with_the_name_they_were_given_for(api: Api, mine: TenantId) -> None:
    body = {"phone": PHONE, "first_name": "Ana", "last_name": "Souza"}
    made = api.call("POST", "/v1/contacts", body, tenant=mine).body
    assert (made["name"], made["first_name"], made["last_name"]) == ("Ana Souza", "Ana", "Souza")
    other = api.call("PATCH", f"/v1/contacts/{made['id']}", {"name": "Eva Lima"}, tenant=mine).body
    assert (other["name"], other["first_name"], other["last_name"]) == ("Eva Lima", "Eva", None)


@pytest.mark.parametrize("name", ["language", "time_zone", "email"])
def test_what_is_none_is_refused_with_its_code_and_nothing_is_changed(api: Api, mine: TenantId, name: str) -> None:
    body = {"phone": PHONE, name: "no such thing"}
    assert is_problem(api.call("POST", "/v1/contacts", body, tenant=mine), 422, f"invalid_{name}", name)
    assert api.call("GET", "/v1/contacts", tenant=mine).body["items"] == []
    made = api.call("POST", "/v1/contacts", {"phone": PHONE, **WRITTEN}, tenant=mine)
    patch = {"name": "Other", name: "no such thing"}
    refused = api.call("PATCH", f"/v1/contacts/{made.body['id']}", patch, tenant=mine)
    assert is_problem(refused, 422, f"invalid_{name}", name)
    assert known_of(api.call("GET", f"/v1/contacts/{made.body['id']}", tenant=mine).body) == KNOWN
    assert is_problem(api.call("POST", "/v1/fields", {"key": name}, tenant=mine), 422, "invalid_input")


def test_they_change_no_consent(api: Api, mine: TenantId) -> None:
    contact = api.call("POST", "/v1/contacts", {"phone": PHONE}, tenant=mine).body
    path = f"/v1/contacts/{contact['id']}"
    no = api.call("POST", f"{path}/opt-out", {"source": "phone call"}, tenant=mine).body
    api.call("POST", "/v1/contacts", {"phone": PHONE, **WRITTEN}, tenant=mine)
    api.call("PATCH", path, {"email": "other@example.com"}, tenant=mine)
    after = api.call("GET", path, tenant=mine).body
    assert (after["opted_out"], after["opted_out_at"]) == (True, no["opted_out_at"])


def test_segments_ask_for_them(api: Api, mine: TenantId) -> None:
    made = api.call("POST", "/v1/contacts", {"phone": PHONE, **WRITTEN}, tenant=mine).body
    api.call("POST", "/v1/contacts", {"phone": "+34600111333", "language": "es"}, tenant=mine)
    text = 'contact.language == "pt-BR" && contact.email.endsWith("@example.com") && contact.last_name == "Souza"'
    answer = api.call("POST", "/v1/segments/count", {"text": text, "sample": 2}, tenant=mine)
    assert (answer.body["matched"], [one["id"] for one in answer.body["sample"]]) == (1, [made["id"]])
    asked = {"text": 'contact.time_zone == "UTC"', "contact_id": made["id"]}
    (tested,) = api.call("POST", "/v1/segments/why", asked, tenant=mine).body["tests"]
    assert (tested["known"], tested["met"]) == ("Europe/Madrid", False)


def test_an_address_is_in_no_log_and_the_audit_log_names_the_field_alone(
    api: Api, mine: TenantId, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logger.registered_handler, "stream", StandardOutput())
    made = api.call("POST", "/v1/contacts", {"phone": PHONE, **WRITTEN}, tenant=mine).body
    api.call("PATCH", f"/v1/contacts/{made['id']}", {"email": "other@example.com", "last_name": "Lima"}, tenant=mine)
    api.call("PATCH", f"/v1/contacts/{made['id']}", {"email": "ana at example.com"}, tenant=mine)
    entries = api.call("GET", "/v1/audit", tenant=mine).body["items"]
    printed = capsys.readouterr().out
    for personal in ("example.com", "Souza", "Lima"):
        assert personal not in f"{printed}{entries}"
    assert "email" in str(entries)
    assert "last_name" in str(entries)
