"""One person is one contact, whatever the spelling of their number: through the public doors only."""

from collections.abc import Iterator

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import Business, Json, approved_template, import_csv, journal, settle, signed_up, wait_for
from tests.support.campaigns import campaign_body

IMPORTED = {
    "5491143210001": "+54 11 4321-0001",
    "22508090099": "+225 07 08 09 00 99",
    "553188887772": "+55 31 98888-7772",
    "22997123456": "+229 01 97 12 34 56",
    "5215512345678": "+52 55 1234 5678",
}
"""The WhatsApp id of each person, and how their number stands in the file."""
STAYS = "5491143210002"


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Iterator[Business]:
    script(cloud.simulator_url, {"wa_id_quirks": True})
    yield signed_up(cloud)
    script(cloud.simulator_url, {"wa_id_quirks": False})


@pytest.fixture(scope="module")
def imported(business: Business) -> Json:
    rows = [*IMPORTED.values(), "11 4321-0002", "+54 9 11 4321-0002", "600-FLORES"]
    content = "\n".join(["phone", *rows, ""]).encode()
    return import_csv(business.owner, content, tags="all", default_country="AR")


def test_an_import_makes_one_contact_of_two_spellings(imported: Json) -> None:
    assert imported["counts"] == {
        "rows": 8, "created": 6, "updated": 0, "unchanged": 0, "duplicate": 1, "rejected": 1,
    }  # fmt: skip


def test_a_stop_under_the_whatsapp_id_keeps_a_campaign_from_the_contact_that_was_imported(
    cloud: LocalCloud, business: Business, imported: Json
) -> None:
    api, number = business.owner, business.phone_number_id
    for wa_id in IMPORTED:
        script(cloud.simulator_url, {"inbound": {"phone_number_id": number, "from": wa_id, "text": "STOP"}})
    people = wait_for(
        lambda: list(api.pages("/v1/contacts", limit=50)),
        lambda found: sum(one["opted_out"] for one in found) == len(IMPORTED),
    )
    assert len(people) == len(IMPORTED) + 1
    template = approved_template(api, "one_person")
    friend = {"body.1": {"source": "constant", "value": "friend"}}
    draft = campaign_body(number, template["id"], {"tags": ["all"]}, variables=friend)
    campaign_id = api.post("/v1/campaigns", draft)["id"]
    api.post(f"/v1/campaigns/{campaign_id}/launch")
    report = wait_for(
        lambda: api.get(f"/v1/campaigns/{campaign_id}/report"),
        lambda r: r["planned"] and r["waiting"] == r["unknown"] == 0,
    )
    assert report["skipped_by"] == {"opted_out": len(IMPORTED)}
    settle(cloud)
    sent = [entry["to"].lstrip("+") for entry in journal(cloud, number) if campaign_id in (entry["callback"] or "")]
    assert sent == [STAYS]


@pytest.mark.parametrize("written", ["+54 11 4321-0001", "5491143210001", "+54 9 11 4321-0001", "+54 11 15 4321-0001"])
def test_the_api_and_a_search_find_the_same_person(business: Business, imported: Json, written: str) -> None:
    api = business.owner
    [person] = [one for one in api.pages("/v1/contacts") if one["phone"] == "+5491143210001"]
    assert api.post("/v1/contacts", {"phone": written})["id"] == person["id"]
    assert [one["id"] for one in api.get("/v1/search", q=written)["contacts"]] == [person["id"]]


def test_digits_that_may_be_two_numbers_are_a_verdict_of_their_own(business: Business) -> None:
    api = business.owner
    content = b"phone\n51999887766\n"
    undecided = import_csv(api, content, default_country="BR")
    assert undecided["rejected_by_code"] == {"ambiguous_phone": 1}
    assert undecided["rejected"][0]["code"] == "ambiguous_phone"
    decided = import_csv(api, content, default_country="BR", bare_digits="national")
    assert decided["counts"]["created"] == 1
    assert "+5551999887766" in {one["phone"] for one in api.pages("/v1/contacts")}
