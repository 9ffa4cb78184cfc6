"""What the operators' command does: nothing without --yes, and an entry in the audit for all that it does."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config

from functions.webhook_ingest import inbound_handler
from infra.ops import sending
from infra.ops.__main__ import parser
from infra.ops.desk import Answer, Desk
from infra.ops.stack import Stack
from shared.clients.parking import Parking
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Tenant
from shared.domain.campaigns.sending_stop import SendingStop
from shared.errors import AppError, Conflict, NotFound
from shared.ids import TenantId, new_ulid
from shared.queue_messages import InboundMessage
from shared.store.audit.trail import AuditTrail, Span
from tests.support.consumers import Deps, build
from tests.support.fake_aws import Context, FakeAws, sqs_event
from tests.support.webhook_payloads import CONTACT, PHONE_ID, STATUS, TENANT, TEXT


@pytest.fixture
def desk(aws: FakeAws) -> Desk:
    outputs = {f"{name}QueueUrl": aws.env[f"{name.upper()}_QUEUE_URL"] for name in ("Inbound", "Status")}
    mine = new_ulid()
    for name, end in (("Inbound", ".fifo"), ("Status", "")):
        attributes = {"FifoQueue": "true"} if end else {}
        made = aws.sqs.create_queue(QueueName=f"{name}-{mine}{end}", Attributes=attributes)
        outputs[f"{name}DeadLetterQueueUrl"] = made["QueueUrl"]
    outputs |= {"DataBucketName": "data", "TokenKeyArn": "key"}
    return Desk(aws.database(), Stack("test", outputs, {}), epoch_ms())


def ops(desk: Desk, *words: str) -> Answer:
    args = parser().parse_args(words)
    found: Answer = args.run(desk, args)
    return found


def audited(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one["action"], one["target"], one["outcome"]) for one in ops(desk, "audit", "list")["operations"]]


def die(aws: FakeAws, desk: Desk, queue: str, *bodies: str, **more: Any) -> None:
    for body in bodies:
        aws.sqs.send_message(QueueUrl=desk.stack.dead_letters[queue], MessageBody=body, **more)


def test_a_stop_needs_yes_and_a_reason_and_is_seen_by_everybody(desk: Desk) -> None:
    words = ("sending", "stop", "--platform", "--reason", "a drill")
    assert "nothing_was_done" in ops(desk, *words)
    assert desk.stops.read(None, consistent=True) is None
    assert audited(desk) == []
    assert ops(desk, *words, "--yes")["stopped"]
    standing = desk.stops.read(None, consistent=True)
    assert standing == SendingStop("a drill", "operator", desk.now, platform=True)
    assert ops(desk, "sending", "status", "--platform")["platform"]["reason"] == "a drill"
    with pytest.raises(Conflict, match="already"):
        ops(desk, *words, "--for-real")
    assert ops(desk, "sending", "stop", "--platform", "--everything", "--reason", "worse", "--yes")["stopped"]
    assert ops(desk, "sending", "resume", "--platform", "--reason", "over", "--yes")["of_it"] == {"stopped": False}
    with pytest.raises(Conflict, match="not stopped"):
        ops(desk, "sending", "resume", "--platform", "--reason", "over", "--yes")
    assert audited(desk)[::-1] == [
        ("sending.stop", "platform", "done"),
        ("sending.stop", "platform", "failed: Conflict"),
        ("sending.stop", "platform", "done"),
        ("sending.resume", "platform", "done"),
    ]


def verbs_with_a_reason(words: tuple[str, ...], of: argparse.ArgumentParser) -> Iterator[tuple[str, ...]]:
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, verb in action.choices.items():
                yield from verbs_with_a_reason((*words, name), verb)
        elif action.dest == "reason":
            yield words


@pytest.mark.parametrize("words", list(verbs_with_a_reason((), parser())), ids=" ".join)
@pytest.mark.parametrize("reason", ["", " ", "\t"])
def test_a_blank_reason_is_none(words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    rest = {
        "letters": ("Status", "--all"),
        "parked": ("--key", "k"),
        "campaign": ("t", "c"),
        "sending": ("--platform",),
        "operators": ("kim@platform.example",),
        "members": ("rui@example.com",),
    }[words[0]]
    with pytest.raises(SystemExit):
        parser().parse_args([*words, *rest, "--reason", reason])
    assert "say why" in capsys.readouterr().err
    assert parser().parse_args([*words, *rest, "--reason", " over "]).reason == "over"


def test_a_restored_directory_is_stopped_before_it_is_in_use(desk: Desk, aws: FakeAws) -> None:
    restored = Desk(replace(desk.database, env={"DIRECTORY_TABLE": aws.env["CONTACTS_TABLE"]}), desk.stack, desk.now)
    table = ("--table", restored.database.directory)
    words = ("sending", "stop", "--platform", "--everything", *table, "--reason", "restore", "--yes")
    assert ops(desk, *words)["stopped"]
    assert ops(desk, "sending", "status", "--platform", *table)["platform"]["reason"] == "restore"
    standing = restored.stops.of(TENANT)
    assert standing is not None
    assert standing.everything
    assert desk.stops.read(None, consistent=True) is None, "the one in use is another"
    assert audited(desk) == [("sending.stop", f"platform in {table[1]}", "done")]


def test_a_tenants_stop_is_in_its_own_log_too(desk: Desk) -> None:
    tenant = TenantId(new_ulid())
    desk.directory.create(tenant, "TENANT", Tenant(tenant, "Shop", "ES"))
    words = ("--tenant", tenant, "--reason", "unpaid", "--yes")
    of = Span(EpochMs(desk.now - 1), EpochMs(desk.now + 1))
    assert ops(desk, "sending", "stop", *words)["stopped"]
    with pytest.raises(Conflict, match="already"):
        ops(desk, "sending", "stop", *words)
    assert not ops(desk, "sending", "resume", *words)["of_it"]["stopped"]
    entries = AuditTrail(desk.directory).page(tenant, of, 10, None).items
    assert sorted((str(one.action), str(one.status), one.cause) for one in entries) == [
        ("tenant.sending_resumed", "done", ""),
        ("tenant.sending_stopped", "done", ""),
        ("tenant.sending_stopped", "refused", "already_stopped"),
    ]
    assert {(one.actor.kind, one.actor.actor_id, one.reason) for one in entries} == {("operator", "operator", "unpaid")}


def test_a_tenants_stop_is_shown_beside_the_platforms(desk: Desk, aws: FakeAws) -> None:
    build(aws.database(), aws.env)
    desk.stops.stop(TENANT, SendingStop("unpaid", "somebody", desk.now))
    assert sending.shown(desk.stops.of(TENANT))["of"] == "this tenant"
    assert sending.shown(None) == {"stopped": False}


def test_letters_are_read_without_what_is_personal_and_stay(aws: FakeAws, desk: Desk) -> None:
    die(aws, desk, "Status", json.dumps({"phone_number_id": PHONE_ID, "message": TEXT}))
    assert ops(desk, "letters", "list") == {"letters": 1, "queues": {"Status": 1}}
    shown = json.dumps(ops(desk, "letters", "read", "Status"))
    assert CONTACT["wa_id"] not in shown
    assert TEXT["text"]["body"] not in shown
    assert PHONE_ID in shown
    assert TEXT["text"]["body"] in str(ops(desk, "letters", "read", "Status", "--personal"))
    assert ops(desk, "letters", "list")["letters"] == 1


def test_letters_go_back_to_their_queue_with_their_group(aws: FakeAws, desk: Desk) -> None:
    die(aws, desk, "Inbound", "one", MessageGroupId="g", MessageDeduplicationId="1")
    die(aws, desk, "Inbound", "two", MessageGroupId="g", MessageDeduplicationId="2")
    assert "nothing_was_done" in ops(desk, "letters", "replay", "Inbound", "--all")
    assert aws.received("Inbound") == []
    done = ops(desk, "letters", "replay", "Inbound", "--all", "--yes")
    assert (done["replayed"], done["left"]) == (2, 0)
    found = aws.received("Inbound")
    assert [(one["Body"], one["Attributes"]["MessageGroupId"]) for one in found] == [("one", "g"), ("two", "g")]
    assert ops(desk, "letters", "list")["letters"] == 0
    assert audited(desk) == [("letters.replay", "Inbound all", "done")]


def test_one_letter_is_dropped_and_the_others_stay(aws: FakeAws, desk: Desk) -> None:
    die(aws, desk, "Status", "one", "two", "three")
    wanted = next(one["id"] for one in ops(desk, "letters", "read", "Status")["letters"] if one["body"] == "two")
    words = ("letters", "drop", "Status", "--id", wanted, "--reason", "of a test")
    assert "nothing_was_done" in ops(desk, *words)
    assert ops(desk, *words, "--yes")["dropped"] == 1
    assert sorted(one["body"] for one in ops(desk, "letters", "read", "Status")["letters"]) == ["one", "three"]
    with pytest.raises(NotFound, match="no such letter"):
        ops(desk, *words, "--yes")
    with pytest.raises(NotFound, match="Inbound, Status"):
        ops(desk, "letters", "read", "Nothing")


def fifteen_in_one_group(aws: FakeAws, desk: Desk) -> list[str]:
    """Their ids, the oldest first."""
    url = desk.stack.dead_letters["Inbound"]
    sent = [
        aws.sqs.send_message(QueueUrl=url, MessageBody=str(n), MessageGroupId="g", MessageDeduplicationId=str(n))
        for n in range(15)
    ]
    return [one["MessageId"] for one in sent]


def test_all_of_a_group_are_worked_off_in_their_order_and_what_is_not_shown_is_said(aws: FakeAws, desk: Desk) -> None:
    fifteen_in_one_group(aws, desk)
    shown = ops(desk, "letters", "read", "Inbound")
    assert (len(shown["letters"]), shown["not_shown"]) == (10, 5)
    assert "ten oldest" in shown["note"]
    done = ops(desk, "letters", "replay", "Inbound", "--all", "--most", "12", "--yes")
    assert (done["replayed"], done["left"]) == (12, 3)
    done = ops(desk, "letters", "drop", "Inbound", "--all", "--reason", "of a test", "--yes")
    assert (done["dropped"], done["left"]) == (3, 0)
    assert [one["Body"] for one in aws.received("Inbound")][:10] == [str(n) for n in range(10)]


def test_one_behind_ten_is_reached_as_its_refusal_says(aws: FakeAws, desk: Desk) -> None:
    wanted = fifteen_in_one_group(aws, desk)[12]
    words = ("letters", "drop", "Inbound", "--id", wanted, "--reason", "of a test", "--yes")
    for asked in (words, ("letters", "read", "Inbound", "--id", wanted)):
        with pytest.raises(NotFound, match="ten oldest, and those behind them once these are replayed or dropped"):
            ops(desk, *asked)
    assert ops(desk, "letters", "list")["letters"] == 15
    ops(desk, "letters", "replay", "Inbound", "--all", "--most", "3", "--yes")
    assert ops(desk, *words)["left"] == 11


def parked(aws: FakeAws, desk: Desk, reason: str, raw: object) -> str:
    return Parking(desk.aws, "data").park(reason, raw)


def test_a_parked_message_goes_back_to_its_queue_and_is_taken_once(
    aws: FakeAws, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was parked because its number was nobody's; since then it was connected."""
    made: Deps = build(aws.database(), aws.env)
    made.serve(monkeypatch)
    text = {**TEXT, "timestamp": str(desk.now // 1000)}
    body = InboundMessage(PHONE_ID, text, CONTACT, desk.now).to_json()
    inbound_handler.lambda_handler(sqs_event(body, group="g"), Context())
    (one,) = ops(desk, "parked", "list")["newest"]
    assert one["reason"].endswith("unknown phone number")
    shown = ops(desk, "parked", "read", one["key"])
    assert shown["would_go"] == "to the Inbound queue"
    assert CONTACT["wa_id"] not in json.dumps(shown)
    for _ in range(2):
        key = one["key"]
        assert "nothing_was_done" in ops(desk, "parked", "replay", "--key", key)
        assert ops(desk, "parked", "replay", "--key", key, "--yes")["replayed"] == 1
        (back,) = aws.received("Inbound")
        assert back["Body"] == body
        assert back["Attributes"]["MessageGroupId"]
        with pytest.raises(NotFound):
            ops(desk, "parked", "read", key)
        assert parked(aws, desk, one["reason"], body) == key
    assert [action for action, *_ in audited(desk)] == ["parked.replay"] * 2


def test_what_has_no_way_stays_and_can_be_dropped_by_its_reason(aws: FakeAws, desk: Desk) -> None:
    rows = [["sent", "1750030073", "", "", "", STATUS["id"]]]
    key = parked(aws, desk, "statuses of a number that is nobody's", rows)
    other = parked(aws, desk, "change says nothing", {"metadata": {}})
    assert list(ops(desk, "parked", "replay", "--key", key, "--yes")["not_replayed"]) == [key]
    words = ("parked", "drop", "--because", "statuses of", "--reason", "nobody's")
    assert ops(desk, *words)["keys"] == [key]
    assert ops(desk, *words, "--yes")["dropped"] == 1
    assert [one["key"] for one in ops(desk, "parked", "list")["newest"]] == [other]
    with pytest.raises(AppError, match="begins with"):
        ops(desk, "parked", "read", "imports/x")


def test_what_aws_does_not_answer_is_named_beside_what_it_does(desk: Desk, aws: FakeAws) -> None:
    once = Config(retries={"total_max_attempts": 1})
    desk.aws._clients["cloudformation"] = desk.database.session.create_client(
        "cloudformation", endpoint_url="http://127.0.0.1:1", config=once
    )
    aws.sqs.send_message(QueueUrl=desk.stack.queues["StatusQueue"], MessageBody="one")
    found = ops(desk, "gauges", "list")
    assert found["queues"] == {"StatusQueue": 1}
    assert found["not_answered"] == {"functions and tables": "EndpointConnectionError"}
    assert found["failed"], "so that a script sees it"
