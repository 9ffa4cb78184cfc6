"""SQS delivers at least once: every consumer gets the same message twice, and the second time nothing changes."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from shared.clock import EpochMs
from shared.ids import CampaignId
from shared.queue_messages import (
    AccountEvent,
    AccountForPeople,
    BillingEvent,
    BotTurn,
    CompactJournal,
    DeliverWebhook,
    ImportFile,
    InboundMessage,
    LoadShard,
    QueueMessage,
    StartCampaign,
    StatusUpdates,
    SweepCampaign,
    WakeLane,
)
from tests.support.api import (
    HTTP,
    Business,
    Json,
    approved_template,
    aws,
    import_csv,
    in_queues,
    journal,
    objects,
    says,
    settle,
    signed_up,
    tables,
    wait_for,
)
from tests.support.campaigns import campaign_body
from tests.support.redelivered_webhooks import WEBHOOKS

PEOPLE = 40
PHONES = [f"+3462{n:07d}" for n in range(3_000_000, 3_000_000 + PEOPLE)]
ASKER = "+34623999999"
_LOOKS_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Scene:
    """A business in the middle of things: a paused campaign, a conversation that a bot answered, a subscription."""

    cloud: LocalCloud
    business: Business
    import_id: str
    template_id: str
    campaign_id: str
    asked: InboundMessage
    turn: BotTurn
    subscription: BillingEvent

    def stored(self) -> Json:
        """All that is kept of the business, and what Meta accepted from it.

        But for who holds its lanes, what ends by itself within the hour, when a contact was last written, what the
        sweep notes each minute of a campaign that stands still, and the feed that tells lanes of a no: it says a no
        again when the no is delivered again, since the first time may have died before it did.
        """
        names = (self.business.tenant_id, self.business.phone_number_id, self.business.waba_id)
        items = {
            table: [item for item in found if any(name in str(item) for name in names) and not _soon_gone(item)]
            for table, found in tables(self.cloud).items()
        }
        for item in items["Sends"]:
            if item["sk"]["S"].startswith("LANE#"):
                for lease in ("owner", "fence", "exp", "hand", "act", "tok", "at"):
                    item.pop(lease, None)
        for item in items["Directory"]:
            if item["sk"]["S"].startswith("CMP#"):
                _forget_the_sweep(item)
        items["Contacts"] = [item for item in items["Contacts"] if not item["pk"]["S"].endswith("#OPT")]
        for item in items["Contacts"]:
            item.pop("updated", None)
        kept = [list(objects(self.cloud, prefix)) for prefix in ("parked/", "account-events/", "imports/")]
        accepted = [entry["seq"] for entry in journal(self.cloud, self.business.phone_number_id)]
        return {**items, "objects": kept, "accepted": accepted}


def _forget_the_sweep(campaign: Json) -> None:
    for name in ("version", "gsi1pk", "gsi1sk"):
        campaign.pop(name, None)
    document = json.loads(campaign["doc"]["S"])
    for name in ("stands_since", "rests_until"):
        document.pop(name, None)
    campaign["doc"] = document


def _soon_gone(item: Json) -> bool:
    """Whether it ends by itself before a busy machine has looked twice."""
    return "ttl" in item and int(item["ttl"]["N"]) < time.time() + _LOOKS_SECONDS


def deliver(cloud: LocalCloud, queue: str, messages: Iterable[QueueMessage]) -> None:
    url = cloud.outputs[f"{queue}QueueUrl"]
    for message in messages:
        fifo = {"MessageGroupId": "redelivery", "MessageDeduplicationId": secrets.token_hex(16)}
        aws(cloud, "sqs").send_message(
            QueueUrl=url, MessageBody=message.to_json(), **(fifo if url.endswith(".fifo") else {})
        )


@pytest.fixture(scope="module")
def scene(cloud: LocalCloud) -> Scene:
    """Its campaign was started, loaded and woken several times over while it was under way."""
    acts = ("stop_share", "button_share", "answer_share", "react_share")
    quiet = {"people": dict.fromkeys(acts, 0), "statuses": {"failed": {}}}
    script(cloud.simulator_url, {**quiet, "templates": {"review_seconds": 0.1}})
    business = signed_up(cloud)
    api, tenant_id = business.owner, business.tenant_id
    job = import_csv(api, "\n".join(["phone", *PHONES]).encode(), tags="all")
    template = approved_template(api, "come_again", "Come again, {{1}}, soon.")
    you = {"body.1": {"source": "constant", "value": "you"}}
    body = campaign_body(business.phone_number_id, template["id"], {"tags": ["all"]}, variables=you)
    campaign_id = api.post("/v1/campaigns", body)["id"]
    api.post(f"/v1/campaigns/{campaign_id}/launch")
    deliver(cloud, "Start", [StartCampaign(tenant_id, campaign_id)] * 2)
    path = f"/v1/campaigns/{campaign_id}"
    wait_for(lambda: api.get(path)["status"], lambda status: status == "sending", pause=0.05)
    deliver(cloud, "Lane", [WakeLane(business.phone_number_id, 0)] * 2)
    deliver(cloud, "Load", [LoadShard(tenant_id, campaign_id, shard) for shard in range(4)])
    wait_for(lambda: api.get(f"{path}/report"), lambda r: r["waiting"] == r["unknown"] == 0)
    api.call("POST", f"{path}/pause")
    rules = [{"match": "contains", "keywords": ["hours"], "reply": "From nine."}]
    api.post("/v1/bots", {"name": "Hours", "rules": rules})
    person = {"phone_number_id": business.phone_number_id, "from": ASKER, "text": "Your hours?"}
    wamid = script(cloud.simulator_url, {"inbound": person})["inbound"]["wamid"]
    conversation = wait_for(lambda: api.get("/v1/conversations")["items"], lambda found: found)[0]
    messages = f"/v1/conversations/{conversation['id']}/messages"
    listed = wait_for(lambda: api.get(messages)["items"], lambda found: len(found) == 2)
    (question,) = (message for message in listed if message["direction"] == "in")
    subscription = _subscribed(cloud, business)
    settle(cloud)
    change = says(business.phone_number_id, ASKER, "Your hours?", wamid)
    return Scene(
        cloud=cloud,
        business=business,
        import_id=job["id"],
        template_id=template["id"],
        campaign_id=campaign_id,
        asked=InboundMessage(business.phone_number_id, change["messages"][0], change["contacts"][0], _now_ms()),
        turn=BotTurn(
            tenant_id,
            business.phone_number_id,
            conversation["contact_id"],
            conversation["id"],
            question["id"],
        ),
        subscription=subscription,
    )


def _now_ms() -> EpochMs:
    """What is received long before it was sent is given another time, and expires."""
    return EpochMs(int(time.time() * 1000))


def _subscribed(cloud: LocalCloud, business: Business) -> BillingEvent:
    stripe = cloud.stripe_simulator_url
    customer = HTTP.post(
        f"{stripe}/v1/customers",
        data={"metadata[tenant_id]": business.tenant_id},
        headers={"authorization": f"Bearer {cloud.stripe_api_key}"},
    ).json()["id"]
    wanted = {"customer": customer, "price": "price_starter", "metadata": {"plan": "starter"}}
    made = script(stripe, {"subscribe": wanted})["subscribe"]
    wait_for(lambda: business.owner.get("/v1/billing/subscription"), lambda found: found["plan"] == "starter")
    return BillingEvent("stripe", "evt_new", "customer.subscription.updated", made["subscription"]["id"], customer)


def test_started_loaded_and_woken_twice_it_goes_out_once(scene: Scene) -> None:
    accepted = journal(scene.cloud, scene.business.phone_number_id)
    sent = Counter(entry["to"].lstrip("+") for entry in accepted if scene.campaign_id in (entry["callback"] or ""))
    assert sent == Counter(phone.lstrip("+") for phone in PHONES)
    report = scene.business.owner.get(f"/v1/campaigns/{scene.campaign_id}/report")
    assert (report["planned"], report["balanced"]) == (PEOPLE, True)


def _person(scene: Scene, text: str) -> InboundMessage:
    change = says(scene.business.phone_number_id, PHONES[0], text)
    return InboundMessage(scene.business.phone_number_id, change["messages"][0], change["contacts"][0], _now_ms())


def _statuses(scene: Scene) -> StatusUpdates:
    """Of a campaign message, of a bot's answer, and of what is not ours."""
    accepted = journal(scene.cloud, scene.business.phone_number_id)
    ours = [next(e for e in accepted if scene.campaign_id in (e["callback"] or "")), accepted[-1]]
    rows: list[list[object]] = [["read", int(time.time()), e["callback"], "", True, e["wamid"]] for e in ours]
    rows.append(["failed", int(time.time()), ours[0]["callback"], "131026", False, ours[0]["wamid"]])
    return StatusUpdates(scene.business.phone_number_id, [*rows, ["sent", int(time.time()), "", "", False, "wamid.x"]])


def _preference(scene: Scene) -> AccountEvent:
    chosen = {"wa_id": PHONES[1][1:], "category": "marketing_messages", "value": "stop", "timestamp": int(time.time())}
    value: Json = {
        "metadata": {"phone_number_id": scene.business.phone_number_id},
        "contacts": [{"wa_id": PHONES[1][1:]}],
        "user_preferences": [chosen],
    }
    return AccountEvent(scene.business.waba_id, "user_preferences", value, EpochMs(1))


def _paused_template(scene: Scene) -> AccountEvent:
    value: Json = {"event": "PAUSED", "message_template_id": scene.template_id, "message_template_language": "en"}
    at = _now_ms()
    return AccountEvent(scene.business.waba_id, "message_template_status_update", value, at, at)


def _webhook(scene: Scene) -> DeliverWebhook:
    """To a port where nobody listens; a test, so that no attempt follows by itself."""
    wish = {"url": "http://127.0.0.1:9/", "events": ["endpoint.disabled"]}
    endpoint, now = scene.business.owner.post("/v1/webhook-endpoints", wish), int(time.time() * 1000)
    asked = f"/v1/webhook-endpoints/{endpoint['id']}/deliveries"
    wait_for(lambda: scene.business.owner.get(asked)["items"], lambda found: found and found[0]["status"] == "failed")
    return DeliverWebhook(
        tenant_id=scene.business.tenant_id,
        endpoint_id=endpoint["id"],
        event_id="evt_1",
        event_type="endpoint.test",
        created_at=EpochMs(now),
        body="{}",
        due_at=EpochMs(now),
        test=True,
    )


CASES: dict[str, tuple[str, Callable[[Scene], QueueMessage]]] = {
    "an answered question": ("Inbound", lambda scene: scene.asked),
    "a question": ("Inbound", lambda scene: _person(scene, "What are your hours?")),
    "a STOP": ("Inbound", lambda scene: _person(scene, "stop")),
    "statuses": ("Status", _statuses),
    "a preference": ("Account", _preference),
    "a template's pause": ("Account", _paused_template),
    "a start": ("Start", lambda scene: StartCampaign(scene.business.tenant_id, CampaignId(scene.campaign_id))),
    "a shard": ("Load", lambda scene: LoadShard(scene.business.tenant_id, CampaignId(scene.campaign_id), 3)),
    "an account of people": (
        "Load",
        lambda scene: AccountForPeople(scene.business.tenant_id, CampaignId(scene.campaign_id), 0, 0),
    ),
    "a shard in the dry runs' queue": (
        "DryRun",
        lambda scene: LoadShard(scene.business.tenant_id, CampaignId(scene.campaign_id), 3),
    ),
    "a turn that is over": (
        "Sweep",
        lambda scene: SweepCampaign(scene.business.tenant_id, CampaignId(scene.campaign_id), "over"),
    ),
    "a journal": (
        "Compact",
        lambda scene: CompactJournal(scene.business.tenant_id, CampaignId(scene.campaign_id), 0, 10),
    ),
    "a wake": ("Lane", lambda scene: WakeLane(scene.business.phone_number_id, 0)),
    "a bot's turn": ("Bot", lambda scene: scene.turn),
    "a payment event": ("Billing", lambda scene: scene.subscription),
    "a webhook to a tenant": ("Webhook", _webhook),
    "an import": ("Import", lambda scene: ImportFile(scene.business.tenant_id, scene.import_id)),
}


def test_what_comes_twice_changes_nothing(scene: Scene) -> None:
    made = [(queue, make(scene)) for queue, make in CASES.values()]
    made += [(queue, make(scene)) for queue, make in WEBHOOKS.values()]
    stored = []
    for _ in range(2):
        for queue, message in made:
            deliver(scene.cloud, queue, [message])
        settle(scene.cloud)
        stored.append(scene.stored())
    assert differences(*stored) == []
    assert in_queues(scene.cloud, [f"{queue}DeadLetter" for queue in sorted({queue for queue, _ in made})]) == 0


def differences(before: Json, after: Json) -> list[tuple[str, object, object]]:
    """(table, item before, item after) of what changed, so that a failure shows it and nothing else."""
    changed = []
    for table in sorted({*before, *after}):
        old, new = before.get(table, []), after.get(table, [])
        if not isinstance(old, list) or not isinstance(new, list):
            changed += [(table, old, new)] if old != new else []
            continue
        changed += [(table, item, None) for item in old if item not in new]
        changed += [(table, None, item) for item in new if item not in old]
    return changed


def test_every_consumer_has_a_case(scene: Scene) -> None:
    """Consumers of queues. What reads a table's stream has its own tests."""
    mappings = scene.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    queues = [mapping for mapping in mappings if ":sqs:" in mapping["EventSourceArn"]]
    assert len({queue for queue, _ in (*CASES.values(), *WEBHOOKS.values())}) == len(queues)
