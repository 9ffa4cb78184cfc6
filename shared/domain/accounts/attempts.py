"""How often one may try to get in: for each account (an e-mail address), and for each network that calls come from.

A stranger who tries the passwords of one person is stopped by the first, whoever he has call for him; one who tries one
password on many people by the second. Both are buckets that fill evenly (`call_limits`), counted alike whether there is
such an account, so that a refusal tells nothing of that.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.domain.accounts.call_limits import Quota

_MINUTE_MS: Final = 60_000


class Attempt(StrEnum):
    SIGN_UP = "sign_up"
    LOG_IN = "log_in"
    """Every look at a password."""
    CODE = "code"
    """Every look at a code that was mailed, or that a device shows."""
    MAIL = "mail"
    """Every mail that somebody may not have asked for."""
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """So many in so many minutes."""

    of_account: int
    of_network: int
    minutes: int

    def quotas(self, factor: int) -> tuple[Quota, Quota]:
        """The network's and the account's."""
        window_ms = self.minutes * _MINUTE_MS
        return (
            Quota("network", self.of_network * factor, window_ms=window_ms),
            Quota("account", self.of_account * factor, window_ms=window_ms),
        )


ATTEMPT_LIMITS: Mapping[Attempt, AttemptLimit] = {
    Attempt.SIGN_UP: AttemptLimit(of_account=10, of_network=100, minutes=60),
    Attempt.LOG_IN: AttemptLimit(of_account=20, of_network=300, minutes=15),
    # A million codes of six digits, three of them good at a time: years at this pace (RFC 6238, 5.1; OWASP ASVS 2.2.1).
    Attempt.CODE: AttemptLimit(of_account=6, of_network=200, minutes=15),
    Attempt.MAIL: AttemptLimit(of_account=5, of_network=60, minutes=60),
    Attempt.REFRESH: AttemptLimit(of_account=120, of_network=3_000, minutes=15),
}


def account_key(account: str) -> str:
    """What an account's bucket is called: nothing of the address can be read from it."""
    return hashlib.sha256(account.strip().lower().encode()).hexdigest()


def network_key(address: str) -> str:
    """What the bucket of a caller's network is called: of IPv6 the first 64 bits, which one subscriber has for himself
    (RFC 6177, 2). What is no address shares one bucket."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return account_key("")
    network = ipaddress.ip_network((parsed, 64), strict=False) if parsed.version == 6 else parsed
    return account_key(str(network))
