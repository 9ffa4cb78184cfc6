"""What applying payment events takes."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.clients.parking import Parking
from shared.clients.stripe_gateway import StripeGateway
from shared.store.accounts.tenants import Accounts
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class BillingParts:
    """`stripe` gives the gateway; making it needs the platform's key, which may change while we run."""

    directory: Directory
    accounts: Accounts
    stripe: Callable[[], StripeGateway]
    parking: Parking
