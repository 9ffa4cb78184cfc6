"""What Meta's limits do to a campaign, said before and seen after, and what it cost."""

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import Business, Json, approved_template, import_csv, settle, signed_up, wait_for
from tests.support.campaigns import campaign_body

PRICE = 62_500


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    """With 60 contacts and prices for Spain."""
    made = signed_up(cloud)
    rows = "".join(f"+3462{n:07d}\n" for n in range(1_000_000, 1_000_060))
    import_csv(made.owner, f"phone\n{rows}".encode())
    rates = [{"country": "ES", "category": "marketing", "price_micros": PRICE}]
    made.owner.ok("PUT", "/v1/rate-card", {"currency": "EUR", "rates": rates})
    return made


def draft(business: Business, name: str) -> str:
    template = approved_template(business.owner, name)
    body = campaign_body(business.phone_number_id, template["id"], {"everyone": True}, name)
    return str(business.owner.post("/v1/campaigns", body)["id"])


def tried(business: Business, campaign_id: str) -> Json:
    path = f"/v1/campaigns/{campaign_id}/dry-run"
    business.owner.post(path)
    found: Json = wait_for(lambda: business.owner.get(path), lambda run: run["status"] == "complete")
    return found


def report(business: Business, campaign_id: str) -> Json:
    found: Json = business.owner.get(f"/v1/campaigns/{campaign_id}/report")
    assert found["balanced"]
    return found


def limit(cloud: LocalCloud, business: Business, people: int) -> None:
    """Meta changes the account's messaging limit, and says so; 0 is none."""
    script(cloud.simulator_url, {"waba": {"id": business.waba_id, "messaging_limit": people}})
    wait_for(
        lambda: business.owner.get("/v1/numbers")["items"][0],
        lambda number: (number["messaging_limit"], number["messaging_unlimited"]) == (people or None, not people),
    )


def test_a_campaign_beyond_the_messaging_limit_says_so_pauses_there_and_goes_on(
    cloud: LocalCloud, business: Business
) -> None:
    api = business.owner
    limit(cloud, business, 50)
    campaign_id = draft(business, "beyond_the_limit")
    found = tried(business, campaign_id)
    assert found["messaging_limit"] == {"limit": 50, "unlimited": False, "used": 0, "left": 50, "beyond": 10}
    assert [(w["code"], w["people"]) for w in found["warnings"]] == [("beyond_messaging_limit", 10)]
    assert found["cost"]["most"] == {"micros": 60 * PRICE, "minor": 375}
    path = f"/v1/campaigns/{campaign_id}"
    refused = api.call("POST", f"{path}/launch")
    assert (refused.status_code, refused.json()["code"]) == (409, "beyond_messaging_limit")
    api.post(f"{path}/launch", {"accept_messaging_limit": True})
    paused = wait_for(lambda: api.get(path), lambda campaign: campaign["status"] == "paused")
    assert paused["reason"].startswith("meta_131048")
    assert "limit" in paused["next_action"]
    there = wait_for(lambda: report(business, campaign_id), lambda r: r["unknown"] == 0)
    assert (there["sent"] + there["failed"], there["waiting"]) == (50, 10)
    limit(cloud, business, 0)
    api.post(f"{path}/resume")
    wait_for(lambda: report(business, campaign_id), lambda r: r["sent"] + r["failed"] == 60)
    settle(cloud)
    done = report(business, campaign_id)
    assert done["cost"]["total"]["micros"] == done["delivered"] * PRICE
    # Marketing goes out by the endpoint for it, and Meta prices what does as marketing_lite.
    assert [(line["country"], line["category"]) for line in done["cost"]["lines"]] == [("ES", "marketing_lite")]


def test_held_messages_that_meta_drops_pause_the_campaign_and_nobody_is_lost(
    cloud: LocalCloud, business: Business
) -> None:
    campaign_id = draft(business, "held_and_dropped")
    script(cloud.simulator_url, {"statuses": {"held_share": 1, "held_drop_share": 1, "held_delay": [0.1, 0.2]}})
    try:
        business.owner.post(f"/v1/campaigns/{campaign_id}/launch")
        path = f"/v1/campaigns/{campaign_id}"
        paused = wait_for(lambda: business.owner.get(path), lambda campaign: campaign["status"] == "paused")
        settle(cloud)
    finally:
        script(cloud.simulator_url, {"statuses": {"held_share": 0, "held_drop_share": 0}})
    assert (paused["reason"], paused["next_action"][:4]) == ("meta_132015", "Meta")
    found = report(business, campaign_id)
    assert found["planned"] == 60 == found["failed"] + found["waiting"]
    assert set(found["failed_by"]) == {"132015"}
    assert (found["held"], found["cost"]["total"]) == (0, {"micros": 0, "minor": 0})
    business.owner.post(f"/v1/campaigns/{campaign_id}/cancel")
