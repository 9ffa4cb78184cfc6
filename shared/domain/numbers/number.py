"""A tenant's WhatsApp Business accounts and phone numbers, and how fast a number may send."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.clock import EpochMs
from shared.domain.numbers.health import Health, HealthReason
from shared.errors import Conflict
from shared.ids import PhoneNumberId, WabaId

UNLIMITED = -1
"""Meta's word for a messaging limit without an end."""
_TIERS = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
    "TIER_UNLIMITED": UNLIMITED,
}
DISCONNECTED_HERE = "disconnected_here"
"""Why a number or an account is disconnected that its tenant gave up."""
LEFT_ACCOUNT = "no_longer_in_the_account"
"""Why a number is disconnected that Meta lists in its account no more."""
PARTNER_REMOVED, APP_UNINSTALLED, ACCOUNT_DELETED = "partner_removed", "app_uninstalled", "account_deleted"
"""Why a number is disconnected whose business took our access back, or deleted the account, at Meta."""
_FOR_GOOD = frozenset({DISCONNECTED_HERE, LEFT_ACCOUNT, PARTNER_REMOVED, APP_UNINSTALLED, ACCOUNT_DELETED})
META_SAYS = "Meta says "
"""Before the status of a number, in the reason of one that was found stopped when Meta was asked for it."""
_DIGITS = re.compile(r"-?[0-9]{1,9}")


def messaging_limit(stated: object) -> int | None:
    """How many people a business may write to outside their 24-hour window within any 24 hours, UNLIMITED, or None
    when this says nothing.

    Meta says it as a tier (TIER_2K), as a number, or as -1, and per business portfolio (Meta, messaging limits,
    2025-10; business_capability_update).
    """
    text = str(stated).strip().upper()
    if text in _TIERS:
        return _TIERS[text]
    if isinstance(stated, bool) or not _DIGITS.fullmatch(text) or int(text) == 0:
        return None
    return UNLIMITED if int(text) < 0 else int(text)


@dataclass(frozen=True, slots=True)
class Waba:
    """A WhatsApp Business account. `token` is the tenant's Meta token, encrypted; only a vault can read it.

    `messaging_limit` is its portfolio's, see `messaging_limit()`; None while it is not known, and `limit_at` is when
    Meta said so (epoch ms). `review` is Meta's last decision on the account, blank before any. Without a token the
    account has left us. `reviewed_at` is when Meta decided so, `token_expires_at` when the token ends (epoch ms), 0
    where it does not. `asked_at` is when somebody last had Meta asked for all there is to know of it (epoch ms).
    """

    waba_id: WabaId
    name: str
    currency: str
    token: str
    status: str = "active"
    reason: str = ""
    connected_at: EpochMs = EpochMs(0)
    messaging_limit: int | None = None
    review: str = ""
    limit_at: EpochMs = EpochMs(0)
    reviewed_at: EpochMs = EpochMs(0)
    token_expires_at: EpochMs = EpochMs(0)
    asked_at: EpochMs = EpochMs(0)

    def with_review(self, decision: str, at: EpochMs) -> "Waba":
        """With Meta's decision of this moment (epoch ms), unless a later one is known."""
        return replace(self, review=decision, reviewed_at=at) if self.reviewed_at <= at else self

    def with_limit(self, limit: int | None, at: EpochMs) -> "Waba":
        """With what Meta said of the limit at this moment (epoch ms), unless it is known how it was later."""
        return replace(self, messaging_limit=limit, limit_at=at) if self.limit_at <= at else self


@dataclass(frozen=True, slots=True)
class Number:
    """`throughput` is Meta's messages per second for this number, in and out together: 80, 1000, or 20 when shared
    with the WhatsApp Business app. `display` is E.164 with plus. `status`: active, restricted, disconnected.

    A number that the app uses too may bring its history along: `history_percent` of it has come, unless
    `history_declined`.

    A restriction ends by itself at `restricted_until` (0: it does not); `answers_restricted` says that it forbids
    answers too. `stopped_at` and `restored_at` are when Meta last stopped the number and lifted a ban; `quality_at`,
    `name_at`, `name_status_at`, `username_at`, `throughput_at` and `health_at` are when it last said how good the
    number is, how it and its business are called, what became of the name, how fast it may send, and whether it may
    (epoch ms): what they tell comes in any order. `can_send` and `reasons` are its health (see Health), blank before
    Meta has told it; `asked_at` is when somebody last had Meta asked.
    """

    phone_number_id: PhoneNumberId
    waba_id: WabaId
    display: str
    verified_name: str
    throughput: int = 80
    quality: str = "UNKNOWN"
    status: str = "active"
    reason: str = ""
    connected_at: EpochMs = EpochMs(0)
    history_declined: bool = False
    history_percent: int = 0
    restricted_until: EpochMs = EpochMs(0)
    answers_restricted: bool = False
    stopped_at: EpochMs = EpochMs(0)
    restored_at: EpochMs = EpochMs(0)
    username: str = ""
    quality_at: EpochMs = EpochMs(0)
    name_at: EpochMs = EpochMs(0)
    username_at: EpochMs = EpochMs(0)
    throughput_at: EpochMs = EpochMs(0)
    name_status: str = ""
    name_status_at: EpochMs = EpochMs(0)
    can_send: str = ""
    reasons: tuple[HealthReason, ...] = ()
    health_at: EpochMs = EpochMs(0)
    asked_at: EpochMs = EpochMs(0)

    @property
    def gave_up(self) -> bool:
        """Whether the tenant itself disconnected it."""
        return self.status == "disconnected" and self.reason == DISCONNECTED_HERE

    @property
    def has_left(self) -> bool:
        """Whether nothing but another sign-up brings it back, whatever Meta tells: the plan's room for it is free."""
        return self.status == "disconnected" and self.reason in _FOR_GOOD

    @property
    def sending_rate(self) -> int:
        """Messages per second campaigns may use: nine tenths, because Meta counts inbound too."""
        return max(1, self.throughput * 9 // 10)

    @property
    def lanes(self) -> int:
        """Workers that share the number: one, or four on a 1,000 messages per second number."""
        return 4 if self.throughput >= 1000 else 1

    def rate_of_lane(self, lanes_at_work: Iterable[int]) -> float:
        """What one of its workers may send a second. Campaigns keep as many as the number had when they began, so there
        may be more of them than it has now."""
        return self.sending_rate / max(self.lanes, *lanes_at_work, 1)

    def with_throughput(self, throughput: int, at: EpochMs) -> "Number":
        """With the speed that Meta allowed at this moment (epoch ms), unless a later one is known."""
        return replace(self, throughput=throughput, throughput_at=at) if self.throughput_at <= at else self

    def with_name_status(self, status: str, at: EpochMs) -> "Number":
        """With what had become of its display name at this moment (epoch ms), unless it is known how it was later."""
        return replace(self, name_status=status, name_status_at=at) if self.name_status_at <= at else self

    def with_health(self, health: Health, at: EpochMs) -> "Number":
        """With its health at this moment (epoch ms), unless it is known how it was later."""
        if self.health_at > at:
            return self
        return replace(self, can_send=health.can_send, reasons=health.reasons, health_at=at)

    def with_quality(self, quality: str, at: EpochMs) -> "Number":
        """With what Meta said of it at this moment (epoch ms), unless it is known how it was later."""
        return replace(self, quality=quality, quality_at=at) if self.quality_at <= at else self

    def with_verified_name(self, name: str, at: EpochMs) -> "Number":
        """With the display name that Meta approved at this moment (epoch ms), unless a later one is known."""
        return replace(self, verified_name=name, name_at=at) if self.name_at <= at else self

    def with_username(self, username: str, at: EpochMs) -> "Number":
        """With the username that the business had at this moment (epoch ms), blank for none, unless a later one is
        known."""
        return replace(self, username=username, username_at=at) if self.username_at <= at else self

    def stopped_like(self, other: "Number") -> "Number":
        """With the status of another, and all that belongs to it."""
        return replace(
            self,
            status=other.status,
            reason=other.reason,
            restricted_until=other.restricted_until,
            answers_restricted=other.answers_restricted,
            stopped_at=max(self.stopped_at, other.stopped_at),
        )

    def reconnected_as(self, fresh: "Number") -> "Number":
        """What is connected once more, as Meta lists it, with what only webhooks tell: a restriction does not end by
        another sign-up."""
        kept = replace(fresh, username=self.username, username_at=self.username_at, restored_at=self.restored_at)
        restricted = self.state_at(fresh.connected_at) == "restricted" and fresh.status == "active"
        return kept.stopped_like(self) if restricted else kept

    def state_at(self, now: EpochMs) -> str:
        """The status that holds at this moment (epoch ms)."""
        over = self.status == "restricted" and 0 < self.restricted_until <= now
        return "active" if over else self.status

    def require_active(self, now: EpochMs) -> None:
        """Raises Conflict, which says what to do, when the number cannot send campaigns and templates."""
        state = self.state_at(now)
        if state != "active":
            raise Conflict(f"the number is {state}: {self.reason or 'reconnect it'}", code="number_inactive")

    def require_answers(self, now: EpochMs) -> None:
        """Raises Conflict when the number may not even answer. Restrictions mostly concern messages that a business
        begins (Meta, account_update, restriction_info)."""
        if self.state_at(now) != "restricted" or self.answers_restricted:
            self.require_active(now)


THROUGHPUT_BY_LEVEL = {"STANDARD": 80, "HIGH": 1000, "NOT_APPLICABLE": 80}
"""Levels of GET /{phone_number_id}?fields=throughput (Meta, throughput)."""
COEXISTENCE_THROUGHPUT = 20
