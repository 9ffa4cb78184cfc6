import pytest

from functions.webhook_ingest import account_handler
from functions.webhook_ingest.bootstrap import Deps
from shared.domain.campaign import Audience, Campaign, State
from shared.domain.identity import SHARDS, contact_id_for
from shared.domain.number import Number
from shared.domain.template import Template
from shared.events import AccountEvent
from shared.store.lanes import Run
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.unit.webhook_ingest.payloads import OTHER, OTHER_PHONE_ID, PHONE_ID, TENANT, WABA, Json

SENT_AT = 1_750_000_000_999
TEMPLATE = "1689556908129832"
STATUS_UPDATE = {
    "message_template_id": int(TEMPLATE),
    "message_template_name": "sale",
    "message_template_language": "en-US",
    "reason": "NONE",
    "message_template_category": "MARKETING",
}


@pytest.fixture(autouse=True)
def stored(at_hand: Deps) -> None:
    """A template and three campaigns: one sends with it, one with another template, one is done."""
    template = Template(TEMPLATE, WABA, "sale", "en_US", "UTILITY", "PENDING", "POSITIONAL", [], updated_at=SENT_AT - 9)
    at_hand.catalogue.put_template(TENANT, template)
    campaign(at_hand, TENANT, "C1", TEMPLATE, State.SENDING)
    campaign(at_hand, TENANT, "C2", "another", State.SENDING)
    campaign(at_hand, TENANT, "C3", TEMPLATE, State.COMPLETED)
    campaign(at_hand, OTHER, "C9", TEMPLATE, State.SENDING, phone_number_id=OTHER_PHONE_ID)


def campaign(
    at_hand: Deps, tenant_id: str, campaign_id: str, template_id: str, state: State, phone_number_id: str = PHONE_ID
) -> None:
    stored = Campaign(
        campaign_id, "Sale", phone_number_id, WABA, template_id, "MARKETING", Audience(), {}, state=state, frozen_at=1
    )
    at_hand.catalogue.create_campaign(tenant_id, stored)
    if state is State.SENDING:
        sizes = (1,) + (0,) * (SHARDS - 1)
        at_hand.lanes.open_run(Run(phone_number_id, tenant_id, campaign_id, "running", sizes, 1, 1, "MARKETING", "{}"))


def deliver(field: str, value: Json, *, waba_id: str = WABA, sent_at: int = SENT_AT, delivery: int = 1) -> bool:
    """Deliver one event; whether it was acknowledged."""
    event = AccountEvent(waba_id, field, value, SENT_AT + 500, sent_at)
    answer = account_handler.lambda_handler(sqs_event(event.to_json(), delivery=delivery), Context())
    return not answer["batchItemFailures"]


def states(at_hand: Deps) -> dict[str, tuple[str, str]]:
    """Campaign -> (state, reason)."""
    listed = [c for tenant in (TENANT, OTHER) for c in at_hand.catalogue.campaigns(tenant, 9, None).items]
    return {c.campaign_id: (str(c.state), c.reason) for c in listed}


def runs(at_hand: Deps, phone_number_id: str = PHONE_ID) -> dict[str, tuple[str, str]]:
    return {run.campaign_id: (run.state, run.reason) for run in at_hand.lanes.work(phone_number_id).runs}


def number(at_hand: Deps) -> Number:
    return at_hand.accounts.number(TENANT, PHONE_ID)


UNTOUCHED = {"C1": ("sending", ""), "C2": ("sending", ""), "C3": ("completed", ""), "C9": ("sending", "")}


@pytest.mark.parametrize(
    ("event", "more", "status", "reason"),
    [
        ("APPROVED", {}, "APPROVED", ""),
        ("REINSTATED", {}, "APPROVED", ""),
        ("PENDING", {}, "PENDING", ""),
        (
            "REJECTED",
            {"reason": "INVALID_FORMAT", "rejection_info": {"reason": "Parameters side by side"}},
            "REJECTED",
            "INVALID_FORMAT: Parameters side by side",
        ),
        ("DISABLED", {"reason": "ABUSIVE_CONTENT"}, "DISABLED", "ABUSIVE_CONTENT"),
        ("PAUSED", {"reason": None, "other_info": {"title": "FIRST_PAUSE"}}, "PAUSED", "FIRST_PAUSE"),
    ],
)
def test_a_templates_status_follows_meta(at_hand: Deps, event: str, more: Json, status: str, reason: str) -> None:
    assert deliver("message_template_status_update", {"event": event, **STATUS_UPDATE, **more})
    template = at_hand.catalogue.template(TENANT, TEMPLATE)
    assert (template.status, template.rejected_reason) == (status, reason)


@pytest.mark.parametrize(
    "event", ["PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "REJECTED", "LOCKED", "ARCHIVED"]
)
def test_a_template_that_is_taken_away_pauses_the_campaigns_that_use_it(at_hand: Deps, event: str) -> None:
    assert deliver("message_template_status_update", {"event": event, **STATUS_UPDATE})
    reason = f"template_{event.lower()}"
    assert states(at_hand) == {**UNTOUCHED, "C1": ("paused", reason)}
    assert runs(at_hand) == {"C1": ("paused", reason), "C2": ("running", "")}
    assert runs(at_hand, OTHER_PHONE_ID) == {"C9": ("running", "")}


@pytest.mark.parametrize("event", ["APPROVED", "FLAGGED", "IN_APPEAL", "PENDING", "EVENT_OF_TOMORROW"])
def test_other_news_of_a_template_pauses_nothing(at_hand: Deps, event: str) -> None:
    assert deliver("message_template_status_update", {"event": event, **STATUS_UPDATE}, delivery=2)
    assert states(at_hand) == UNTOUCHED


def test_an_old_event_that_comes_late_undoes_nothing(at_hand: Deps) -> None:
    deliver("message_template_status_update", {"event": "APPROVED", **STATUS_UPDATE})
    deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE}, sent_at=SENT_AT - 60_000)
    assert at_hand.catalogue.template(TENANT, TEMPLATE).status == "APPROVED"
    assert states(at_hand) == UNTOUCHED


def test_an_event_of_a_template_that_is_not_stored_yet_comes_back_once_then_is_kept(aws: FakeAws) -> None:
    value = {"event": "APPROVED", **STATUS_UPDATE, "message_template_id": 7}
    assert not deliver("message_template_status_update", value)
    assert aws.objects("account-events/") == []
    assert deliver("message_template_status_update", value, delivery=2)
    assert [kept["value"] for kept in aws.objects(f"account-events/{WABA}/")] == [value]


def test_a_crash_between_the_two_writes_of_a_pause_is_mended_by_the_next_delivery(
    at_hand: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(at_hand.catalogue, "change_campaign", fail)
        assert not deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE})
    assert runs(at_hand)["C1"][0] == "paused"
    assert deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE})
    assert states(at_hand)["C1"] == ("paused", "template_paused")


@pytest.mark.parametrize(
    ("value", "category"),
    [
        ({"previous_category": "UTILITY", "new_category": "MARKETING"}, "MARKETING"),
        ({"new_category": "UTILITY", "correct_category": "MARKETING"}, "UTILITY"),
    ],
)
def test_the_category_changes_only_when_it_has_changed(at_hand: Deps, value: Json, category: str) -> None:
    assert deliver("template_category_update", {**STATUS_UPDATE, **value})
    assert at_hand.catalogue.template(TENANT, TEMPLATE).category == category


@pytest.mark.parametrize(
    ("field", "value", "stopped", "reason"),
    [
        (
            "template_category_update",
            {**STATUS_UPDATE, "previous_category": "MARKETING", "new_category": "AUTHENTICATION"},
            {"C1"},
            "template_recategorised",
        ),
        (
            "message_template_quality_update",
            {**STATUS_UPDATE, "new_quality_score": "RED"},
            {"C1"},
            "template_quality_red",
        ),
        ("message_template_quality_update", {**STATUS_UPDATE, "new_quality_score": "YELLOW"}, set(), ""),
        (
            "phone_number_quality_update",
            {"display_phone_number": "15550783881", "event": "FLAGGED"},
            {"C1", "C2"},
            "number_quality_red",
        ),
    ],
)
def test_a_change_that_makes_sending_on_unwise_pauses_the_campaigns_it_concerns(
    at_hand: Deps, field: str, value: Json, stopped: set[str], reason: str
) -> None:
    assert deliver(field, value)
    assert {name for name, state in states(at_hand).items() if state == ("paused", reason)} == stopped


def test_people_say_no_and_yes_in_whatsapp_itself(at_hand: Deps) -> None:
    chosen = [
        {"wa_id": "16505551234", "category": "marketing_messages", "value": "stop", "timestamp": 1731705721},
        {"user_id": "US.7", "category": "marketing_messages", "value": "stop", "timestamp": 1731705721},
        {"wa_id": "16505550000", "category": "marketing_messages", "value": "signup", "timestamp": 1731705721},
    ]
    assert deliver("user_preferences", {"user_preferences": chosen})
    for key in (contact_id_for(TENANT, "phone", "+16505551234"), contact_id_for(TENANT, "bsuid", "US.7")):
        contact = at_hand.contacts.get(TENANT, key)
        assert contact is not None
        assert (contact.opted_out_at, contact.opt_out_source) == (1731705721000, "whatsapp_preferences")
    assert at_hand.contacts.find(TENANT, "phone", "+16505550000") is None
    resumed = [{**chosen[0], "value": "resume", "timestamp": 1731705722}]
    assert deliver("user_preferences", {"user_preferences": resumed})
    contact = at_hand.contacts.find(TENANT, "phone", "+16505551234")
    assert contact is not None
    assert contact.opted_out_at is None


def test_a_throughput_upgrade_makes_the_number_faster(at_hand: Deps) -> None:
    value = {"display_phone_number": "15550783881", "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"}
    assert deliver("phone_number_quality_update", value)
    assert number(at_hand).throughput == 1000
    assert deliver("phone_number_quality_update", {**value, "event": "FLAGGED"})
    assert (number(at_hand).throughput, number(at_hand).quality) == (1000, "RED")


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("business_capability_update", {"max_daily_conversations_per_business": 2000}, 2_000),
        ("business_capability_update", {"max_daily_conversations_per_business": "TIER_10K"}, 10_000),
        ("business_capability_update", {"max_daily_conversation_per_phone": -1}, -1),
        (
            "phone_number_quality_update",
            {"display_phone_number": "15550783881", "event": "ONBOARDING", "current_limit": "TIER_250"},
            250,
        ),
        (
            "phone_number_quality_update",
            {
                "display_phone_number": "15550783881",
                "event": "UPGRADE",
                "current_limit": "TIER_NOT_SET",
                "max_daily_conversations_per_business": "TIER_UNLIMITED",
            },
            -1,
        ),
    ],
)
def test_the_messaging_limit_follows_meta(at_hand: Deps, field: str, value: Json, limit: int) -> None:
    assert at_hand.accounts.waba(TENANT, WABA).messaging_limit is None
    assert deliver(field, value)
    assert at_hand.accounts.waba(TENANT, WABA).messaging_limit == limit
    assert states(at_hand) == UNTOUCHED


def test_a_capability_event_without_a_limit_is_kept(aws: FakeAws, at_hand: Deps) -> None:
    assert deliver("business_capability_update", {"max_phone_numbers_per_waba": 25})
    assert at_hand.accounts.waba(TENANT, WABA).messaging_limit is None
    assert len(aws.objects(f"account-events/{WABA}/")) == 1


STOPS: list[tuple[Json, str, str]] = [
    ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, "restricted", "account_disabled"),
    (
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1641330498}],
        },
        "restricted",
        "account_restricted until 2022-01-04T21:08:18.000Z",
    ),
    ({"event": "PARTNER_REMOVED", "waba_info": {"waba_id": WABA}}, "disconnected", "partner_removed"),
    ({"event": "PARTNER_REMOVED", "phone_number": "15550783881"}, "disconnected", "partner_removed"),
    ({"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"waba_id": WABA}}, "disconnected", "app_uninstalled"),
    ({"event": "ACCOUNT_DELETED"}, "disconnected", "account_deleted"),
    ({"event": "ACCOUNT_OFFBOARDED"}, "disconnected", "account_offboarded"),
]


@pytest.mark.parametrize(("value", "status", "reason"), STOPS)
def test_an_account_that_may_not_send_stops_its_numbers_and_campaigns(
    at_hand: Deps, value: Json, status: str, reason: str
) -> None:
    assert deliver("account_update", value)
    assert (number(at_hand).status, number(at_hand).reason) == (status, reason)
    assert at_hand.accounts.number(OTHER, OTHER_PHONE_ID).status == "active"
    assert states(at_hand) == {**UNTOUCHED, "C1": ("paused", reason), "C2": ("paused", reason)}
    assert {state for state, _ in runs(at_hand).values()} == {"paused"}


@pytest.mark.parametrize(
    "value",
    [
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_UTILITY_TEMPLATES"}],
        },
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
        {"event": "PARTNER_REMOVED", "phone_number": "15559999999"},
        {"event": "EVENT_OF_TOMORROW"},
        {},
    ],
)
def test_other_news_of_an_account_is_kept_and_stops_nothing(aws: FakeAws, at_hand: Deps, value: Json) -> None:
    assert deliver("account_update", value)
    assert number(at_hand).status == "active"
    assert states(at_hand) == UNTOUCHED
    assert [kept["value"] for kept in aws.objects(f"account-events/{WABA}/")] == [value]


def test_reinstated_numbers_may_send_but_campaigns_wait_for_a_person(at_hand: Deps) -> None:
    deliver("account_update", STOPS[0][0])
    assert deliver("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})
    assert (number(at_hand).status, number(at_hand).reason) == ("active", "")
    assert states(at_hand)["C1"] == ("paused", "account_disabled")


def test_a_removed_partner_is_not_back_by_being_reinstated(at_hand: Deps) -> None:
    deliver("account_update", STOPS[2][0])
    deliver("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})
    deliver("account_update", {"event": "ACCOUNT_RECONNECTED"})
    assert number(at_hand).status == "disconnected"


def test_news_from_before_the_account_was_connected_again_stops_nothing(aws: FakeAws, at_hand: Deps) -> None:
    waba = at_hand.accounts.waba(TENANT, WABA)
    again = Number(PHONE_ID, WABA, "+15550783881", "Shop", connected_at=SENT_AT + 1)
    at_hand.accounts.connect(TENANT, waba, [again])
    assert deliver("account_update", STOPS[2][0])
    assert number(at_hand).status == "active"
    assert states(at_hand) == UNTOUCHED
    assert len(aws.objects("account-events/")) == 1


@pytest.mark.parametrize("waba_id", ["", "424242"])
def test_an_account_that_is_nobodys_is_parked(aws: FakeAws, waba_id: str) -> None:
    assert deliver("account_update", {"event": "ACCOUNT_DELETED"}, waba_id=waba_id)
    (parked,) = aws.objects("parked/")
    assert "unknown WhatsApp Business account" in parked["reason"]


def test_another_tenants_template_id_changes_nothing(at_hand: Deps) -> None:
    deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE}, waba_id="999", delivery=2)
    assert at_hand.catalogue.template(TENANT, TEMPLATE).status == "PENDING"
    assert states(at_hand) == UNTOUCHED
