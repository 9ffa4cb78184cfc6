"""CPU per unit of the parts whose budgets the design names, one core each, no database and no network.

Budgets are those of the design; the last column says how many times faster than asked a part is.
"""

import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable

from functions.api.contacts.imports.logic.csv_columns import lay_out
from functions.api.contacts.imports.logic.csv_source import CsvSource
from functions.api.contacts.imports.rows import RowReader
from functions.campaign_dispatch.load.logic.audience import judge
from functions.campaign_dispatch.load.logic.history import History
from functions.webhook_ingest.receive.signature import is_signed
from functions.webhook_ingest.receive.split import split
from functions.webhook_ingest.statuses.logic.fold import fold, read_updates
from functions.webhook_ingest.statuses.logic.reach import Reach
from shared.clock import EpochMs
from shared.domain.campaigns.blocks import BLOCK_SIZE, Recipient, pack
from shared.domain.campaigns.campaign import Audience, Campaign
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.contacts.identity import SHARDS
from shared.domain.templates.compiler import Variable, compile_plan
from shared.domain.templates.template import Template
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId, WabaId

RUNS = 5
SECRET = "app-secret"
STATUSES = 1_000
ROWS = 5_000
PEOPLE = 8_000


def best(work: Callable[[], object]) -> float:
    """Least CPU seconds of RUNS runs."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def envelope(statuses: int) -> bytes:
    items = [
        {
            "id": f"wamid.HBgN{i:08d}",
            "status": "delivered",
            "timestamp": "1750030073",
            "recipient_id": f"5511{i:09d}",
            "recipient_user_id": f"BR.{i:020d}",
            "biz_opaque_callback_data": f"v1|01J|01C|{i // 80}|{i % 80}|1",
            "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
        }
        for i in range(statuses)
    ]
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "statuses": items,
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def receive() -> float:
    """Seconds of our own code for a POST with one status: verify, parse, split, encode for the queue."""
    body = envelope(1)
    header = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    def work() -> None:
        for _ in range(1_000):
            assert is_signed(body, header, (SECRET, ""))
            for updates in split(body, EpochMs(1)).statuses:
                updates.to_json()

    return best(work) / 1_000


def folding() -> float:
    """Seconds per status, from the queue's text to one change per block."""
    bodies = [updates.to_json() for updates in split(envelope(STATUSES), EpochMs(1)).statuses]

    sizes = (STATUSES, *(0,) * (SHARDS - 1))
    campaign = Campaign(
        CampaignId("01C"),
        "Sale",
        PhoneNumberId("106540352242922"),
        WabaId("w"),
        "tpl",
        "MARKETING",
        Audience(),
        {},
        sizes=sizes,
    )

    def work() -> None:
        updates = [update for i, body in enumerate(bodies) for update in read_updates(str(i), body)]
        reach = Reach(campaign, {0: STATUSES})
        assert len(fold(updates, {PhoneNumberId("106540352242922"): TenantId("01J")}, reach.covers).blocks) == -(
            -STATUSES // 80
        )

    return best(work) / STATUSES


def importing() -> float:
    """Seconds per row: decode, parse, normalise, validate, hash."""
    lines = ["phone,name,city,points,vip"]
    lines += [f"(11) 9{10_000_000 + i},João Souza {i},São Paulo,{i},sim" for i in range(ROWS)]
    data = "\n".join(lines).encode()
    fields = [
        ContactField("city", "City"),
        ContactField("points", "Points", "number"),
        ContactField("vip", "VIP", "boolean"),
    ]

    def work() -> None:
        source = CsvSource(io.BytesIO(data))
        reader = RowReader(
            TenantId("tenant"), lay_out(source.header, fields, {}, create_fields=False), fields, "BR", frozenset()
        )
        assert len([reader.read(cells) for _, cells in source.records()]) == ROWS

    return best(work) / ROWS


def freezing() -> float:
    """Seconds per contact: the gate, the variables, and packing into blocks."""
    body = {"type": "BODY", "text": "Hi {{1}}, your {{2}} points wait for you in {{3}} until Sunday"}
    template = Template("1", WabaId("2"), "sale", "pt_BR", "MARKETING", "APPROVED", "POSITIONAL", [body])
    variables = {
        "body.1": Variable("contact", "first_name", "there"),
        "body.2": Variable("field", "points", "your"),
        "body.3": Variable("field", "city", "town"),
    }
    plan = compile_plan(template, variables, {"points": "number", "city": "text"})
    people = [
        Contact(
            contact_id=ContactId(hashlib.sha256(str(i).encode()).hexdigest()[:32]),
            phone=f"+55119{10_000_000 + i}",
            name=f"João Souza {i}",
            region="BR",
            fields={"points": str(i), "city": "São Paulo"},
            tags=frozenset({"all"}),
        )
        for i in range(PEOPLE)
    ]

    def work() -> None:
        history = History(Audience(tags=("all",)))
        recipients = [judge(person, history, "marketing", plan) for person in people]
        kept = [r for r in recipients if isinstance(r, Recipient)]
        assert len(kept) == PEOPLE
        for start in range(0, PEOPLE, BLOCK_SIZE):
            pack(kept[start : start + BLOCK_SIZE])

    return best(work) / PEOPLE


def main() -> None:
    rows = (
        ("receive, a POST with one status, our own code", receive(), 0.2e-3),
        ("status folding, a status", folding(), 1 / 20_000),
        ("contact import, a row", importing(), 1 / 10_000),
        ("freeze, a contact (the database not counted)", freezing(), 120 * 2 / 1_000_000),
    )
    print(f"{'part':48} {'CPU µs':>8} {'per s':>10} {'budget µs':>10} {'faster':>7}")
    for name, seconds, budget in rows:
        print(f"{name:48} {seconds * 1e6:8.1f} {1 / seconds:10,.0f} {budget * 1e6:10.1f} {budget / seconds:6.1f}x")
