"""The operators' command in a deployment: what it shows is so, and what it does has its effect."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from infra.local.cloud import STACK, LocalCloud
from infra.ops.__main__ import main
from tests.support.api import (
    Business,
    Json,
    approved_template,
    aws,
    envelope,
    import_csv,
    journal,
    post_webhook,
    says,
    signed_up,
    wait_for,
)
from tests.support.campaigns import campaign_body
from tests.support.own_environment import own_environment

__all__ = ["own_environment"]
Ops = Callable[..., Json]
NO, YES = "+34622000001", "+34622000002"


@pytest.fixture
def ops(cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> Ops:
    def run(*words: str, status: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--endpoint", cloud.endpoint, "--json", *words]) == status
        said = capsys.readouterr()
        return json.loads(said.out) if said.out else said.err

    return run


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    made = signed_up(cloud)
    import_csv(made.owner, f"phone\n{NO}\n{YES}\n".encode())
    return made


@pytest.fixture(scope="module", autouse=True)
def beginning(business: Business) -> str:
    """The cursor behind which all that happens here stands."""
    return str(business.owner.get("/v1/events")["next_cursor"])


@pytest.fixture(scope="module")
def template(business: Business) -> str:
    return str(approved_template(business.owner, "of_operators")["id"])


def launched(business: Business, template: str, name: str) -> str:
    body = campaign_body(business.phone_number_id, template, {"everyone": True}, name)
    campaign_id = str(business.owner.post("/v1/campaigns", body)["id"])
    business.owner.post(f"/v1/campaigns/{campaign_id}/launch")
    return campaign_id


def opted_out(business: Business, phone: str) -> bool:
    found = [one for one in business.owner.pages("/v1/contacts") if one["phone"] == phone]
    return bool(found and found[0]["opted_out_at"])


def test_a_poison_webhook_is_heard_then_looked_at_then_tried_again(
    cloud: LocalCloud, business: Business, ops: Ops
) -> None:
    value = says(business.phone_number_id, NO, "STOP")
    poison = envelope((business.waba_id, "messages", {**value, "messages": value["messages"][0]}))
    assert post_webhook(cloud, poison).status_code == 200
    wait_for(lambda: opted_out(business, NO), bool)
    reason = "messages is not a list"
    (parked,) = [one for one in ops("parked", "list")["newest"] if one["reason"] == reason]
    shown = ops("parked", "read", parked["key"])
    assert shown["would_go"].startswith("by the public door")
    assert NO[1:] not in json.dumps(shown)
    assert "nothing_was_done" in ops("parked", "replay", "--key", parked["key"])
    done = ops("parked", "replay", "--key", parked["key"], "--yes")
    assert done["replayed"] == 1
    # It is still not understood, so it is parked once more, and what was heard stays as it was.
    assert reason in [one["reason"] for one in ops("parked", "list")["newest"]]
    assert len(ops("person", "consent", business.tenant_id, NO)["said"]) == 1
    assert done["audit"] in [one["id"] for one in ops("audit", "list")["operations"]]


def test_a_stop_holds_campaigns_and_agents_until_it_is_lifted(
    cloud: LocalCloud, business: Business, template: str, ops: Ops
) -> None:
    assert post_webhook(
        cloud, envelope((business.waba_id, "messages", says(business.phone_number_id, YES, "Hello")))
    ).is_success
    conversations = f"/v1/conversations?phone_number_id={business.phone_number_id}"
    (conversation,) = wait_for(lambda: business.owner.get(conversations)["items"], bool)
    stop = ("sending", "stop", "--tenant", business.phone_number_id, "--everything", "--reason", "a drill")
    assert "nothing_was_done" in ops(*stop)
    assert ops(*stop, "--yes")["stopped"]
    answer = business.owner.call(
        "POST", f"/v1/conversations/{conversation['id']}/messages", {"type": "text", "text": {"body": "Hi"}}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "sending_stopped")
    campaign_id = launched(business, template, "held")
    seen = ops("campaign", "status", business.waba_id, campaign_id)
    assert seen["why_not_sending"][0]["code"] == "tenant_stopped"
    assert ops("tenant", "status", business.tenant_id)["sending"]["reason"] == "a drill"
    time.sleep(1)
    assert ops("campaign", "status", business.tenant_id, campaign_id)["status"] == "scheduled"
    assert journal(cloud, business.phone_number_id) == []
    ops("sending", "resume", "--tenant", business.tenant_id, "--reason", "over", "--yes")
    # Its tenant need not wait for the sweep.
    business.owner.post(f"/v1/campaigns/{campaign_id}/launch")

    def why(phone: str) -> tuple[bool, str, str]:
        found = ops("person", "why", business.tenant_id, campaign_id, phone)
        return found["got_it"], found["code"], found["outcome"]

    wait_for(lambda: why(YES), lambda found: found[0])
    assert why(NO) == (False, "opted_out", "skipped")
    assert ops("campaign", "status", business.tenant_id, campaign_id)["books"]["balanced"]
    number = ops("number", "status", business.phone_number_id)
    assert (number["status"], number["sending"]) == ("active", {"stopped": False})


def test_letters_go_back_and_are_taken_once(cloud: LocalCloud, business: Business, ops: Ops) -> None:
    value = says(business.phone_number_id, "+34622000003", "Is it still there?")
    inbound = {
        "phone_number_id": business.phone_number_id,
        "message": value["messages"][0],
        "contact": value["contacts"][0],
        "received_at": int(time.time() * 1000),
    }
    for n in range(2):
        aws(cloud, "sqs").send_message(
            QueueUrl=cloud.outputs["InboundDeadLetterQueueUrl"],
            MessageBody=json.dumps(inbound),
            MessageGroupId="a",
            MessageDeduplicationId=f"{business.tenant_id}{n}",
        )
    assert ops("letters", "list")["queues"]["Inbound"] == 2
    assert "34622000003" not in json.dumps(ops("letters", "read", "Inbound"))
    assert ops("letters", "replay", "Inbound", "--all", "--yes")["replayed"] == 2

    def texts() -> list[str]:
        conversations = business.owner.pages("/v1/conversations")
        return [one["last_message_text"] for one in conversations if "still there" in (one["last_message_text"] or "")]

    assert len(wait_for(texts, bool)) == 1
    assert "Inbound" not in ops("letters", "list")["queues"]


def test_an_account_is_subscribed_again(business: Business, ops: Ops) -> None:
    seen = ops("waba", "status", business.waba_id)
    assert (seen["token"], seen["subscribed"], seen["tenant"]) == ("works", True, business.tenant_id)
    assert "nothing_was_done" in ops("waba", "subscribe", business.waba_id)
    assert ops("waba", "subscribe", business.waba_id, "--yes")["subscribed"]


@pytest.mark.parametrize("name", ["meta_app_secret", "meta_verify_token", "stripe_webhook_secret", "stripe_api_key"])
def test_the_public_door_goes_by_the_secrets_that_are_stored(name: str, ops: Ops) -> None:
    found = ops("secret", "check", name)
    assert (found["current_is_gone_by"], found["another_is_refused"], found["failed"]) == (True, True, False)


def test_changes_that_nobody_was_told_of_are_told_once_more(
    cloud: LocalCloud, business: Business, beginning: str, ops: Ops
) -> None:
    """As the letter of a batch that failed says where they stand, under the ids that they had."""
    first = says(business.phone_number_id, "+34622000004", "Tell me")
    assert post_webhook(cloud, envelope((business.waba_id, "messages", first))).is_success

    def told() -> Counter[str]:
        found = business.owner.get("/v1/events", after=beginning)
        assert not found["more"]
        return Counter(one["id"] for one in found["items"] if not one["type"].startswith("campaign."))

    once = wait_for(told, bool)
    streams = aws(cloud, "dynamodbstreams")
    table = cloud.outputs["ConversationsTableName"]
    arn = aws(cloud, "dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    place = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    ours: list[Any] = []
    while not ours:  # Other tests may have changed more than a page of it before.
        page = streams.get_records(ShardIterator=place, Limit=1000)
        assert page["Records"]
        ours = [one["dynamodb"] for one in page["Records"] if business.tenant_id in one["dynamodb"]["Keys"]["pk"]["S"]]
        place = page["NextShardIterator"]
    info = {
        "streamArn": arn,
        "shardId": shard,
        "startSequenceNumber": ours[0]["SequenceNumber"],
        "endSequenceNumber": ours[-1]["SequenceNumber"],
        "approximateArrivalOfFirstRecord": "2026-11-30T07:00:00.000Z",
        "approximateArrivalOfLastRecord": "2026-11-30T08:00:00.000Z",
        "batchSize": len(ours),
    }
    letter = json.dumps({"DDBStreamBatchInfo": info})
    aws(cloud, "sqs").send_message(QueueUrl=cloud.outputs["ChangeDeadLetterQueueUrl"], MessageBody=letter)
    (listed,) = ops("changes", "list")["changes"]
    assert (listed["table"], listed["by"]) == (table, "the stream")
    assert "nothing_was_done" in ops("changes", "rebuild")

    assert ops("changes", "rebuild", "--yes")["events"] > 0
    assert ops("changes", "list")["letters"] == 0
    again = wait_for(told, lambda found: any(times > 1 for times in found.values()))
    assert set(once) <= set(again)


def test_what_aws_counts_of_a_function_is_shown(cloud: LocalCloud, ops: Ops) -> None:
    name = f"{STACK}-CampaignStart"
    assert "FunctionError" in aws(cloud, "lambda").invoke(FunctionName=name, Payload=b"{}")
    (shown,) = [one for one in ops("gauges", "list")["functions"] if one["function"] == name]
    assert (shown["errors"], bool(shown["code_since"])) == (1, True)


def test_it_is_a_command(cloud: LocalCloud, business: Business, ops: Ops) -> None:
    command = [sys.executable, "-m", "infra.ops", "--endpoint", cloud.endpoint, "tenant", "status", business.waba_id]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, f"tenant: {business.tenant_id}" in done.stdout) == (0, True)
    assert "nobody's" in ops("number", "status", "nobody", status=1)
