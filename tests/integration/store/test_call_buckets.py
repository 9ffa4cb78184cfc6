"""Buckets of calls, when many take from them at the same moment, and when the table does not answer."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.api.http.call_limits import CallLimits
from shared.clock import EpochMs
from shared.domain.accounts.call_limits import BATCH, Known, Quota
from shared.ids import TenantId
from shared.store.accounts.call_buckets import CallBuckets
from shared.store.engine.database import Database
from tests.support.call_limits import ModelBuckets, passes, person
from tests.support.faults import at_once

NOW = EpochMs(1_800_000_000_000)
QUOTA = Quota("q", 100)


@pytest.mark.parametrize("in_use", [False, True])
def test_of_many_at_the_same_moment_so_many_get_through_as_there_is_room_for(
    database: Database, tenant: TenantId, in_use: bool
) -> None:
    buckets, quota = CallBuckets(database), Quota("q", 20)
    known = None
    if in_use:
        known = Known(buckets.take(tenant, "a", quota, None, NOW).full_at_us, NOW)
    taken = at_once(32, lambda _: buckets.take(tenant, "a", quota, known, NOW))
    assert sum(one.room for one in taken) == 20 - in_use
    assert max(one.full_at_us for one in taken) == NOW * 1000 + 20 * quota.call_us


def test_what_is_owed_is_written_once_by_whoever_owes_it(database: Database, tenant: TenantId) -> None:
    buckets = CallBuckets(database)
    at_once(16, lambda i: buckets.take(tenant, "a", QUOTA, Known(0, NOW, owed=i % BATCH), NOW))
    written = 2 * sum(range(1, BATCH + 1))
    assert buckets.take(tenant, "a", QUOTA, None, NOW).full_at_us == NOW * 1000 + (written + 1) * QUOTA.call_us


def test_workers_at_the_same_moment_let_through_what_the_bound_says(database: Database, tenant: TenantId) -> None:
    """A free tenant's caller has 100 calls; ten workers may have let seven more through each."""
    workers = [CallLimits(CallBuckets(database), 1) for _ in range(10)]
    through = at_once(10, lambda i: sum(passes(workers[i], person(tenant, "a"), NOW) for _ in range(40)))
    assert 100 <= sum(through) <= 100 + 10 * (BATCH - 1)


def test_the_table_does_what_the_model_does(database: Database, tenant: TenantId) -> None:
    chance, real, model = random.Random(7), CallBuckets(database), ModelBuckets()
    quota, now = Quota("q", 12, reserved=3), NOW
    for _ in range(120):
        known = chance.choice([None, Known(0, now, chance.randint(0, 3)), Known(now * 1000 + 9**9, now, 1)])
        assert real.take(tenant, "b", quota, known, now) == model.take(tenant, "b", quota, known, now)
        now = EpochMs(now + chance.choice([0, 0, 100, 900, 20_000]))


def test_buckets_of_other_callers_and_of_other_tenants_are_others(database: Database, tenant: TenantId) -> None:
    buckets, one = CallBuckets(database), Quota("q", 1)
    assert buckets.take(tenant, "a", one, None, NOW).room
    assert not buckets.take(tenant, "a", one, None, NOW).room
    assert buckets.take(tenant, "b", one, None, NOW).room
    assert buckets.take(TenantId(f"{tenant}2"), "a", one, None, NOW).room


@contextmanager
def failing(database: Database, error: Exception) -> Iterator[list[str]]:
    """No write gets through; which were tried is told."""
    tried: list[str] = []

    def fail(**details: object) -> None:
        tried.append(str(details["event_name"]))
        raise error

    events = database.client.meta.events
    events.register("before-call.dynamodb.UpdateItem", fail)
    try:
        yield tried
    finally:
        events.unregister("before-call.dynamodb.UpdateItem", fail)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "UpdateItem"),
        EndpointConnectionError(endpoint_url="http://dynamodb"),
    ],
)
def test_a_table_that_does_not_answer_stops_nobody_and_is_counted(
    database: Database, tenant: TenantId, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr("functions.api.http.call_limits.count", counted.append)
    worker, caller = CallLimits(CallBuckets(database), 1), person(tenant, "a")
    with failing(database, error) as tried:
        assert all(passes(worker, caller, NOW) for _ in range(300))
    assert set(counted) == {"CallLimitUnchecked"}
    assert len(counted) == len(tried) < 100, "most calls do not wait for it"
    through = sum(passes(worker, caller, NOW) for _ in range(200))
    assert through <= 100 + BATCH, "the limit holds again"


def test_nobody_waits_long_for_a_table_that_does_not_answer(database: Database) -> None:
    config: Any = database.impatient().client.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
