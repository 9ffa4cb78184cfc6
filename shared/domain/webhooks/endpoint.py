"""A tenant's webhook endpoint: what it wants to hear, with what it is signed, and when it is given up."""

from dataclasses import dataclass, replace

from shared.clock import DAY_MS, EpochMs
from shared.domain.webhooks.breaker import Breaker
from shared.domain.webhooks.tenant_event import OPT_IN, EventType

EVERYTHING = "*"
MOST_ENDPOINTS = 20
OVERLAP_MS = DAY_MS
"""A replaced secret signs this much longer."""
GIVE_UP_MS = 5 * DAY_MS
"""An endpoint that has taken nothing for this long is disabled.

Standard Webhooks asks to disable what fails "consistently over a long period". Five days outlast a long weekend during
which nobody looks after a server; a single event is given up after three, and can be replayed for thirty.
"""
FAILING = "failing"
GONE = "gone"
"""The endpoint answered 410: it wants no more (Standard Webhooks, delivery success and failure)."""
# Asked for by name only: a test is for the endpoint that is tested, and `*` does not mean it.
_NEVER_SUBSCRIBED = frozenset({EventType.ENDPOINT_TEST, EventType.ENDPOINT_VERIFICATION})
SUBSCRIBABLE = tuple(kind for kind in EventType if kind not in _NEVER_SUBSCRIBED)


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """`sealed` opens for the tenant only. `until` is epoch ms up to which it signs, 0 for the current one. `drawn_by`
    is the operation that it is of: the same text is sealed otherwise each time."""

    sealed: str
    hint: str
    until: EpochMs = EpochMs(0)
    drawn_by: str = ""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint(Breaker):
    """Times are epoch ms. `secrets` has the current one first. `disabled_reason` is why it was disabled by itself, ""
    when somebody did, and `untold` that the tenant is yet to be told so. `challenge` is a text that whoever answers at
    `url` must give back before anything else goes there; "" once they did. `revision` counts the changes of what
    somebody says of it, which are its `settings`."""

    endpoint_id: str
    url: str
    events: tuple[str, ...]
    description: str
    secrets: tuple[SealedSecret, ...]
    created_at: EpochMs
    enabled: bool = True
    disabled_reason: str = ""
    disabled_at: EpochMs = EpochMs(0)
    untold: bool = False
    challenge: str = ""
    revision: int = 0

    @property
    def settings(self) -> tuple[object, ...]:
        return self.url, self.events, self.description, self.enabled

    def moved(self, url: str, challenge: str) -> "WebhookEndpoint":
        """With another URL, which is yet to prove that it wants this."""
        return self if url == self.url else replace(self, url=url, challenge=challenge)

    def verified(self, challenge: str) -> "WebhookEndpoint":
        """Its answer held this; nothing changes when another challenge has been set since."""
        return replace(self, challenge="").succeeded() if self.challenge == challenge else self

    def wants(self, kind: EventType) -> bool:
        if not self.enabled or kind in _NEVER_SUBSCRIBED:
            return False
        return kind in self.events or (EVERYTHING in self.events and kind not in OPT_IN)

    def signing(self, now: EpochMs) -> tuple[str, ...]:
        """The sealed secrets that sign now, the current one first."""
        return tuple(secret.sealed for secret in self.secrets if not secret.until or secret.until > now)

    def rotated(self, fresh: SealedSecret, now: EpochMs) -> "WebhookEndpoint":
        """With a new secret; the one before it signs beside it for a day, older ones no more. Nothing changes when the
        operation that it is of has put it there before."""
        if fresh.drawn_by and any(secret.drawn_by == fresh.drawn_by for secret in self.secrets):
            return self
        return replace(self, secrets=(fresh, replace(self.secrets[0], until=EpochMs(now + OVERLAP_MS))))

    def switched(self, *, enabled: bool, now: EpochMs) -> "WebhookEndpoint":
        """Enabled or disabled by somebody; enabling forgets why it was disabled and how long it failed."""
        if enabled:
            return replace(self, enabled=True, disabled_reason="", disabled_at=EpochMs(0), untold=False).succeeded()
        return replace(self, enabled=False, disabled_at=now) if self.enabled else self

    def gives_up(self, now: EpochMs) -> bool:
        """Whether nothing has arrived for so long that it is to be disabled."""
        return self.enabled and 0 < self.failing_since <= now - GIVE_UP_MS

    def disabled(self, reason: str, now: EpochMs) -> "WebhookEndpoint":
        """Disabled by itself."""
        if not self.enabled:
            return self
        return replace(self, enabled=False, disabled_reason=reason, disabled_at=now, untold=True)

    def announced(self, disabled_at: EpochMs) -> "WebhookEndpoint":
        """With it noted that the tenant knows of its being disabled at that moment."""
        return replace(self, untold=False) if self.disabled_at == disabled_at else self
