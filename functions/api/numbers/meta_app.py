"""The Meta app through which tenants connect, and what a token of theirs proves (Meta, Embedded Signup, 2026)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.errors import InvalidInput, ProviderRejected
from shared.ids import WabaId

MANAGEMENT = "whatsapp_business_management"
MESSAGING = "whatsapp_business_messaging"


@dataclass(frozen=True, slots=True)
class App:
    app_id: str
    secret: str = field(repr=False)
    verify_token: str = field(default="", repr=False)

    @property
    def access(self) -> GraphAccess:
        """The app's own token (Meta, access tokens: app id, bar, secret)."""
        return GraphAccess.of(f"{self.app_id}|{self.secret}", self.secret)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a token is good for: the account, and until when (epoch ms, 0 for ever)."""

    waba_id: WabaId
    expires_at: EpochMs


def exchange(graph: Graph, app: App, code: str) -> tuple[GraphAccess, Mapping[str, Any]]:
    """The tenant's token for a code, which lives 30 s, and Meta's answer. Raises InvalidInput with Meta's words."""
    params = {"client_id": app.app_id, "client_secret": app.secret, "code": code}
    try:
        answer = graph.call("GET", "oauth/access_token", params=params)
    except ProviderRejected as exc:
        raise InvalidInput(exc.message, field="code", code="code_refused") from exc
    token = str(answer.get("access_token", ""))
    if not token:
        raise InvalidInput(
            "Meta gave no token for this code; start the connection again", field="code", code="code_refused"
        )
    return GraphAccess.of(token, app.secret), answer


def proven(description: Mapping[str, Any], app_id: str, waba_id: WabaId) -> Proven:
    """What the answer of debug_token proves for our app. Without `waba_id` it is the only account that there is.

    Raises InvalidInput: `token_refused`, `permission_missing`, `not_yours`, `account_unclear`.
    """
    data = description.get("data")
    if not isinstance(data, dict) or not data.get("is_valid") or str(data.get("app_id")) != app_id:
        raise InvalidInput("Meta does not confirm the sign-up's token", field="code", code="token_refused")
    targets = _targets(data)
    missing = [scope for scope in (MANAGEMENT, MESSAGING) if scope not in targets]
    if missing:
        raise InvalidInput(f"the sign-up does not grant {' and '.join(missing)}", code="permission_missing")
    accounts = [account for account in targets[MANAGEMENT] if not waba_id or account == waba_id]
    if not accounts:
        raise InvalidInput("this sign-up does not give access to that account", field="waba_id", code="not_yours")
    if not waba_id and len(accounts) > 1:
        raise InvalidInput(
            "this sign-up gives access to several accounts; name one", field="waba_id", code="account_unclear"
        )
    return Proven(WabaId(waba_id or accounts[0]), EpochMs(_seconds(data.get("expires_at")) * 1000))


def _targets(data: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Scope -> what it was granted for."""
    scopes = data.get("granular_scopes")
    rows = [scope for scope in (scopes if isinstance(scopes, list) else ()) if isinstance(scope, dict)]
    return {str(row.get("scope")): [str(target) for target in row.get("target_ids") or ()] for row in rows}


def _seconds(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
