"""A caller that calls too often, as it is answered."""

from collections.abc import Iterator

import pytest

from functions.api import bootstrap
from functions.api.http.call_limits import CallLimits
from shared.clock import epoch_ms
from shared.domain.accounts.call_limits import Known, Quota
from shared.ids import TenantId, new_ulid
from shared.store.accounts.call_buckets import OF_TENANT, CallBuckets
from tests.support.api_handler import Answer, Api

PROBLEM = "application/problem+json"


@pytest.fixture
def buckets(api: Api) -> Iterator[CallBuckets]:
    """Those of the running API, whose limits are the plans' while the test runs."""
    parts = bootstrap.parts()._by_type
    usual = bootstrap.parts()[CallLimits]
    found = usual._buckets
    parts[CallLimits] = CallLimits(found, 1)
    yield found
    parts[CallLimits] = usual


def overdrawn(buckets: CallBuckets, tenant: TenantId, bucket: str) -> None:
    """For a minute and a half: no test takes so long."""
    buckets.take(tenant, bucket, Quota("q", 100), Known(0, epoch_ms(), owed=1_000), epoch_ms())


def ask(api: Api, tenant: TenantId, member: str, role: str = "owner") -> Answer:
    return api.call("GET", "/v1/labels", tenant=tenant, member=member, role=role)


def test_who_calls_too_often_is_told_when_to_come_again_and_nobody_else_notices(api: Api, buckets: CallBuckets) -> None:
    tenant = TenantId(new_ulid())
    overdrawn(buckets, tenant, "busy")
    refused = ask(api, tenant, "busy")
    assert (refused.status, refused.body["code"]) == (429, "rate_limited")
    assert refused.headers["Content-Type"] == PROBLEM
    wait = int(refused.headers["Retry-After"])
    assert 10 < wait <= 95
    assert refused.body["retry_after_seconds"] == wait
    assert refused.headers["RateLimit-Policy"] == '"caller";q=100;w=10, "tenant";q=200;w=10'
    assert refused.headers["RateLimit"].startswith('"caller";r=0;t=')
    assert refused.headers["X-Request-Id"] == refused.body["instance"]
    for other in (ask(api, tenant, "quiet"), ask(api, TenantId(new_ulid()), "busy")):
        assert other.status == 200
        assert other.headers["RateLimit"].startswith('"caller";r=99;t=1, "tenant";r=')


def test_a_tenant_has_a_limit_for_all_its_callers(api: Api, buckets: CallBuckets) -> None:
    tenant = TenantId(new_ulid())
    overdrawn(buckets, tenant, OF_TENANT)
    refused = ask(api, tenant, "anybody")
    assert (refused.status, refused.body["code"]) == (429, "rate_limited")
    assert "all callers" in refused.body["detail"]


def test_a_quarter_of_what_a_tenant_has_is_not_for_keys(api: Api, buckets: CallBuckets) -> None:
    answer = ask(api, TenantId(new_ulid()), "key", role="api_key")
    assert answer.headers["RateLimit"] == '"caller";r=99;t=1, "tenant";r=149;t=1'


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/login"), ("GET", "/v1/openapi.json")])
def test_what_wants_no_caller_counts_nobodys_calls(api: Api, buckets: CallBuckets, method: str, path: str) -> None:
    answer = api.call(method, path, {} if method == "POST" else None)
    assert not {"RateLimit", "RateLimit-Policy"} & answer.headers.keys()


def test_a_call_that_is_not_let_in_takes_nothing(api: Api, buckets: CallBuckets) -> None:
    answer = api.call("GET", "/v1/labels", tenant=TenantId(""))
    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    assert "RateLimit" not in answer.headers


def test_refusals_of_routes_say_what_is_left_too(api: Api, buckets: CallBuckets) -> None:
    answer = api.call("GET", "/v1/labels", tenant=TenantId(new_ulid()), scopes="contacts")
    assert (answer.status, answer.body["code"]) == (403, "missing_scope")
    assert answer.headers["RateLimit"].startswith('"caller";r=99;')


def test_a_context_of_before_there_were_limits_is_held_to_the_largest_plan(api: Api, buckets: CallBuckets) -> None:
    """For a minute after a deployment the gateway gives what it has kept."""
    answer = api.call("GET", "/v1/labels", tenant=TenantId(new_ulid()), plan="")
    assert answer.headers["RateLimit-Policy"] == '"caller";q=1000;w=10, "tenant";q=2000;w=10'


def test_a_larger_plan_allows_more(api: Api, buckets: CallBuckets) -> None:
    """The authorizer says which plan is paid for."""
    answer = api.call("GET", "/v1/labels", tenant=TenantId(new_ulid()), plan="growth")
    assert answer.headers["RateLimit-Policy"] == '"caller";q=1000;w=10, "tenant";q=2000;w=10'
