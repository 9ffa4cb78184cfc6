"""The business profile of a number, as people see it in WhatsApp. Meta has it; here it is only counted how often it was
changed from here, as `PROFILE#<number>` in the Directory table (1 RRU to show it, and two conditional writes a change).

Source: Meta, business profiles of the Cloud API (`whatsapp_business_profile`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.api.http.revisions import begun_at_meta, ended_at_meta
from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.clock import EpochMs
from shared.errors import AppError, RetryableError
from shared.ids import PhoneNumberId, TenantId
from shared.store.engine import guarded
from shared.store.engine.directory import Directory
from shared.store.engine.guarded import GuardedList

_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"


@dataclass(frozen=True, slots=True)
class Profile:
    """Blank is not set."""

    about: str = ""
    address: str = ""
    description: str = ""
    email: str = ""
    vertical: str = ""
    websites: tuple[str, ...] = ()
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """See functions.api.http.revisions."""

    revision: int = 0
    changing: str = ""
    changing_at: EpochMs = EpochMs(0)


_CHANGES = GuardedList("PROFILE#", ProfileChanges)
_NONE = ProfileChanges()


def profile_revision(directory: Directory, tenant_id: TenantId, phone_number_id: PhoneNumberId) -> int:
    """To be read before the profile: a change that comes in between is refused rather than lost."""
    key = f"{_CHANGES.prefix}{phone_number_id}"
    return (directory.get(tenant_id, key, ProfileChanges, consistent=True) or _NONE).revision


def read_profile(graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId) -> Profile:
    """Raises ProviderRejected and RetryableError."""
    answer = graph.call("GET", f"{phone_number_id}/whatsapp_business_profile", access, params={"fields": _FIELDS})
    rows = answer.get("data")
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        raise RetryableError("Meta's profile of the number cannot be read; try again in a minute")
    row = rows[0]
    websites = row.get("websites")
    about, address, description, email, vertical = (
        str(row.get(name) or "") for name in ("about", "address", "description", "email", "vertical")
    )
    return Profile(
        about=about,
        address=address,
        description=description,
        email=email,
        vertical=vertical,
        websites=tuple(str(one) for one in websites) if isinstance(websites, list) else (),
        picture_url=str(row.get("profile_picture_url") or ""),
    )


def change_profile(
    graph: Graph,
    access: GraphAccess,
    tenant_id: TenantId,
    phone_number_id: PhoneNumberId,
    changes: Mapping[str, object],
    now: EpochMs,
    *,
    seen: int | None,
) -> tuple[Profile, int]:
    """Replace what is named, by Meta's names; all else stays. `seen` is the revision that it was decided by. Gives the
    new one too. Raises like `read_profile`, and Conflict (`changed_meanwhile`)."""

    def noted(change: Callable[[ProfileChanges], ProfileChanges]) -> ProfileChanges:
        key = f"{_CHANGES.prefix}{phone_number_id}"
        return guarded.change(tenant_id, _CHANGES, lambda found: {key: change(found.get(key, _NONE))})[key]

    begun = noted(lambda found: begun_at_meta(found, dict(changes), seen, now))
    if begun.changing_at == now:
        body = {"messaging_product": "whatsapp", **changes}
        try:
            graph.call("POST", f"{phone_number_id}/whatsapp_business_profile", access, body=body)
        except RetryableError:
            # Meta may have taken it: for a minute only the same change is begun by this revision.
            raise
        except AppError:
            noted(lambda found: ended_at_meta(found, now, arrived=False))
            raise
        begun = noted(lambda found: ended_at_meta(found, now, arrived=True))
    return read_profile(graph, access, phone_number_id), begun.revision
