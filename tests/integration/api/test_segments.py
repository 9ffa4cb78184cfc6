"""Segments over HTTP: kept, checked, counted and explained."""

from dataclasses import replace
from typing import Any

import pytest

from functions.api.segments import counting
from shared.clock import EpochMs, epoch_ms
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.leases import COUNTS
from shared.ids import CampaignId, TenantId, new_ulid
from tests.support.api_handler import Answer, Api, is_problem
from tests.support.campaigns import a_campaign
from tests.support.furnished import tenant

SPAIN = {"subject": "contact.country", "operator": "is", "value": "ES"}
VIP = {"subject": "contact.tags", "operator": "has", "value": "vip"}
TEXT = 'contact.country == "ES" && "vip" in contact.tags'


@pytest.fixture
def mine(api: Api) -> TenantId:
    return tenant(api)


def post(api: Api, mine: TenantId, path: str, body: object, **more: Any) -> Answer:
    return api.call("POST", f"/v1/segments{path}", body, tenant=mine, **more)


def people(api: Api, mine: TenantId, count: int) -> list[str]:
    """Every other one from Spain, every third one a VIP."""
    ids = []
    for i in range(count):
        body = {
            "phone": f"+3460000{i:04d}" if i % 2 == 0 else f"+35191000{i:04d}",
            "name": f"Ana {i}",
            "tags": ["vip"] if i % 3 == 0 else ["other"],
        }
        answer = api.call("POST", "/v1/contacts", body, tenant=mine)
        assert answer.status == 201, answer.body
        ids.append(answer.body["id"])
    return ids


def test_a_text_is_a_tree_and_a_tree_a_text(api: Api, mine: TenantId) -> None:
    tree = {"all": [SPAIN, VIP]}
    of_text = post(api, mine, "/check", {"text": " 'ES'==contact.country&&'vip' in contact.tags"}).body
    of_tree = post(api, mine, "/check", {"condition": {"all": [SPAIN, {"any": [VIP]}]}}).body
    assert of_text == of_tree == {"valid": True, "text": TEXT, "condition": tree, "problems": []}
    assert post(api, mine, "/check", {"condition": of_text["condition"]}).body == of_tree


def test_a_check_tells_all_that_is_wrong_with_code_and_place(api: Api, mine: TenantId) -> None:
    answer = post(api, mine, "/check", {"text": 'contact.nam == "x" ||\n fields.size > 4'})
    assert (answer.status, answer.body["valid"]) == (200, False)
    found = [(p["code"], p["line"], p["column"], p["path"]) for p in answer.body["problems"]]
    assert found == [("unknown_subject", 1, 1, None), ("unknown_field", 2, 2, None)]
    assert "contact.name" in answer.body["problems"][0]["choices"]
    answer = post(api, mine, "/check", {"condition": {"not": {**SPAIN, "value": 5}}})
    (problem,) = answer.body["problems"]
    assert (problem["code"], problem["path"], problem["line"]) == ("wrong_value", "not.value", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"text": TEXT, "condition": SPAIN}, None),
        ({"text": 5}, "text"),
        ({"text": ""}, "text"),
        ({"condition": []}, "condition"),
        ({"condition": {"all": [{"subjekt": "x"}]}}, "condition.all.0.subjekt"),
        ({"condition": {"subject": "contact.name", "value": {"days": 1}}}, "condition.value.DayIn.date"),
    ],
)
def test_what_has_no_form_at_all_is_refused(api: Api, mine: TenantId, body: object, field: str | None) -> None:
    answer = post(api, mine, "/check", body)
    assert (answer.status, answer.body["code"]) == (422, "invalid_input")
    if field:
        assert answer.body["field"].startswith(field.partition(".value")[0])


def test_a_tree_that_is_nested_without_end_is_refused(api: Api, mine: TenantId) -> None:
    for depth in (20, 400, 5_000):
        text = '{"condition":' + '{"not":' * depth + '{"subject":"contact.name","operator":"known"}' + "}" * depth + "}"
        answer = post(api, mine, "/check", text)
        assert answer.status in (200, 400, 422)
        assert answer.status != 200 or not answer.body["valid"] or depth == 20


def test_a_segment_is_kept_shown_changed_and_removed(api: Api, mine: TenantId) -> None:
    made = post(api, mine, "", {"name": "Spanish VIPs", "text": f"{TEXT} // the best"})
    assert made.status == 201
    shown = made.body
    assert (shown["text"], shown["condition"], shown["revision"]) == (TEXT, {"all": [SPAIN, VIP]}, 1)
    assert api.call("GET", f"/v1/segments/{shown['id']}", tenant=mine).body == shown
    assert api.call("GET", "/v1/segments", tenant=mine).body["items"] == [shown]
    path = f"/v1/segments/{shown['id']}"
    changed = api.call("PATCH", path, {"revision": 1, "condition": SPAIN}, tenant=mine).body
    assert (changed["text"], changed["name"], changed["revision"]) == ('contact.country == "ES"', "Spanish VIPs", 2)
    again = api.call("PATCH", path, {"revision": 1, "condition": SPAIN}, tenant=mine)
    assert (again.status, again.body["revision"]) == (200, 2)
    late = api.call("PATCH", path, {"revision": 1, "name": "Other"}, tenant=mine)
    assert is_problem(late, 409, "changed_meanwhile", "revision")
    assert api.call("DELETE", path, tenant=mine).status == 204
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"revision": 2, "name": "x"})):
        assert is_problem(api.call(method, path, body, tenant=mine), 404, "not_found")


def test_a_segment_that_is_wrong_is_refused_with_all_that_is_wrong(api: Api, mine: TenantId) -> None:
    answer = post(api, mine, "", {"name": "x", "text": "contact.name == 5 && has(contact.lists)"})
    assert is_problem(answer, 422, "bad_condition", "text")
    assert [fault["code"] for fault in answer.body["faults"]] == ["wrong_value", "not_kept_yet"]
    answer = post(api, mine, "", {"name": "x", "condition": {"all": [SPAIN, {**VIP, "operator": "is"}]}})
    assert is_problem(answer, 422, "bad_condition", "condition.all.1.operator")
    unknown = post(api, mine, "", {"name": "x", "text": f'campaign("{new_ulid()}").read'})
    assert unknown.body["faults"][0]["code"] == "unknown_campaign"
    assert api.call("GET", "/v1/segments", tenant=mine).body["items"] == []


def test_a_name_is_there_once(api: Api, mine: TenantId) -> None:
    assert post(api, mine, "", {"name": "VIP", "text": TEXT}).status == 201
    assert is_problem(post(api, mine, "", {"name": "vip", "text": TEXT}), 409, "segment_exists", "name")
    other = post(api, mine, "", {"name": "Other", "text": TEXT}).body
    renamed = api.call("PATCH", f"/v1/segments/{other['id']}", {"revision": 1, "name": "Vip"}, tenant=mine)
    assert is_problem(renamed, 409, "segment_exists", "name")


def test_a_count_says_how_many_and_shows_some(api: Api, mine: TenantId) -> None:
    people(api, mine, 30)
    answer = post(api, mine, "/count", {"text": TEXT, "sample": 2}).body
    assert (answer["matched"], answer["examined"], answer["complete"]) == (5, 30, True)
    assert answer["continue_with"] is None
    assert len(answer["sample"]) == 2
    assert all(one["region"] == "ES" and "vip" in one["tags"] for one in answer["sample"])
    segment = post(api, mine, "", {"name": "n", "condition": SPAIN}).body["id"]
    assert post(api, mine, "/count", {"segment_id": segment, "sample": 0}).body["matched"] == 15
    assert is_problem(post(api, mine, "/count", {"segment_id": new_ulid()}), 404, "not_found", "segment_id")


def test_a_count_goes_on_where_it_ended(api: Api, mine: TenantId, monkeypatch: pytest.MonkeyPatch) -> None:
    people(api, mine, 40)
    monkeypatch.setattr(counting, "_BETWEEN_LOOKS", 7)
    monkeypatch.setattr(counting, "deadline_passed", lambda _ms: lambda: True)
    body: dict[str, object] = {"text": TEXT}
    found: list[dict[str, Any]] = []
    while not found or found[-1]["continue_with"]:
        found.append(post(api, mine, "/count", body).body)
        body["cursor"] = found[-1]["continue_with"]
    assert [one["examined"] for one in found] == [7, 14, 21, 28, 35, 40]
    assert (found[-1]["matched"], found[-1]["complete"]) == (7, True)
    shown = [one["id"] for page in found for one in page["sample"]]
    assert len(shown) == len(set(shown)) == 7
    body = {"text": 'contact.country == "PT"', "cursor": found[0]["continue_with"]}
    assert is_problem(post(api, mine, "/count", body), 422, "invalid_input", "cursor")
    assert is_problem(post(api, mine, "/count", {"text": TEXT, "cursor": "x"}), 422, "invalid_input", "cursor")


def test_so_many_counts_at_a_time_and_no_more(api: Api, mine: TenantId) -> None:
    now = epoch_ms()
    for i in range(COUNTS.most_of_holder):
        api.deps.leases.take(mine, COUNTS, f"{i}", "member", until=EpochMs(now + 60_000), now=now)
    refused = post(api, mine, "/count", {"text": TEXT})
    assert is_problem(refused, 429, "too_many_counts")
    assert post(api, mine, "/count", {"text": TEXT}, member="other").status == 200
    assert len(api.deps.leases.read(mine, COUNTS).held) == COUNTS.most_of_holder


def test_why_somebody_is_in_or_out(api: Api, mine: TenantId) -> None:
    first, second, *_ = people(api, mine, 2)
    within = post(api, mine, "/why", {"text": TEXT, "contact_id": first}).body
    assert within["met"]
    out = post(api, mine, "/why", {"text": TEXT, "contact_id": second}).body
    assert not out["met"]
    assert [(t["text"], t["path"], t["known"], t["met"], t["decided"]) for t in out["tests"]] == [
        ('contact.country == "ES"', "all.0", "PT", False, True),
        ('"vip" in contact.tags', "all.1", ["other"], False, True),
    ]
    answer = post(api, mine, "/why", {"text": TEXT, "contact_id": "0" * 32})
    assert is_problem(answer, 404, "not_found")


def test_every_kind_of_field_can_be_asked_for_and_is_shown(api: Api, mine: TenantId) -> None:
    for key, kind in (("plan", "text"), ("points", "number"), ("renewal", "date"), ("member", "boolean")):
        api.call("POST", "/v1/fields", {"key": key, "kind": kind}, tenant=mine)
    fields = {"plan": "gold", "points": 12.5, "renewal": "2020-01-31", "member": True}
    ana = api.call("POST", "/v1/contacts", {"phone": "+34600000001", "fields": fields}, tenant=mine).body["id"]
    text = 'fields.plan == "gold" && fields.points > 12 && fields.renewal < today() && fields.member'
    found = post(api, mine, "/why", {"text": text, "contact_id": ana}).body
    assert found["met"]
    assert [test["known"] for test in found["tests"]] == ["gold", 12.5, "2020-01-31", True]


def test_a_segment_whose_field_is_gone_says_so(api: Api, mine: TenantId) -> None:
    api.call("POST", "/v1/fields", {"key": "plan"}, tenant=mine)
    segment = post(api, mine, "", {"name": "n", "text": 'fields.plan == "gold"'}).body["id"]
    api.call("DELETE", "/v1/fields/plan", tenant=mine)
    answer = post(api, mine, "/count", {"segment_id": segment})
    assert is_problem(answer, 422, "bad_condition", "segment_id")
    assert answer.body["faults"][0]["code"] == "unknown_field"
    assert api.call("GET", f"/v1/segments/{segment}", tenant=mine).body["text"] == 'fields.plan == "gold"'


def test_another_tenants_segment_and_campaign_are_not_there(api: Api, mine: TenantId) -> None:
    theirs = tenant(api)
    segment = post(api, theirs, "", {"name": "n", "text": TEXT}).body["id"]
    campaign = _campaign(api, theirs)
    assert is_problem(api.call("GET", f"/v1/segments/{segment}", tenant=mine), 404, "not_found")
    assert is_problem(post(api, mine, "/count", {"segment_id": segment}), 404, "not_found", "segment_id")
    checked = post(api, mine, "/check", {"text": f'campaign("{campaign}").got'}).body
    assert checked["problems"][0]["code"] == "unknown_campaign"
    assert post(api, theirs, "/check", {"text": f'campaign("{campaign}").got'}).body["valid"]


def _campaign(api: Api, mine: TenantId) -> CampaignId:
    campaign = a_campaign(audience=Audience(everyone=True), created_at=epoch_ms())
    api.deps.campaigns.create(mine, campaign)
    return campaign.campaign_id


def test_only_who_may_change_contacts_may_keep_segments(api: Api, mine: TenantId) -> None:
    segment = post(api, mine, "", {"name": "n", "text": TEXT}).body["id"]
    assert is_problem(post(api, mine, "", {"name": "x", "text": TEXT}, scopes="read"), 403, "missing_scope")
    answer = api.call("DELETE", f"/v1/segments/{segment}", tenant=mine, scopes="read")
    assert is_problem(answer, 403, "missing_scope")
    assert post(api, mine, "/check", {"text": TEXT}, scopes="read").status == 200


def test_the_same_again_under_one_key_makes_one(api: Api, mine: TenantId) -> None:
    headers = {"Idempotency-Key": "once"}
    first = post(api, mine, "", {"name": "n", "text": TEXT}, headers=headers)
    again = post(api, mine, "", {"name": "n", "text": TEXT}, headers=headers)
    assert first.body == again.body
    assert len(api.call("GET", "/v1/segments", tenant=mine).body["items"]) == 1


def test_a_campaign_shows_the_segments_that_it_names(api: Api, mine: TenantId) -> None:
    campaign = _campaign(api, mine)
    api.deps.campaigns.change(mine, campaign, lambda c: replace(c, state=State.SCHEDULED, start_at=epoch_ms()))
    shown = api.call("GET", f"/v1/campaigns/{campaign}", tenant=mine).body
    assert (shown["segments"], shown["audience"]["segments"]) == ([], [])
