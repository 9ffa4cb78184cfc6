"""Trigger: EventBridge Scheduler, every five minutes. Ends sign-ups that nobody confirmed within their day, clears the
desks of members who were removed, and warns of tokens of accounts that end."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts.ended_signups import end_signups
from functions.api.accounts.removals import finish_removals
from functions.api.numbers.token_warnings import warn_of_tokens
from functions.api.signups_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line

_SPARE_MS = 10_000


@one_line
def lambda_handler(_event: object, context: LambdaContext) -> None:
    parts, now = deps(), epoch_ms()

    def no_time() -> bool:
        return context.get_remaining_time_in_millis() < _SPARE_MS

    finish_removals(parts.team, parts.conversations, now, no_time)
    end_signups(parts.users, parts.signups, now, no_time)
    warn_of_tokens(parts.accounts, parts.watches, parts.notices, now, no_time)
