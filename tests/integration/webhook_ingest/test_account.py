from dataclasses import replace

import pytest

from functions.webhook_ingest import account_handler
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.number_work import Run
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.domain.numbers.number import DISCONNECTED_HERE, Number
from shared.domain.numbers.onboarding import Onboarding
from shared.domain.templates.template import Template
from shared.errors import Conflict
from shared.ids import CampaignId, PhoneNumberId, TenantId, WabaId
from shared.queue_messages import AccountEvent
from tests.support.campaigns import a_campaign
from tests.support.consumers import Deps
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import OTHER, OTHER_PHONE_ID, OTHER_WABA, PHONE_ID, TENANT, WABA, Json

SENT_AT = EpochMs(1_750_000_000_999)
TEMPLATE = "1689556908129832"
STATUS_UPDATE = {
    "message_template_id": int(TEMPLATE),
    "message_template_name": "sale",
    "message_template_language": "en-US",
    "reason": "NONE",
    "message_template_category": "MARKETING",
}


@pytest.fixture(autouse=True)
def stored(deps: Deps) -> None:
    """A template and three campaigns: one sends with it, one with another template, one is done."""
    template = Template(
        TEMPLATE, WABA, "sale", "en_US", "UTILITY", "PENDING", "POSITIONAL", [], updated_at=EpochMs(SENT_AT - 9)
    )
    deps.templates.put(TENANT, template)
    campaign(deps, TENANT, CampaignId("C1"), TEMPLATE, State.SENDING)
    campaign(deps, TENANT, CampaignId("C2"), "another", State.SENDING)
    campaign(deps, TENANT, CampaignId("C3"), TEMPLATE, State.COMPLETED)
    campaign(deps, OTHER, CampaignId("C9"), TEMPLATE, State.SENDING, phone_number_id=OTHER_PHONE_ID)


def campaign(
    deps: Deps,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    template_id: str,
    state: State,
    phone_number_id: PhoneNumberId = PHONE_ID,
) -> None:
    stored = a_campaign(
        campaign_id,
        name="Sale",
        phone_number_id=phone_number_id,
        waba_id=WABA,
        template_id=template_id,
        state=state,
        frozen_at=EpochMs(1),
    )
    deps.campaigns.create(tenant_id, stored)
    if state is State.SENDING:
        sizes = (1,) + (0,) * (SHARDS - 1)
        deps.lanes.runs.open(
            Run(phone_number_id, tenant_id, campaign_id, "running", sizes, 1, EpochMs(1), "MARKETING", "{}")
        )


def deliver(field: str, value: Json, *, waba_id: WabaId = WABA, sent_at: EpochMs = SENT_AT, delivery: int = 1) -> bool:
    """Deliver one event; whether it was acknowledged."""
    event = AccountEvent(waba_id, field, value, EpochMs(SENT_AT + 500), sent_at)
    answer = account_handler.lambda_handler(sqs_event(event.to_json(), delivery=delivery), Context())
    return not answer["batchItemFailures"]


def states(deps: Deps) -> dict[str, tuple[str, str]]:
    """Campaign -> (state, reason)."""
    listed = [c for tenant in (TENANT, OTHER) for c in deps.campaigns.page(tenant, 9, None).items]
    return {c.campaign_id: (str(c.state), c.reason) for c in listed}


def runs(deps: Deps, phone_number_id: PhoneNumberId = PHONE_ID) -> dict[str, tuple[str, str]]:
    return {run.campaign_id: (run.state, run.reason) for run in deps.lanes.work(phone_number_id).runs}


def number(deps: Deps) -> Number:
    return deps.accounts.number(TENANT, PHONE_ID)


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
def test_a_templates_status_follows_meta(deps: Deps, event: str, more: Json, status: str, reason: str) -> None:
    assert deliver("message_template_status_update", {"event": event, **STATUS_UPDATE, **more})
    template = deps.templates.get(TENANT, TEMPLATE)
    assert (template.status, template.rejected_reason) == (status, reason)


@pytest.mark.parametrize(
    "event", ["PAUSED", "DISABLED", "PENDING_DELETION", "DELETED", "REJECTED", "LOCKED", "ARCHIVED"]
)
def test_a_template_that_is_taken_away_pauses_the_campaigns_that_use_it(deps: Deps, event: str) -> None:
    assert deliver("message_template_status_update", {"event": event, **STATUS_UPDATE})
    reason = f"template_{event.lower()}"
    assert states(deps) == {**UNTOUCHED, "C1": ("paused", reason)}
    assert runs(deps) == {"C1": ("paused", reason), "C2": ("running", "")}
    assert runs(deps, OTHER_PHONE_ID) == {"C9": ("running", "")}


@pytest.mark.parametrize("event", ["APPROVED", "FLAGGED", "IN_APPEAL", "PENDING", "EVENT_OF_TOMORROW"])
def test_other_news_of_a_template_pauses_nothing(deps: Deps, event: str) -> None:
    assert deliver("message_template_status_update", {"event": event, **STATUS_UPDATE}, delivery=2)
    assert states(deps) == UNTOUCHED


def test_an_old_event_that_comes_late_undoes_nothing(deps: Deps) -> None:
    deliver("message_template_status_update", {"event": "APPROVED", **STATUS_UPDATE})
    deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE}, sent_at=EpochMs(SENT_AT - 60_000))
    assert deps.templates.get(TENANT, TEMPLATE).status == "APPROVED"
    assert states(deps) == UNTOUCHED


def test_an_event_dated_ahead_is_no_news_for_longer_than_any_other(deps: Deps) -> None:
    ahead = EpochMs(SENT_AT + 86_400_000)
    assert deliver("message_template_status_update", {"event": "APPROVED", **STATUS_UPDATE}, sent_at=ahead)
    assert deliver(
        "message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE}, sent_at=EpochMs(SENT_AT + 501)
    )
    assert deps.templates.get(TENANT, TEMPLATE).status == "PAUSED"
    assert states(deps)["C1"] == ("paused", "template_paused")


def test_an_event_of_a_template_that_is_not_stored_yet_comes_back_once_then_is_kept(aws: FakeAws) -> None:
    value = {"event": "APPROVED", **STATUS_UPDATE, "message_template_id": 7}
    assert not deliver("message_template_status_update", value)
    assert aws.objects("account-events/") == []
    assert deliver("message_template_status_update", value, delivery=2)
    assert [kept["value"] for kept in aws.objects(f"account-events/{WABA}/")] == [value]


def test_a_crash_between_the_two_writes_of_a_pause_is_mended_by_the_next_delivery(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(deps.lanes.runs, "set_state", fail)
        assert not deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE})
    assert states(deps)["C1"] == ("paused", "template_paused")
    assert runs(deps)["C1"] == ("running", "")
    assert deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE})
    assert runs(deps)["C1"] == ("paused", "template_paused")


def test_a_campaign_that_somebody_resumed_since_goes_on(deps: Deps) -> None:
    deps.campaigns.change(TENANT, CampaignId("C1"), lambda c: replace(c, resumed_at=EpochMs(SENT_AT + 1)))
    assert deliver("message_template_quality_update", {**STATUS_UPDATE, "new_quality_score": "RED"})
    assert states(deps) == UNTOUCHED


RECATEGORISED = {**STATUS_UPDATE, "previous_category": "MARKETING", "new_category": "UTILITY"}


def test_a_campaign_that_stands_still_shows_what_whoever_resumes_it_must_know(deps: Deps) -> None:
    paused = {"C1": "paused on request", "C2": "paused on request"}
    for name, reason in paused.items():
        deps.campaigns.change(TENANT, CampaignId(name), lambda c, r=reason: replace(c, state=State.PAUSED, reason=r))  # type: ignore[misc]
    assert deliver("template_category_update", RECATEGORISED)
    assert deliver("message_template_quality_update", {**STATUS_UPDATE, "new_quality_score": "RED"})
    assert deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE})
    reasons = {"C1": ("paused", "template_recategorised"), "C2": ("paused", "paused on request")}
    assert states(deps) == {**UNTOUCHED, **reasons}
    assert runs(deps)["C1"] == ("paused", "template_recategorised")


def test_what_is_marketing_now_is_stopped_whenever_it_was_resumed(deps: Deps) -> None:
    """Nobody can have resumed it knowing of this: that is refused. To UTILITY, somebody can have."""
    for name in ("C1", "C2"):
        deps.campaigns.change(
            TENANT,
            CampaignId(name),
            lambda c: replace(c, template_id=TEMPLATE, category="UTILITY", resumed_at=EpochMs(SENT_AT + 1)),
        )
    deps.campaigns.change(TENANT, CampaignId("C2"), lambda c: replace(c, category="AUTHENTICATION"))
    told = {**STATUS_UPDATE, "previous_category": "AUTHENTICATION", "new_category": "UTILITY"}
    assert deliver("template_category_update", told, sent_at=EpochMs(SENT_AT - 1))
    assert states(deps) == UNTOUCHED
    told = {**STATUS_UPDATE, "previous_category": "UTILITY", "new_category": "MARKETING"}
    assert deliver("template_category_update", told)
    assert {states(deps)[name] for name in ("C1", "C2")} == {("paused", "template_recategorised")}


@pytest.mark.parametrize(
    ("value", "category"),
    [
        ({"previous_category": "UTILITY", "new_category": "MARKETING"}, "MARKETING"),
        ({"new_category": "UTILITY", "correct_category": "MARKETING"}, "UTILITY"),
    ],
)
def test_the_category_changes_only_when_it_has_changed(deps: Deps, value: Json, category: str) -> None:
    assert deliver("template_category_update", {**STATUS_UPDATE, **value})
    assert deps.templates.get(TENANT, TEMPLATE).category == category


def test_what_meta_announces_of_a_category_is_kept_until_it_is_done(deps: Deps) -> None:
    notice = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": 1_746_169_200}
    assert deliver("template_category_update", {**STATUS_UPDATE, **notice})
    told = deps.templates.get(TENANT, TEMPLATE)
    assert (told.category, told.next_category, told.next_category_at) == ("UTILITY", "MARKETING", 1_746_169_200_000)
    done = {**STATUS_UPDATE, "previous_category": "UTILITY", "new_category": "MARKETING"}
    assert deliver("template_category_update", done)
    assert deliver("template_category_update", {**STATUS_UPDATE, **notice}, sent_at=EpochMs(SENT_AT - 1))
    told = deps.templates.get(TENANT, TEMPLATE)
    assert (told.category, told.next_category, told.next_category_at) == ("MARKETING", "", 0)


def test_what_a_template_said_before_meta_told_of_new_words_is_kept(deps: Deps) -> None:
    words = {**STATUS_UPDATE, "message_template_element": "New words."}
    assert deliver("message_template_components_update", words)
    assert deliver("message_template_components_update", words)
    assert deps.templates.get(TENANT, TEMPLATE).version == 2
    [before] = deps.templates.versions(TENANT, TEMPLATE, 9, None).items
    assert (before.version, before.components) == (1, [])


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
    deps: Deps, field: str, value: Json, stopped: set[str], reason: str
) -> None:
    assert deliver(field, value)
    assert {name for name, state in states(deps).items() if state == ("paused", reason)} == stopped


def test_people_say_no_and_yes_in_whatsapp_itself(deps: Deps) -> None:
    chosen = [
        {"wa_id": "16505551234", "category": "marketing_messages", "value": "stop", "timestamp": 1749990000},
        {"user_id": "US.7", "category": "marketing_messages", "value": "stop", "timestamp": 1749990000},
        {"wa_id": "16505550000", "category": "marketing_messages", "value": "pause", "timestamp": 1749990000},
    ]
    assert deliver("user_preferences", {"user_preferences": chosen})
    for key in (contact_id_for(TENANT, "phone", "+16505551234"), contact_id_for(TENANT, "bsuid", "US.7")):
        contact = deps.contacts.get(TENANT, key)
        assert contact is not None
        assert (contact.opted_out_at, contact.opt_out_source) == (1749990000000, "whatsapp_preferences")
    assert deps.contacts.find(TENANT, "phone", "+16505550000") is None


@pytest.mark.parametrize(
    ("value", "later", "yes"),
    [("resume", 1, True), ("signup", 1, True), ("signup", 0, False), ("signup", -1, False), ("pause", 1, False)],
)
def test_a_person_says_yes_again_in_whatsapp_itself_by_resuming_or_signing_up(
    deps: Deps, value: str, later: int, yes: bool
) -> None:
    stop = {"wa_id": "16505551234", "category": "marketing_messages", "value": "stop", "timestamp": 1749990000}
    again = {**stop, "value": value, "timestamp": 1749990000 + later, "signup_id": "s1"}
    for chosen in (stop, again):
        assert deliver("user_preferences", {"user_preferences": [chosen]})
    contact = deps.contacts.find(TENANT, "phone", "+16505551234")
    assert contact is not None
    assert (contact.opted_out_at is None) is yes
    heard = deps.contacts.consent.events(TENANT, contact.contact_id)
    assert any(not event.opted_out and event.source == "whatsapp_preferences" for event in heard) is (value != "pause")


def test_a_throughput_upgrade_makes_the_number_faster(deps: Deps) -> None:
    value = {"display_phone_number": "15550783881", "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"}
    assert deliver("phone_number_quality_update", value)
    assert number(deps).throughput == 1000
    assert deliver("phone_number_quality_update", {**value, "event": "FLAGGED"})
    assert (number(deps).throughput, number(deps).quality) == (1000, "RED")


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
def test_the_messaging_limit_follows_meta(deps: Deps, field: str, value: Json, limit: int) -> None:
    assert deps.accounts.waba(TENANT, WABA).messaging_limit is None
    assert deliver(field, value)
    assert deps.accounts.waba(TENANT, WABA).messaging_limit == limit
    assert states(deps) == UNTOUCHED


def test_a_capability_event_without_a_limit_is_kept(aws: FakeAws, deps: Deps) -> None:
    assert deliver("business_capability_update", {"max_phone_numbers_per_waba": 25})
    assert deps.accounts.waba(TENANT, WABA).messaging_limit is None
    assert len(aws.objects(f"account-events/{WABA}/")) == 1


FLAGGED = {"display_phone_number": "15550783881", "event": "FLAGGED"}


@pytest.mark.parametrize(("later", "state"), [("GREEN", "sending"), ("RED", "paused")])
def test_a_flagging_that_comes_late_stops_what_a_number_that_is_still_low_sends(
    deps: Deps, later: str, state: str
) -> None:
    deps.accounts.change_number(TENANT, PHONE_ID, lambda n: n.with_quality(later, SENT_AT))
    assert deliver("phone_number_quality_update", FLAGGED, sent_at=EpochMs(SENT_AT - 60_000))
    assert (number(deps).quality, number(deps).quality_at) == (later, SENT_AT)
    assert {states(deps)[name][0] for name in ("C1", "C2")} == {state}


def test_a_number_recovers_by_what_meta_says_later(deps: Deps) -> None:
    assert deliver("phone_number_quality_update", FLAGGED, sent_at=EpochMs(SENT_AT - 1000))
    assert states(deps)["C1"] == ("paused", "number_quality_red")
    assert deliver("phone_number_quality_update", {**FLAGGED, "event": "UNFLAGGED"})
    assert deliver("phone_number_quality_update", FLAGGED, sent_at=EpochMs(SENT_AT - 1000))
    assert number(deps).quality == "UNKNOWN"


def test_a_limit_that_comes_late_changes_nothing(deps: Deps) -> None:
    assert deliver("business_capability_update", {"max_daily_conversations_per_business": 2000})
    assert deliver(
        "business_capability_update", {"max_daily_conversations_per_business": 250}, sent_at=EpochMs(SENT_AT - 1000)
    )
    assert deps.accounts.waba(TENANT, WABA).messaging_limit == 2_000
    assert deliver(
        "business_capability_update", {"max_daily_conversations_per_business": 250}, sent_at=EpochMs(SENT_AT + 1000)
    )
    assert deps.accounts.waba(TENANT, WABA).messaging_limit == 250


GONE = ("partner_removed", "app_uninstalled", "account_deleted")
REINSTATED: Json = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}
STOPS: list[tuple[Json, str, str]] = [
    ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, "restricted", "account_disabled"),
    (
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 4102444800}],
        },
        "restricted",
        "account_restricted until 2100-01-01T00:00:00Z",
    ),
    ({"event": "PARTNER_REMOVED", "waba_info": {"waba_id": WABA}}, "disconnected", "partner_removed"),
    ({"event": "PARTNER_REMOVED", "phone_number": "15550783881"}, "disconnected", "partner_removed"),
    (
        {
            "event": "PARTNER_REMOVED",
            "waba_info": {"waba_id": WABA, "owner_business_id": "1"},
            "disconnection_info": {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"},
        },
        "disconnected",
        "partner_removed",
    ),
    ({"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"waba_id": WABA}}, "disconnected", "app_uninstalled"),
    ({"event": "ACCOUNT_DELETED"}, "disconnected", "account_deleted"),
    ({"event": "ACCOUNT_OFFBOARDED"}, "disconnected", "account_offboarded"),
]


@pytest.mark.parametrize(("value", "status", "reason"), STOPS)
def test_an_account_that_may_not_send_stops_its_numbers_and_campaigns(
    deps: Deps, value: Json, status: str, reason: str
) -> None:
    assert deliver("account_update", value)
    assert (number(deps).status, number(deps).reason) == (status, reason)
    assert deps.accounts.number(OTHER, OTHER_PHONE_ID).status == "active"
    assert states(deps) == {**UNTOUCHED, "C1": ("paused", reason), "C2": ("paused", reason)}
    assert {state for state, _ in runs(deps).values()} == {"paused"}


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
def test_other_news_of_an_account_is_kept_and_stops_nothing(aws: FakeAws, deps: Deps, value: Json) -> None:
    assert deliver("account_update", value)
    assert number(deps).status == "active"
    assert states(deps) == UNTOUCHED
    assert [kept["value"] for kept in aws.objects(f"account-events/{WABA}/")] == [value]


@pytest.mark.parametrize(("value", "status", "reason"), STOPS)
def test_a_stop_in_other_words_of_the_same_meaning_stops_as_well(
    deps: Deps, value: Json, status: str, reason: str
) -> None:
    assert deliver("account_update", misspelt(value))
    assert (number(deps).status, number(deps).reason) == (status, reason)
    assert {state for state, _ in runs(deps).values()} == {"paused"}


def misspelt(value: Json) -> Json:
    """The value with its words as nobody writes them, and as everybody understands them."""
    told: Json = {}
    for key, said in value.items():
        inner = [misspelt(item) for item in said] if isinstance(said, list) else said
        told[key] = misspelt(inner) if isinstance(inner, dict) else inner
        if key in ("event", "restriction_type", "waba_ban_state"):
            told[key] = f"  {said.lower().replace('_', '-', 1).replace('_', ' ')} "
    return told


@pytest.mark.parametrize("event", ["paused", " PAUSED", "Disabled", "pending-deletion", "Pending Deletion"])
def test_a_template_that_is_taken_away_in_other_words_pauses_its_campaigns(deps: Deps, event: str) -> None:
    assert deliver("message_template_status_update", {**STATUS_UPDATE, "event": event})
    assert states(deps)["C1"][0] == "paused"
    (notice,) = deps.notices.page(TENANT, 10, None).items
    assert notice.kind == "template_status"


@pytest.mark.parametrize("event", ["throughput upgrade", "Throughput-Upgrade", " THROUGHPUT_UPGRADE "])
def test_a_throughput_upgrade_in_other_words_makes_the_number_faster(deps: Deps, event: str) -> None:
    assert deliver("phone_number_quality_update", {"display_phone_number": "15550783881", "event": event})
    assert number(deps).throughput == 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("account_update", {"event": "EVENT_OF_TOMORROW"}),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "STATE_OF_TOMORROW"}}),
        ("message_template_status_update", {**STATUS_UPDATE, "event": "EVENT_OF_TOMORROW"}),
        ("message_template_quality_update", {**STATUS_UPDATE, "new_quality_score": "PURPLE"}),
        ("phone_number_quality_update", {"display_phone_number": "15550783881", "event": "EVENT_OF_TOMORROW"}),
        ("user_preferences", {"user_preferences": [{"wa_id": "16505551234", "value": "later"}]}),
    ],
)
def test_a_word_that_nobody_knows_is_told_to_people_and_changes_nothing(
    aws: FakeAws, deps: Deps, field: str, value: Json
) -> None:
    before = number(deps), deps.templates.get(TENANT, TEMPLATE)
    assert deliver(field, value, delivery=2)
    (notice,) = deps.notices.page(TENANT, 10, None).items
    assert (notice.severity, "not known here" in notice.text) == ("warning", True)
    assert states(deps) == UNTOUCHED
    assert (number(deps), deps.templates.get(TENANT, TEMPLATE)) == before
    assert len(aws.objects(f"account-events/{WABA}/")) == 1


@pytest.mark.parametrize(("value", "opted_out"), [(" Stop", True), ("STOP", True), ("Resume ", False)])
def test_a_choice_in_whatsapp_itself_counts_in_any_case(deps: Deps, value: str, opted_out: bool) -> None:
    chosen = {"wa_id": "16505551234", "category": "Marketing Messages", "value": value, "timestamp": 1731705721}
    assert deliver("user_preferences", {"user_preferences": [chosen]})
    contact = deps.contacts.find(TENANT, "phone", "+16505551234")
    assert contact is not None
    assert (contact.opted_out_at is not None) == opted_out
    assert deps.notices.page(TENANT, 10, None).items == []


def test_reinstated_numbers_may_send_but_campaigns_wait_for_a_person(deps: Deps) -> None:
    deliver("account_update", STOPS[0][0])
    assert deliver("account_update", REINSTATED, sent_at=EpochMs(SENT_AT + 1000))
    assert (number(deps).status, number(deps).reason) == ("active", "")
    assert states(deps)["C1"] == ("paused", "account_disabled")


def test_a_removed_partner_is_not_back_by_being_reinstated(deps: Deps) -> None:
    deliver("account_update", STOPS[2][0])
    deliver("account_update", REINSTATED, sent_at=EpochMs(SENT_AT + 1000))
    deliver("account_update", {"event": "ACCOUNT_RECONNECTED"}, sent_at=EpochMs(SENT_AT + 1000))
    assert number(deps).status == "disconnected"


def test_a_ban_that_was_lifted_before_we_heard_of_it_holds_nothing_up(deps: Deps) -> None:
    deliver("account_update", REINSTATED, sent_at=EpochMs(SENT_AT + 1000))
    deliver("account_update", STOPS[0][0])
    assert number(deps).status == "active"
    assert states(deps) == UNTOUCHED


def test_the_apps_number_is_suspended_and_resumed_with_its_token(deps: Deps) -> None:
    deliver("account_update", {"event": "ACCOUNT_OFFBOARDED"})
    assert (number(deps).status, deps.accounts.waba(TENANT, WABA).token) == ("disconnected", "sealed")
    deliver("account_update", {"event": "ACCOUNT_RECONNECTED"}, sent_at=EpochMs(SENT_AT + 1000))
    waba = deps.accounts.waba(TENANT, WABA)
    assert (number(deps).status, waba.status, waba.token) == ("active", "active", "sealed")
    deliver("account_update", {"event": "ACCOUNT_OFFBOARDED"})
    assert number(deps).status == "active"


@pytest.mark.parametrize("left", [DISCONNECTED_HERE, "partner_removed", "account_deleted"])
def test_a_number_that_left_is_brought_back_by_no_webhook(deps: Deps, left: str) -> None:
    """Its name is nobody's, or its token is given up: what Meta tells of it later changes neither that nor why."""
    deps.accounts.change_number(TENANT, PHONE_ID, lambda found: replace(found, status="disconnected", reason=left))
    later = iter(range(1000, 9000, 1000))
    for event in ("ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED", "PARTNER_REMOVED", "ACCOUNT_RECONNECTED"):
        deliver("account_update", {"event": event}, sent_at=EpochMs(SENT_AT + next(later)))
        assert (number(deps).status, number(deps).reason) == ("disconnected", left)


@pytest.mark.parametrize("value", [value for value, status, reason in STOPS if reason in GONE])
def test_an_account_that_left_leaves_no_token_behind(deps: Deps, value: Json) -> None:
    for name, account, at in (("before", WABA, SENT_AT), ("since", WABA, SENT_AT + 1), ("other", OTHER_WABA, SENT_AT)):
        deps.onboardings.create(TENANT, Onboarding(name, EpochMs(1), "ana", EpochMs(at), account, token="sealed"))
    assert deliver("account_update", value)
    waba = deps.accounts.waba(TENANT, WABA)
    assert (waba.status, waba.token) == ("disconnected", "")
    assert deps.accounts.waba(OTHER, OTHER_WABA).token == "sealed"
    assert {one.onboarding_id: one.token for one in deps.onboardings.page(TENANT, 10, None).items} == {
        "before": "",
        "since": "sealed",
        "other": "sealed",
    }


def test_the_token_stays_while_another_number_needs_it(deps: Deps) -> None:
    waba = deps.accounts.waba(TENANT, WABA)
    deps.accounts.connect(TENANT, waba, [Number(PhoneNumberId("second"), WABA, "+15550783882", "Shop")])
    assert deliver("account_update", {"event": "PARTNER_REMOVED", "phone_number": "15550783881"})
    assert deps.accounts.number(TENANT, PhoneNumberId("second")).status == "active"
    waba = deps.accounts.waba(TENANT, WABA)
    assert (waba.status, waba.token) == ("active", "sealed")


def restriction(*kinds: str, until: int = 0) -> Json:
    ends = {"expiration": until} if until else {}
    return {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": f"RESTRICTED_{kind}_INITIATED_MESSAGING", **ends} for kind in kinds],
    }


def test_a_restriction_with_an_end_lifts_itself(deps: Deps) -> None:
    assert deliver("account_update", restriction("BIZ", until=4102444800))
    end = EpochMs(4102444800_000)
    with pytest.raises(Conflict, match="restricted"):
        number(deps).require_active(EpochMs(end - 1))
    number(deps).require_answers(EpochMs(end - 1))
    number(deps).require_active(end)
    assert deliver("account_update", restriction("CUSTOMER", until=4102444800), sent_at=EpochMs(SENT_AT + 1000))
    with pytest.raises(Conflict, match="restricted"):
        number(deps).require_answers(EpochMs(end - 1))


def test_a_ban_that_was_found_by_asking_is_lifted_by_the_webhook(deps: Deps) -> None:
    banned = {"status": "restricted", "reason": "Meta says BANNED", "answers_restricted": True, "stopped_at": SENT_AT}
    deps.accounts.change_number(TENANT, PHONE_ID, lambda known: replace(known, **banned))  # type: ignore[arg-type]
    assert deliver("account_update", REINSTATED, sent_at=EpochMs(SENT_AT + 2000))
    number(deps).require_answers(EpochMs(SENT_AT + 2000))


def test_a_restriction_that_is_over_pauses_nothing(deps: Deps) -> None:
    assert deliver("account_update", restriction("BIZ", until=1641330498))
    assert states(deps) == UNTOUCHED


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_restrictions_the_longer_one_holds(deps: Deps, order: tuple[int, int]) -> None:
    values = [restriction("BIZ", until=4102444800), restriction("BIZ")]
    for i in order:
        deliver("account_update", values[i])
    assert (number(deps).restricted_until, number(deps).reason) == (0, "account_restricted")


def test_what_left_is_not_back_by_a_restriction_that_ends(deps: Deps) -> None:
    deliver("account_update", STOPS[2][0])
    deliver("account_update", restriction("BIZ", until=4102444800), sent_at=EpochMs(SENT_AT + 1000))
    deliver("account_update", REINSTATED, sent_at=EpochMs(SENT_AT + 2000))
    assert number(deps).status == "disconnected"


def test_what_meta_tells_of_numbers_and_accounts_is_stored(deps: Deps) -> None:
    who = {"display_phone_number": "15550783881"}
    named = {**who, "decision": "APPROVED", "requested_verified_name": "Lucky Shrub", "rejection_reason": None}
    assert deliver("phone_number_name_update", named)
    assert deliver("business_username_update", {**who, "username": "@lucky", "status": "approved"})
    assert deliver("business_capability_update", {"max_daily_conversations_per_business": 2000})
    assert deliver("account_review_update", {"decision": "APPROVED"})
    found, waba = number(deps), deps.accounts.waba(TENANT, WABA)
    assert (found.verified_name, found.username, waba.messaging_limit, waba.review) == (
        "Lucky Shrub",
        "lucky",
        2000,
        "APPROVED",
    )
    assert found.name_status == "APPROVED"
    assert deliver("business_username_update", {**who, "username": "lucky", "status": "deleted"})
    assert number(deps).username == ""
    assert deliver("phone_number_name_update", {**named, "decision": "REJECTED", "requested_verified_name": "Unlucky"})
    assert (number(deps).verified_name, number(deps).name_status) == ("Lucky Shrub", "REJECTED")


EDITED = {
    "message_template_id": int(TEMPLATE),
    "message_template_name": "sale",
    "message_template_language": "en_US",
    "message_template_title": "Sale",
    "message_template_element": "Hello {{1}}, everything must go",
    "message_template_footer": "Bye",
    "message_template_buttons": [
        {
            "message_template_button_type": "URL",
            "message_template_button_text": "Shop",
            "message_template_button_url": "https://example.com/new",
        }
    ],
}


@pytest.mark.parametrize(("body", "stopped"), [("Hello {{1}}, all must go", False), ("Hello, all must go", True)])
def test_an_edited_template_is_what_meta_says_now(deps: Deps, body: str, stopped: bool) -> None:
    button = {"type": "URL", "text": "Buy", "url": "https://example.com/old", "example": ["x"]}
    components: list[Json] = [
        {"type": "BODY", "text": "Hi {{1}}", "example": {}},
        {"type": "BUTTONS", "buttons": [button]},
    ]
    deps.templates.change(TENANT, TEMPLATE, lambda t: replace(t, components=components))
    told = {**EDITED, "message_template_element": body}
    assert deliver("message_template_components_update", told)
    assert deliver("message_template_components_update", EDITED, sent_at=EpochMs(SENT_AT - 1000))
    assert deps.templates.get(TENANT, TEMPLATE).components == [
        {"type": "HEADER", "format": "TEXT", "text": "Sale"},
        {"type": "BODY", "text": body, "example": {}},
        {"type": "FOOTER", "text": "Bye"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "Shop", "url": "https://example.com/new", "example": ["x"]}],
        },
    ]
    assert states(deps)["C1"] == (("paused", "template_changed") if stopped else ("sending", ""))


def test_a_templates_quality_is_the_latest(deps: Deps) -> None:
    deliver("message_template_quality_update", {**STATUS_UPDATE, "new_quality_score": "GREEN"})
    deliver(
        "message_template_quality_update",
        {**STATUS_UPDATE, "new_quality_score": "RED"},
        sent_at=EpochMs(SENT_AT - 1000),
    )
    assert deps.templates.get(TENANT, TEMPLATE).quality == "GREEN"
    assert states(deps) == UNTOUCHED


def test_a_category_that_comes_late_changes_nothing(deps: Deps) -> None:
    value = {**STATUS_UPDATE, "previous_category": "UTILITY", "new_category": "MARKETING"}
    deliver("template_category_update", value)
    old = {**STATUS_UPDATE, "previous_category": "MARKETING", "new_category": "AUTHENTICATION"}
    deliver("template_category_update", old, sent_at=EpochMs(SENT_AT - 1000))
    assert deps.templates.get(TENANT, TEMPLATE).category == "MARKETING"
    assert states(deps) == UNTOUCHED


def test_people_learn_of_it_once_however_often_it_comes(deps: Deps) -> None:
    event = {"display_phone_number": "15550783881", "event": "PIN_RESET_REQUEST", "requester": "61555822107539"}
    for _ in range(2):
        deliver("security", event)
    deliver("security", event, sent_at=EpochMs(SENT_AT + 1000))
    found = deps.notices.page(TENANT, 10, None).items
    assert [(notice.kind, notice.at) for notice in found] == [("security", SENT_AT + 1000), ("security", SENT_AT)]
    assert deps.notices.page(OTHER, 10, None).items == []


def test_errors_of_a_number_are_told_once_an_hour_and_kept(aws: FakeAws, deps: Deps) -> None:
    error = {"code": 130429, "title": "Rate limit hit", "error_data": {"details": "Slow down"}}
    for i in range(3):
        deliver(
            "messages",
            {"metadata": {"phone_number_id": PHONE_ID}, "errors": [error], "n": i},
            sent_at=EpochMs(SENT_AT + i),
        )
    (notice,) = deps.notices.page(TENANT, 10, None).items
    assert notice.text == "Meta reports error 130429: Rate limit hit. Slow down"
    assert len(aws.objects(f"account-events/{WABA}/")) == 3


KEPT = [
    "account_settings_update",
    "automatic_events",
    "business_status_update",
    "field_of_tomorrow",
    "flows",
    "message_echoes",
    "messaging_handovers",
    "partner_solutions",
    "standby",
    "template_correct_category_detection",
    "tracking_events",
]


@pytest.mark.parametrize("field", KEPT)
def test_what_changes_nothing_here_is_kept_as_it_came(aws: FakeAws, deps: Deps, field: str) -> None:
    value = {"event": "X", "anything": [{"at": "all"}]}
    assert deliver(field, value)
    (kept,) = aws.objects(f"account-events/{WABA}/")
    assert (kept["field"], kept["value"]) == (field, value)
    assert states(deps) == UNTOUCHED


def test_clicks_on_links_name_nobody_and_are_kept(aws: FakeAws, deps: Deps) -> None:
    data = {"click_component": "cta", "product_id": "sku", "click_id": "c", "tracking_token": "t"}
    action = {
        "action_type": "marketing_messages_link_click",
        "timestamp": "1",
        "marketing_messages_link_click_data": data,
    }
    assert deliver("messages", {"metadata": {"phone_number_id": PHONE_ID}, "user_actions": [action]})
    (kept,) = aws.objects(f"account-events/{WABA}/")
    assert kept["value"]["user_actions"] == [action]


def test_a_choice_that_is_not_understood_is_kept_beside_those_that_are(aws: FakeAws, deps: Deps) -> None:
    chosen = [{"wa_id": "16505551234", "category": "marketing_messages", "value": "stop", "timestamp": 1731705721}]
    assert deliver("user_preferences", {"user_preferences": [*chosen, {**chosen[0], "value": "pause"}]})
    contact = deps.contacts.find(TENANT, "phone", "+16505551234")
    assert contact is not None
    assert contact.opted_out_at is not None
    assert len(aws.objects(f"account-events/{WABA}/")) == 1


def test_news_from_before_the_account_was_reconnected_as_stops_nothing(aws: FakeAws, deps: Deps) -> None:
    waba = deps.accounts.waba(TENANT, WABA)
    again = Number(PHONE_ID, WABA, "+15550783881", "Shop", connected_at=EpochMs(SENT_AT + 1))
    deps.accounts.connect(TENANT, waba, [again])
    assert deliver("account_update", STOPS[2][0])
    assert number(deps).status == "active"
    assert states(deps) == UNTOUCHED
    assert len(aws.objects("account-events/")) == 1


@pytest.mark.parametrize("waba_id", ["", "424242"])
def test_an_account_that_is_nobodys_is_parked(aws: FakeAws, waba_id: WabaId) -> None:
    assert deliver("account_update", {"event": "ACCOUNT_DELETED"}, waba_id=waba_id)
    (parked,) = aws.objects("parked/")
    assert "unknown WhatsApp Business account" in parked["reason"]


def test_another_tenants_template_id_changes_nothing(deps: Deps) -> None:
    deliver("message_template_status_update", {"event": "PAUSED", **STATUS_UPDATE}, waba_id=WabaId("999"), delivery=2)
    assert deps.templates.get(TENANT, TEMPLATE).status == "PENDING"
    assert states(deps) == UNTOUCHED
