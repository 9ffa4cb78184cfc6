"""Segments: what it takes to decide for a contact, without a database, and to count over a million of them.

The count runs over the real store against dynoxide; a million on two cores is worked out from the CPU of a contact in
this process, as of two workers with a half each. `SEGMENT_CONTACTS` says how many there are (40,000 unless told).
"""

import hashlib
import os
import time
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, cast

from functions.api.segments.counting import Count, count_people
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.contacts.identity import contact_id_for
from shared.domain.segments.segment import PeopleFilter, Segment, freeze
from shared.ids import CampaignId, ContactId
from shared.store.contacts.items import FIELD, contact_key
from shared.store.engine.codec import Item, encode_item
from tests.bench.parts import best
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import World, open_measured_database
from tests.support.world_parts import segment_parts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

NOW = EpochMs(1_796_000_000_000)
FIELDS = [
    ContactField("plan", "Plan"),
    ContactField("points", "Points", "number"),
    ContactField("renewal", "Renewal", "date"),
]
CONDITIONS = {
    "country and tag": 'contact.country == "ES" && "vip" in contact.tags',
    "three tests": 'contact.country == "ES" && "vip" in contact.tags && contact.last_seen >= days_ago(30)',
    "three tests of fields": 'fields.plan == "gold" && fields.points > 100 && fields.renewal <= days_ahead(7)',
    "five tests": 'contact.country in ["ES", "PT"] && (fields.points > 100 || fields.renewal <= days_ahead(7)) '
    "&& !contact.opted_out && contact.last_seen >= days_ago(30)",
}
_PEOPLE = 5_000
_BUDGET_PER_SECOND, _BUDGET_COUNT_SECONDS, _CORES, _MILLION = 50_000, 60.0, 2, 1_000_000
_BATCH = 25


def nothing(_: CampaignId) -> frozenset[str]:
    return frozenset()


def people() -> Iterable[Contact]:
    for i in range(_PEOPLE):
        yield Contact(
            contact_id=ContactId(hashlib.sha256(str(i).encode()).hexdigest()[:32]),
            phone=f"+34600{i:06d}",
            name=f"Ana Souza {i}",
            region="ES" if i % 2 else "PT",
            fields={"plan": "gold" if i % 3 else "free", "points": str(i), "renewal": f"2026-12-{i % 28 + 1:02d}"},
            tags=frozenset({"all", "vip"} if i % 5 else {"all"}),
            last_inbound_at=EpochMs(NOW - i % 90 * DAY_MS),
            created_at=EpochMs(NOW - 400 * DAY_MS),
        )


def deciding(text: str) -> float:
    """Seconds per contact."""
    chosen = PeopleFilter(freeze(Segment("s", "n", text), FIELDS, "Europe/Madrid"), NOW)
    everybody = list(people())

    def work() -> None:
        for contact in everybody:
            chosen.includes(contact, nothing)

    return best(work) / _PEOPLE


def counting(text: str, many: int) -> float:
    """CPU seconds of this process per contact of the store, the client of the database included."""
    with running_dynoxide() as url:
        world = World(open_measured_database(url))
        _fill(world, many)
        parts = segment_parts(world)
        chosen = PeopleFilter(freeze(Segment("s", "n", text), FIELDS, ""), NOW)
        start = time.process_time()
        found = count_people(parts, world.tenant_id, chosen, Count(), 5, lambda: False)
        seconds = time.process_time() - start
    assert found.complete
    assert found.examined == many
    return seconds / many


def _fill(world: World, many: int) -> None:
    numbers = iter(range(many))
    while batch := list(islice(numbers, _BATCH)):
        items: list[WriteRequestTypeDef] = []
        for i in batch:
            phone = f"+3460{i:07d}"
            key = contact_key(world.tenant_id, contact_id_for(world.tenant_id, "phone", phone))
            profile: Item = {
                "phone": phone,
                "name": f"Ana Souza {i}",
                "region": "ES" if i % 2 else "PT",
                "tags": frozenset({"all", "vip"}),
                "created": epoch_ms(),
                "in_at": EpochMs(NOW - i % 90 * DAY_MS),
                f"{FIELD}plan": "gold",
                f"{FIELD}points": str(i),
            }
            items.append({"PutRequest": {"Item": encode_item(cast("Item", {**key, **profile}))}})
        world.deps.contacts._client.batch_write_item(RequestItems={"ContactsTable": items})


def main() -> None:
    print(f"{'condition':24} {'CPU µs':>8} {'per s':>10} {'faster':>7}")
    for name, text in CONDITIONS.items():
        seconds = deciding(text)
        print(f"{name:24} {seconds * 1e6:8.1f} {1 / seconds:10,.0f} {1 / seconds / _BUDGET_PER_SECOND:6.1f}x")
    if not BINARY.exists():
        print(MISSING)
        return
    many = int(os.environ.get("SEGMENT_CONTACTS", "40000"))
    each = counting(CONDITIONS["three tests"], many)
    whole = each * _MILLION / _CORES
    print(f"{many:,} contacts counted with {each * 1e6:.0f} µs CPU each, the client of the database included")
    print(f"a million on {_CORES} cores: {whole:.0f} s, {_BUDGET_COUNT_SECONDS / whole:.1f} times faster than asked")
