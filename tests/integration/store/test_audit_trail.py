"""Entries of the audit log stand with the change that they tell of, once, and stay as they are."""

from dataclasses import replace

import pytest

from shared.clock import DAY_MS, EpochMs, from_rfc3339
from shared.domain.accounts.account import ApiKey, Member, Role, Tenant
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import SYSTEM, Actor, ActorKind, Difference, Entry, Origin, Status
from shared.domain.audit.kinds import Kind
from shared.domain.campaigns.campaign import State
from shared.domain.campaigns.stop_reasons import Scope
from shared.domain.conversations.inbox_settings import Label
from shared.domain.numbers.number import Number, Waba
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import PhoneNumberId, TenantId, WabaId, new_ulid
from shared.services.campaign_stop import CampaignStop
from shared.store.accounts.api_keys import ApiKeys
from shared.store.accounts.tenants import Accounts
from shared.store.audit.trail import AuditTrail, Span, months_back
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.lanes import Lanes
from shared.store.conversations.inbox_settings import InboxSettings
from shared.store.engine.audited import Occasion, on_occasion
from shared.store.engine.cursor import encode_cursor
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory, DirectoryItem
from tests.support.campaigns import a_campaign
from tests.support.faults import at_once, sent_twice

NOW = from_rfc3339("2026-11-30T12:00:00Z")
ALL = Span(EpochMs(NOW - 400 * DAY_MS), EpochMs(NOW + DAY_MS))
LABEL = Label("l1", "Late", "#ff0000", NOW)


@pytest.fixture
def directory(database: Database) -> Directory:
    return Directory(database)


@pytest.fixture
def trail(directory: Directory) -> AuditTrail:
    return AuditTrail(directory)


def entry(action: Action = Action.LABEL_CHANGED, kind: Kind = Kind.LABEL, at: EpochMs = NOW) -> Entry:
    origin = Origin("192.0.2.1", "curl/8", "request-1")
    return Entry(new_ulid(at), Actor(ActorKind.MEMBER, "m1"), action, kind, origin=origin)


def entries(trail: AuditTrail, tenant: TenantId) -> list[Entry]:
    return trail.page(tenant, ALL, 100, None).items


def test_a_change_takes_its_entry_along(directory: Directory, trail: AuditTrail, tenant: TenantId) -> None:
    inbox, about = InboxSettings(directory), entry(Action.LABEL_CREATED)
    with on_occasion(Occasion(about, tenant)):
        inbox.put_label(tenant, LABEL)
    with on_occasion(Occasion(entry(), tenant)):
        inbox.change_label(tenant, "l1", lambda label: replace(label, colour="#00ff00"))
    with on_occasion(Occasion(entry(Action.LABEL_DELETED), tenant)):
        inbox.delete_label(tenant, "l1")
    found = sorted(entries(trail, tenant), key=lambda one: str(one.action))
    assert [(one.action, one.object_id, one.difference) for one in found] == [
        (Action.LABEL_CHANGED, "l1", Difference({"colour": "#ff0000"}, {"colour": "#00ff00"})),
        (Action.LABEL_CREATED, "l1", Difference({}, {"name": "Late", "colour": "#ff0000"})),
        (Action.LABEL_DELETED, "l1", Difference({"name": "Late", "colour": "#00ff00"}, {})),
    ]
    assert (found[1].origin, found[1].status) == (about.origin, Status.DONE)


def test_no_change_has_no_entry(directory: Directory, trail: AuditTrail, tenant: TenantId) -> None:
    inbox = InboxSettings(directory)
    inbox.put_label(tenant, LABEL)
    with on_occasion(Occasion(entry(), tenant)):
        inbox.change_label(tenant, "l1", lambda label: label)
        directory.delete(tenant, "LABEL#none")
        with pytest.raises(NotFound):
            inbox.change_label(tenant, "none", lambda label: label)
    assert entries(trail, tenant) == []


def test_what_is_not_done_is_not_entered(directory: Directory, trail: AuditTrail, tenant: TenantId) -> None:
    directory.create(tenant, "LABEL#l1", LABEL)
    with on_occasion(Occasion(entry(Action.LABEL_CREATED), tenant)), pytest.raises(Conflict):
        directory.create(tenant, "LABEL#l1", LABEL)
    assert entries(trail, tenant) == []


def test_other_kinds_and_other_tenants_take_none_along(
    directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    other = TenantId(new_ulid())
    with on_occasion(Occasion(entry(), tenant)):
        directory.create(tenant, "CANNED#l1", LABEL)
        directory.create(tenant, "GUARD#l1", LABEL)
        directory.create(other, "LABEL#l1", LABEL)
    directory.create(tenant, "LABEL#l1", LABEL)
    assert entries(trail, tenant) == entries(trail, other) == []


def test_of_many_who_change_it_each_has_an_entry_and_no_attempt_has(
    directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    directory.create(tenant, "LABEL#l1", replace(LABEL, name="0"))

    def add(_: int) -> None:
        with on_occasion(Occasion(entry(), tenant)):
            directory.update(tenant, "LABEL#l1", Label, lambda found: replace(found, name=str(int(found.name) + 1)))

    at_once(6, add)
    seen = {(one.difference.before["name"], one.difference.after["name"]) for one in entries(trail, tenant)}
    assert seen == {(str(i), str(i + 1)) for i in range(6)}


def test_a_second_attempt_writes_the_rest_without_a_second_entry(
    directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    about = entry(Action.LABEL_CREATED)
    for name in ("first", "second"):
        with on_occasion(Occasion(about, tenant)):
            directory.put(tenant, "LABEL#l1", replace(LABEL, name=name))
    assert directory.need(tenant, "LABEL#l1", Label).name == "second"
    (one,) = entries(trail, tenant)
    assert one.difference.after["name"] == "first"
    inbox = InboxSettings(directory)
    with on_occasion(Occasion(about, tenant)):
        inbox.put_label(tenant, replace(LABEL, name="third"))
    with on_occasion(Occasion(about, tenant)):
        directory.claim(tenant, {f"SUB#{tenant}": {}}, {"LABEL#l2": replace(LABEL, label_id="l2")})
    with on_occasion(Occasion(about, tenant)):
        inbox.delete_label(tenant, "l1")
    assert entries(trail, tenant) == [one]
    assert [label.label_id for label in inbox.labels(tenant)] == ["l2"]


def test_a_key_is_revoked_with_its_entry(directory: Directory, trail: AuditTrail, tenant: TenantId) -> None:
    key = ApiKey("k1", "shop", (), "abcd", f"hash-{tenant}")
    Accounts(directory).add_api_key(tenant, key)
    with on_occasion(Occasion(entry(Action.API_KEY_DELETED, Kind.API_KEY), tenant)):
        ApiKeys(directory).revoke(tenant, "k1")
    (one,) = entries(trail, tenant)
    assert one.difference == Difference({"name": "shop", "hint": "abcd"}, {})
    assert "hash" not in str(one)


def test_whoever_joins_is_who_did_it(directory: Directory, trail: AuditTrail, tenant: TenantId) -> None:
    owner = Member("m7", f"subject-{tenant}", "a@example.com", Role.OWNER, name="Ana")
    about = Entry(new_ulid(NOW), SYSTEM, Action.MEMBER_JOINED, Kind.MEMBER)
    with on_occasion(Occasion(about, has_actor=False)):
        Accounts(directory).create(Tenant(tenant, "Shop", "ES"), owner)
    (one,) = entries(trail, tenant)
    assert (one.actor, one.object_id) == (Actor(ActorKind.MEMBER, "m7"), "m7")
    assert one.difference.named == ("email",)


def test_what_is_done_elsewhere_is_begun_and_then_ended(
    directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    directory.create(tenant, "LABEL#l1", LABEL)
    occasion = Occasion(entry(), tenant)
    trail.begin(tenant, occasion)
    assert [one.status for one in entries(trail, tenant)] == [Status.BEGAN]
    with on_occasion(occasion):
        for name in ("first", "second"):
            directory.put(tenant, "LABEL#l1", replace(LABEL, name=name))
    assert [one.status for one in entries(trail, tenant)] == [Status.BEGAN]
    trail.end(tenant, occasion)
    trail.end(tenant, occasion, refusal="late")
    (one,) = entries(trail, tenant)
    assert (one.status, one.difference) == (Status.DONE, Difference({"name": "Late"}, {"name": "second"}))


def test_what_was_changed_before_a_refusal_is_shown_with_it(
    directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    directory.create(tenant, "LABEL#l1", LABEL)
    occasion = Occasion(entry(), tenant)
    trail.begin(tenant, occasion)
    with on_occasion(occasion):
        directory.put(tenant, "LABEL#l1", replace(LABEL, name="second"))
    trail.end(tenant, occasion, refusal="meta_refused")
    (one,) = entries(trail, tenant)
    assert (one.status, one.cause) == (Status.REFUSED, "meta_refused")
    assert one.difference == Difference({"name": "Late"}, {"name": "second"})


def test_a_lost_answer_to_a_change_with_its_entry_is_the_writers_own(
    database: Database, directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    """The client sends the transaction again under the same token, and DynamoDB knows it."""

    def only_once(found: Label) -> Label:
        if found.name != LABEL.name:
            raise Conflict("it has been renamed")
        return replace(found, name="second")

    with on_occasion(Occasion(entry(Action.LABEL_CREATED), tenant)), sent_twice(database, "TransactWriteItems"):
        directory.create(tenant, "LABEL#l1", LABEL)
    with on_occasion(Occasion(entry(), tenant)), sent_twice(database, "TransactWriteItems"):
        assert directory.update(tenant, "LABEL#l1", Label, only_once).name == "second"
    with on_occasion(Occasion(entry(Action.LABEL_DELETED), tenant)), sent_twice(database, "TransactWriteItems"):
        directory.delete(tenant, "LABEL#l1")
    assert sorted(str(one.action) for one in entries(trail, tenant)) == [
        "label.changed", "label.created", "label.deleted",
    ]  # fmt: skip


def test_what_was_refused_stays_so(trail: AuditTrail, tenant: TenantId) -> None:
    occasion = Occasion(entry(), tenant)
    trail.begin(tenant, occasion)
    trail.end(tenant, occasion, refusal="meta_refused")
    trail.begin(tenant, replace(occasion))
    trail.append(tenant, occasion.entry)
    (one,) = entries(trail, tenant)
    assert (one.status, one.cause) == (Status.REFUSED, "meta_refused")


def test_it_goes_when_its_time_is_over(trail: AuditTrail, tenant: TenantId) -> None:
    about = entry()
    trail.append(tenant, about)
    item = DirectoryItem.get(f"T#{tenant}#AUDIT#2026-11", f"E#{about.entry_id}#1")
    assert item.ttl == NOW // 1000 + 400 * 86_400


def test_pages_go_through_months_newest_first_and_miss_nothing(trail: AuditTrail, tenant: TenantId) -> None:
    ids = []
    for day in range(0, 100, 7):
        about = entry(at=EpochMs(NOW - day * DAY_MS))
        ids.append(about.entry_id)
        trail.begin(tenant, Occasion(about, tenant))
        if day % 2:
            trail.append(tenant, about)
    for limit in (1, 2, 3, 100):
        found, cursor, pages = list[Entry](), None, 0
        while cursor is not None or not pages:
            page = trail.page(tenant, ALL, limit, cursor)
            assert len(page.items) <= limit
            found, cursor, pages = found + page.items, page.cursor, pages + 1
        assert [one.entry_id for one in found] == ids
        assert pages == -(-len(ids) // limit)


def test_a_span_is_kept_to(trail: AuditTrail, tenant: TenantId) -> None:
    inside = entry(at=EpochMs(NOW - DAY_MS))
    for at in (NOW, NOW - DAY_MS + 1, NOW - DAY_MS - 1, NOW - 40 * DAY_MS):
        trail.append(tenant, entry(at=EpochMs(at)))
    trail.append(tenant, inside)
    moment = EpochMs(NOW - DAY_MS)
    assert trail.page(tenant, Span(moment, moment), 10, None).items == [inside]
    assert months_back(Span(EpochMs(NOW - 40 * DAY_MS), NOW)) == ["2026-11", "2026-10"]


def test_a_search_that_finds_few_ends_and_goes_on(
    trail: AuditTrail, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.store.audit.trail._MOST_EXAMINED", 4)
    for i in range(10):
        trail.append(tenant, replace(entry(at=EpochMs(NOW + i)), object_id=str(i % 5)))
    found, cursor, pages = list[str](), None, 0
    while cursor is not None or not pages:
        page = trail.page(tenant, ALL, 10, cursor, lambda one: one.object_id == "0")
        found, cursor, pages = found + [one.object_id for one in page.items], page.cursor, pages + 1
    assert (found, pages) == (["0", "0"], 3)


def test_others_entries_are_not_there(trail: AuditTrail, tenant: TenantId) -> None:
    trail.append(TenantId(new_ulid()), entry())
    assert entries(trail, tenant) == []


def test_what_the_platform_does_by_itself_is_entered(directory: Directory, trail: AuditTrail, tenant: TenantId) -> None:
    number = Number(PhoneNumberId(f"1{tenant}"), WabaId(f"2{tenant}"), "+1", "x")
    accounts = Accounts(directory)
    accounts.connect(tenant, Waba(number.waba_id, "x", "USD", "t"), [number])
    accounts.change_number(tenant, number.phone_number_id, lambda found: replace(found, quality="RED"))
    assert entries(trail, tenant) == []
    accounts.change_number(
        tenant, number.phone_number_id, lambda found: replace(found, status="disconnected", reason="partner_removed")
    )
    (one,) = entries(trail, tenant)
    assert (one.actor, one.action, one.cause) == (SYSTEM, Action.NUMBER_DISCONNECTED, "partner_removed")
    assert one.object_id == number.phone_number_id
    assert one.difference.before["status"] == "active"


def test_a_campaign_that_is_stopped_while_somebody_resumes_it_was_stopped_by_the_platform(
    database: Database, trail: AuditTrail, tenant: TenantId
) -> None:
    campaigns = Campaigns(Directory(database))
    campaign = a_campaign(
        new_ulid(NOW), phone_number_id=PhoneNumberId(f"1{tenant}"), template_id="t", state=State.SENDING
    )
    campaigns.create(tenant, campaign)
    stop = CampaignStop(campaigns, Lanes(database))
    with on_occasion(Occasion(entry(Action.CAMPAIGN_RESUMED, Kind.CAMPAIGN), tenant)):
        stop(tenant, campaign.campaign_id, Scope.CAMPAIGN, "meta_131042")
    stop(tenant, campaign.campaign_id, Scope.CAMPAIGN, "meta_131042")
    (one,) = entries(trail, tenant)
    assert (one.actor, one.action, one.cause) == (SYSTEM, Action.CAMPAIGN_PAUSED, "meta_131042")
    assert (one.difference.before["status"], one.difference.after["status"]) == ("sending", "paused")


def test_a_plan_that_ends_is_entered_and_what_the_platform_notes_is_not(
    directory: Directory, trail: AuditTrail, tenant: TenantId
) -> None:
    accounts = Accounts(directory)
    directory.create(tenant, "TENANT", Tenant(tenant, "Shop", "ES", "growth", "active"))
    accounts.change_tenant(tenant, lambda found: replace(found, number_plans="v2"))
    accounts.change_tenant(tenant, lambda found: replace(found, plan="free", subscription_status="canceled"))
    (one,) = entries(trail, tenant)
    assert (one.action, one.cause, one.object_id) == (Action.TENANT_PLAN_CHANGED, "canceled", tenant)
    assert one.difference.before == {"plan": "growth", "subscription_status": "active"}


def test_an_entry_stays_whoever_writes_under_its_id(trail: AuditTrail, tenant: TenantId) -> None:
    about = entry()
    trail.append(tenant, about)
    trail.append(tenant, replace(about, object_id="other"))
    occasion = Occasion(replace(about, object_id="third"), tenant)
    trail.begin(tenant, occasion)
    trail.end(tenant, occasion, refusal="x")
    assert entries(trail, tenant) == [about]


def test_a_span_of_nothing_is_empty_and_a_cursor_of_another_search_is_refused(
    trail: AuditTrail, tenant: TenantId
) -> None:
    for i in range(3):
        trail.append(tenant, entry(at=EpochMs(NOW + i)))
    assert trail.page(tenant, Span(EpochMs(NOW + 1), NOW), 10, None).items == []
    cursor = trail.page(tenant, ALL, 1, None).cursor
    assert cursor is not None
    later = Span(EpochMs(NOW + 3), EpochMs(NOW + 5))
    for span in (later, Span(EpochMs(0), EpochMs(NOW - DAY_MS))):
        with pytest.raises(InvalidInput):
            trail.page(tenant, span, 1, cursor)
    forged = encode_cursor("AUDIT", {"month": "2026-10", "sk": f"E#{new_ulid(NOW)}#1"})
    for text in (forged, encode_cursor("AUDIT", {"month": "2026-11", "sk": "E#7" + "Z" * 25 + "#1"})):
        with pytest.raises(InvalidInput):
            trail.page(tenant, ALL, 1, text)
