"""Trigger: EventBridge Scheduler, every five minutes. Ends sign-ups that nobody confirmed within their day, and warns
of tokens of accounts that end."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts.ended_signups import end_signups
from functions.api.numbers.token_warnings import warn_of_tokens
from functions.api.signups_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line

_SPARE_MS = 10_000


@one_line
def lambda_handler(_event: object, context: LambdaContext) -> None:
    parts = deps()

    def stop() -> bool:
        return context.get_remaining_time_in_millis() < _SPARE_MS

    end_signups(parts.users, parts.signups, epoch_ms(), stop)
    warn_of_tokens(parts.accounts, parts.watches, parts.notices, epoch_ms(), stop)
