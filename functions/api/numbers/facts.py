"""What Meta says of a number right now: how good it is, how fast it may send, to how many, and what is in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.clock import DAY_MS, EpochMs
from shared.domain.numbers.health import Health, health_from
from shared.domain.numbers.number import (
    COEXISTENCE_THROUGHPUT,
    META_SAYS,
    THROUGHPUT_BY_LEVEL,
    Number,
    Waba,
    messaging_limit,
)
from shared.errors import ProviderRejected, RetryableError
from shared.ids import PhoneNumberId, TenantId, WabaId
from shared.store.accounts.tenants import Accounts

# Meta, messaging limits: the field of a number in which its portfolio's limit is read (v24 and later).
_LIMIT = "whatsapp_business_manager_messaging_limit"
NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,status,throughput,is_on_biz_app"
FACT_FIELDS = f"{NUMBER_FIELDS},name_status,health_status,{_LIMIT}"
_STOPPED = frozenset({"BANNED", "RESTRICTED"})
_WORKING = frozenset({"CONNECTED", "FLAGGED"})
"""Meta, phone number status: a RESTRICTED one has reached its messaging limit, and may begin nothing until the 24-hour
window has passed, but answers; a BANNED one neither sends nor receives. FLAGGED is a warning of low quality, which is
told as such: it still sends."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Blank, None and no limit: Meta did not say. `status` is Meta's word for the number's state."""

    quality: str = ""
    messaging_limit: int | None = None
    throughput: int | None = None
    status: str = ""
    verified_name: str = ""
    name_status: str = ""
    health: Health | None = None

    @property
    def works(self) -> bool:
        """Whether Meta has it registered, and lets it send."""
        return self.status in _WORKING

    def applied_to(self, number: Number, at: EpochMs) -> Number:
        """`at` is the moment before Meta was asked (epoch ms): what is known of later stays."""
        if self.quality:
            number = number.with_quality(self.quality, at)
        if self.throughput is not None:
            number = number.with_throughput(self.throughput, at)
        if self.verified_name:
            number = number.with_verified_name(self.verified_name, at)
        if self.name_status:
            number = number.with_name_status(self.name_status, at)
        if self.health is not None:
            number = number.with_health(self.health, at)
        return _with_status(number, self.status, at)


def _with_status(number: Number, status: str, at: EpochMs) -> Number:
    """Stopped while Meta says so, and no longer: for a day at most where that is how long it lasts. What was stopped
    for another reason stays so, until that ends."""
    said = number.status == "restricted" and number.reason.startswith(META_SAYS)
    if status in _STOPPED and (said or number.state_at(at) == "active"):
        return replace(
            number,
            status="restricted",
            reason=f"{META_SAYS}{status}",
            stopped_at=at,
            restricted_until=EpochMs(at + DAY_MS if status == "RESTRICTED" else 0),
            answers_restricted=status == "BANNED",
        )
    if status in _WORKING and said:
        return replace(number, status="active", reason="", restricted_until=EpochMs(0), answers_restricted=False)
    return number


def throughput_of(row: Mapping[str, Any]) -> int | None:
    """Messages a second (Meta, throughput): fixed for a number that the WhatsApp Business app uses too. None when it
    is not said."""
    if row.get("is_on_biz_app"):
        return COEXISTENCE_THROUGHPUT
    stated = row.get("throughput")
    return THROUGHPUT_BY_LEVEL.get(str(stated.get("level", ""))) if isinstance(stated, dict) else None


def facts_from(row: Mapping[str, Any]) -> Facts:
    """From what Meta answers for a number, or lists of it."""
    return Facts(
        quality=str(row.get("quality_rating") or ""),
        messaging_limit=messaging_limit(row.get(_LIMIT)),
        throughput=throughput_of(row),
        status=str(row.get("status") or ""),
        verified_name=str(row.get("verified_name") or ""),
        name_status=str(row.get("name_status") or "")[:40],
        health=health_from(row.get("health_status")),
    )


def number_from(row: Mapping[str, Any], waba_id: WabaId, now: EpochMs) -> Number:
    """A number as Meta describes it (GET /{waba_id}/phone_numbers)."""
    number = Number(
        phone_number_id=PhoneNumberId(str(row["id"])),
        waba_id=waba_id,
        display="+" + "".join(c for c in str(row.get("display_phone_number", "")) if c.isdigit()),
        verified_name=str(row.get("verified_name", "")),
        throughput=throughput_of(row) or THROUGHPUT_BY_LEVEL["STANDARD"],
        quality=str(row.get("quality_rating", "UNKNOWN")),
        connected_at=now,
        quality_at=now,
        name_at=now,
        throughput_at=now,
    )
    return _with_status(number, str(row.get("status", "")), now)


def read_facts(graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId) -> tuple[Facts, Mapping[str, Any]]:
    """With Meta's answer. Raises ProviderRejected and RetryableError."""
    row = graph.call("GET", phone_number_id, access, params={"fields": FACT_FIELDS})
    return facts_from(row), row


def look_up(graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId) -> Facts:
    """What Meta does not show, or cannot just now, stays unknown: nothing waits for this."""
    try:
        return read_facts(graph, access, phone_number_id)[0]
    except (ProviderRejected, RetryableError):
        return Facts()


def bring_up_to_date(
    accounts: Accounts, tenant_id: TenantId, number: Number, facts: Facts, now: EpochMs
) -> tuple[Number, Waba]:
    """Store what Meta said at `now` (epoch ms), the moment before it was asked; what it did not say stays as it is.

    Stored even when it is what was known: an event of before, which comes late, must not change it.
    """
    if facts != Facts():
        number = accounts.change_number(tenant_id, number.phone_number_id, lambda n: facts.applied_to(n, now))
    if facts.messaging_limit is None:
        return number, accounts.waba(tenant_id, number.waba_id)
    limit = facts.messaging_limit
    return number, accounts.change_waba(tenant_id, number.waba_id, lambda w: w.with_limit(limit, now))
