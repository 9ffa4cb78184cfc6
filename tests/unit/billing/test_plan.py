from itertools import permutations
from typing import Any

import pytest

from functions.billing_events.logic.plan import KnownSubscription, effective
from shared.clients.stripe_gateway import Subscription, read_subscription
from shared.domain.accounts.plans import entitlements
from shared.ids import TenantId


def known(subscription_id: str, status: str, plan: str, created: int = 0) -> KnownSubscription:
    return KnownSubscription(subscription_id, status, plan, created)


@pytest.mark.parametrize(
    ("subscriptions", "result"),
    [
        ([], ("free", "none")),
        ([known("a", "active", "growth")], ("growth", "active")),
        ([known("a", "canceled", "")], ("free", "canceled")),
        ([known("a", "canceled", "growth", 1), known("b", "active", "starter", 2)], ("starter", "active")),
        ([known("a", "active", "starter", 1), known("b", "canceled", "growth", 2)], ("starter", "active")),
        ([known("a", "past_due", "starter", 2), known("b", "active", "growth", 1)], ("growth", "active")),
        ([known("a", "active", "starter", 1), known("b", "active", "growth", 2)], ("growth", "active")),
        (
            [known("a", "new_status", "growth", 9), known("b", "canceled", "starter", 1)],
            ("starter", "canceled"),
        ),
    ],
)
def test_the_subscription_that_counts_most_gives_the_plan(
    subscriptions: list[KnownSubscription], result: tuple[str, str]
) -> None:
    assert {effective(order) for order in permutations(subscriptions)} == {result}


def subscription(**more: Any) -> dict[str, Any]:
    price = {"id": "price_1", "object": "price", **more.pop("price", {})}
    return {
        "id": "sub_1",
        "status": "active",
        "customer": "cus_1",
        "created": 7,
        "metadata": {},
        "items": {"object": "list", "data": [{"price": price}]},
        **more,
    }


def items(*lookup_keys: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"price": {"id": key, "lookup_key": key}} for key in lookup_keys]}


@pytest.mark.parametrize(
    ("status", "pause", "held"),
    [
        ("active", {"behavior": "void", "resumes_at": None}, "paused"),
        ("trialing", {"behavior": "void", "resumes_at": 1_900_000_000}, "paused"),
        ("past_due", {"behavior": "void"}, "paused"),
        ("canceled", {"behavior": "void"}, "canceled"),
        ("active", {"behavior": "keep_as_draft", "resumes_at": None}, "active"),
        ("active", {"behavior": "mark_uncollectible"}, "active"),
        ("active", None, "active"),
        ("active", {}, "active"),
        ("active", "void", "active"),
    ],
)
def test_collection_that_is_paused_because_nothing_is_provided_holds_the_plan_back(
    status: str, pause: object, held: str
) -> None:
    raw = subscription(status=status, pause_collection=pause, price={"lookup_key": "growth"})
    found = read_subscription(raw)
    assert (found.status, found.plan) == (held, "growth")
    assert (entitlements(found.plan, found.status).plan == "growth") == (held == "active")


@pytest.mark.parametrize(
    ("raw", "plan", "tenant_id"),
    [
        (subscription(price={"lookup_key": "growth"}), "growth", ""),
        (subscription(price={"metadata": {"plan": "starter"}}), "starter", ""),
        (subscription(metadata={"plan": "starter", "tenant_id": "t"}), "starter", "t"),
        (subscription(price={"lookup_key": "growth"}, metadata={"plan": "starter"}), "growth", ""),
        (subscription(price={"lookup_key": "gold"}), "", ""),
        (subscription(customer={"id": "cus_1", "metadata": {"tenant_id": "t"}}), "", "t"),
        (subscription(items=None), "", ""),
        (subscription(items=items("extra_number", "growth")), "growth", ""),
        (subscription(items=items("growth", "extra_number")), "growth", ""),
        (subscription(items=items("extra_number", "starter", "growth")), "growth", ""),
        (subscription(items=items("growth", "starter")), "growth", ""),
        (subscription(items=items("extra_number"), metadata={"plan": "starter"}), "starter", ""),
        (subscription(items=items("extra_number", "growth"), metadata={"plan": "starter"}), "growth", ""),
        (subscription(items={"data": [None, {"price": None}, {"price": {"lookup_key": 7}}]}), "", ""),
        (subscription(items={"data": []}), "", ""),
    ],
)
def test_the_price_says_the_plan(raw: dict[str, Any], plan: str, tenant_id: TenantId) -> None:
    assert read_subscription(raw) == Subscription("sub_1", "cus_1", "active", plan, tenant_id, 7)
