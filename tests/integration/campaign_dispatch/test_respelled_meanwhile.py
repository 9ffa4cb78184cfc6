"""A campaign that is loaded while its tenant's contacts are brought to the canonical form of their numbers."""

import contextlib
from dataclasses import replace

import pytest

from functions.campaign_dispatch.load.shard import load_shard
from functions.webhook_ingest.people.people import People
from functions.webhook_ingest.people.respelling import respell
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Tenant
from shared.domain.campaigns.campaign import State
from shared.domain.contacts.identity import contact_id_for, shard_of
from shared.queue_messages import LoadShard
from shared.store.contacts.mergers import Mergers
from shared.store.contacts.names import ContactNames
from shared.store.contacts.reach import ContactReach
from shared.store.contacts.senders import Senders
from shared.store.engine.database import Database
from tests.support.engine import FakeMeta, World, open_test_database
from tests.support.faults import Crash, crash_at_write

# The canonical form, +24111100017, is nobody's yet; in the order of spellings the first of these comes first.
FORMS = ("+2411100017", "+24101100017")


@pytest.fixture(scope="module")
def database(dynoxide: str) -> Database:
    return open_test_database(dynoxide)


@pytest.mark.parametrize("oldest", FORMS)
@pytest.mark.parametrize("loaded", FORMS)
@pytest.mark.parametrize("k", [*range(1, 8), 99])
def test_who_is_two_contacts_gets_it_once_wherever_that_is_cut_off(
    database: Database, oldest: str, loaded: str, k: int
) -> None:
    """Between the loads of the two, after a write of the merger or after all of it."""
    world, now = World(database), epoch_ms()
    deps, tenant_id = world.deps, world.tenant_id
    deps.accounts.change_tenant(tenant_id, _not_gone_through)
    ids = {form: contact_id_for(tenant_id, "phone", form) for form in FORMS}
    for form, contact_id in ids.items():
        made = EpochMs(1 if form == oldest else 2)
        deps.contacts.upsert(tenant_id, contact_id, {"phone": form, "name": "Ana"}, {}, frozenset({"all"}), made)
    campaign_id = world.launch()
    world.start(campaign_id)
    tasks = [task for task in world.load_queue.take() if isinstance(task, LoadShard)]
    tasks.sort(key=lambda task: task.shard != shard_of(ids[loaded]))
    load_shard(deps.for_load(), tasks[0], now, lambda: False)
    people = People(
        deps.contacts,
        Mergers(database),
        ContactNames(database),
        ContactReach(database),
        Senders(database),
        lambda *_: None,
    )
    contact = deps.contacts.get(tenant_id, ids[FORMS[0]])
    assert contact is not None
    with crash_at_write(database, k, "after"), contextlib.suppress(Crash):
        respell(deps.contacts, people, tenant_id, contact, now)
    for task in tasks[1:]:
        load_shard(deps.for_load(), task, now, lambda: False)
    assert world.campaign(campaign_id).state is State.SENDING
    meta = FakeMeta()
    world.run_lane(meta)
    assert len(meta.requests) == 1
    assert world.books(campaign_id).balanced


def _not_gone_through(tenant: Tenant) -> Tenant:
    return replace(tenant, number_plans="")
