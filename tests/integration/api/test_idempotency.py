from dataclasses import replace

import pytest

from functions.api.http.idempotency import (
    KEEP_MS,
    LEASE_MS,
    Busy,
    IdempotencyStore,
    Mismatch,
    Record,
    decide,
    fingerprint,
)
from shared.clock import EpochMs
from shared.ids import TenantId
from shared.store.engine.database import Database
from shared.store.engine.directory import Directory, DirectoryItem

TENANT = TenantId("t-idem")
FIRST = Record("print", "OP1", leased_until=EpochMs(1_000 + LEASE_MS), expires_at=EpochMs(1_000 + KEEP_MS))


def fresh(fingerprint: str, now: EpochMs) -> Record:
    return Record(fingerprint, "OP2", EpochMs(now + LEASE_MS), EpochMs(now + KEEP_MS))


def test_a_repetition_while_the_first_is_at_work_must_wait() -> None:
    with pytest.raises(Busy) as busy:
        decide(FIRST, fresh("print", EpochMs(2_001)), EpochMs(2_001))
    assert busy.value.extensions["retry_after_seconds"] == 34, "when the lease has ended, and not before"


def test_another_request_with_the_same_key_is_refused_at_any_stage() -> None:
    for record in (FIRST, replace(FIRST, status=201), replace(FIRST, leased_until=EpochMs(0))):
        with pytest.raises(Mismatch):
            decide(record, fresh("other", EpochMs(2_000)), EpochMs(2_000))


def test_an_answer_is_repeated() -> None:
    answered = replace(FIRST, status=201, body="{}")
    assert decide(answered, fresh("print", EpochMs(2_000)), EpochMs(2_000)) is answered


@pytest.mark.parametrize(
    "record", [replace(FIRST, leased_until=EpochMs(0)), replace(FIRST, leased_until=EpochMs(1_500))]
)
def test_an_attempt_that_died_is_taken_over_under_the_same_operation(record: Record) -> None:
    taken = decide(record, fresh("print", EpochMs(2_000)), EpochMs(2_000))
    assert (taken.operation_id, taken.leased_until, taken.status) == ("OP1", 2_000 + LEASE_MS, 0)


def test_it_draws_from_the_seed_of_the_first_attempt() -> None:
    ended = replace(FIRST, leased_until=EpochMs(0))
    other = fresh("print", EpochMs(2_000))
    assert decide(replace(ended, seed="first"), replace(other, seed="second"), EpochMs(2_000)).seed == "first"
    assert decide(ended, replace(other, seed="second"), EpochMs(2_000)).seed == "second", "a record without one"


def test_a_day_later_the_key_is_free() -> None:
    later = FIRST.expires_at
    assert decide(replace(FIRST, status=201), fresh("other", later), later).operation_id == "OP2"


def test_the_fingerprint_covers_all_of_the_request() -> None:
    base = ("POST", "/v1/bots", "", "{}")
    changed = [("PUT", *base[1:]), ("POST", "/v1/x", "", "{}"), ("POST", "/v1/bots", "a=1", "{}"), (*base[:3], "{ }")]
    requests = [base, *changed]
    assert len({fingerprint(method, path, query=query, body=body) for method, path, query, body in requests}) == 5


class Envelope:
    """Marks what it sealed with the tenant, and opens it for that tenant only."""

    def seal(self, tenant_id: TenantId, purpose: str, secret: str) -> str:
        return f"{tenant_id}:{purpose}:{secret[::-1]}"

    def open(self, tenant_id: TenantId, purpose: str, sealed: str) -> str:
        assert sealed.startswith(f"{tenant_id}:{purpose}:")
        return sealed.removeprefix(f"{tenant_id}:{purpose}:")[::-1]


@pytest.fixture
def store(database: Database) -> IdempotencyStore:
    return IdempotencyStore(Directory(database), Envelope())


def test_the_first_answer_comes_back(store: IdempotencyStore) -> None:
    record = store.begin(TENANT, "k1", request_fingerprint="print", operation_id="OP1", now=EpochMs(1_000))
    with pytest.raises(Busy):
        store.begin(TENANT, "k1", request_fingerprint="print", operation_id="OP2", now=EpochMs(1_001))
    store.finish(TENANT, "k1", record, 201, '{"key":"wpb_x"}', "application/json", secret=True)
    again = store.begin(TENANT, "k1", request_fingerprint="print", operation_id="OP3", now=EpochMs(1_002))
    assert (again.status, again.content_type) == (201, "application/json")
    assert store.body_of(TENANT, again) == '{"key":"wpb_x"}'


def test_the_seed_is_sealed_until_the_answer_is_kept(store: IdempotencyStore) -> None:
    first = store.begin(TENANT, "k4", request_fingerprint="p", operation_id="OP1", now=EpochMs(1_000), seed="0a0b")
    assert first.seed == f"{TENANT}:idempotency_seed:b0a0"
    store.give_up(TENANT, "k4", first)
    second = store.begin(TENANT, "k4", request_fingerprint="p", operation_id="OP2", now=EpochMs(1_001), seed="ffff")
    assert store.seed_of(TENANT, second) == store.seed_of(TENANT, first) == b"\x0a\x0b"
    store.finish(TENANT, "k4", second, 201, "{}", "application/json", secret=False)
    assert store.begin(TENANT, "k4", request_fingerprint="p", operation_id="OP3", now=EpochMs(1_002)).seed == ""


def test_a_failure_on_our_side_is_not_final(store: IdempotencyStore) -> None:
    record = store.begin(TENANT, "k2", request_fingerprint="print", operation_id="OP1", now=EpochMs(1_000))
    store.give_up(TENANT, "k2", record)
    assert (
        store.begin(TENANT, "k2", request_fingerprint="print", operation_id="OP2", now=EpochMs(1_001)).operation_id
        == "OP1"
    )


def test_who_lost_the_record_cannot_answer_for_the_new_holder(store: IdempotencyStore) -> None:
    first = store.begin(TENANT, "k3", request_fingerprint="print", operation_id="OP1", now=EpochMs(1_000))
    second = store.begin(TENANT, "k3", request_fingerprint="print", operation_id="OP2", now=first.leased_until)
    store.finish(TENANT, "k3", first, 201, "late", "application/json", secret=False)
    store.finish(TENANT, "k3", second, 201, "right", "application/json", secret=False)
    assert (
        store.begin(TENANT, "k3", request_fingerprint="print", operation_id="OP3", now=second.leased_until).body
        == "right"
    )


def test_a_key_that_is_used_again_after_its_day_is_kept_for_another(store: IdempotencyStore) -> None:
    """DynamoDB removes what is over within days, not at once: the record of the new day is not to go with it."""
    day = EpochMs(KEEP_MS + 2_000)
    for now, operation_id in ((EpochMs(1_000), "OP1"), (day, "OP2")):
        record = store.begin(TENANT, "daily", request_fingerprint="print", operation_id=operation_id, now=now)
        assert record.operation_id == operation_id
        item = DirectoryItem.get(f"T#{TENANT}", store._key("daily"), consistent_read=True)
        assert item.ttl * 1000 > now + KEEP_MS
        store.finish(TENANT, "daily", record, 201, "{}", "application/json", secret=False)
        kept = DirectoryItem.get(f"T#{TENANT}", store._key("daily"), consistent_read=True)
        assert kept.ttl == item.ttl


def test_keys_of_tenants_are_apart(store: IdempotencyStore) -> None:
    store.begin(TenantId("t-idem-a"), "same", request_fingerprint="print", operation_id="OP1", now=EpochMs(1_000))
    assert (
        store.begin(
            TenantId("t-idem-b"), "same", request_fingerprint="other", operation_id="OP2", now=EpochMs(1_001)
        ).operation_id
        == "OP2"
    )
