"""Trigger: EventBridge Scheduler, every five minutes. Clears the desks of members who were removed or take no
conversations any more, ends sign-ups that nobody confirmed within their day, and warns of tokens of accounts that end.

Each of these has its share of the time, and goes on where its last run stopped: nobody waits behind others for longer
than as many runs as all of them take, however many of those fail.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts.signup.endings import end_signups
from functions.api.accounts.team.desks import clear_desks
from functions.api.numbers.token_warnings import warn_of_tokens
from functions.api.upkeep.shares import do_in_turn
from functions.api.upkeep_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line

_SPARE_MS = 10_000


@one_line
def lambda_handler(_event: object, context: LambdaContext) -> None:
    parts, now = deps(), epoch_ms()
    do_in_turn(
        [
            lambda more_time: clear_desks(parts.desks, now, more_time),
            lambda more_time: end_signups(parts.signups, now, more_time),
            lambda more_time: warn_of_tokens(parts.warnings, now, more_time),
        ],
        lambda: context.get_remaining_time_in_millis() - _SPARE_MS,
    )
