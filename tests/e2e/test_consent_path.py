"""A no is heard while all that others wrote before it still waits."""

import secrets
import time
from collections.abc import Iterator

import pytest

from infra.local.cloud import LocalCloud
from tests.support.api import (
    Business,
    Json,
    approved_template,
    aws,
    envelope,
    import_csv,
    in_queues,
    journal,
    post_webhook,
    says,
    settle,
    signed_up,
    take_inbound,
    wait_for,
)
from tests.support.campaigns import campaign_body

CROWD, IN_A_POST = 200, 100


@pytest.fixture(scope="module")
def business(cloud: LocalCloud) -> Business:
    return signed_up(cloud)


@pytest.fixture(autouse=True)
def nothing_waits(cloud: LocalCloud) -> Iterator[None]:
    yield
    # What the crowd wrote need not be worked through.
    aws(cloud, "sqs").purge_queue(QueueUrl=cloud.outputs["InboundQueueUrl"])
    take_inbound(cloud, on=True)
    settle(cloud)


def person() -> str:
    return f"+346{secrets.randbelow(10**8):08d}"


def crowd(business: Business) -> list[Json]:
    """Webhooks in which many others write something."""
    strangers = [says(business.phone_number_id, person(), "Do you have it in blue?") for _ in range(CROWD)]
    posts = [strangers[i : i + IN_A_POST] for i in range(0, CROWD, IN_A_POST)]
    return [envelope(*((business.waba_id, "messages", value) for value in part)) for part in posts]


def said(business: Business, phone: str, text: str) -> Json:
    return envelope((business.waba_id, "messages", says(business.phone_number_id, phone, text)))


def in_settings(business: Business, phone: str) -> tuple[str, str, Json]:
    chosen = {"wa_id": phone[1:], "category": "marketing_messages", "value": "stop", "timestamp": int(time.time())}
    metadata = {"phone_number_id": business.phone_number_id}
    return business.waba_id, "user_preferences", {"metadata": metadata, "user_preferences": [chosen]}


def opted_out(business: Business, phone: str) -> bool:
    found: Json = business.owner.post("/v1/contacts", {"phone": phone})
    return bool(found["opted_out"])


@pytest.fixture(scope="module")
def campaign(cloud: LocalCloud, business: Business) -> tuple[str, list[str]]:
    """The path of a campaign that stands still half-way, and the phones of those whose turn comes last."""
    people = [person() for _ in range(120)]
    rows = "\n".join(["phone,name", *(f"{phone},Ana" for phone in people)])
    import_csv(business.owner, rows.encode(), tags="crowd")
    template = approved_template(business.owner, f"crowd_{secrets.token_hex(3)}")
    body = campaign_body(business.phone_number_id, template["id"], {"tags": ["crowd"]})
    path = f"/v1/campaigns/{business.owner.post('/v1/campaigns', body)['id']}"
    business.owner.post(f"{path}/launch")
    wait_for(lambda: business.owner.get(f"{path}/report"), lambda report: report["sent"])
    business.owner.post(f"{path}/pause")
    settle(cloud)
    report = business.owner.get(f"{path}/report")
    assert report["waiting"] >= 20
    # Audiences are in order of contact id.
    ids = {contact["phone"]: contact["id"] for contact in business.owner.pages("/v1/contacts", limit=100)}
    return path, sorted(people, key=lambda phone: str(ids[phone]))[-20:]


def test_a_no_is_stored_and_kept_while_hundreds_of_messages_still_wait(
    cloud: LocalCloud, business: Business, campaign: tuple[str, list[str]]
) -> None:
    path, last = campaign
    assert post_webhook(cloud, said(business, person(), "stop")).status_code == 200  # so that the functions are warm
    settle(cloud)
    # However long the crowd has to wait.
    take_inbound(cloud, on=False)
    for document in crowd(business):
        assert post_webhook(cloud, document).status_code == 200
    for phone in last[:10]:
        assert post_webhook(cloud, said(business, phone, "Please stop.")).status_code == 200
    assert post_webhook(cloud, envelope(*(in_settings(business, phone) for phone in last[10:]))).status_code == 200
    wait_for(lambda: [opted_out(business, phone) for phone in last], all, pause=0.05)
    assert in_queues(cloud, ("Inbound",)) > CROWD // 2
    # Their own messages wait behind the crowd's, so it is by the path of consent that the campaign spares them.
    business.owner.post(f"{path}/resume")
    wait_for(lambda: business.owner.get(f"{path}/report"), lambda report: not report["waiting"])
    assert in_queues(cloud, ("Inbound",)) > 0
    accepted = {entry["to"].lstrip("+") for entry in journal(cloud, business.phone_number_id)}
    assert accepted
    assert accepted.isdisjoint(phone[1:] for phone in last)
