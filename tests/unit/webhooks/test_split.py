import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.webhook_ingest.receive.routing import finder
from functions.webhook_ingest.receive.split import split
from functions.webhook_ingest.receive.status_rows import STATUS_MESSAGE_BYTES
from shared.clock import EpochMs
from shared.queue_messages import SyncTask
from tests.support.junk import JUNK, places
from tests.support.webhook_payloads import (
    CONTACT,
    MESSAGES,
    METADATA,
    PHONE_ID,
    STATUS,
    TEXT,
    WABA,
    Json,
    change,
    envelope,
    messages,
    statuses,
    wire,
)

NOW = EpochMs(1_750_000_000_000)


def test_a_message_is_routed_with_its_contact() -> None:
    found = split(wire(envelope(messages(TEXT))), NOW)
    (routed,) = found.inbound
    assert routed.message.phone_number_id == PHONE_ID
    assert routed.message.message == TEXT
    assert routed.message.contact == CONTACT
    assert routed.message.received_at == NOW
    assert not found.parked
    assert not found.events


def test_messages_of_one_person_share_a_group_and_no_dedupe_id() -> None:
    second = {**TEXT, "id": "wamid.2"}
    hidden = {**{k: v for k, v in TEXT.items() if k != "from"}, "id": "wamid.3"}
    another = {**TEXT, "id": "wamid.4", "from": "5511", "from_user_id": "BR.1"}
    found = split(wire(envelope(messages(TEXT, second, hidden, another))), NOW).inbound
    assert found[0].group == found[1].group == found[2].group != found[3].group
    assert len({routed.dedupe for routed in found}) == 4
    assert "16505551234" not in found[0].group


def test_the_same_message_again_has_the_same_dedupe_id() -> None:
    first = split(wire(envelope(messages(TEXT))), NOW).inbound[0]
    again = split(wire(envelope(messages(TEXT))), EpochMs(NOW + 60_000)).inbound[0]
    assert (first.group, first.dedupe) == (again.group, again.dedupe)


def test_each_message_gets_its_own_contact_and_never_anothers() -> None:
    theirs = {**TEXT, "id": "wamid.2", "from": "5511987654321", "from_user_id": "BR.2"}
    entry = {"profile": {"name": "Zé"}, "wa_id": "5511987654321", "user_id": "BR.2"}
    stranger = {**TEXT, "id": "wamid.3", "from": "999999", "from_user_id": "DE.3"}
    found = split(wire(envelope(messages(theirs, TEXT, stranger, contacts=[CONTACT, entry]))), NOW).inbound
    assert [routed.message.contact for routed in found] == [entry, CONTACT, {}]


def test_a_user_id_in_the_phones_place_still_finds_the_contact() -> None:
    odd = {**TEXT, "from": "US.13491208655302741918"}
    del odd["from_user_id"]
    assert split(wire(envelope(messages(odd))), NOW).inbound[0].message.contact == CONTACT


@pytest.mark.parametrize(
    ("more", "slim"),
    [
        ({}, ["sent", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "marketing"]),
        ({"timestamp": "1750030073000"}, ["sent", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "marketing"]),
        ({"timestamp": 1750030073}, ["sent", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "marketing"]),
        ({"pricing": {"type": "regular"}}, ["sent", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "unknown"]),
        (
            {"pricing": {"billable": False, "type": "free_customer_service"}},
            ["sent", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "free_customer_service"],
        ),
        (
            {"status": "failed", "pricing": None, "errors": [{"code": 131049, "title": "…"}]},
            ["failed", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "131049", ""],
        ),
        *(
            ({"status": word}, [word.strip().lower(), 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "marketing"])
            for word in ("SENT", " Delivered", "Read ", "PLAYED", "Failed")
        ),
        ({"biz_opaque_callback_data": None}, ["sent", 1750030073, "", "", "marketing"]),
        ({"biz_opaque_callback_data": "x" * 600}, ["sent", 1750030073, "", "", "marketing"]),
        (
            {"type": "message", "from_logical_id": "7"},
            ["sent", 1750030073, "v1|01TENANT|01CAMPAIGN|0|3|1", "", "marketing"],
        ),
    ],
)
def test_statuses_are_slimmed(more: Json, slim: list[object]) -> None:
    (updates,) = split(wire(envelope(statuses({**STATUS, **more}))), NOW).statuses
    assert updates.phone_number_id == PHONE_ID
    assert updates.updates == [[*slim, STATUS["id"], "16505551234", STATUS["recipient_user_id"]]]


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([{"code": 131049}, {"code": 131050}], "131050"),
        ({"code": 131050}, "131050"),
        ([{"title": "none"}, {"code": 131026}], "131026"),
        ([], ""),
        ("131050", ""),
    ],
)
def test_that_somebody_wants_no_marketing_is_read_wherever_it_stands(errors: object, code: str) -> None:
    (updates,) = split(wire(envelope(statuses({**STATUS, "status": "failed", "errors": errors}))), NOW).statuses
    assert updates.updates[0][3] == code


@pytest.mark.parametrize("claimed", [None, "", "0", "soon", -5, 1.5])
def test_a_status_without_a_time_was_told_when_it_was_received(claimed: object) -> None:
    found = split(wire(envelope(statuses({**STATUS, "timestamp": claimed}))), NOW)
    assert [update[1] for update in found.statuses[0].updates] == [NOW // 1000]
    assert found.parked == []


@pytest.mark.parametrize("missing", ["recipient_id", "recipient_user_id"])
def test_a_status_that_names_a_person_in_one_way_only_tells_nothing_of_them(missing: str) -> None:
    status = {name: value for name, value in STATUS.items() if name != missing}
    (updates,) = split(wire(envelope(statuses(status))), NOW).statuses
    assert [len(update) for update in updates.updates] == [6]


@pytest.mark.parametrize("missing", ["recipient_id", "recipient_user_id"])
def test_the_contact_beside_a_status_tells_the_other_id(missing: str) -> None:
    status = {name: value for name, value in STATUS.items() if name != missing}
    beside = {"wa_id": STATUS["recipient_id"], "user_id": STATUS["recipient_user_id"]}
    told = statuses(status)
    told["value"]["contacts"] = [{"wa_id": "34600000000", "user_id": "ES.1"}, beside]
    (updates,) = split(wire(envelope(told)), NOW).statuses
    assert updates.updates[0][6:] == [STATUS["recipient_id"], STATUS["recipient_user_id"]]


STRANGER: Json = {"wa_id": "4915112345678", "user_id": "DE.BBB222"}
ONE, OTHER = {"recipient_id": "5215550001111"}, {"recipient_id": "4915112345678"}


@pytest.mark.parametrize(
    ("named", "contacts", "more", "person"),
    [
        (ONE, [STRANGER], {"messages": [{**TEXT, "from": "4915112345678", "from_user_id": "DE.BBB222"}]}, []),
        (ONE, [STRANGER], {}, []),
        ({"recipient_user_id": "MX.1"}, [STRANGER], {}, []),
        ({}, [STRANGER], {"messages": [TEXT]}, []),
        ({}, [STRANGER], {"message_echoes": [TEXT]}, []),
        ({}, [STRANGER, {"wa_id": "34600000000", "user_id": "ES.1"}], {}, []),
        ({}, [STRANGER], {}, ["4915112345678", "DE.BBB222"]),
        (OTHER, [STRANGER], {"messages": [TEXT]}, ["4915112345678", "DE.BBB222"]),
        ({"recipient_user_id": "DE.BBB222"}, [STRANGER], {"messages": [TEXT]}, ["4915112345678", "DE.BBB222"]),
        (ONE, [{"wa_id": "525550001111", "user_id": "MX.1"}], {}, ["5215550001111", "MX.1"]),
        (ONE, [STRANGER, {"wa_id": "525550001111", "user_id": "MX.1"}], {}, ["5215550001111", "MX.1"]),
        (ONE, [{"user_id": "MX.1"}], {}, []),
    ],
)
def test_no_status_tells_anothers_id_of_a_person(
    named: Json, contacts: list[Json], more: Json, person: list[str]
) -> None:
    status = {name: value for name, value in STATUS.items() if name not in ("recipient_id", "recipient_user_id")}
    told = statuses({**status, **named})
    told["value"] |= {"contacts": contacts, **more}
    (updates,) = split(wire(envelope(told)), NOW).statuses
    assert updates.updates[0][6:] == person


def test_a_status_that_names_nobody_beside_one_that_does_tells_of_nobody() -> None:
    unnamed = {name: value for name, value in STATUS.items() if name not in ("recipient_id", "recipient_user_id")}
    told = statuses(unnamed, {**unnamed, **ONE})
    told["value"]["contacts"] = [STRANGER]
    (updates,) = split(wire(envelope(told)), NOW).statuses
    assert [update[6:] for update in updates.updates] == [[], []]


@pytest.mark.parametrize("kind", ["group", "GROUP", " Group"])
def test_a_status_of_a_group_tells_of_nobody(kind: str) -> None:
    group = {**STATUS, "recipient_id": "12036302123456789", "recipient_type": kind}
    del group["recipient_user_id"]
    told = statuses(group, {**group, "recipient_user_id": CONTACT["user_id"]})
    told["value"]["contacts"] = [{**CONTACT, "wa_id": "12036302123456789"}]
    (updates,) = split(wire(envelope(told)), NOW).statuses
    assert [len(update) for update in updates.updates] == [6, 6]


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        ({"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing_lite"}, "marketing_lite"),
        ({"type": "regular", "category": "authentication-international"}, "authentication-international"),
        ({"billable": True, "pricing_model": "CBP", "category": "utility"}, "utility"),
        ({"billable": False, "pricing_model": "CBP", "category": "utility"}, ""),
        ({"billable": False, "type": "free_entry_point", "category": "referral_conversion"}, "free_entry_point"),
        ({"billable": True, "type": "free_customer_service", "category": "service"}, "free_customer_service"),
        ({"type": "regular", "category": "Ünknown 1"}, "unknown"),
        ({"type": "Regular", "category": "MARKETING"}, "marketing"),
        ({"billable": False, "type": "FREE_CUSTOMER_SERVICE"}, "free_customer_service"),
        ({"type": "regular", "category": "x" * 41}, "unknown"),
        ({"type": "free_" + "x" * 41}, ""),
        ({"type": "type_of_tomorrow", "category": "marketing"}, ""),
        ({}, ""),
        ("regular", ""),
        (None, ""),
    ],
)
def test_the_type_says_whether_it_is_free_and_the_category_what_it_costs(pricing: object, price: str) -> None:
    (updates,) = split(wire(envelope(statuses({**STATUS, "pricing": pricing}))), NOW).statuses
    assert updates.updates[0][4] == price


def test_one_post_may_mix_numbers_accounts_and_kinds() -> None:
    other = {"display_phone_number": "1", "phone_number_id": 888}
    document = envelope(
        messages(TEXT),
        statuses(STATUS, STATUS),
        statuses(STATUS, metadata=other),
        change("message_template_status_update", {"event": "PAUSED", "message_template_id": 1}),
        change("field_of_tomorrow", {"a": 1}),
        time=1739321024,
    )
    document["entry"].append({"id": 999, "changes": [statuses(STATUS), change("security", {"event": "PIN_CHANGED"})]})
    found = split(wire(document), NOW)
    assert len(found.inbound) == 1
    assert [(u.phone_number_id, len(u.updates)) for u in found.statuses] == [(PHONE_ID, 3), ("888", 1)]
    assert [(e.waba_id, e.field, e.sent_at) for e in found.events] == [
        (WABA, "message_template_status_update", 1739321024_999),
        (WABA, "field_of_tomorrow", 1739321024_999),
        ("999", "security", 0),
    ]
    assert not found.parked


@pytest.mark.parametrize("field", ["User_Preferences", " user_preferences ", "user-preferences"])
def test_a_field_is_known_in_any_spelling(field: str) -> None:
    (event,) = split(wire(envelope(change(field, {"user_preferences": []}))), NOW).events
    assert event.field == "user_preferences"


def test_partner_events_name_their_account_inside() -> None:
    value = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "980198427658004", "owner_business_id": "1"}}
    (event,) = split(wire(envelope(change("account_update", value), waba_id="partner-portfolio")), NOW).events
    assert event.waba_id == "980198427658004"


def test_errors_and_user_actions_of_a_messages_change_are_kept() -> None:
    body = messages(TEXT)
    body["value"] |= {"errors": [{"code": 130429}]}
    clicked = messages(TEXT)
    clicked["value"] |= {"user_actions": [{"action_type": "marketing_messages_link_click"}]}
    found = split(wire(envelope(body, clicked)), NOW)
    assert len(found.inbound) == 2
    assert {event.field for event in found.events} == {"messages"}
    assert [set(event.value) for event in found.events] == [
        {"metadata", "errors"},
        {"metadata", "contacts", "user_actions"},
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "body: not JSON"),
        (b"{", "body: not JSON"),
        (b"\xff\xfe", "body: not JSON"),
        (b"[" * 100_000, "body: not JSON"),
        (b"[" * 60 + b"]" * 60, "body: nested too deep"),
        (b"null", "not a WhatsApp Business webhook"),
        (b"[]", "not a WhatsApp Business webhook"),
        (b'{"object":"page","entry":[]}', "not a WhatsApp Business webhook"),
        (b'{"object":"whatsapp_business_account"}', "not a WhatsApp Business webhook"),
        (wire({"object": "whatsapp_business_account", "entry": [7]}), "entry without changes"),
        (wire(envelope(7)), "change without field or value"),  # type: ignore[arg-type]
        (wire(envelope({"field": "messages"})), "change without field or value"),
        (wire(envelope(change("messages", {"messages": [TEXT]}))), "no phone number id"),
        (wire(envelope(change("messages", {"metadata": METADATA}))), "change says nothing"),
        (wire(envelope(change("messages", {"metadata": METADATA, "messages": 7}))), "messages is not a list"),
        (wire(envelope(messages(7))), "messages entry not understood"),  # type: ignore[arg-type]
        (wire(envelope(statuses({"id": "wamid.1"}))), "statuses entry not understood"),
    ],
)
def test_what_cannot_be_routed_is_parked_with_a_reason(raw: bytes, reason: str) -> None:
    found = split(raw, NOW)
    assert [parked.reason for parked in found.parked] == [reason]
    assert [*found.inbound, *found.statuses, *found.events] == []


def test_one_bad_change_does_not_take_the_others_with_it() -> None:
    found = split(wire(envelope(change("messages", {}), messages(TEXT), statuses(STATUS, {"id": "x"}))), NOW)
    assert len(found.inbound) == 1
    assert len(found.statuses[0].updates) == 1
    assert len(found.parked) == 2


def test_many_statuses_are_cut_into_messages_that_fit() -> None:
    listed = [{**STATUS, "id": f"wamid.{'x' * 200}{i}", "biz_opaque_callback_data": "\\" * 500} for i in range(1000)]
    found = split(wire(envelope(statuses(*listed))), NOW)
    assert sum(len(updates.updates) for updates in found.statuses) == 1000
    assert all(len(updates.to_json().encode()) < STATUS_MESSAGE_BYTES + 5_000 for updates in found.statuses)


def test_what_the_business_wrote_in_its_app_is_in_one_line_with_what_it_is_answered() -> None:
    echo = {"from": "15550783881", "to": "16505551234", "to_user_id": CONTACT["user_id"], "id": "wamid.E"}
    value = {"metadata": METADATA, "contacts": [CONTACT], "message_echoes": [{**echo, "type": "text"}, 7]}
    found = split(wire(envelope(change("smb_message_echoes", value), messages(TEXT))), NOW)
    ours, theirs = found.inbound
    assert (ours.message.echo, theirs.message.echo) == (True, False)
    assert ours.message.contact == CONTACT
    assert ours.group == theirs.group
    assert [parked.reason for parked in found.parked] == ["message_echoes entry not understood"]
    assert not found.events


@pytest.mark.parametrize("value", [{"message_echoes": [{"to": "1"}]}, {"metadata": METADATA, "message_echoes": 7}])
def test_echoes_that_belong_nowhere_are_parked(value: Json) -> None:
    found = split(wire(envelope(change("smb_message_echoes", value))), NOW)
    assert [parked.reason for parked in found.parked] == ["echoes without a number or a list"]


@pytest.mark.parametrize("kind", ["history", "smb_app_state_sync"])
def test_a_numbers_past_waits_in_a_line_of_its_own(kind: str) -> None:
    found = split(wire(envelope(change(kind, {"metadata": METADATA}), messages(TEXT))), NOW)
    assert found.long == [SyncTask(kind, WABA, {"metadata": METADATA}, NOW)]
    assert not found.events
    assert len(found.inbound) == 1


def test_characters_that_no_store_takes_are_replaced() -> None:
    odd = {**TEXT, "text": {"body": "a\ud800b\uffffc 👍"}}
    (routed,) = split(json.dumps(envelope(messages(odd))).encode(), NOW).inbound
    assert routed.message.message["text"] == {"body": "a\ufffdb\ufffdc 👍"}


WHOLE = envelope(
    messages(*MESSAGES.values()),
    statuses(STATUS, {**STATUS, "status": "failed", "errors": [{"code": 131026}]}),
    change("message_template_status_update", {"event": "PAUSED", "message_template_id": 5}),
    change("smb_message_echoes", {"metadata": METADATA, "message_echoes": [{**TEXT, "to": "1"}]}),
    change("history", {"metadata": METADATA, "history": [{"threads": [{"id": "1", "messages": [TEXT]}]}]}),
    time=1739321024,
)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_change_of_the_document_makes_it_raise(data: st.DataObject) -> None:
    document = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        container[key] = data.draw(JUNK)
    found = split(json.dumps(document).encode(), NOW)
    for routed in found.inbound:
        routed.message.to_json().encode()
        assert routed.group.isascii()
        assert len(routed.group) == len(routed.dedupe) == 40
    for updates in found.statuses:
        updates.to_json().encode()
    for event in (*found.events, *found.long):
        event.to_json().encode()


@given(st.binary(max_size=200).filter(lambda raw: b'"object"' not in raw))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    """Hypothesis also tries the constants that it finds in the code, of which one is an empty webhook."""
    assert split(raw, NOW).parked


def test_who_wrote_is_found_at_the_same_cost_however_many_wrote() -> None:
    looks = 0

    class Counted(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            nonlocal looks
            looks += 1
            return super().get(key, default)

    people = [str(34_600_000_000 + n) for n in range(500)]
    contacts = [Counted(wa_id=person) for person in people]
    find = finder({"contacts": contacts}, [{"from": person} for person in people])
    assert [find({"from": person}) for person in people] == contacts
    assert looks <= 3 * len(people)
