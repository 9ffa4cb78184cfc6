"""The demo's story through a client that was generated from the OpenAPI document, and the README's first calls: what an
integrator does on the first day."""

import io
import json
import os
import re
import secrets
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import STACK, LocalCloud
from infra.local.services import script
from infra.local.tenant import APPLICANT
from tests.support.api import HTTP, ON_BIZ_APP, PASSWORD, SCOPES, aws, journal, wait_for
from tests.support.api_tools import DOCUMENT
from tests.support.generated_client import NAME, GeneratedClient, generated, model

README = Path(__file__).parents[2] / "README.md"
PEOPLE = ("Ana", "Sofía", "محمد", "优子", "Zoë")
PHONES = [f"+3462{n:07d}" for n in range(6_000_000, 6_000_000 + len(PEOPLE))]


@dataclass(slots=True)
class Shop:
    """A business that an integrator has signed up, with a connected number. `campaign_id` once it has one."""

    client: GeneratedClient
    key: str
    phone_number_id: str
    cursor: str
    campaign_id: str = ""


@pytest.fixture(scope="module", autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with generated(tmp_path_factory.mktemp(NAME)):
        yield


@pytest.fixture(scope="module")
def shop(cloud: LocalCloud, package: None) -> Iterator[Shop]:
    """Signs up, logs in, connects a number, makes a key; from then on the key calls."""
    anybody = GeneratedClient(cloud.api_url)
    name, email = f"Shop {secrets.token_hex(4)}", f"owner-{secrets.token_hex(6)}@example.com"
    account = model("SignupIn")(business_name=name, email=email, password=PASSWORD, country="ES", **APPLICANT)
    assert str(anybody.ok("account", "sign_up", body=account).email_verification) == "skipped"
    session = anybody.ok("sessions", "log_in", body=model("LoginIn")(email=email, password=PASSWORD))
    owner = GeneratedClient(cloud.api_url, session.access_token)
    granted = script(cloud.simulator_url, {"create_waba": {"name": name, "phone_numbers": [dict(ON_BIZ_APP)]}})
    waba = granted["create_waba"]
    connected = owner.ok(
        "numbers", "connect_account", body=model("ConnectIn")(code=waba["code"], waba_id=waba["waba_id"])
    )
    scopes = [model("ApiKeyInScopesItem")(scope) for scope in SCOPES]
    key = owner.ok("api_keys", "create_api_key", body=model("ApiKeyIn")(name="shop", scopes=scopes)).key
    client = GeneratedClient(cloud.api_url, key)
    cursor = client.ok("events", "list_events").next_cursor
    yield Shop(client, key, connected.numbers[0].id, cursor)
    for one in (anybody, owner, client):
        one.close()


@pytest.fixture(scope="module")
def launched(shop: Shop) -> Shop:
    """Imports people, has a template approved, makes a campaign and launches it."""
    client = shop.client
    rows = "\n".join(["phone,name", *(f"{phone},{name}" for phone, name in zip(PHONES, PEOPLE, strict=True)), ""])
    file = importable(rows)
    job = client.ok("imports", "import_file", body=file, tags="news", default_country="ES")
    done = wait_for(
        lambda: client.ok("imports", "get_import", job.id), lambda found: str(found.status) in ("completed", "failed")
    )
    assert (str(done.status), done.counts.created) == ("completed", len(PEOPLE)), done
    draft = model("TemplateIn").from_dict(
        {
            "name": "back_in_town",
            "language": "en",
            "category": "MARKETING",
            "components": [
                {"type": "BODY", "text": "Hello {{1}}, we are back.", "example": {"body_text": [["Ana"]]}},
            ],
        }
    )
    template = client.ok("templates", "create_template", body=draft)
    approved = wait_for(
        lambda: client.ok("templates", "get_template", template.id), lambda found: str(found.status) != "PENDING"
    )
    assert str(approved.status) == "APPROVED"
    campaign = client.ok(
        "campaigns",
        "create_campaign",
        body=model("CampaignIn").from_dict(
            {
                "name": "Back in town",
                "phone_number_id": shop.phone_number_id,
                "template_id": template.id,
                "audience": {"tags": ["news"]},
                "variables": {"body.1": {"source": "contact", "value": "first_name", "fallback": "there"}},
            }
        ),
    )
    client.ok("campaigns", "launch_campaign", campaign.id, idempotency_key=secrets.token_hex(8))
    shop.campaign_id = campaign.id
    return shop


def importable(rows: str) -> Any:
    """What the client takes for a file."""
    return __import__(f"{NAME}.types", fromlist=["File"]).File(payload=io.BytesIO(rows.encode()))


def test_a_campaign_reaches_everybody_and_each_is_accounted_for(cloud: LocalCloud, launched: Shop) -> None:
    client, campaign_id = launched.client, launched.campaign_id
    report = wait_for(
        lambda: client.ok("campaigns", "get_report", campaign_id),
        lambda found: found.planned and found.waiting == found.unknown == 0,
    )
    assert (report.planned, report.sent, report.balanced) == (len(PEOPLE), len(PEOPLE), True)
    first = client.ok("campaigns", "list_recipients", campaign_id, limit=3)
    rest = client.ok("campaigns", "list_recipients", campaign_id, limit=3, cursor=first.next_cursor)
    outcomes = Counter(str(one.outcome) for one in (*first.items, *rest.items))
    assert outcomes.total() == len(PEOPLE)
    assert outcomes.keys() <= {"sent", "delivered", "read"}
    sent = [entry["to"] for entry in journal(cloud, launched.phone_number_id)]
    assert sorted(f"+{to.lstrip('+')}" for to in sent) == PHONES


def test_somebody_who_answers_is_answered(cloud: LocalCloud, launched: Shop) -> None:
    client = launched.client
    said = {"phone_number_id": launched.phone_number_id, "from": PHONES[0], "text": "Are you open?", "name": "Ana"}
    script(cloud.simulator_url, {"inbound": said})
    (conversation,) = wait_for(lambda: client.ok("conversations", "list_conversations").items, bool)
    assert conversation.last_message_text == "Are you open?"
    reply = model("TextMessage").from_dict({"type": "text", "text": {"body": "Until nine."}})
    sent = client.ok("conversations", "send_message", conversation.id, body=reply)
    seen = wait_for(
        lambda: client.ok("conversations", "list_messages", conversation.id).items,
        lambda found: {one.id: str(one.status) for one in found}[sent.id] in ("delivered", "read"),
    )
    assert {"Are you open?", "Until nine."} <= {one.text for one in seen}


def test_the_feed_tells_it_all_in_types_of_its_own(cloud: LocalCloud, launched: Shop) -> None:
    """Up to the completion, which the sweep finds: it is asked for here before its minute is over."""
    told: list[Any] = []

    def read() -> set[str]:
        page = launched.client.ok("events", "list_events", after=launched.cursor)
        told.extend(page.items)
        launched.cursor = page.next_cursor
        return {type(event).__name__ for event in told}

    aws(cloud, "lambda").invoke(FunctionName=f"{STACK}-CampaignDue", Payload=b"{}")
    kinds = wait_for(read, lambda found: "CampaignCompletedEvent" in found, seconds=180, pause=0.5)
    assert {
        "CampaignSendingEvent", "ConversationCreatedEvent", "MessageReceivedEvent", "MessageCreatedEvent",
    } <= kinds  # fmt: skip
    (completed,) = [event for event in told if type(event).__name__ == "CampaignCompletedEvent"]
    assert launched.campaign_id in completed.to_dict()["data"].values()


def test_a_refusal_has_a_code_and_leads_to_what_it_means(cloud: LocalCloud, launched: Shop) -> None:
    status, problem = launched.client.answer("campaigns", "launch_campaign", launched.campaign_id)
    assert (status, problem.code) == (409, "campaign_state")
    where, _, anchor = problem.type_.partition("#")
    page = HTTP.get(f"{cloud.api_url}{where}")
    assert page.headers["content-type"].startswith("text/html")
    assert f'<h2 id="{anchor}">campaign_state</h2>' in page.text


def test_the_platform_describes_itself_as_the_repository_does_and_under_its_own_url(cloud: LocalCloud) -> None:
    served, kept = HTTP.get(f"{cloud.api_url}/v1/openapi.json").json(), json.loads(DOCUMENT.read_text())
    assert served.pop("servers") == [{"url": cloud.api_url}]
    assert kept.pop("servers")[0]["url"] == "https://{host}"
    assert served == kept


def test_whoever_says_nothing_of_themselves_is_refused_in_a_way_that_the_client_reads(cloud: LocalCloud) -> None:
    """By the gateway, before any code of ours."""
    anybody = GeneratedClient(cloud.api_url)
    status, refusal = anybody.answer("account", "get_caller")
    assert (status, type(refusal).__name__) == (401, "GatewayRefusal")
    anybody.close()


def test_the_first_five_calls_of_the_readme_work_as_they_stand(cloud: LocalCloud, shop: Shop) -> None:
    section = README.read_text().partition("## The first five calls\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    environment = {
        **os.environ, "URL": cloud.api_url, "KEY": shop.key, "NUMBER": shop.phone_number_id, "no_proxy": "*",
    }  # fmt: skip
    program = "\n".join(["set -euo pipefail", *blocks])
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, timeout=600, env=environment, cwd=README.parent
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert '"planned":' in done.stdout
