"""A template of every shape, from the check to a person's phone, through public doors only."""

import secrets
from functools import partial

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import Api, Business, Json, journal, signed_up, wait_for
from tests.support.template_shapes import SHAPES, values_for


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    return signed_up(cloud)


def status(api: Api, template_id: str) -> str:
    return str(api.get(f"/v1/templates/{template_id}")["status"])


def test_every_shape_goes_from_the_check_to_a_phone(cloud: LocalCloud, business: Business) -> None:
    api = business.owner
    made: dict[str, str] = {}
    for shape, content in SHAPES.items():
        whole: Json = {"name": f"shape_{shape.replace(' ', '_').replace('-', '_')}", "language": "en", **content}
        checked = api.post("/v1/templates/check", whole)
        assert (shape, checked["valid"], checked["unsupported"]) == (shape, True, None)
        made[shape] = api.post("/v1/templates", whole)["id"]
    for shape, template_id in made.items():
        # The webhook tells of it: nothing is synchronised here.
        assert wait_for(partial(status, api, template_id), lambda s: s != "PENDING") == "APPROVED", shape
    refused: dict[str, str] = {}
    for shape, template_id in made.items():
        template = api.get(f"/v1/templates/{template_id}")
        values = values_for(template["slots"])
        shown = api.post(f"/v1/templates/{template_id}/preview", {"variables": values})
        assert (shape, shown["problems"]) == (shape, [])
        phone = f"+346{secrets.randbelow(10**8):08d}"
        test = {
            "template_id": template_id,
            "phone_number_id": business.phone_number_id,
            "phone": phone,
            "variables": values,
        }
        sent = api.post("/v1/template-tests", test)
        if sent["error_code"] or sent["status"] == "failed":
            refused[shape] = str(sent["error_code"])
        assert phone.lstrip("+") in {entry["to"].lstrip("+") for entry in journal(cloud, business.phone_number_id)}
    assert refused == {}


def test_what_meta_tells_of_a_template_shows(cloud: LocalCloud, business: Business) -> None:
    api = business.owner
    body = {"type": "BODY", "text": "Our sale is on now."}
    draft = api.post("/v1/template-drafts", {"name": "told", "language": "en", "category": "UTILITY"})
    where = f"/v1/template-drafts/{draft['id']}"
    content = {"name": "told", "language": "en", "category": "UTILITY", "components": [body]}
    assert api.call("PUT", where, content).json()["faults"] == []
    template_id = api.post(f"{where}/submit")["id"]
    assert wait_for(lambda: status(api, template_id), lambda s: s != "PENDING") == "APPROVED"
    script(cloud.simulator_url, {"template": {"id": template_id, "quality": "RED", "category": "MARKETING"}})
    path = f"/v1/templates/{template_id}"
    found = wait_for(lambda: api.get(path), lambda t: t["quality"] == "RED" and t["category"] == "MARKETING")
    assert found["next_category"] is None
    [only] = api.get("/v1/templates", quality="RED", name="told", sort="-updated_at")["items"]
    assert only["id"] == template_id
    edited = api.call("PATCH", path, {"components": [{**body, "text": "Our sale ends soon."}]}).json()
    assert (edited["version"], edited["status"]) == (2, "APPROVED")
    assert api.call("DELETE", path).status_code == 204
    assert wait_for(lambda: status(api, template_id), lambda s: s == "DELETED") == "DELETED"
