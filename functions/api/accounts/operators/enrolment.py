"""The second factor of an operator, without which they may do nothing else."""

from functions.api.accounts.operators.parts import OperatorParts
from functions.api.accounts.sessions.changes import finish_second_factor, start_second_factor
from functions.api.accounts.sessions.log_in import Credentials
from functions.api.accounts.sessions.proof import Enrolling
from shared.clock import EpochMs
from shared.domain.accounts.operator import Operator


def start(parts: OperatorParts, operator: Operator, *, token: str, password: str, address: str, now: EpochMs) -> str:
    """The secret for an authenticator (base32). Raises as `start_second_factor`."""
    who = _enrolling(operator, token, address)
    return start_second_factor(parts.entrance, who, Credentials(operator.email, password), now)


def finish(parts: OperatorParts, operator: Operator, *, token: str, code: str, address: str, now: EpochMs) -> list[str]:
    """The recovery codes. Every session ends that began without the second factor. Raises as `finish_second_factor`."""
    return finish_second_factor(parts.entrance, _enrolling(operator, token, address), code, now)


def _enrolling(operator: Operator, token: str, address: str) -> Enrolling:
    return Enrolling(operator.subject, operator.email, token, address)
