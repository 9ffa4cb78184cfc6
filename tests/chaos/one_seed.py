"""One seed: a business, its campaign, what befalls it meanwhile, and how it ended."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.local.cloud import LocalCloud
from infra.local.services import script
from shared.ids import CampaignId
from shared.queue_messages import LoadShard, QueueMessage, StartCampaign, WakeLane
from tests.chaos.evidence import Evidence
from tests.chaos.plan import Event, Plan, plan_of
from tests.chaos.saboteur import Saboteur, Target
from tests.chaos.verdict import Verdict, judge
from tests.support.api import Business, approved_template, import_csv, post_webhook, signed_up
from tests.support.campaigns import campaign_body

_BOUND_SECONDS = 300.0
"""From the launch until the campaign is complete; with leases of 15 s and pauses of 30 s, most need under 90."""
_CATCH_UP_SECONDS = 90.0
"""From then until every webhook that was taken shows in the books."""
_REDELIVERY_SECONDS = 20.0
_LOADED_SECONDS = 60.0
_PROBLEMS_SHOWN = 5


class Stopped(Exception):
    """The run was told to end."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What all seeds of a run share. `stop` ends them early; `sqs` is a boto3 client."""

    cloud: LocalCloud
    sqs: Any
    evidence: Evidence
    saboteur: Saboteur
    stop: threading.Event


@dataclass(slots=True)
class OneSeed:
    stage: Stage
    plan: Plan
    business: Business
    campaign_id: str
    audience: dict[str, str]
    target: Target
    verdict: Verdict = field(default_factory=Verdict)
    repeats: int = 0
    too_late: list[str] = field(default_factory=list)

    def line(self) -> str:
        record = self.stage.evidence.of(self.campaign_id)
        faults = self.target.faults.total() + record.faults + self.repeats
        verdict = self.verdict
        return (
            f"seed={self.plan.seed} kills={self.target.kills.total()} faults={faults} planned={verdict.planned} "
            f"double_sent={verdict.double_sent} lost={verdict.lost} unknown={verdict.unknown}"
        ) + "".join(f"\n  {problem}" for problem in verdict.problems[:_PROBLEMS_SHOWN])

    def run(self) -> None:
        """Launch, disturb, and wait for the end; the verdict is there afterwards."""
        launched = time.monotonic()
        self._launch()
        for event in self.plan.events:
            self._sleep(launched + event.at - time.monotonic())
            self._happen(event)
        state = self._follow(launched + _BOUND_SECONDS)
        self.stage.saboteur.leave(self.target)
        if state not in self._ends():
            self.too_late = [f"the campaign is {state} after {_BOUND_SECONDS:.0f} s"]
        until = time.monotonic() + _CATCH_UP_SECONDS
        self.look()
        while not self.verdict.clean and time.monotonic() < until:
            self._sleep(3.0)
            self.look()

    def _launch(self) -> None:
        """As the API asks to be repeated while it cannot say whether it was done: under the same key."""
        path, headers = f"/v1/campaigns/{self.campaign_id}/launch", {"idempotency-key": self.campaign_id}
        until = time.monotonic() + _CATCH_UP_SECONDS
        while time.monotonic() < until:
            if self.business.key.call("POST", path, headers=headers).status_code != 503:
                break
            self._sleep(3.0)
        self.business.key.post(path, headers=headers)

    def look(self) -> None:
        """Judge the campaign as it stands."""
        api, path = self.business.key, f"/v1/campaigns/{self.campaign_id}"
        outcomes = [(row["contact_id"], row["outcome"]) for row in api.pages(f"{path}/recipients", limit=100)]
        report = api.get(f"{path}/report")
        # Cancelled before its audience was frozen, it has nobody in it.
        audience = self.audience if report["planned"] is not None or report["status"] != "cancelled" else {}
        report["planned"] = report["planned"] or 0
        self.verdict = judge(audience, outcomes, report, self.stage.evidence.of(self.campaign_id))
        self.verdict.problems[:0] = self.too_late

    def _campaign(self) -> dict[str, Any]:
        """While the database is out the API fails, and is asked again."""
        path, until = f"/v1/campaigns/{self.campaign_id}", time.monotonic() + _CATCH_UP_SECONDS
        while self.business.key.call("GET", path).status_code >= 500 and time.monotonic() < until:
            self._sleep(3.0)
        found: dict[str, Any] = self.business.key.get(path)
        return found

    def _ends(self) -> tuple[str, ...]:
        return ("completed", "cancelled") if any(e.name == "cancel" for e in self.plan.events) else ("completed",)

    def _follow(self, deadline: float) -> str:
        """The campaign's state once it is closed, or at the deadline."""
        reload_at = time.monotonic() + _REDELIVERY_SECONDS
        while True:
            campaign = self._campaign()
            state = str(campaign["status"])
            if (state in self._ends() and campaign["finished_at"]) or time.monotonic() > deadline:
                return state
            if state == "paused" and campaign["reason"] == "paused on request":
                self._ask("resume")
            if state == "loading" and time.monotonic() > reload_at:
                self._deliver_loads_again()
                reload_at = time.monotonic() + _REDELIVERY_SECONDS
            self._sleep(3.0)

    def _deliver_loads_again(self) -> None:
        """What SQS does when the visibility timeout of a dead worker's message has passed, 30 minutes later."""
        for shard in range(16):
            self._put("Load", LoadShard(self.business.tenant_id, CampaignId(self.campaign_id), shard))

    def _sleep(self, seconds: float) -> None:
        if self.stage.stop.wait(max(0.0, seconds)):
            raise Stopped

    def _happen(self, event: Event) -> None:
        happenings: dict[str, Callable[[Event], None]] = {
            "kill": lambda e: self.stage.saboteur.strike_function(self.target, e.detail),
            "outage": lambda e: self.stage.saboteur.black_out(self.target, e.seconds),
            "meta": self._trouble_meta,
            "again": self._repeat,
            "pause": self._pause,
            "cancel": self._cancel,
            "stop": self._people_say_stop,
        }
        happenings[event.name](event)

    def _trouble_meta(self, event: Event) -> None:
        fault: dict[str, object] = {"next": event.number, "phone_number_id": self.business.phone_number_id}
        fault |= {"ms": event.seconds * 1000} if event.detail == "slow" else {"plain": bool(event.seconds)}
        script(self.stage.cloud.simulator_url, {"faults": {event.detail: fault}})

    def _repeat(self, event: Event) -> None:
        chance = random.Random(f"repeat {self.plan.seed} {event.at}")
        tenant, number = self.business.tenant_id, self.business.phone_number_id
        self.repeats += event.number
        if event.detail == "webhooks":
            for body in self.stage.evidence.webhooks(number)[-event.number :]:
                post_webhook(self.stage.cloud, body)
            return
        for _ in range(event.number):
            if event.detail == "wake":
                self._put("Lane", WakeLane(number, chance.randrange(4 if self.plan.throughput >= 1000 else 1)))
            elif event.detail == "load":
                self._put("Load", LoadShard(tenant, CampaignId(self.campaign_id), chance.randrange(16)))
            else:
                self._put("Start", StartCampaign(tenant, CampaignId(self.campaign_id)))

    def _put(self, queue: str, message: QueueMessage) -> None:
        url = self.stage.cloud.outputs[f"{queue}QueueUrl"]
        self.stage.sqs.send_message(QueueUrl=url, MessageBody=message.to_json())

    def _pause(self, event: Event) -> None:
        self._until_it_sends()
        self._ask("pause")
        self._sleep(event.seconds)
        self._ask("resume")

    def _cancel(self, event: Event) -> None:
        self._until_it_sends()
        self._sleep(event.seconds)
        self._ask("cancel")

    def _until_it_sends(self) -> None:
        until = time.monotonic() + _LOADED_SECONDS
        while time.monotonic() < until and self._campaign()["status"] in ("scheduled", "loading"):
            self._sleep(0.5)

    def _ask(self, action: str) -> None:
        """May be refused: the campaign is where it is by then."""
        self.business.key.call("POST", f"/v1/campaigns/{self.campaign_id}/{action}")

    def _people_say_stop(self, event: Event) -> None:
        chance = random.Random(f"stop {self.plan.seed}")
        people = chance.sample(sorted(self.audience.values()), event.number)
        number = self.business.phone_number_id
        words = [{"phone_number_id": number, "from": person, "text": "STOP"} for person in people]
        script(self.stage.cloud.simulator_url, {"inbound": words})


def prepared(stage: Stage, seed: int) -> OneSeed:
    """A new business with its contacts and a campaign ready to launch. Nothing is disturbed yet."""
    plan = plan_of(seed)
    business = signed_up(stage.cloud, f"Chaos {seed}", {"throughput_per_second": plan.throughput})
    template = approved_template(business.owner, "chaos")
    first = 90_000_000 + seed % 9_000 * 1_000
    rows = [f"+55119{first + i},Ana {i},all" for i in range(plan.recipients)]
    import_csv(business.key, "\n".join(["phone,name,tags", *rows]).encode())
    audience = {
        contact["id"]: contact["phone"].lstrip("+") for contact in business.key.pages("/v1/contacts", limit=100)
    }
    draft = campaign_body(business.phone_number_id, template["id"], {"tags": ["all"]}, f"Chaos {seed}")
    campaign_id = business.key.post("/v1/campaigns", draft)["id"]
    target = stage.saboteur.watch(plan, (business.tenant_id, business.phone_number_id))
    return OneSeed(stage, plan, business, campaign_id, audience, target)
