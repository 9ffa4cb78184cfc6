"""A tenant with a few contacts, its campaigns, and what became of them: by its report, and by Meta's own journal."""

import secrets
from collections import Counter
from dataclasses import dataclass

from infra.local.cloud import STACK
from infra.local.demo import evidence
from infra.local.demo.client import Api, Json, wait_until
from infra.local.drills.stage import Stage
from infra.local.tenant import Tenant, ready_tenant

_TEMPLATE: Json = {
    "name": "we_are_back",
    "language": "en",
    "category": "MARKETING",
    "components": [{"type": "BODY", "text": "Hello {{1}}, we are back.", "example": {"body_text": [["Ana"]]}}],
}
_APPROVAL_SECONDS, _END_SECONDS = 30.0, 420.0
"""What a worker lost of a load, the sweep queues again after two minutes."""
_OUTCOMES = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting")


@dataclass(frozen=True, slots=True)
class Business:
    """`phones` are its contacts'."""

    tenant: Tenant
    api: Api
    template_id: str
    phones: tuple[str, ...]

    def launch(self, name: str) -> str:
        """A campaign to everybody, launched; its id."""
        wish = {
            "name": name,
            "phone_number_id": self.tenant.phone_number_id,
            "template_id": self.template_id,
            "audience": {"everyone": True},
            "variables": {"body.1": {"source": "contact", "value": "name", "fallback": "you"}},
        }
        campaign_id = str(self.api.post("/v1/campaigns", wish)["id"])
        self.api.post(f"/v1/campaigns/{campaign_id}/launch")
        return campaign_id

    def status(self, campaign_id: str) -> str:
        return str(self.api.get(f"/v1/campaigns/{campaign_id}")["status"])

    def report(self, campaign_id: str) -> Json:
        return self.api.get(f"/v1/campaigns/{campaign_id}/report")


def make_business(stage: Stage, people: int) -> Business:
    """Signed up and connected, with so many contacts and a template that Meta has approved."""
    tenant = ready_tenant(stage.cloud.api_url, stage.cloud.simulator_url)
    api = stage.opened(Api(stage.cloud.api_url))
    api.authorize(api.post("/v1/login", {"email": tenant.email, "password": tenant.password})["access_token"])
    first = 600_000_000 + secrets.randbelow(90_000) * 1_000
    phones = tuple(f"+34{first + i}" for i in range(people))
    for i, phone in enumerate(phones):
        api.post("/v1/contacts", {"phone": phone, "name": f"Ana {i}"})
    template_id = str(api.post("/v1/templates", _TEMPLATE)["id"])

    def approved() -> Json | None:
        found = api.get(f"/v1/templates/{template_id}")
        return found if found["status"] == "APPROVED" else None

    wait_until("the template's approval", approved, _APPROVAL_SECONDS)
    stage.screen.step("a business", f"number {tenant.phone_number_id}, {people} contacts, an approved template")
    return Business(tenant, api, template_id, phones)


def ends_well(stage: Stage, business: Business, campaign_id: str) -> None:
    """Waits until the campaign is over; then its books balance, everybody has it, and Meta took one for each. Raises
    NotHeld."""
    people = len(business.phones)

    def over() -> Json | None:
        report = business.report(campaign_id)
        if report["delivered"] < people:
            return None
        if report["status"] == "completed":
            return report
        # The sweep, which ends it, comes each minute; one run by hand does no harm.
        stage.cloud.client("lambda").invoke(FunctionName=f"{STACK}-CampaignDue", InvocationType="Event")
        return None

    report = wait_until("the end of the campaign", over, _END_SECONDS, every=2.0)
    balanced = report["balanced"] and report["planned"] == sum(report[name] for name in _OUTCOMES) == people
    stage.holds("the campaign is completed and its books balance", balanced, f"{report['sent']} of {people} sent")
    accepted = accepted_of(stage, campaign_id)
    once = accepted == Counter({phone.removeprefix("+"): 1 for phone in business.phones})
    stage.holds("Meta took one message for each person, and no second", once, f"{accepted.total()} accepted")


def accepted_of(stage: Stage, campaign_id: str) -> Counter[str]:
    """How many messages of a campaign Meta took, by the digits of whom they went to."""
    sends = evidence.sends(stage.meta)
    return Counter(send.digits for send in sends if send.accepted and send.callback.split("|")[2:3] == [campaign_id])
