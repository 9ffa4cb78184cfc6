"""The business profile of a number, as people see it in WhatsApp; Meta has it, and nothing of it is stored here.

Source: Meta, business profiles of the Cloud API (`whatsapp_business_profile`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.api.meta.calls import Graph
from shared.clients.graph import GraphAccess
from shared.errors import RetryableError
from shared.ids import PhoneNumberId

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
    graph: Graph, access: GraphAccess, phone_number_id: PhoneNumberId, changes: Mapping[str, object]
) -> Profile:
    """Replace what is named, by Meta's names; all else stays. Raises like `read_profile`."""
    body = {"messaging_product": "whatsapp", **changes}
    graph.call("POST", f"{phone_number_id}/whatsapp_business_profile", access, body=body)
    return read_profile(graph, access, phone_number_id)
