from dataclasses import replace
from typing import Any

import pytest

from functions.api.campaigns.control import CampaignControl, CampaignDraft
from functions.api.campaigns.logic.spread import SPREAD_MS, spread_offset
from functions.api.campaigns.logic.start_moment import start_moment
from functions.api.campaigns.schedules import at_expression, schedule_name
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.campaigns.campaign import Audience, Campaign, EarlierCampaign, FrequencyCap, State
from shared.domain.campaigns.number_work import Run
from shared.domain.media.library import FileUse
from shared.domain.numbers.number import Number, Waba
from shared.domain.templates.compiler import CompileError, Variable
from shared.domain.templates.template import Template
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import CampaignId, PhoneNumberId, TenantId, WabaId, new_ulid
from shared.queue_messages import QueueMessage, StartCampaign, WakeLane
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.campaigns import START_GRACE_MS, Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.contacts.fields import ContactFields
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory
from shared.store.templates.templates import Templates

NOW = EpochMs(1_800_000_000_000)


class Sent:
    """A queue and a scheduler that note what they are given; `down` makes them fail."""

    def __init__(self) -> None:
        self.messages: list[QueueMessage] = []
        self.schedules: dict[str, int] = {}
        self.down = False

    def send(self, message: QueueMessage, *, group: str = "") -> None:
        if self.down:
            raise ConnectionError("down")
        self.messages.append(message)

    def send_all(self, messages: list[Outgoing]) -> None:
        self.messages += [outgoing.message for outgoing in messages]

    def start_at(self, message: StartCampaign, at: int) -> None:
        if self.down:
            raise ConnectionError("down")
        self.schedules[message.campaign_id] = at

    def remove(self, campaign_id: str) -> None:
        self.schedules.pop(campaign_id, None)


class Desk:
    def __init__(self, database: Database) -> None:
        self.tenant, self.number = TenantId(f"t-{new_ulid()}"), PhoneNumberId(str(int(new_ulid()[10:18], 36)))
        directory = Directory(database)
        self.accounts, self.campaigns, self.lanes = Accounts(directory), Campaigns(directory), Lanes(database)
        self.templates = Templates(directory)
        self.sent = Sent()
        self.unannounced: list[str] = []
        self.control = CampaignControl(
            self.accounts,
            self.campaigns,
            ContactFields(directory),
            self.templates,
            self.lanes,
            self.sent,
            self.sent,
            self.sent,
            lambda campaign_id, error: self.unannounced.append(campaign_id),
            self.use_file,
        )
        waba = WabaId(f"9{self.number}")
        self.accounts.connect(self.tenant, Waba(waba, "x", "USD", "t"), [Number(self.number, waba, "+1", "x")])
        body = {"type": "BODY", "text": "Hi {{1}}, welcome"}
        self.template = Template("77", waba, "hi", "en", "UTILITY", "APPROVED", "POSITIONAL", [body])
        self.templates.put(self.tenant, self.template)

    def use_file(self, tenant_id: TenantId, use: FileUse) -> None:
        assert tenant_id == self.tenant
        if (use.file_id, use.kind) != ("mine", "image"):
            raise NotFound("there is no such file; upload it first")

    def draft(self, **changed: Any) -> CampaignDraft:
        variables = {"body.1": Variable("contact", "name", "you")}
        return replace(CampaignDraft("c", self.number, "77", Audience(everyone=True), variables), **changed)

    def made(self) -> CampaignId:
        return self.control.create(self.tenant, CampaignId(new_ulid()), self.draft(), "member", NOW).campaign_id

    def sending(self, state: str = "running") -> CampaignId:
        campaign_id = self.made()
        self.campaigns.change(
            self.tenant, campaign_id, lambda c: replace(c, state=State.SENDING, sizes=(1,) * 16, started_at=NOW)
        )
        self.lanes.runs.open(Run(self.number, self.tenant, campaign_id, state, (1,) * 16, 1, NOW, "UTILITY", "{}"))
        return campaign_id

    def run_state(self, campaign_id: str) -> str:
        return next(run.state for run in self.lanes.work(self.number).runs if run.campaign_id == campaign_id)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_campaign_is_made_once_under_its_operation(desk: Desk) -> None:
    first = desk.control.create(desk.tenant, CampaignId("01HZZZZZZZZZZZZZZZZZZZZZZZ"), desk.draft(), "m", NOW)
    again = desk.control.create(
        desk.tenant, CampaignId("01HZZZZZZZZZZZZZZZZZZZZZZZ"), desk.draft(), "m", EpochMs(NOW + 1)
    )
    assert first == again
    assert (first.category, first.state) == ("UTILITY", State.DRAFT)


def test_what_meta_would_refuse_is_refused_when_it_is_made(desk: Desk) -> None:
    with pytest.raises(CompileError) as caught:
        desk.control.create(
            desk.tenant,
            CampaignId(new_ulid()),
            desk.draft(variables={"body.2": Variable("constant", "x")}),
            "m",
            EpochMs(1),
        )
    assert [problem.field for problem in caught.value.problems] == ["variables.body.1", "variables.body.2"]
    desk.templates.put(desk.tenant, replace(desk.template, template_id="78", waba_id=WabaId("1")))
    with pytest.raises(CompileError, match="another account"):
        desk.control.create(desk.tenant, CampaignId(new_ulid()), desk.draft(template_id="78"), "m", EpochMs(1))


def test_a_file_is_looked_at_when_it_is_named_and_again_at_launch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hi"}]
    desk.templates.put(desk.tenant, replace(desk.template, template_id="79", components=components))

    def draft(file_id: str) -> CampaignDraft:
        return desk.draft(template_id="79", variables={"header.image": Variable("media", file_id)})

    with pytest.raises(CompileError) as caught:
        desk.control.create(desk.tenant, CampaignId(new_ulid()), draft("theirs"), "m", NOW)
    assert [problem.field for problem in caught.value.problems] == ["variables.header.image"]
    made = desk.control.create(desk.tenant, CampaignId(new_ulid()), draft("mine"), "m", NOW)

    def deleted(*_: object) -> None:
        raise NotFound("there is no such file; upload it first")

    with monkeypatch.context() as later:
        later.setattr(desk.control, "_use_file", deleted)
        with pytest.raises(CompileError, match="no such file"):
            desk.control.launch(desk.tenant, made.campaign_id, None, NOW)
    assert desk.control.launch(desk.tenant, made.campaign_id, None, NOW).state is State.SCHEDULED


def again(desk: Desk, campaign_id: CampaignId, *outcomes: str) -> Campaign:
    source = EarlierCampaign(campaign_id, outcomes)
    return desk.control.follow_up(desk.tenant, campaign_id, CampaignId(new_ulid()), source, "m", NOW)


def test_the_unknown_of_a_campaign_are_drafted_again_only_when_nothing_of_it_is_under_way(desk: Desk) -> None:
    campaign_id = desk.sending()
    with pytest.raises(Conflict, match="finished_at") as caught:
        again(desk, campaign_id, "unknown")
    assert (caught.value.code, caught.value.field) == ("source_not_finished", "audience.source.campaign_id")
    assert again(desk, campaign_id, "failed").state is State.DRAFT
    desk.campaigns.change(desk.tenant, campaign_id, lambda c: replace(c, state=State.CANCELLED, finished_at=NOW))
    assert again(desk, campaign_id, "unknown").state is State.DRAFT


def test_a_campaign_for_people_who_may_be_written_to_right_now_is_not_launched(desk: Desk) -> None:
    campaign_id = desk.sending()
    draft = again(desk, campaign_id, "failed")
    audience = Audience(source=EarlierCampaign(campaign_id, ("failed", "unknown")))
    desk.campaigns.change(desk.tenant, draft.campaign_id, lambda c: replace(c, audience=audience))
    with pytest.raises(Conflict) as caught:
        desk.control.launch(desk.tenant, draft.campaign_id, None, NOW)
    assert caught.value.code == "source_not_finished"
    assert desk.sent.messages == []


def test_a_retry_has_the_gates_of_the_campaign_it_retries(desk: Desk) -> None:
    other = desk.made()
    campaign_id = desk.sending()
    audience = Audience(tags=("all",), exclude_tags=("vip",), exclude_campaigns=(other,))
    cap = FrequencyCap(1, 7)
    desk.campaigns.change(desk.tenant, campaign_id, lambda c: replace(c, audience=audience, frequency_cap=cap))
    made = again(desk, campaign_id, "failed")
    source = EarlierCampaign(campaign_id, ("failed",))
    assert made.audience == Audience(source=source, exclude_tags=("vip",), exclude_campaigns=(other,))
    assert made.frequency_cap == cap


@pytest.mark.parametrize(("field", "value"), [("phone_number_id", "1"), ("template_id", "1")])
def test_foreign_ids_are_missing_and_named(desk: Desk, field: str, value: str) -> None:
    with pytest.raises(NotFound) as caught:
        desk.control.create(desk.tenant, CampaignId(new_ulid()), desk.draft(**{field: value}), "m", NOW)
    assert caught.value.field == field


def test_launching_at_once_sends_the_start(desk: Desk) -> None:
    campaign_id = desk.made()
    campaign = desk.control.launch(desk.tenant, campaign_id, None, NOW)
    assert (campaign.state, campaign.start_at, campaign.begins_at) == (State.SCHEDULED, NOW, NOW)
    assert desk.sent.messages == [StartCampaign(desk.tenant, campaign_id)]
    with pytest.raises(Conflict):
        desk.control.launch(desk.tenant, campaign_id, EpochMs(NOW + 3_600_000), NOW)


def test_launching_later_makes_a_schedule_and_cancelling_removes_it(desk: Desk) -> None:
    campaign_id = desk.made()
    later = EpochMs(NOW + 3_600_000)
    campaign = desk.control.launch(desk.tenant, campaign_id, later, NOW)
    begins = EpochMs(later + spread_offset(campaign_id))
    assert (campaign.start_at, campaign.begins_at, campaign.sharp) == (later, begins, False)
    assert desk.control.launch(desk.tenant, campaign_id, later, NOW) == campaign
    assert desk.sent.schedules == {campaign_id: begins}
    assert desk.sent.messages == []
    assert desk.control.cancel(desk.tenant, campaign_id).state is State.CANCELLED
    assert desk.sent.schedules == {}


def test_a_sharp_campaign_is_scheduled_for_the_moment_that_was_asked_for(desk: Desk) -> None:
    campaign_id, later = desk.made(), EpochMs(NOW + 3_600_000)
    campaign = desk.control.launch(desk.tenant, campaign_id, later, NOW, sharp=True)
    assert (campaign.start_at, campaign.begins_at, campaign.sharp) == (later, later, True)
    assert desk.sent.schedules == {campaign_id: later}
    with pytest.raises(Conflict):
        desk.control.launch(desk.tenant, campaign_id, later, NOW)


def test_the_sweep_does_not_look_at_a_campaign_before_it_begins(desk: Desk) -> None:
    campaign_id, start = spread_id(least=30_000), EpochMs(NOW + 1000)
    desk.control.create(desk.tenant, campaign_id, desk.draft(), "m", NOW)
    begins = desk.control.launch(desk.tenant, campaign_id, start, NOW).begins_at
    assert begins is not None

    def due(at: int) -> bool:
        return campaign_id in [one.campaign_id for one in desk.campaigns.to_sweep(EpochMs(at))]

    assert not due(start + START_GRACE_MS + 1)
    assert due(begins + START_GRACE_MS + 1)


def test_what_is_past_its_start_but_has_not_begun_is_not_started_by_launching_it_at_once(desk: Desk) -> None:
    campaign_id, start = spread_id(least=30_000), EpochMs(NOW + 1000)
    desk.control.create(desk.tenant, campaign_id, desk.draft(), "m", NOW)
    campaign = desk.control.launch(desk.tenant, campaign_id, start, NOW)
    with pytest.raises(Conflict):
        desk.control.launch(desk.tenant, campaign_id, None, EpochMs(start + 1))
    assert desk.sent.messages == []
    assert desk.control.launch(desk.tenant, campaign_id, None, EpochMs(start + SPREAD_MS)) == campaign
    assert desk.sent.messages == [StartCampaign(desk.tenant, campaign_id)]


def test_of_two_scheduled_campaigns_the_one_that_excludes_the_other_begins_behind_it(desk: Desk) -> None:
    first, start = spread_id(least=60_000), EpochMs(NOW + 3_600_000)
    second = spread_id(most=50_000)
    excluding = desk.draft(audience=Audience(everyone=True, exclude_campaigns=(first,)))
    desk.control.create(desk.tenant, first, desk.draft(), "m", NOW)
    desk.control.create(desk.tenant, second, excluding, "m", NOW)
    before = desk.control.launch(desk.tenant, first, start, NOW)
    behind = desk.control.launch(desk.tenant, second, EpochMs(start + 1000), NOW)
    assert before.turn < behind.turn
    assert desk.sent.schedules[second] > desk.sent.schedules[first]


def test_a_launch_reads_each_campaign_that_it_names_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is not taken for settled by one reading, and for another's by the next."""
    first, start, read = desk.made(), EpochMs(NOW + 3_600_000), list[str]()
    desk.control.launch(desk.tenant, first, start, NOW)
    second = CampaignId(new_ulid())
    excluding = desk.draft(audience=Audience(everyone=True, exclude_campaigns=(first,)))
    desk.control.create(desk.tenant, second, excluding, "m", NOW)
    get = desk.campaigns.get

    def noted(tenant_id: TenantId, campaign_id: CampaignId) -> Campaign:
        read.append(campaign_id)
        return get(tenant_id, campaign_id)

    monkeypatch.setattr(desk.campaigns, "get", noted)
    desk.control.launch(desk.tenant, second, EpochMs(start + 1000), NOW)
    assert read.count(first) == 1


def spread_id(least: int = 0, most: int = SPREAD_MS) -> CampaignId:
    """Of a campaign that begins so many milliseconds after its start."""
    return next(found for found in map(CampaignId, iter(new_ulid, "")) if least <= spread_offset(found) <= most)


def test_a_start_that_cannot_be_announced_is_left_to_the_sweep(desk: Desk) -> None:
    campaign_id = desk.made()
    desk.sent.down = True
    assert desk.control.launch(desk.tenant, campaign_id, None, NOW).state is State.SCHEDULED
    assert desk.unannounced == [campaign_id]
    due = desk.campaigns.to_sweep(EpochMs(NOW + 60_000))
    assert (desk.tenant, campaign_id) in [(one.tenant_id, one.campaign_id) for one in due]


def test_a_template_paused_since_then_cannot_be_launched(desk: Desk) -> None:
    campaign_id = desk.made()
    desk.templates.put(desk.tenant, replace(desk.template, status="PAUSED"))
    with pytest.raises(CompileError):
        desk.control.launch(desk.tenant, campaign_id, None, NOW)
    assert desk.campaigns.get(desk.tenant, campaign_id).state is State.DRAFT


def test_an_inactive_number_cannot_be_launched_on(desk: Desk) -> None:
    campaign_id = desk.made()
    desk.accounts.change_number(desk.tenant, desk.number, lambda n: replace(n, status="restricted"))
    with pytest.raises(Conflict) as caught:
        desk.control.launch(desk.tenant, campaign_id, None, NOW)
    assert caught.value.code == "number_inactive"


def test_pause_and_resume_reach_the_lanes(desk: Desk) -> None:
    campaign_id = desk.sending()
    assert desk.control.pause(desk.tenant, campaign_id).state is State.PAUSED
    assert desk.run_state(campaign_id) == "paused"
    resumed = desk.control.resume(desk.tenant, campaign_id, NOW)
    assert (resumed.state, resumed.resumed_at, resumed.resumed_from) == (State.SENDING, NOW, (0,))
    assert desk.run_state(campaign_id) == "running"
    assert desk.sent.messages == [WakeLane(desk.number, 0)]


@pytest.mark.parametrize(
    ("action", "state", "run"), [("pause", "paused", "paused"), ("cancel", "cancelled", "cancelled")]
)
def test_an_attempt_that_died_before_the_lanes_heard_of_it_is_completed_by_repeating_it(
    desk: Desk, action: str, state: str, run: str
) -> None:
    campaign_id = desk.sending()
    desk.campaigns.change(desk.tenant, campaign_id, lambda c: replace(c, state=State(state)))
    assert desk.run_state(campaign_id) == "running"
    getattr(desk.control, action)(desk.tenant, campaign_id)
    assert desk.run_state(campaign_id) == run


def test_a_cancelled_campaign_stays_cancelled(desk: Desk) -> None:
    campaign_id = desk.sending()
    desk.control.cancel(desk.tenant, campaign_id)
    with pytest.raises(Conflict):
        desk.control.pause(desk.tenant, campaign_id)
    with pytest.raises(Conflict):
        desk.control.resume(desk.tenant, campaign_id, NOW)
    assert desk.run_state(campaign_id) == "cancelled"


def test_when_a_campaign_starts() -> None:
    assert start_moment(None, NOW) == NOW
    assert start_moment(EpochMs(NOW - 30_000), NOW) == NOW
    assert start_moment(EpochMs(NOW + 1), NOW) == NOW + 1
    for wrong in (NOW - 60_001, NOW + 367 * 24 * 3_600_000):
        with pytest.raises(InvalidInput):
            start_moment(EpochMs(wrong), NOW)


def test_schedules_never_fire_early() -> None:
    assert at_expression(EpochMs(1_800_000_000_000)) == "at(2027-01-15T08:00:00)"
    assert at_expression(EpochMs(1_800_000_000_001)) == "at(2027-01-15T08:00:01)"
    assert schedule_name(CampaignId("01HZ")) == "c-01HZ"
