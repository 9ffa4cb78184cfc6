"""A campaign from the file to the closed books, through public doors only."""

import json
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services import script
from tests.support.api import (
    HTTP,
    Api,
    Business,
    Json,
    approved_template,
    import_csv,
    journal,
    settle,
    signed_up,
    stripe_signature,
    wait_for,
)
from tests.support.campaigns import campaign_body

PEOPLE = 60
PHONES = [f"+3460{n:07d}" for n in range(4_000_000, 4_000_000 + PEOPLE)]
LATE = f"+3461{5_000_000:07d}"
ANSWERS = PHONES[9]
"""Somebody who has answered nothing before: each person counts once in a campaign."""


def _file() -> bytes:
    """60 good rows (accents, other scripts, blank cells, three ways to write a number) and five that are not."""
    names = ("Sofía Núñez", "محمد", "优子", "Anna", "O'Brien, Zoë")
    rows = []
    for i, phone in enumerate(PHONES):
        written = (phone, phone.removeprefix("+34"), f"0034 {phone[3:6]} {phone[6:9]} {phone[9:]}")[i % 3]
        city = "" if i % 7 == 0 else f"Ciudad {i % 5}"
        rows.append(f'{written},"{names[i % len(names)]}",{city}')
    bad = ["12,Too short,", "not a number,Nobody,", ",No phone,", f"{PHONES[0]},Twice,", f"{PHONES[1]},a,b,too many"]
    return "\r\n".join(["Teléfono,Nombre,Ciudad", *rows, *bad, ""]).encode("utf-8-sig")


def plus(number: str) -> str:
    """A number with its plus sign, which Meta takes with and without."""
    return f"+{number.lstrip('+')}"


@dataclass(frozen=True, slots=True)
class Story:
    """One business with its audience (tag `all`), and a campaign of it that is on its way."""

    cloud: LocalCloud
    business: Business
    imported: Json
    template: Json
    tried: Json
    campaign_id: str

    @property
    def api(self) -> Api:
        return self.business.owner

    def report(self, campaign_id: str) -> Json:
        found: Json = self.api.get(f"/v1/campaigns/{campaign_id}/report")
        parts = ("sent", "failed", "skipped", "cancelled", "unknown", "waiting")
        assert found["balanced"]
        assert (found["planned"] or 0) == sum(found[part] for part in parts)
        return found

    def accepted(self, campaign_id: str) -> list[str]:
        """Phone numbers that Meta accepted a message of this campaign for, each time."""
        accepted = journal(self.cloud, self.business.phone_number_id)
        return [plus(entry["to"]) for entry in accepted if campaign_id in (entry["callback"] or "")]

    def contact(self, phone: str) -> Json:
        found: Json = self.api.post("/v1/contacts", {"phone": phone})
        return found

    def writes(self, phone: str, text: str) -> None:
        """A person writes to the business; Meta tells of it by a signed webhook."""
        message = {"phone_number_id": self.business.phone_number_id, "from": phone, "text": text}
        script(self.cloud.simulator_url, {"inbound": message})

    def draft(self, tag: str) -> str:
        city = {"body.1": {"source": "field", "value": "ciudad", "fallback": "your city"}}
        number, name = self.business.phone_number_id, f"Campaign for {tag}"
        body = campaign_body(number, self.template["id"], {"tags": [tag]}, name, variables=city)
        return str(self.api.post("/v1/campaigns", body)["id"])


@pytest.fixture(scope="module")
def some_fail(cloud: LocalCloud) -> Iterator[None]:
    """One in five is not on WhatsApp, as it turns out."""
    script(cloud.simulator_url, {"statuses": {"failed": {"131026": 0.2}}})
    yield
    script(cloud.simulator_url, {"statuses": {"failed": {}}})


@pytest.fixture(scope="module")
def story(cloud: LocalCloud, some_fail: None) -> Story:
    """Everything up to the launch: EventBridge is to start the campaign a few seconds from now."""
    business = signed_up(cloud)
    api = business.owner
    imported = import_csv(api, _file(), tags="all", create_fields="true")
    template = approved_template(api, "back_in_town", "We are back in {{1}}, come and see us.")
    made = Story(cloud, business, imported, template, {}, "")
    opted_out = made.contact(PHONES[5])
    api.post(f"/v1/contacts/{opted_out['id']}/opt-out", {"source": "phone call"})
    campaign_id = made.draft("all")
    api.post(f"/v1/campaigns/{campaign_id}/dry-run")
    tried = wait_for(
        lambda: api.get(f"/v1/campaigns/{campaign_id}/dry-run"), lambda found: found["status"] == "complete"
    )
    start = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    launched = api.post(f"/v1/campaigns/{campaign_id}/launch", {"start_at": start, "sharp": True})
    assert launched["status"] == "scheduled"
    assert _schedules(cloud, campaign_id)
    return Story(cloud, business, imported, template, tried, campaign_id)


def _schedules(cloud: LocalCloud, campaign_id: str) -> list[str]:
    found = cloud.client("scheduler").list_schedules()["Schedules"]
    return [schedule["Name"] for schedule in found if campaign_id in schedule["Name"]]


def test_import_counts_add_up_and_say_what_is_wrong(story: Story) -> None:
    found = story.imported
    assert (found["status"], found["total_rows"]) == ("completed", PEOPLE + 5)
    expected = {"rows": PEOPLE + 5, "created": PEOPLE, "updated": 0, "unchanged": 0, "duplicate": 1, "rejected": 4}
    assert found["counts"] == expected
    rejected = story.api.get(f"/v1/contacts/imports/{found['id']}/rejected")["items"]
    assert [row["line"] for row in rejected] == [PEOPLE + 2, PEOPLE + 3, PEOPLE + 4, PEOPLE + 6]
    assert all(row["reason"] for row in rejected)
    assert not any(phone.removeprefix("+34") in json.dumps(rejected) for phone in PHONES)


def _contacts(story: Story) -> Iterator[Json]:
    """All contacts, but for when they were last written."""
    for contact in story.api.pages("/v1/contacts", limit=100):
        yield contact | {"updated_at": ""}


def test_same_file_again_changes_nothing(story: Story) -> None:
    before = list(_contacts(story))
    again = import_csv(story.api, _file(), tags="all", create_fields="true")
    assert again["counts"] == story.imported["counts"] | {"created": 0, "unchanged": PEOPLE}
    assert list(_contacts(story)) == before
    assert len({contact["phone"] for contact in before}) == len(before) == PEOPLE


def test_what_goes_out_is_what_the_dry_run_said(story: Story) -> None:
    done = wait_for(
        lambda: story.report(story.campaign_id), lambda r: r["planned"] and r["waiting"] == r["unknown"] == 0
    )
    assert (story.tried["planned"], story.tried["sendable"]) == (PEOPLE, PEOPLE - 1)
    assert story.tried["skipped"] == done["skipped_by"] == {"opted_out": 1}
    assert done["planned"] == PEOPLE
    assert done["sent"] + done["failed"] == PEOPLE - 1
    texts = {sample["contact_id"]: sample["text"] for sample in story.tried["samples"]}
    cities = {contact["id"]: contact["fields"].get("ciudad") for contact in story.api.pages("/v1/contacts")}
    assert texts
    for contact_id, text in texts.items():
        assert text == f"We are back in {cities[contact_id] or 'your city'}, come and see us."


def test_nobody_gets_it_twice_and_everybody_is_accounted_for(story: Story) -> None:
    wait_for(lambda: story.report(story.campaign_id), lambda r: r["planned"] and r["waiting"] == r["unknown"] == 0)
    settle(story.cloud)
    accepted = Counter(story.accepted(story.campaign_id))
    assert set(accepted.values()) == {1}
    assert set(accepted) == set(PHONES) - {PHONES[5]}
    report = story.report(story.campaign_id)
    outcomes = Counter(
        item["outcome"] for item in story.api.pages(f"/v1/campaigns/{story.campaign_id}/recipients", limit=7)
    )
    assert outcomes["read"] == report["read"] > 0
    assert outcomes["read"] + outcomes["delivered"] == report["delivered"] > 0
    assert outcomes["read"] + outcomes["delivered"] + outcomes["sent"] == report["sent"]
    for name in ("failed", "skipped", "cancelled", "unknown", "waiting"):
        assert outcomes[name] == report[name]
    failed = list(story.api.pages(f"/v1/campaigns/{story.campaign_id}/recipients", outcome="failed"))
    assert Counter(item["code"] for item in failed) == report["failed_by"] != {}


def _stopped_on_its_way(story: Story, action: str) -> str:
    """A campaign that was paused or cancelled before everybody was written to. A busy machine may look too late, when
    all is sent; then it is another one's turn."""
    for _ in range(5):
        campaign_id = story.draft("all")
        story.api.post(f"/v1/campaigns/{campaign_id}/launch")
        wait_for(partial(story.accepted, campaign_id), lambda accepted: len(accepted) >= 3, pause=0.05)
        stopped = story.api.call("POST", f"/v1/campaigns/{campaign_id}/{action}").is_success
        report = wait_for(partial(story.report, campaign_id), lambda r: r["unknown"] == 0)
        if stopped and report["waiting"] + report["cancelled"]:
            assert report["status"] == {"pause": "paused", "cancel": "cancelled"}[action]
            return campaign_id
    raise AssertionError("it was always over before it was stopped")


def test_pause_stops_resume_goes_on_and_a_stop_in_between_holds(story: Story) -> None:
    api, campaign_id = story.api, _stopped_on_its_way(story, "pause")
    assert api.post(f"/v1/campaigns/{campaign_id}/pause")["status"] == "paused"
    held = wait_for(lambda: story.report(campaign_id), lambda r: r["unknown"] == 0)
    accepted = len(story.accepted(campaign_id))
    assert 0 < accepted < PEOPLE - 1
    assert held["waiting"] > 0
    waiting = list(api.pages(f"/v1/campaigns/{campaign_id}/recipients", outcome="waiting"))
    assert len(waiting) == held["waiting"]
    contacts = (api.get(f"/v1/contacts/{person['contact_id']}") for person in reversed(waiting))
    leaver = next(contact for contact in contacts if contact["phone"] != ANSWERS)
    story.writes(leaver["phone"], "  STOP! ")
    wait_for(lambda: api.get(f"/v1/contacts/{leaver['id']}"), lambda contact: contact["opted_out"])
    assert len(story.accepted(campaign_id)) == accepted
    assert api.post(f"/v1/campaigns/{campaign_id}/resume")["status"] == "sending"
    done = wait_for(lambda: story.report(campaign_id), lambda r: r["waiting"] == r["unknown"] == 0)
    assert done["skipped_by"] == {"opted_out": 2}
    sent = Counter(story.accepted(campaign_id))
    assert set(sent.values()) == {1}
    assert leaver["phone"] not in sent
    assert len(sent) == PEOPLE - 2
    api.post(f"/v1/contacts/{leaver['id']}/opt-in", {"source": "web form"})


def test_cancelled_means_nothing_more_goes_out(story: Story) -> None:
    api, campaign_id = story.api, _stopped_on_its_way(story, "cancel")
    done = wait_for(lambda: story.report(campaign_id), lambda r: r["waiting"] == r["unknown"] == 0)
    accepted = story.accepted(campaign_id)
    assert done["cancelled"] > 0
    assert done["sent"] + done["failed"] == len(accepted) == len(set(accepted))
    for action in ("resume", "launch", "pause"):
        answer = api.call("POST", f"/v1/campaigns/{campaign_id}/{action}")
        assert (answer.status_code, answer.json()["code"]) == (409, "campaign_state")
    settle(story.cloud)
    assert story.accepted(campaign_id) == accepted


def test_cancelled_before_its_start_has_nobody_in_it(story: Story) -> None:
    api = story.api
    campaign_id = story.draft("all")
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    api.post(f"/v1/campaigns/{campaign_id}/launch", {"start_at": later})
    assert _schedules(story.cloud, campaign_id)
    api.post(f"/v1/campaigns/{campaign_id}/cancel")
    assert not _schedules(story.cloud, campaign_id)
    report = story.report(campaign_id)
    assert (report["status"], report["planned"]) == ("cancelled", None)


def test_bot_and_agent_answer_and_the_gate_holds_for_both(story: Story) -> None:
    api = story.api
    rules = [{"match": "contains", "keywords": ["horario"], "reply": "Abrimos a las 9."}]
    api.post("/v1/bots", {"name": "Hours", "rules": rules})
    story.writes(LATE, "¿Cuál es el horário?")
    mine = {"conversation": ""}

    def messages() -> list[Json]:
        contact_id = story.contact(LATE)["id"]
        found = [c for c in api.pages("/v1/conversations") if c["contact_id"] == contact_id]
        if not found:
            return []
        mine["conversation"] = found[0]["id"]
        listed: list[Json] = api.get(f"/v1/conversations/{found[0]['id']}/messages")["items"]
        return listed

    def sent_by(author: str) -> list[Json]:
        return [message for message in messages() if message["author"] == author]

    (reply,) = wait_for(lambda: sent_by("bot"), lambda found: found and found[0]["status"] in ("delivered", "read"))
    assert (reply["text"], reply["direction"]) == ("Abrimos a las 9.", "out")
    path = f"/v1/conversations/{mine['conversation']}/messages"
    answer = {"type": "text", "text": {"body": "Hasta luego"}}
    key = {"headers": {"idempotency-key": secrets.token_hex(8)}}
    first = story.business.owner.post(path, answer, **key)
    assert (first["author"], first["status"]) == ("agent", "sent")
    assert story.business.owner.post(path, answer, **key)["id"] == first["id"]
    (agent,) = wait_for(lambda: sent_by("agent"), lambda found: found and found[0]["status"] in ("delivered", "read"))
    assert agent["id"] == first["id"]
    assert story.business.key.post(path, answer)["author"] == "api"
    to_them = [entry for entry in journal(story.cloud, story.business.phone_number_id) if plus(entry["to"]) == LATE]
    assert len(to_them) == 3
    story.writes(LATE, "baja")
    wait_for(lambda: story.contact(LATE), lambda contact: contact["opted_out"])
    refused = story.business.owner.call("POST", path, answer)
    assert (refused.status_code, refused.json()["code"]) == (409, "opted_out")


def test_answer_is_attributed_to_the_campaign(story: Story) -> None:
    wait_for(lambda: story.report(story.campaign_id), lambda r: r["planned"] and r["waiting"] == r["unknown"] == 0)
    before = sum(item["replied"] for item in _reports(story))
    story.writes(ANSWERS, "¡Gracias!")
    wait_for(lambda: sum(item["replied"] for item in _reports(story)), lambda replied: replied == before + 1)


def _reports(story: Story) -> Iterator[Json]:
    for campaign in list(story.api.pages("/v1/campaigns")):
        yield story.report(campaign["id"])


def _plan(story: Story) -> tuple[str, str]:
    found = story.api.get("/v1/billing/subscription")
    return found["plan"], found["status"]


def test_subscription_moves_the_plan_whatever_the_order_of_events(story: Story) -> None:
    """Events come twice and out of order; what counts is what Stripe says when it is asked."""
    cloud, stripe = story.cloud, story.cloud.stripe_simulator_url
    authorization = {"authorization": f"Bearer {cloud.stripe_api_key}"}
    details = {"metadata[tenant_id]": story.business.tenant_id}
    customer = HTTP.post(f"{stripe}/v1/customers", data=details, headers=authorization).json()["id"]
    assert _plan(story) == ("free", "none")

    def subscribe(plan: str) -> Json:
        action = {"customer": customer, "price": f"price_{plan}", "metadata": {"plan": plan}}
        answer: Json = script(stripe, {"subscribe": action})["subscribe"]
        return answer

    subscribed = subscribe("starter")
    wait_for(lambda: _plan(story), lambda found: found == ("starter", "active"))
    subscribe("growth")
    wait_for(lambda: _plan(story), lambda found: found == ("growth", "active"))
    # The oldest events again, under their own ids and under a new one: they say `starter`, Stripe says `growth`.
    deliveries = HTTP.get(f"{stripe}/_sim/webhooks").json()["entries"]
    old = next(entry["body"] for entry in deliveries if entry["body"]["id"] in subscribed["events"])
    for event in (old, old, old | {"id": "evt_late"}):
        body = json.dumps(event).encode()
        headers = {"stripe-signature": stripe_signature(cloud.stripe_webhook_secret, body)}
        assert HTTP.post(cloud.stripe_webhook_url, content=body, headers=headers).status_code == 200
    settle(cloud, ["Billing"])
    assert _plan(story) == ("growth", "active")
    script(stripe, {"subscribe": {"customer": customer, "status": "canceled"}})
    wait_for(lambda: _plan(story), lambda found: found[1] == "canceled")
    limits = story.api.get("/v1/billing/subscription")["entitlements"]
    assert limits["plan"] == "free"
    unsigned = HTTP.post(cloud.stripe_webhook_url, content=json.dumps(old).encode())
    assert unsigned.status_code == 401


def test_sweep_closes_what_is_done(story: Story) -> None:
    """Once a minute, by the schedule that the template declares."""
    closed = wait_for(
        lambda: story.api.get(f"/v1/campaigns/{story.campaign_id}"), lambda c: c["finished_at"], seconds=180
    )
    assert closed["status"] == "completed"
    report = story.report(story.campaign_id)
    assert (report["status"], report["planned"]) == ("completed", PEOPLE)
