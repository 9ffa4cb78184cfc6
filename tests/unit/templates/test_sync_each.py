"""Copying the templates of several accounts: none waits for another."""

from threading import Barrier, Event

import pytest

from functions.api.templates.sync import Synced, sync_each
from shared.domain.numbers.number import Waba
from shared.errors import ProviderRejected, RetryableError
from shared.ids import WabaId

ACCOUNTS = [Waba(WabaId(name), name, "USD", "") for name in ("a", "b", "c")]


def test_accounts_are_read_at_the_same_time() -> None:
    all_there = Barrier(3, timeout=60)

    def sync(_waba: Waba) -> Synced:
        all_there.wait()
        return Synced(2, 1)

    assert sync_each(ACCOUNTS, sync, 60) == ([Synced(2, 1)] * 3, {})


def test_one_that_meta_is_slow_with_and_one_that_fails_hold_up_no_other() -> None:
    over = Event()

    def sync(waba: Waba) -> Synced:
        if waba.waba_id == "a":
            over.wait(60)
        if waba.waba_id == "b":
            raise ProviderRejected("no", provider_code="190")
        return Synced(2, 1)

    done, failed = sync_each(ACCOUNTS, sync, 2)
    over.set()
    assert done == [Synced(2, 1)]
    assert {one: error.code for one, error in failed.items()} == {
        "a": "temporarily_unavailable",
        "b": ProviderRejected.code,
    }


def test_where_none_can_be_read_that_is_the_answer() -> None:
    def sync(_waba: Waba) -> Synced:
        raise RetryableError("Meta is down")

    with pytest.raises(RetryableError, match="Meta is down"):
        sync_each(ACCOUNTS, sync, 60)
    assert sync_each([], sync, 60) == ([], {})
