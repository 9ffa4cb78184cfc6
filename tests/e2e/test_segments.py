"""A campaign to a segment, in the deployed platform: who is in it is counted, tried, written to, and told later."""

import secrets

import pytest

from infra.local.cloud import LocalCloud
from tests.support.api import Api, Business, Json, approved_template, import_csv, signed_up, wait_for
from tests.support.campaigns import campaign_body


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    one = signed_up(cloud)
    one.owner.post("/v1/fields", {"key": "points", "kind": "number"})
    first = secrets.randbelow(10**7)
    rows = [f"+346{first + i:08d},Ana {i},{i},{'vip' if i % 2 else 'other'}" for i in range(12)]
    done = import_csv(one.owner, ("phone,name,points,tags\n" + "\n".join(rows) + "\n").encode())
    assert done["counts"]["created"] == 12, done
    return one


def draft(business: Business, template_id: str, audience: Json) -> Json:
    return campaign_body(business.phone_number_id, template_id, audience)


def sent(api: Api, campaign_id: str) -> Json:
    api.post(f"/v1/campaigns/{campaign_id}/launch")
    path = f"/v1/campaigns/{campaign_id}/report"
    report: Json = wait_for(lambda: api.get(path), lambda r: r["planned"] is not None and r["sent"] == r["planned"])
    return report


def test_a_campaign_goes_to_a_segment_and_not_to_whom_another_holds(business: Business) -> None:
    api, template = business.owner, approved_template(business.owner, f"segments_{secrets.token_hex(4)}")["id"]
    rich = api.post("/v1/segments", {"name": "Rich", "text": "fields.points >= 6"})
    vips = api.post("/v1/segments", {"name": "VIPs", "text": '"vip" in contact.tags'})
    counted = api.post("/v1/segments/count", {"text": 'fields.points >= 6 && !("vip" in contact.tags)'})
    assert (counted["matched"], counted["complete"]) == (3, True)
    audience = {"segments": [rich["id"]], "exclude_segments": [vips["id"]]}
    campaign = api.post("/v1/campaigns", draft(business, template, audience))
    assert campaign["audience"]["segments"] == [rich["id"]]
    api.post(f"/v1/campaigns/{campaign['id']}/dry-run")
    path = f"/v1/campaigns/{campaign['id']}/dry-run"
    tried = wait_for(lambda: api.get(path), lambda found: found["status"] == "complete")
    assert tried["sendable"] == 3
    report = sent(api, campaign["id"])
    assert (report["planned"], report["sent"], report["balanced"]) == (3, 3, True)
    shown = api.get(f"/v1/campaigns/{campaign['id']}")["segments"]
    assert [(one["name"], one["revision"], one["text"]) for one in shown] == [
        ("Rich", 1, "fields.points >= 6"),
        ("VIPs", 1, '"vip" in contact.tags'),
    ]
    got = api.post("/v1/segments", {"name": "Got it", "text": f'campaign("{campaign["id"]}").got'})
    assert api.post("/v1/segments/count", {"segment_id": got["id"]})["matched"] == 3
    people = api.get(f"/v1/campaigns/{campaign['id']}/recipients")["items"]
    for one in people:
        why = api.post("/v1/segments/why", {"segment_id": got["id"], "contact_id": one["contact_id"]})
        assert (why["met"], why["tests"][0]["decided"]) == (True, True)
    rest = api.post("/v1/campaigns", draft(business, template, {"everyone": True, "exclude_segments": [got["id"]]}))
    assert sent(api, rest["id"])["planned"] == 9


def test_an_audience_names_segments_that_there_are_and_that_can_be_asked(business: Business) -> None:
    api, template = business.owner, approved_template(business.owner, f"segments_{secrets.token_hex(4)}")["id"]
    unknown = api.call("POST", "/v1/campaigns", draft(business, template, {"segments": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}))
    assert (unknown.status_code, unknown.json()["field"]) == (404, "audience.segments.0")
    api.post("/v1/fields", {"key": "short_lived"})
    segment = api.post("/v1/segments", {"name": "Short", "text": "has(fields.short_lived) || has(contact.name)"})
    campaign = api.post("/v1/campaigns", draft(business, template, {"segments": [segment["id"]]}))
    api.call("DELETE", "/v1/fields/short_lived")
    for path in ("dry-run", "launch"):
        answer = api.call("POST", f"/v1/campaigns/{campaign['id']}/{path}")
        assert (answer.status_code, answer.json()["field"]) == (422, "audience.segments.0"), answer.text
    assert api.get(f"/v1/campaigns/{campaign['id']}")["status"] == "draft"
