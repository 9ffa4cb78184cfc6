"""Freezing an audience against dynoxide: scan every contact, judge it, seal the blocks, two workers side by side.

`FREEZE_CONTACTS` says how many (200,000 unless told; the budget is 1,000,000 within 120 s on two cores, with the
database on the same two).
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from functions.campaign_dispatch.load.shard import load_shard
from shared.clock import epoch_ms
from shared.domain.contacts.identity import SHARDS, contact_id_for
from shared.ids import TenantId
from shared.queue_messages import LoadShard
from shared.store.contacts.items import contact_key
from shared.store.engine.codec import Item, encode_item
from tests.support.dynoxide import BINARY, MISSING, running_dynoxide
from tests.support.engine import World, open_measured_database

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

_BUDGET_PEOPLE, _BUDGET_SECONDS = 1_000_000, 120.0
_WORKERS = 2
_BATCH = 25
_world: World


def main() -> None:
    if not BINARY.exists():
        print(MISSING)
        return
    people = int(os.environ.get("FREEZE_CONTACTS", "200000"))
    with running_dynoxide() as url:
        world = World(open_measured_database(url))
        world.deps.accounts.change_tenant(
            world.tenant_id, lambda tenant: replace(tenant, plan="growth", subscription_status="active")
        )
        shape = _shape(world)
        with ProcessPoolExecutor(_WORKERS, initializer=_open, initargs=(url, world.tenant_id)) as workers:
            parts = [(people * i // SHARDS, people * (i + 1) // SHARDS, shape) for i in range(SHARDS)]
            list(workers.map(_fill, parts))
            campaign_id = world.launch()
            world.start(campaign_id)
            tasks = [task for task in world.load_queue.take() if isinstance(task, LoadShard)]
            began = time.monotonic()
            cpu = sum(workers.map(_load, tasks))
            seconds = time.monotonic() - began
        frozen = world.campaign(campaign_id)
        assert frozen.recipients == people, frozen
    whole = seconds * _BUDGET_PEOPLE / people
    print(f"{people:,} contacts frozen in {seconds:.1f} s by {_WORKERS} workers beside the database")
    print(f"{people / seconds:,.0f} contacts/s; {cpu / people * 1e6:.0f} µs CPU each in the workers")
    print(f"a million at this pace: {whole:.0f} s, {_BUDGET_SECONDS / whole:.1f} times faster than asked")


def _shape(world: World) -> dict[str, str]:
    """What every contact has but its phone and name."""
    return {"tenant_id": world.tenant_id, "region": "BR", "f#city": "São Paulo", "f#points": "1200"}


def _open(url: str, tenant_id: TenantId) -> None:
    """Once in each worker: its own connections, to the same tenant."""
    global _world
    _world = World(open_measured_database(url))
    _world.tenant_id = tenant_id


def _fill(part: tuple[int, int, dict[str, str]]) -> None:
    first, last, shape = part
    tenant_id, now = TenantId(shape["tenant_id"]), epoch_ms()
    rest: Item = {name: value for name, value in shape.items() if name != "tenant_id"}
    numbers = iter(range(first, last))
    while batch := list(islice(numbers, _BATCH)):
        items: list[WriteRequestTypeDef] = []
        for i in batch:
            phone = f"+5511{900_000_000 + i}"
            key = contact_key(tenant_id, contact_id_for(tenant_id, "phone", phone))
            profile: Item = {"phone": phone, "name": f"Ana Souza {i}", "tags": frozenset({"all"})}
            items.append({"PutRequest": {"Item": encode_item({**key, **rest, **profile, "created": now})}})
        _world.deps.contacts._client.batch_write_item(RequestItems={"ContactsTable": items})


def _load(task: LoadShard) -> float:
    cpu = time.process_time()
    load_shard(_world.deps.for_load(), task, epoch_ms(), lambda: False)
    return time.process_time() - cpu
