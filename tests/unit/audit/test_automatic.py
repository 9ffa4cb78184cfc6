"""What the platform did by itself, seen in what changed."""

import pytest

from shared.domain.audit.actions import Action
from shared.domain.audit.automatic import automatic
from shared.domain.audit.kinds import Kind

State = dict[str, object]


@pytest.mark.parametrize(
    ("kind", "before", "after", "entered"),
    [
        (
            Kind.CAMPAIGN,
            {"state": "sending"},
            {"state": "paused", "reason": "meta_131042"},
            (Action.CAMPAIGN_PAUSED, "meta_131042"),
        ),
        (Kind.CAMPAIGN, {"state": "paused", "reason": "a"}, {"state": "paused", "reason": "b"}, None),
        (
            Kind.CAMPAIGN,
            {"state": "scheduled"},
            {"state": "cancelled", "reason": "start_refused: the template is PAUSED"},
            (Action.CAMPAIGN_CANCELLED, "start_refused"),
        ),
        (Kind.CAMPAIGN, {"state": "paused"}, {"state": "sending", "reason": ""}, (Action.CAMPAIGN_RESUMED, "")),
        (Kind.CAMPAIGN, {"state": "loading"}, {"state": "sending"}, None),
        (Kind.CAMPAIGN, {"state": "sending"}, {"state": "completed"}, None),
        (
            Kind.NUMBER,
            {"status": "active"},
            {"status": "disconnected", "reason": "partner_removed"},
            (Action.NUMBER_DISCONNECTED, "partner_removed"),
        ),
        (
            Kind.NUMBER,
            {"status": "active"},
            {"status": "restricted", "reason": "ban"},
            (Action.NUMBER_STATUS_CHANGED, "ban"),
        ),
        (Kind.NUMBER, {"status": "active", "quality": "GREEN"}, {"status": "active", "quality": "RED"}, None),
        (Kind.ACCOUNT, {"status": "restricted"}, {"status": "active"}, (Action.ACCOUNT_STATUS_CHANGED, "")),
        (
            Kind.WEBHOOK_ENDPOINT,
            {"enabled": True},
            {"enabled": False, "disabled_reason": "gone"},
            (Action.WEBHOOK_ENDPOINT_DISABLED, "gone"),
        ),
        (Kind.WEBHOOK_ENDPOINT, {"enabled": False}, {"enabled": True}, None),
        (Kind.TEMPLATE, {"status": "APPROVED"}, {"status": "PAUSED"}, (Action.TEMPLATE_STATUS_CHANGED, "")),
        (
            Kind.TEMPLATE,
            {"status": "PENDING"},
            {"status": "REJECTED", "rejected_reason": "INVALID_FORMAT"},
            (Action.TEMPLATE_STATUS_CHANGED, "INVALID_FORMAT"),
        ),
        (Kind.TEMPLATE, {"status": "APPROVED", "quality": "GREEN"}, {"status": "APPROVED", "quality": "RED"}, None),
        (
            Kind.TENANT,
            {"plan": "growth", "subscription_status": "active"},
            {"plan": "free", "subscription_status": "canceled"},
            (Action.TENANT_PLAN_CHANGED, "canceled"),
        ),
        (Kind.TENANT, {"plan": "free", "name": "a"}, {"plan": "free", "name": "b"}, None),
    ],
)
def test_it_is_entered_with_its_cause(
    kind: Kind, before: State, after: State, entered: tuple[Action, str] | None
) -> None:
    assert automatic(kind, before, after) == entered
