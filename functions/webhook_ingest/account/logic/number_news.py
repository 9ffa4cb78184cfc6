"""What Meta tells of phone numbers. Pure.

Shapes: Meta, webhooks reference (phone_number_quality_update, phone_number_name_update, business_capability_update,
business_username_update). They name a number as people see it, not by its id.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhook_ingest.json_input import constant, word
from functions.webhook_ingest.people.logic.identity import shown_phone
from shared.clock import EpochMs
from shared.domain.numbers.number import Number, messaging_limit

Value = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NumberChange:
    """What is new about the number shown as `display` (E.164 with plus). None and blank leave what is known."""

    display: str
    throughput: int | None = None
    quality: str = ""
    verified_name: str = ""
    username: str | None = None
    name_status: str = ""

    def applied_to(self, number: Number, at: EpochMs) -> Number:
        """`at` is when Meta said so (epoch ms): what comes late changes nothing."""
        if self.quality:
            number = number.with_quality(self.quality, at)
        if self.verified_name:
            number = number.with_verified_name(self.verified_name, at)
        if self.username is not None:
            number = number.with_username(self.username, at)
        if self.name_status:
            number = number.with_name_status(self.name_status, at)
        return number.with_throughput(self.throughput, at) if self.throughput else number


@dataclass(frozen=True, slots=True)
class NumberNews:
    """`limit` is how many people the account's business may write to in 24 hours (see shared.domain.numbers.number)."""

    change: NumberChange | None
    limit: int | None = None


_QUALITY = {"FLAGGED": "RED", "UNFLAGGED": "UNKNOWN"}


def number_news(field: str, value: Value) -> NumberNews | None:
    """None for what changes nothing here."""
    if field not in ("phone_number_quality_update", *_CHANGES, "business_capability_update"):
        return None
    display = shown_phone(word(value, "display_phone_number"))
    if field == "business_capability_update":
        limit = _limit(value)
        return NumberNews(None, limit) if limit is not None else None
    if not display:
        return None
    if field == "phone_number_quality_update":
        event, limit = constant(value, "event"), _limit(value)
        throughput, quality = 1000 if event == "THROUGHPUT_UPGRADE" else None, _QUALITY.get(event, "")
        anything = throughput or quality or limit is not None
        return NumberNews(NumberChange(display, throughput, quality), limit) if anything else None
    return _CHANGES[field](display, value)


def _limit(value: Value) -> int | None:
    """`current_limit` and the limit per phone are the older names of the same (Meta, webhooks reference)."""
    names = ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone")
    found = (messaging_limit(value.get(name)) for name in names)
    return next((limit for limit in found if limit is not None), None)


def _name(display: str, value: Value) -> NumberNews | None:
    """The decision is what has become of the name; only one that is approved is the number's."""
    name, decision = word(value, "requested_verified_name"), constant(value, "decision")[:20]
    if not decision:
        return None
    approved = name[:200] if decision == "APPROVED" else ""
    return NumberNews(NumberChange(display, verified_name=approved, name_status=decision))


def _username(display: str, value: Value) -> NumberNews | None:
    status, username = constant(value, "status"), word(value, "username").strip().lstrip("@")[:100]
    if status == "DELETED":
        return NumberNews(NumberChange(display, username=""))
    return NumberNews(NumberChange(display, username=username)) if status == "APPROVED" and username else None


_CHANGES = {"phone_number_name_update": _name, "business_username_update": _username}
