"""Rate cards over the API, what dry runs and reports make of them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.clock import epoch_ms, from_rfc3339
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.campaigns.blocks import Recipient, block_number
from shared.domain.campaigns.books import StatusChange
from shared.domain.campaigns.campaign import Audience, State
from shared.domain.campaigns.chunks import Reading
from shared.domain.campaigns.load_record import SealedBlock
from shared.domain.numbers.number import Number, Waba
from shared.domain.templates.template import Template
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId, WabaId, new_ulid
from tests.support.api_handler import Answer, Api
from tests.support.campaigns import a_campaign

RATES: list[dict[str, Any]] = [
    {"country": "BR", "category": "marketing", "price_micros": 62_500},
    {"country": "*", "category": "marketing", "price_micros": 100_000},
]
PHONES = ["+5511987650000", "+5511987650001", "+34611222333", "+34611222334"]


class Shop:
    """A tenant with a campaign to two people in Brazil and two in Spain."""

    def __init__(self, api: Api) -> None:
        self.api, self.tenant, made = api, TenantId(new_ulid()), api.deps
        serial = str(int(self.tenant[10:18], 36))
        number, waba = f"3{serial}", f"4{serial}"
        made.accounts.create(Tenant(self.tenant, "T", "BR"), Member("m", f"sub-{self.tenant}", "a@b.co", Role.OWNER))
        made.accounts.connect(
            self.tenant,
            Waba(WabaId(waba), "x", "USD", ""),
            [Number(PhoneNumberId(number), WabaId(waba), "+15550783881", "Shop")],
        )
        template = Template("77", WabaId(waba), "hi", "en", "MARKETING", "APPROVED", "POSITIONAL", [])
        made.templates.put(self.tenant, template)
        self.campaign = new_ulid()
        campaign = a_campaign(
            self.campaign,
            phone_number_id=PhoneNumberId(number),
            waba_id=WabaId(waba),
            template_id="77",
            audience=Audience(everyone=True),
        )
        made.campaigns.create(self.tenant, campaign)

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        return self.api.call(method, path, body, tenant=self.tenant)

    def priced(self) -> None:
        assert self.ask("PUT", "/v1/rate-card", {"currency": "USD", "rates": RATES}).status == 200

    def sent(self, change: StatusChange) -> dict[str, Any]:
        """The report once these statuses came for the four, who have all been sent to."""
        made, people = self.api.deps, [Recipient(ContactId(f"5{i:031x}"), to, ()) for i, to in enumerate(PHONES)]
        sizes = tuple(4 if shard == 5 else 0 for shard in range(16))
        end = SealedBlock(0, 0, 4, {}, people[-1].contact_id, end=True)
        made.sends.seal_block(self.tenant, CampaignId(self.campaign), 5, end, people, [], epoch_ms())
        made.campaigns.change(
            self.tenant,
            CampaignId(self.campaign),
            lambda c: replace(c, state=State.COMPLETED, sizes=sizes, cursors=(4,)),
        )
        change.sent |= {0, 1, 2, 3}
        assert made.sends.record(self.tenant, CampaignId(self.campaign), block_number(5, 0), change)
        return self.ask("GET", f"/v1/campaigns/{self.campaign}/report").body

    def tried(self) -> dict[str, Any]:
        run_id = self.ask("POST", f"/v1/campaigns/{self.campaign}/dry-run").body["id"]
        part = {"planned": 4, "sendable": 4, "skipped": {}, "samples": [], "missing": []}
        found = {**part, "markets": {"BR": 2, "ES": 2}, "recent": {"BR": 1}}
        for shard in range(16):
            text = json.dumps({**part, "planned": 0, "sendable": 0} if shard else found)
            self.api.deps.sends.put_dry_run(self.tenant, CampaignId(self.campaign), run_id, shard, text, epoch_ms())
        cost: dict[str, Any] = self.ask("GET", f"/v1/campaigns/{self.campaign}/dry-run").body["cost"]
        return cost


@pytest.fixture
def shop(api: Api) -> Shop:
    return Shop(api)


def test_a_rate_card_is_replaced_as_a_whole(shop: Shop) -> None:
    nothing: dict[str, object] = {"currency": None, "rates": [], "revision": 0, "updated_at": None}
    assert shop.ask("GET", "/v1/rate-card").body == nothing
    shop.priced()
    shown = shop.ask("GET", "/v1/rate-card").body
    assert (shown["currency"], shown["rates"]) == ("USD", RATES)
    assert shown["updated_at"]
    shop.ask("PUT", "/v1/rate-card", {"currency": "EUR", "rates": RATES[:1]})
    assert shop.ask("GET", "/v1/rate-card").body["rates"] == RATES[:1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"currency": "XXX", "rates": []}, ""),
        ({"currency": "usd", "rates": []}, "currency"),
        ({"currency": "USD", "rates": [RATES[0], RATES[0]]}, ""),
        ({"currency": "USD", "rates": [{**RATES[0], "country": "XX"}]}, "rates.0.country"),
        ({"currency": "USD", "rates": [{**RATES[0], "category": "free_entry_point"}]}, "rates.0.category"),
        ({"currency": "USD", "rates": [{**RATES[0], "price_micros": -1}]}, "rates.0.price_micros"),
        ({"currency": "USD", "rates": [{**RATES[0], "price_micros": 0.5}]}, "rates.0.price_micros"),
    ],
)
def test_a_rate_card_that_makes_no_sense_is_refused(shop: Shop, body: object, field: str) -> None:
    answer = shop.ask("PUT", "/v1/rate-card", body)
    assert (answer.status, answer.body.get("field") or "") == (422, field)


def test_a_dry_run_shows_between_what_it_will_cost(shop: Shop) -> None:
    shop.priced()
    assert shop.tried() == {
        "currency": "USD",
        "least": {"micros": 262_500, "minor": 26},
        "most": {"micros": 325_000, "minor": 33},
        "unpriced": 0,
        "countries": {"BR": 2, "ES": 2},
    }


def test_a_dry_run_without_a_rate_card_only_counts(shop: Shop) -> None:
    cost = shop.tried()
    assert (cost["currency"], cost["least"], cost["most"], cost["unpriced"]) == (None, None, None, 4)


STATUSES = StatusChange(delivered={0, 2, 3}, read={2}, priced={"marketing": {0, 1, 2}, "free_entry_point": {3}})


def test_nobody_is_planned_before_the_audience_is_frozen(shop: Shop) -> None:
    path = f"/v1/campaigns/{shop.campaign}"
    assert shop.ask("GET", path).body["planned"] is shop.ask("GET", f"{path}/report").body["planned"] is None
    assert shop.sent(STATUSES)["planned"] == shop.ask("GET", path).body["planned"] == 4


def test_a_report_shows_what_meta_charged_for_what_it_delivered(shop: Shop) -> None:
    shop.priced()
    report = shop.sent(STATUSES)
    cost = report["cost"]
    assert (cost["currency"], cost["total"]) == ("USD", {"micros": 162_500, "minor": 16})
    assert cost["by_category"] == {
        "marketing": {"micros": 162_500, "minor": 16},
        "free_entry_point": {"micros": 0, "minor": 0},
    }
    assert [(line["country"], line["category"], line["messages"]) for line in cost["lines"]] == [
        ("BR", "marketing", 1),
        ("ES", "free_entry_point", 1),
        ("ES", "marketing", 1),
    ]
    assert (cost["unpriced"], report["billable"], report["delivered"]) == (0, 3, 3)


def test_a_report_of_many_parts_says_that_it_is_not_ready_yet_and_then_how_old_it_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each block is a part of its own here, and a call has time to read one."""
    parts = Reading(floor_ms=10**12, share=0.0, chunk_blocks=1, exact_blocks=0)
    monkeypatch.setattr("shared.store.campaigns.books.FOR_REPORTS", parts)
    monkeypatch.setattr("functions.api.campaigns.routes.deadline_passed", lambda _ms: lambda: True)
    assert shop.sent(STATUSES)["sent"] == 4
    made, campaign, path = shop.api.deps, CampaignId(shop.campaign), f"/v1/campaigns/{shop.campaign}/report"
    for shard in (6, 7):
        people = [Recipient(ContactId(f"{shard}"), PHONES[0], ())]
        made.sends.open_status_block(shop.tenant, campaign, shard, 0, people, epoch_ms())
    sizes = (0, 0, 0, 0, 0, 4, 1, 1, *[0] * 8)
    made.campaigns.change(shop.tenant, campaign, lambda one: replace(one, sizes=sizes, cursors=(6,)))
    not_ready = shop.ask("GET", path)
    assert (not_ready.status, not_ready.body["code"]) == (503, "books_not_ready")
    assert not_ready.headers["Retry-After"] == "5"
    ready = shop.ask("GET", path).body
    assert (ready["balanced"], ready["sent"], ready["unknown"]) == (True, 4, 2)
    assert made.sends.record(shop.tenant, campaign, block_number(6, 0), StatusChange(read={0}))
    later = shop.ask("GET", path).body
    assert (later["as_of"], later["unknown"]) == (ready["as_of"], 2)
    assert from_rfc3339(ready["as_of"]) < epoch_ms()


def test_a_report_without_a_rate_card_only_counts(shop: Shop) -> None:
    cost = shop.sent(STATUSES)["cost"]
    assert (cost["currency"], cost["total"], cost["by_category"], cost["unpriced"]) == (None, None, {}, 3)
    assert {line["cost"] for line in cost["lines"]} == {None}


def test_what_meta_charges_without_naming_a_category_is_of_the_campaign_s_own(shop: Shop) -> None:
    shop.priced()
    cost = shop.sent(StatusChange(delivered={0}, priced={"unknown": {0}}))["cost"]
    assert (cost["total"]["micros"], [line["category"] for line in cost["lines"]]) == (62_500, ["marketing"])
