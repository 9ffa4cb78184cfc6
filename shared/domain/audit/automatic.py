"""What the platform does by itself that is entered, whoever's code does it: pausing, restricting, disconnecting,
holding back. It is seen in the change of a document, so that no way to it can forget its entry."""

from collections.abc import Callable, Mapping

from shared.domain.audit.actions import Action
from shared.domain.audit.kinds import Kind

State = Mapping[str, object]
_MOST_CAUSE = 100


def _of_campaign(before: State, after: State) -> Action | None:
    match before.get("state"), after.get("state"):
        case former, "paused" if former != "paused":
            return Action.CAMPAIGN_PAUSED
        case former, "cancelled" if former != "cancelled":
            return Action.CAMPAIGN_CANCELLED
        case "paused", "sending":
            return Action.CAMPAIGN_RESUMED
    return None


def _by_status(disconnected: Action, otherwise: Action) -> Callable[[State, State], Action | None]:
    def action(before: State, after: State) -> Action | None:
        if before.get("status") == after.get("status"):
            return None
        return disconnected if after.get("status") == "disconnected" else otherwise

    return action


def _of_endpoint(before: State, after: State) -> Action | None:
    return Action.WEBHOOK_ENDPOINT_DISABLED if before.get("enabled") and not after.get("enabled") else None


def _of_tenant(before: State, after: State) -> Action | None:
    same = all(before.get(name) == after.get(name) for name in ("plan", "subscription_status"))
    return None if same else Action.TENANT_PLAN_CHANGED


def _of_template(before: State, after: State) -> Action | None:
    return None if before.get("status") == after.get("status") else Action.TEMPLATE_STATUS_CHANGED


_RULES: Mapping[Kind, tuple[Callable[[State, State], Action | None], str]] = {
    Kind.CAMPAIGN: (_of_campaign, "reason"),
    Kind.NUMBER: (_by_status(Action.NUMBER_DISCONNECTED, Action.NUMBER_STATUS_CHANGED), "reason"),
    Kind.ACCOUNT: (_by_status(Action.ACCOUNT_DISCONNECTED, Action.ACCOUNT_STATUS_CHANGED), "reason"),
    Kind.TEMPLATE: (_of_template, "rejected_reason"),
    Kind.WEBHOOK_ENDPOINT: (_of_endpoint, "disabled_reason"),
    Kind.TENANT: (_of_tenant, "subscription_status"),
}
"""By kind: what a change comes to, and the field that says why."""
KINDS = frozenset(_RULES)


def automatic(kind: Kind, before: State, after: State) -> tuple[Action, str] | None:
    """(action, cause) of a change that nobody asked for; None for one that is not entered. The cause is a code: what
    follows a colon in a reason is for people."""
    rule, why = _RULES[kind]
    action = rule(before, after)
    return None if action is None else (action, str(after.get(why) or "").partition(":")[0].strip()[:_MOST_CAUSE])
