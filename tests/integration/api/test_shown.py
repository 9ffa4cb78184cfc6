"""What answers show: custom fields in their types, null for what is not there, totals, and who recipients are."""

from dataclasses import replace
from typing import Any

import pytest

from shared.clock import EpochMs, epoch_ms, to_rfc3339
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.contacts.contact import ContactField
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId, new_ulid
from tests.support.api_handler import Answer, Api
from tests.support.campaigns import a_campaign


class Shop:
    def __init__(self, api: Api) -> None:
        self.api, self.tenant = api, TenantId(new_ulid())
        api.deps.accounts.create(Tenant(self.tenant, "T", "BR"), Member("m", f"s{self.tenant}", "a@b.co", Role.OWNER))

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        return self.api.call(method, path, body, tenant=self.tenant, **more)

    def contact(self, **more: object) -> dict[str, Any]:
        return self.ask("POST", "/v1/contacts", {"phone": "+5511912345678", **more}).body


@pytest.fixture
def shop(api: Api) -> Shop:
    return Shop(api)


def test_custom_fields_keep_their_types_wherever_a_contact_is_shown(shop: Shop) -> None:
    for kind in ("number", "boolean", "text"):
        shop.api.deps.fields.create(shop.tenant, ContactField(kind, kind, kind))
    given = {"number": 12, "boolean": True, "text": "12"}
    made = shop.contact(fields=given)
    path = f"/v1/contacts/{made['id']}"
    patched = shop.ask("PATCH", path, {"fields": {"number": "12"}})
    silent = shop.ask("POST", f"{path}/opt-out", {"source": "phone call"})
    found = shop.ask("GET", "/v1/search", query="q=5678", params={"q": "+5511912345678"}).body["contacts"]
    shown = [made, shop.ask("GET", path).body, patched.body, silent.body, *found]
    shown += shop.ask("GET", "/v1/contacts").body["items"]
    assert len(shown) == 6
    for one in shown:
        assert {key: (value, type(value)) for key, value in one["fields"].items()} == {
            key: (value, type(value)) for key, value in given.items()
        }


def test_what_is_not_there_is_null(shop: Shop) -> None:
    made = shop.contact()
    blank = ("bsuid", "name", "first_name", "username", "opted_out_at", "opt_out_source", "last_inbound_at")
    assert [made[name] for name in blank] == [None] * len(blank)
    assert made["region"] == "BR"


def test_a_copy_is_kept_up_to_date_by_what_changed_since(shop: Shop) -> None:
    early, late = shop.contact(), shop.contact(phone="+5511912345679")
    then = shop.ask("PATCH", f"/v1/contacts/{late['id']}", {"name": "Ana"}).body["updated_at"]
    assert then != late["updated_at"]

    def since(moment: str) -> list[str]:
        answer = shop.ask("GET", "/v1/contacts", params={"updated_since": moment})
        return [contact["id"] for contact in answer.body["items"]]

    assert since(then) == [late["id"]]
    assert since(early["created_at"]) == sorted([early["id"], late["id"]])
    assert since(to_rfc3339(EpochMs(epoch_ms() + 60_000))) == []
    silent = shop.ask("POST", f"/v1/contacts/{early['id']}/opt-out", {"source": "phone call"}).body
    assert early["id"] in since(silent["updated_at"])


@pytest.mark.parametrize("moment", ["yesterday", "1764500000000", "2026-11-30T09:00:00", "2026-11-30"])
def test_a_moment_without_a_zone_is_refused(shop: Shop, moment: str) -> None:
    answer = shop.ask("GET", "/v1/contacts", params={"updated_since": moment})
    assert (answer.status, answer.body["field"]) == (422, "updated_since")


@pytest.mark.parametrize(("path", "name"), [("/v1/contacts", "tags"), ("/v1/me", "limit"), ("/v1/signup", "x")])
def test_a_query_parameter_that_is_not_there_is_refused_by_name(shop: Shop, path: str, name: str) -> None:
    answer = shop.ask("POST" if path == "/v1/signup" else "GET", path, {}, params={name: "1"})
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "unknown_parameter", name)


def test_recipients_say_how_many_they_are_and_who(shop: Shop) -> None:
    ana, other = ContactId(shop.contact(name="Ana")["id"]), ContactId("f" * 32)
    campaign_id, number = CampaignId(new_ulid()), PhoneNumberId(f"7{new_ulid()}")
    audience = Audience(everyone=True)
    campaign = a_campaign(campaign_id, phone_number_id=number, audience=audience)
    shop.api.deps.campaigns.create(shop.tenant, campaign)
    path = f"/v1/campaigns/{campaign_id}/recipients"
    assert shop.ask("GET", path).body == {"items": [], "next_cursor": None, "total": None}
    people = [Recipient(ana, "+5511912345678", ()), Recipient(other, "+1", ())]
    people.sort(key=lambda recipient: recipient.contact_id)
    end = SealedBlock(0, 0, 2, {}, people[-1].contact_id, end=True)
    shop.api.deps.sends.seal_block(shop.tenant, campaign_id, 5, end, people, [], epoch_ms())
    sizes = tuple(2 if shard == 5 else 0 for shard in range(16))
    shop.api.deps.campaigns.change(
        shop.tenant, campaign_id, lambda c: replace(c, state=State.CANCELLED, sizes=sizes, cursors=(0,))
    )
    plain = shop.ask("GET", path, query="limit=1").body
    assert (len(plain["items"]), plain["total"], plain["items"][0]["contact"]) == (1, 2, None)
    whole = shop.ask("GET", path, query="expand=contact").body
    assert {one["contact_id"]: one["contact"] for one in whole["items"]} == {
        ana: {"name": "Ana", "phone": "+5511912345678", "opted_out": False},
        other: None,
    }
    assert shop.ask("GET", path, query="outcome=sent").body == {"items": [], "next_cursor": None, "total": None}
