"""Counting attempts to get in, in a table that all workers share (`shared/domain/accounts/attempts.py`)."""

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import EpochMs
from shared.domain.accounts.attempts import ATTEMPT_LIMITS, Attempt, account_key, network_key
from shared.errors import RateLimited, RetryableError
from shared.observability import count
from shared.store.accounts.call_buckets import CallBuckets

_WORDS = {
    Attempt.SIGN_UP: "sign-ups",
    Attempt.LOG_IN: "log-ins",
    Attempt.CODE: "codes",
    Attempt.MAIL: "mails",
    Attempt.REFRESH: "renewals",
}


class AttemptLimits:
    def __init__(self, buckets: CallBuckets, factor: int) -> None:
        """`factor` is what the limits are multiplied by."""
        self._buckets = buckets
        self._factor = factor

    def take(self, kind: Attempt, account: str, address: str, now: EpochMs) -> None:
        """One more attempt on an account (an e-mail address, or what stands for one) from a network address.

        Raises RateLimited (`too_many_requests`), the same whoever has an account, and RetryableError when it cannot be
        counted: nobody tries passwords uncounted.
        """
        of_network, of_account = ATTEMPT_LIMITS[kind].quotas(self._factor)
        for quota, key in ((of_network, network_key(address)), (of_account, account_key(account))):
            try:
                taken = self._buckets.take_attempt(kind, key, quota, now)
            except (ClientError, BotoCoreError) as error:
                raise RetryableError("this cannot be counted at the moment; try again in a few seconds") from error
            if not taken.room:
                count("AttemptsOverLimit")
                raise RateLimited(
                    f"too many {_WORDS[kind]} for this account or from this network; wait as long as Retry-After says",
                    wait_ms=quota.wait_ms(taken.full_at_us, now),
                    code="too_many_requests",
                )
