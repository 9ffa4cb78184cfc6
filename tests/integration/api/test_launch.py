"""What the API says before a launch, and what it refuses to launch."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.api.campaigns.logic.spread import spread_offset
from shared.clients.vault import META_TOKEN
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Role, Tenant
from shared.domain.campaigns.campaign import Audience, EarlierCampaign, State
from shared.domain.leases import DRY_RUNS
from shared.domain.numbers.number import Number, Waba
from shared.domain.templates.compiler import Variable
from shared.domain.templates.template import Template
from shared.errors import ProviderRejected, RetryableError
from shared.ids import CampaignId, PhoneNumberId, TenantId, WabaId, new_ulid
from tests.support.api_handler import Answer, Api
from tests.support.campaigns import a_campaign


class Shop:
    """A tenant with a number, a template and a draft; `said` is what Meta answers for the number."""

    def __init__(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        self.api, self.tenant, made = api, TenantId(new_ulid()), api.deps
        serial = str(int(self.tenant[10:18], 36))
        self.number, self.waba = PhoneNumberId(f"1{serial}"), WabaId(f"2{serial}")
        self.said: dict[str, Any] | Exception = {}
        self.answers: dict[str, dict[str, Any] | Exception] = {}
        self.asked: list[str] = []
        made.accounts.create(Tenant(self.tenant, "T", "BR"), Member("m", f"sub-{self.tenant}", "a@b.co", Role.OWNER))
        token = made.vault.seal(self.tenant, META_TOKEN, "the token")
        numbers = [Number(self.number, self.waba, "+15550783881", "Shop", quality="GREEN")]
        made.accounts.connect(self.tenant, Waba(self.waba, "x", "USD", token, messaging_limit=250), numbers)
        body = {"type": "BODY", "text": "Hello"}
        self.template = Template("77", self.waba, "hi", "en", "UTILITY", "APPROVED", "POSITIONAL", [body])
        made.templates.put(self.tenant, self.template)
        self.campaign = self.draft()
        monkeypatch.setattr(made.graph, "call", self.call)

    def draft(self, variables: dict[str, Variable] | None = None) -> CampaignId:
        campaign_id = CampaignId(new_ulid())
        audience = Audience(everyone=True)
        made = a_campaign(
            campaign_id,
            phone_number_id=self.number,
            waba_id=self.waba,
            template_id="77",
            category="UTILITY",
            audience=audience,
            variables=variables or {},
        )
        self.api.deps.campaigns.create(self.tenant, made)
        return campaign_id

    def call(self, method: str, path: str, access: object = None, **more: Any) -> dict[str, Any]:
        self.asked.append(path)
        answer = self.answers.get(path, self.said)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask(self, method: str, what: str, body: object = None) -> Answer:
        return self.api.call(method, f"/v1/campaigns/{self.campaign}/{what}", body, tenant=self.tenant)

    def try_out(self, sendable: int, **more: object) -> dict[str, Any]:
        """A finished dry run that found so many people, as the API shows it."""
        run_id = self.ask("POST", "dry-run").body["id"]
        part = {"planned": sendable, "sendable": sendable, "skipped": {}, "samples": [], "missing": [], **more}
        nobody = {**part, "planned": 0, "sendable": 0}
        for shard in range(16):
            found = json.dumps(nobody if shard else part)
            self.api.deps.sends.put_dry_run(self.tenant, CampaignId(self.campaign), run_id, shard, found, epoch_ms())
        return self.ask("GET", "dry-run").body

    def sent_before(self, people: int, started_at: int, finished_at: int | None) -> None:
        """An earlier campaign that had so many accepted when it started."""
        earlier = self.draft()
        times = {"created_at": started_at, "frozen_at": started_at, "started_at": started_at}
        self.api.deps.campaigns.change(
            self.tenant,
            earlier,
            lambda c: replace(c, **times, finished_at=finished_at),  # type: ignore[arg-type]
        )
        self.api.deps.sends.rates.put(self.tenant, earlier, 0, 1, {started_at // 60_000: people}, epoch_ms())


@pytest.fixture
def shop(api: Api, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(api, monkeypatch)


@pytest.mark.parametrize("what", ["dry-run", "launch"])
def test_what_is_about_to_be_sent_is_asked_for_and_what_is_gone_at_meta_is_not_launched(shop: Shop, what: str) -> None:
    shop.answers[f"{shop.waba}/message_templates"] = {"data": [{"id": "78", "name": "hi", "status": "APPROVED"}]}
    shop.ask("POST", what)
    assert f"{shop.waba}/message_templates" in shop.asked
    assert shop.api.deps.templates.get(shop.tenant, "77").status == "DELETED"
    refused = shop.ask("POST", "launch")
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "template_id")
    assert "DELETED" in refused.body["errors"][0]["message"]


def test_a_launch_goes_by_what_meta_says_of_the_template_now(shop: Shop) -> None:
    text = {"type": "BODY", "text": "Hello"}
    row = {"id": "77", "name": "hi", "language": "en", "status": "APPROVED", "category": "MARKETING"}
    shop.answers[f"{shop.waba}/message_templates"] = {"data": [{**row, "components": [text]}]}
    assert shop.ask("POST", "launch").body["category"] == "MARKETING"


@pytest.mark.parametrize(
    "answer", [RetryableError("down"), ProviderRejected("no", provider_code="190"), ValueError("odd"), {}, {"data": 7}]
)
def test_what_meta_cannot_say_of_the_template_stays_as_it_is_stored(
    shop: Shop, answer: dict[str, Any] | Exception
) -> None:
    shop.answers[f"{shop.waba}/message_templates"] = answer
    assert shop.ask("POST", "launch").body["status"] == "scheduled"
    assert shop.api.deps.templates.get(shop.tenant, "77") == shop.template


def test_resuming_asks_for_the_template_too(shop: Shop) -> None:
    made = shop.api.deps
    made.campaigns.change(shop.tenant, CampaignId(shop.campaign), lambda c: replace(c, state=State.PAUSED))
    shop.answers[f"{shop.waba}/message_templates"] = {"data": []}
    refused = shop.ask("POST", "resume")
    assert (refused.status, refused.body["code"]) == (409, "template")
    assert "DELETED" in refused.body["detail"]


def test_a_sync_is_the_whole_truth_of_its_account(shop: Shop) -> None:
    made, now = shop.api.deps, epoch_ms()
    others = {
        "gone": replace(shop.template, template_id="70", updated_at=EpochMs(now - 5)),
        "of another account": replace(shop.template, template_id="71", waba_id=WabaId("another")),
        "told of since": replace(shop.template, template_id="72", updated_at=EpochMs(now + 60_000)),
    }
    for template in others.values():
        made.templates.put(shop.tenant, template)
    listed = {"id": 77, "name": "hi", "language": "en", "status": "PAUSED", "category": "UTILITY", "components": []}
    shop.answers[f"{shop.waba}/message_templates"] = {"data": [listed]}
    done = shop.api.call("POST", "/v1/templates/sync", tenant=shop.tenant)
    assert (done.status, done.body) == (200, {"templates": 1, "gone": 1, "failed": []})
    stored = {template.template_id: template.status for template in made.templates.all(shop.tenant)}
    assert stored == {"77": "PAUSED", "70": "DELETED", "71": "APPROVED", "72": "APPROVED"}
    gone = made.templates.get(shop.tenant, "70")
    assert shop.api.call("POST", "/v1/templates/sync", tenant=shop.tenant).status == 200
    assert made.templates.get(shop.tenant, "70") == gone


@pytest.mark.parametrize(
    "answer", [RetryableError("down"), {}, {"data": None}, {"data": [], "paging": {"next": "https://example.com/"}}]
)
def test_a_list_that_cannot_be_read_is_not_an_empty_one(shop: Shop, answer: dict[str, Any] | Exception) -> None:
    shop.answers[f"{shop.waba}/message_templates"] = answer
    assert shop.api.call("POST", "/v1/templates/sync", tenant=shop.tenant).status == 503
    assert shop.api.deps.templates.get(shop.tenant, "77").status == "APPROVED"


def warned(tried: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(warning["code"], warning["people"]) for warning in tried["warnings"]]


def test_a_dry_run_shows_the_limit_and_what_is_left_of_it(shop: Shop) -> None:
    hour = 3_600_000
    shop.sent_before(40, epoch_ms() - hour, None)
    shop.sent_before(5, epoch_ms() - 2 * hour, epoch_ms() - hour)
    shop.sent_before(999, epoch_ms() - 26 * hour, epoch_ms() - 25 * hour)
    tried = shop.try_out(300)
    assert tried["messaging_limit"] == {"limit": 250, "unlimited": False, "used": 45, "left": 205, "beyond": 95}
    assert warned(tried) == [("beyond_messaging_limit", 95)]


def test_a_dry_run_asks_meta_for_the_number_and_shows_what_changed_since(shop: Shop) -> None:
    shop.said = {"quality_rating": "YELLOW", "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED"}
    tried = shop.try_out(300)
    assert tried["number_quality"] == "YELLOW"
    assert tried["messaging_limit"] == {"limit": None, "unlimited": True, "used": 0, "left": None, "beyond": 0}
    assert (warned(tried), tried["changed"]) == ([("number_quality_medium", None)], [])
    made = shop.api.deps
    made.accounts.change_number(shop.tenant, shop.number, lambda n: replace(n, quality="RED"))
    made.templates.put(shop.tenant, replace(shop.template, category="MARKETING"))
    later = shop.ask("GET", "dry-run").body
    assert later["changed"] == [
        {"what": "template_category", "before": "UTILITY", "now": "MARKETING"},
        {"what": "number_quality", "before": "YELLOW", "now": "RED"},
    ]
    assert warned(later) == [("number_quality_low", None)]


def test_what_meta_confirms_now_is_not_undone_by_what_it_told_before(shop: Shop) -> None:
    before, made = epoch_ms() - 1, shop.api.deps
    shop.said = {"quality_rating": "GREEN", "whatsapp_business_manager_messaging_limit": "TIER_250"}
    shop.try_out(300)
    number = made.accounts.number(shop.tenant, shop.number).with_quality("RED", EpochMs(before))
    waba = made.accounts.waba(shop.tenant, shop.waba).with_limit(50, EpochMs(before))
    assert (number.quality, waba.messaging_limit) == ("GREEN", 250)


@pytest.mark.parametrize(
    "error", [RetryableError("Meta cannot be reached"), ProviderRejected("no", provider_code="100"), KeyError("x")]
)
def test_a_dry_run_does_without_meta(shop: Shop, error: Exception) -> None:
    shop.said = error
    tried = shop.try_out(10)
    assert (tried["status"], tried["number_quality"]) == ("complete", "GREEN")
    assert tried["messaging_limit"]["limit"] == 250


def test_a_dry_run_says_when_sending_would_be_done_and_that_the_offer_ends_before(shop: Shop) -> None:
    ends = epoch_ms() + 1_000
    tried = shop.try_out(200, offer_ends=ends)
    assert tried["estimated_seconds"] == 3
    assert [code for code, _ in warned(tried)] == ["offer_ends_early"]
    assert tried["starts_at"] < tried["finishes_at"]


def test_a_launch_beyond_the_limit_needs_to_be_meant(shop: Shop) -> None:
    shop.try_out(300)
    refused = shop.ask("POST", "launch")
    assert (refused.status, refused.body["code"]) == (409, "beyond_messaging_limit")
    assert refused.body["field"] == "accept_messaging_limit"
    assert "50 people" in refused.body["detail"]
    assert shop.api.deps.campaigns.get(shop.tenant, CampaignId(shop.campaign)).state is State.DRAFT
    launched = shop.ask("POST", "launch", {"accept_messaging_limit": True})
    assert (launched.status, launched.body["status"]) == (200, "scheduled")
    assert shop.ask("POST", "launch").status in (200, 409)


def test_a_limit_that_meta_has_raised_meanwhile_is_no_hindrance(shop: Shop) -> None:
    shop.try_out(300)
    shop.said = {"whatsapp_business_manager_messaging_limit": "TIER_2K"}
    assert shop.ask("POST", "launch").status == 200
    assert shop.api.deps.accounts.waba(shop.tenant, shop.waba).messaging_limit == 2_000


@pytest.mark.parametrize("sendable", [0, 250])
def test_a_launch_within_the_limit_or_without_a_dry_run_goes_through(shop: Shop, sendable: int) -> None:
    if sendable:
        shop.try_out(sendable)
    assert shop.ask("POST", "launch").status == 200


def test_numbers_show_the_messaging_limit(shop: Shop) -> None:
    (shown,) = shop.api.call("GET", "/v1/numbers", tenant=shop.tenant).body["items"]
    assert shown["messaging_limit"] == 250


@pytest.mark.parametrize(("alive", "status"), [(True, 200), (False, 422)])
def test_a_dead_header_image_is_refused_at_launch(shop: Shop, alive: bool, status: int) -> None:
    image = {"type": "HEADER", "format": "IMAGE"}
    shop.api.deps.templates.put(shop.tenant, replace(shop.template, components=[image]))
    shop.campaign = shop.draft({"header.image": Variable("constant", "1339522734477770")})
    answers: dict[str, dict[str, Any] | Exception] = {
        shop.number: {},
        "1339522734477770": {"mime_type": "image/png"} if alive else ProviderRejected("gone", provider_code="100"),
    }
    shop.answers = answers
    answer = shop.ask("POST", "launch")
    assert answer.status == status
    if not alive:
        assert answer.body["field"] == "variables.header.image"
        assert shop.api.deps.campaigns.get(shop.tenant, CampaignId(shop.campaign)).state is State.DRAFT


def test_a_launch_with_media_waits_until_meta_can_be_asked(shop: Shop) -> None:
    image = {"type": "HEADER", "format": "IMAGE"}
    shop.api.deps.templates.put(shop.tenant, replace(shop.template, components=[image]))
    shop.campaign = shop.draft({"header.image": Variable("constant", "1339522734477770")})
    shop.said = RetryableError("Meta cannot be reached")
    assert (shop.ask("POST", "launch").status, shop.ask("POST", "launch").body["code"]) == (
        503,
        "temporarily_unavailable",
    )


def launched(shop: Shop, audience: Audience, start_at: str | None = None) -> Answer:
    made = a_campaign(
        phone_number_id=shop.number, waba_id=shop.waba, template_id="77", category="UTILITY", audience=audience
    )
    shop.api.deps.campaigns.create(shop.tenant, made)
    path = f"/v1/campaigns/{made.campaign_id}/launch"
    return shop.api.call("POST", path, {"start_at": start_at} if start_at else {}, tenant=shop.tenant)


def at(hours: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


def test_the_answer_says_when_it_begins_and_whether_it_is_sharp(shop: Shop) -> None:
    asked = at(5)
    spread = shop.ask("POST", "launch", {"start_at": asked}).body
    start, begins = (datetime.fromisoformat(spread[name]) for name in ("start_at", "begins_at"))
    assert (start, spread["sharp"]) == (datetime.fromisoformat(asked), False)
    assert round((begins - start).total_seconds() * 1000) == spread_offset(shop.campaign)
    shop.campaign = shop.draft()
    sharp = shop.ask("POST", "launch", {"start_at": asked, "sharp": True}).body
    assert (sharp["begins_at"], sharp["sharp"]) == (sharp["start_at"], True)
    shop.campaign = shop.draft()
    at_once = shop.ask("POST", "launch").body
    assert (at_once["begins_at"], at_once["sharp"]) == (at_once["start_at"], False)


NAMED: list[tuple[str, str, Callable[[str], Audience]]] = [
    (
        "audience.exclude_campaigns",
        "excluded_campaign_not_started",
        lambda c: Audience(("x",), exclude_campaigns=(CampaignId(c),)),
    ),
    (
        "audience.source.campaign_id",
        "source_not_started",
        lambda c: Audience(source=EarlierCampaign(CampaignId(c), ("sent",))),
    ),
]


@pytest.mark.parametrize(("field", "code", "naming"), NAMED)
def test_a_campaign_that_is_named_and_will_not_have_begun_is_said_at_the_launch(
    shop: Shop, field: str, code: str, naming: Callable[[str], Audience]
) -> None:
    draft = shop.campaign
    refused = launched(shop, naming(draft))
    assert (refused.status, refused.body["code"], refused.body["field"]) == (409, code, field)
    assert shop.ask("POST", "launch", {"start_at": at(5)}).status == 200
    assert launched(shop, naming(draft)).body["code"] == code
    assert launched(shop, naming(draft), at(4)).body["code"] == code
    assert launched(shop, naming(draft), at(6)).status == 200


def test_what_was_cancelled_before_it_began_is_excluded_as_it_should_be_and_nobodys_audience(shop: Shop) -> None:
    shop.api.deps.campaigns.change(
        shop.tenant, CampaignId(shop.campaign), lambda c: replace(c, state=State.CANCELLED, finished_at=EpochMs(1))
    )
    (_, _, excluding), (_, code, sourced) = NAMED
    assert launched(shop, excluding(shop.campaign)).status == 200
    assert launched(shop, sourced(shop.campaign)).body["code"] == code


def test_a_campaign_that_has_begun_is_excluded(shop: Shop) -> None:
    shop.api.deps.campaigns.change(
        shop.tenant, CampaignId(shop.campaign), lambda c: replace(c, state=State.SENDING, sizes=(1,) * 16)
    )
    assert launched(shop, NAMED[0][2](shop.campaign)).status == 200


def test_so_many_dry_runs_at_a_time_and_one_more_when_one_is_complete(shop: Shop) -> None:
    """They go to their own queue, where no launch waits behind them."""
    for _ in range(DRY_RUNS.most - 1):
        assert shop.ask("POST", "dry-run").status == 202
    run_id = shop.ask("POST", "dry-run").body["id"]
    refused = shop.ask("POST", "dry-run")
    assert (refused.status, refused.body["code"]) == (429, "too_many_dry_runs")
    assert refused.body["retry_after_seconds"] > 0
    shop.api.deps.leases.give_back(shop.tenant, DRY_RUNS, run_id)
    assert shop.ask("POST", "dry-run").status == 202
    waiting = shop.api.queued("DRY_RUN", shop.tenant)
    assert len({message["dry_run_id"] for message in waiting}) == DRY_RUNS.most + 1
    assert len(waiting) == 16 * (DRY_RUNS.most + 1)
