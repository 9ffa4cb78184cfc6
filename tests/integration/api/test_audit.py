"""The audit log over the routes: one entry for one effect, of every route that has one, and none of any other."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.api.accounts.audit.parts import AuditParts
from functions.api.bootstrap import parts
from functions.api.http.audited_routes import ROUTES, Audited
from functions.api.http.idempotency import IdempotencyStore
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.audit.entry import Actor, ActorKind, Entry, Origin, Status
from shared.domain.campaigns.campaign import State
from shared.errors import RateLimited, RetryableError
from shared.ids import TenantId
from shared.store.audit.trail import Span
from shared.store.engine.directory import DirectoryItem
from tests.support.api_handler import Api, is_problem
from tests.support.furnished import bodies, bring_to, furnished, paths, request_for, tenant

CHANGING = [
    (method, path, operation)
    for method, path, operation in paths()
    if method != "GET" and "x-required-scope" in operation
]
ELSEWHERE = {
    "assign_ownership", "close_membership", "delete_member", "update_member",
    "resend_invitation", "delete_invitation", "set_password", "close_all_sessions", "complete_email_change",
    "complete_second_factor", "create_recovery_codes", "delete_second_factor", "update_caller",
    "set_member_availability", "update_tenant", "suspend_tenant", "resume_tenant", "open_support_access",
    "close_support_access", "reject_support_access",
}  # fmt: skip
"""Of members, with a pool: in test_audited_people.py; of operators: in test_suspensions.py, test_support_access.py."""
META = {
    "connect_account", "resume_onboarding", "create_template", "update_template", "delete_template",
    "update_profile", "submit_template_draft", "disconnect_account", "resume_template",
}  # fmt: skip
"""Meta gives no answer here: their entries stay begun, or say why not."""
REFUSED = {"rotate_api_key", "delete_api_key", "start_import", "complete_media"}
"""Of what this tenant has, these are refused, or there is none."""
OTHERS: dict[str, object] = {
    "/v1/bots/{bot_id}": {"name": "another", "rules": [{"match": "any", "reply": "private"}]},
    "/v1/labels/{label_id}": {"name": "another"},
    "/v1/segments/{segment_id}": {"name": "another", "revision": 1},
    "/v1/canned-replies": {"shortcut": "another", "text": "private"},
}
"""Bodies with which something changes, path by path."""
KEPT = {"retry_campaign", "resend_unknown"}
"""Refused while nobody was sent anything: below."""


def log(api: Api, owner: TenantId) -> list[Entry]:
    """The whole of it, newest first."""
    now = epoch_ms()
    return (
        parts()[AuditParts]
        .trail.page(owner, Span(EpochMs(now - 400 * DAY_MS), EpochMs(now + DAY_MS)), 1_000, None)
        .items
    )


@pytest.fixture(scope="module")
def owner(api: Api) -> TenantId:
    return furnished(api)


def test_every_effect_has_one_entry_and_what_is_not_audited_has_none(
    api: Api, owner: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.deps.sender, "_sleep", lambda _seconds: None)
    states = {"pause": State.SENDING, "resume": State.PAUSED, "cancel": State.PAUSED, "launch": State.DRAFT}
    before, effects = log(api, owner), set[str]()
    for method, path, operation in sorted(
        CHANGING, key=lambda one: (one[0] == "DELETE", "disconnect" in one[1], one[1])
    ):
        name = operation["operationId"]
        if path.startswith("/v1/campaigns/") and (state := states.get(path.rpartition("/")[2])) is not None:
            bring_to(api, owner, state)
        real, body, media_type = request_for(owner, method, path, operation)
        body = OTHERS.get(path, body)
        headers = {"content-type": media_type, "idempotency-key": path, "x-forwarded-for": "198.51.100.9"}
        answers = [
            api.call(method, real, body, tenant=owner, headers=headers, address="192.0.2.7", user_agent="tests/1")
            for _ in range(2 if operation.get("x-idempotent") else 1)
        ]
        after, rule = log(api, owner), ROUTES[name]
        kept = {entry.entry_id: entry for entry in after}
        assert [
            entry for entry in before if kept.get(entry.entry_id) != entry and entry.status is not Status.BEGAN
        ] == []
        new = [entry for entry in after if entry.entry_id not in {old.entry_id for old in before}]
        by_caller = [entry for entry in new if entry.actor.kind is not ActorKind.SYSTEM]
        before = after
        if not isinstance(rule, Audited):
            assert by_caller == [], name
        elif answers[0].status >= 400:
            assert not [entry for entry in by_caller if entry.status is Status.DONE], name
        else:
            assert len(by_caller) == 1, (name, answers[0].status)
            (entry,) = by_caller
            effects.add(name)
            assert (entry.action, entry.kind, entry.status) == (rule.action, rule.kind, Status.DONE), name
            assert entry.actor == Actor(ActorKind.MEMBER, "member"), name
            assert entry.origin.address == "192.0.2.7", name
            assert entry.object_id, name
    audited = {name for name, rule in ROUTES.items() if isinstance(rule, Audited)}
    public = {"sign_up", "log_in", "open_session", "open_invitation", "reset_password"}
    assert audited - effects == ELSEWHERE | META | REFUSED | KEPT | public
    entries = log(api, owner)
    assert "91234" not in str(entries)
    assert {
        (str(entry.kind), name)
        for entry in entries
        for name, value in (*entry.difference.before.items(), *entry.difference.after.items())
        if "private" in str(value)
    } <= {("label", "name"), ("segment", "name"), ("webhook_endpoint", "description")}


def test_no_entry_is_missing_where_the_change_was_written_and_the_answer_was_lost(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, headers = tenant(api), {"idempotency-key": "one"}
    with monkeypatch.context() as lost:
        lost.setattr(IdempotencyStore, "finish", _out_of_reach)
        assert api.call("POST", "/v1/labels", {"name": "Late"}, tenant=owner, headers=headers).status == 503
        (first,) = log(api, owner)
    second = api.call("POST", "/v1/labels", {"name": "Late"}, tenant=owner, headers=headers)
    assert second.status == 201
    assert log(api, owner) == [first]
    assert first.difference.after == {"name": "Late"} | {"colour": second.body["colour"]}


def _out_of_reach(*_: object, **__: object) -> None:
    raise RetryableError("out of reach")


def test_no_change_is_written_where_its_entry_cannot_be(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = tenant(api)
    with monkeypatch.context() as broken:
        # No item may have an empty key: the transaction fails as a whole.
        broken.setattr("shared.store.engine.audited.partition_of", lambda *_: "")
        assert api.call("POST", "/v1/labels", {"name": "Late"}, tenant=owner).status == 500
    assert api.deps.inbox.labels(owner) == []


def test_what_meta_never_answered_shows_that_it_began(api: Api, owner: TenantId) -> None:
    body = bodies()["POST", "/v1/templates"]
    waba = api.deps.accounts.wabas(owner)[0].waba_id
    answer = api.call("POST", "/v1/templates", {**body, "waba_id": waba, "name": "begun"}, tenant=owner)  # type: ignore[dict-item]
    assert answer.status >= 500
    newest = log(api, owner)[0]
    assert (newest.action, newest.status) == ("template.created", Status.BEGAN)


def test_what_was_turned_away_for_now_is_refused_unless_it_may_come_again_under_its_key(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(*_: object) -> None:
        raise RateLimited("too many", wait_ms=1_000)

    monkeypatch.setattr("functions.api.contacts.routes.put_contact", too_many)
    owner = tenant(api)
    for headers in ({}, {"idempotency-key": "one"}):
        answer = api.call("POST", "/v1/contacts", {"phone": "+5511912345678"}, tenant=owner, headers=headers)
        assert answer.status == 429
    assert {(entry.status, entry.cause) for entry in log(api, owner)} == {
        (Status.REFUSED, "rate_limited"),
        (Status.BEGAN, ""),
    }


def test_what_programs_do_in_bulk_is_not_entered_and_a_consent_is(api: Api) -> None:
    owner = tenant(api)
    by_key: dict[str, Any] = {"tenant": owner, "member": "k1", "role": "api_key"}
    made = api.call("POST", "/v1/contacts", {"phone": "+5511912345678"}, **by_key).body
    assert api.call("PATCH", f"/v1/contacts/{made['id']}", {"name": "x"}, **by_key).status == 200
    assert log(api, owner) == []
    assert api.call("POST", f"/v1/contacts/{made['id']}/opt-out", {"source": "form"}, **by_key).status == 200
    (entry,) = log(api, owner)
    assert (entry.action, entry.object_id) == ("contact.opted_out", made["id"])
    assert entry.actor == Actor(ActorKind.API_KEY, "k1")
    assert "91234" not in str(entry)


def test_what_changed_of_a_contact_is_named_and_no_value_of_it_is_kept(api: Api) -> None:
    owner = tenant(api)
    made = api.call("POST", "/v1/contacts", {"phone": "+5511912345678", "name": "Rui private"}, tenant=owner).body
    path = f"/v1/contacts/{made['id']}"
    assert api.call("PATCH", path, {"add_tags": ["vip"]}, tenant=owner).status == 200
    assert api.call("PATCH", path, {"add_tags": ["vip"]}, tenant=owner).status == 200
    assert api.call("POST", f"{path}/opt-out", {"source": "phone call"}, tenant=owner).status == 200
    named = [set(entry.difference.named) for entry in reversed(log(api, owner))]
    assert named[0] >= {"phone", "name"}
    assert named[1:] == [{"tags"}, set(), {"opted_out_at", "opt_out_source"}]
    assert all(entry.object_id == made["id"] for entry in log(api, owner))
    assert "private" not in str(log(api, owner))
    assert "91234" not in str(log(api, owner))


def test_it_is_listed_with_names_filters_and_pages(api: Api) -> None:
    owner = tenant(api)
    (member,) = api.deps.accounts.members(owner)
    api.deps.accounts.change_member(owner, member.member_id, lambda found: replace(found, name="=Ana"))
    for i in range(5):
        by = member.member_id if i % 2 else "gone"
        assert api.call("POST", "/v1/labels", {"name": f"l{i}"}, tenant=owner, member=by).status == 201
    first = api.call("GET", "/v1/audit", tenant=owner, query="limit=3").body
    rest = api.call("GET", "/v1/audit", tenant=owner, query=f"limit=3&cursor={first['next_cursor']}").body
    items = first["items"] + rest["items"]
    assert [item["after"]["name"] for item in items] == ["l4", "l3", "l2", "l1", "l0"]
    assert [item["actor"]["name"] for item in items] == [None, "=Ana", None, "=Ana", None]
    assert rest["next_cursor"] is None

    def found(query: str) -> list[str]:
        answer = api.call("GET", "/v1/audit", tenant=owner, query=query)
        assert answer.status == 200, answer.body
        return [item["after"]["name"] for item in answer.body["items"]]

    assert found(f"actor_id={member.member_id}") == ["l3", "l1"]
    assert found("actor_kind=system") == found("action=label.deleted") == found("object_kind=bot") == []
    assert found(f"object_kind=label&object_id={items[1]['object']['id']}") == ["l3"]
    assert found(f"until={items[4]['at']}") == ["l0"]
    assert found(f"since={items[0]['at']}") == ["l4"]
    assert api.call("GET", "/v1/audit", tenant=owner, query="action=nothing").status == 422
    csv = api.call("GET", "/v1/audit.csv", tenant=owner, query=f"actor_id={member.member_id}")
    assert csv.headers["Content-Type"].startswith("text/csv")


def test_a_file_holds_no_formula_and_leads_to_its_next_part(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.api.accounts.audit.models import as_csv

    monkeypatch.setattr("functions.api.accounts.audit.routes._CSV_ROWS", 1)
    owner = tenant(api)
    for name in ("a", "b"):
        api.call("POST", "/v1/labels", {"name": name}, tenant=owner)
    answer = api.call("GET", "/v1/audit.csv", tenant=owner, query="object_kind=label")
    link = answer.headers["Link"]
    assert link.startswith("</v1/audit.csv?object_kind=label&cursor=")
    entries = [replace(entry, origin=Origin("1", "=cmd()", "r"), reason="@x") for entry in log(api, owner)]
    rows = as_csv(entries, {entries[0].actor: "=1+1"}).splitlines()
    assert len(rows) == 3
    assert all(sign in rows[1] for sign in ("'=cmd()", "'@x", "'=1+1"))


def test_who_may_not_read_it_does_not(api: Api) -> None:
    owner = tenant(api)
    for path in ("/v1/audit", "/v1/audit.csv"):
        assert is_problem(api.call("GET", path, tenant=owner, scopes="settings,read,team"), 403, "missing_scope")


def test_nobody_reads_anothers(api: Api, owner: TenantId) -> None:
    other = tenant(api)
    cursor = api.call("GET", "/v1/audit", tenant=owner, query="limit=1").body["next_cursor"]
    assert api.call("GET", "/v1/audit", tenant=other, query=f"cursor={cursor}").body["items"] == []
    assert owner not in json.dumps(api.call("GET", "/v1/audit", tenant=other).body)
    items = DirectoryItem.query(f"T#{other}#AUDIT#{log(api, owner)[0].month}")
    assert list(items) == []
