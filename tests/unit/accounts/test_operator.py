"""What operators may do at a tenant, as far as it is decided without a table."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.api.accounts.operators.logic.usage import of_campaigns
from shared.clock import EpochMs
from shared.domain.accounts.account import Suspension, Tenant, TenantStatus
from shared.domain.accounts.operator import (
    LONGEST_MINUTES,
    AccessStatus,
    Acting,
    SupportAccess,
    check_free,
    ended,
    expiry,
    lifted,
    suspended,
)
from shared.errors import Conflict
from shared.ids import TenantId
from shared.store.accounts.tenant_list import TenantFilter, place_of

TENANT = Tenant(TenantId("t"), "Café  Aurora", "BR")
FIRST, SECOND = (Suspension(name, "spam", "kim", EpochMs(1)) for name in ("first", "second"))
ACCESS = SupportAccess("a", "kim", "kim@b.co", "why", EpochMs(0), EpochMs(100), "hash", "sub", "session", EpochMs(0))


def test_an_access_is_never_longer_than_an_hour() -> None:
    assert expiry(EpochMs(5), 15) == 5 + 15 * 60_000
    assert expiry(EpochMs(5), 600) == expiry(EpochMs(5), LONGEST_MINUTES) == 5 + 3_600_000


def test_an_access_is_over_at_its_end_or_before() -> None:
    assert ACCESS.status_at(EpochMs(99)) is AccessStatus.OPEN
    assert ACCESS.status_at(EpochMs(100)) is AccessStatus.EXPIRED
    over = ended(ACCESS, "ana", EpochMs(50))
    assert (over.status_at(EpochMs(51)), over.ended_at, over.ended_by) == (AccessStatus.ENDED, 50, "ana")
    assert ended(over, "kim", EpochMs(60)) == over
    assert ended(ACCESS, "kim", EpochMs(100)) == ACCESS, "it is over by itself"


def test_an_operator_is_free_again_once_the_access_is_over() -> None:
    acting = Acting(TenantId("t"), "a", EpochMs(100))
    check_free(None, "b", EpochMs(1))
    check_free(acting, "a", EpochMs(1))
    check_free(acting, "b", EpochMs(100))
    with pytest.raises(Conflict) as refused:
        check_free(acting, "b", EpochMs(99))
    assert refused.value.code == "already_looking"


def test_a_suspension_stands_until_it_is_lifted_by_its_name() -> None:
    stands = suspended(TENANT, FIRST)
    assert suspended(stands, FIRST) == stands
    changes: list[tuple[Callable[[], Tenant], str]] = [
        (lambda: suspended(stands, SECOND), "already_suspended"),
        (lambda: lifted(stands, "second"), "changed_meanwhile"),
        (lambda: lifted(TENANT, "first"), "not_suspended"),
    ]
    for change, code in changes:
        with pytest.raises(Conflict) as refused:
            change()
        assert refused.value.code == code
    assert lifted(stands, "first") == TENANT


def test_a_tenant_stands_in_one_list_by_plan_and_suspension() -> None:
    paying = replace(TENANT, plan="growth", subscription_status="active")
    lapsed = replace(paying, subscription_status="canceled")
    assert place_of(TENANT).sort == "cafe aurora#t"
    lists = [place_of(one).partition for one in (TENANT, paying, lapsed, suspended(paying, FIRST))]
    assert lists == ["TENANTS#free#active", "TENANTS#growth#active", "TENANTS#free#active", "TENANTS#growth#suspended"]
    assert set(lists) < set(TenantFilter().lists())
    assert len(TenantFilter().lists()) == 6
    assert TenantFilter("growth", TenantStatus.SUSPENDED).lists() == ["TENANTS#growth#suspended"]
    assert TenantFilter(plan="free").takes(lapsed)
    assert not TenantFilter(status=TenantStatus.SUSPENDED).takes(lapsed)


def test_a_long_name_is_cut_where_it_orders() -> None:
    assert len(place_of(replace(TENANT, name="x" * 200)).sort) == 102


def test_usage_of_nothing_is_nothing() -> None:
    found = of_campaigns([], complete=True)
    assert (found.counted, found.planned, found.gone_through, dict(found.by_state)) == (0, 0, 0, {})
