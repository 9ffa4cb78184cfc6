"""Trigger: EventBridge Scheduler, every five minutes. Ends sign-ups that nobody confirmed within their day."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.accounts.ended_signups import end_signups
from functions.api.signups_bootstrap import deps
from shared.clock import epoch_ms
from shared.observability import one_line

_SPARE_MS = 10_000


@one_line
def lambda_handler(_event: object, context: LambdaContext) -> None:
    end_signups(deps().users, deps().signups, epoch_ms(), lambda: context.get_remaining_time_in_millis() < _SPARE_MS)
