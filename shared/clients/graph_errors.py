"""What an answer of Meta's Graph API, or none, is raised as."""

from collections.abc import Mapping
from typing import Any

from pyreqwest.exceptions import DetailedPyreqwestError, PoolTimeoutError, PyreqwestError

from shared.domain.campaigns.outcome import is_proof_refused
from shared.errors import NotFound, ProviderRejected, RetryableError, TokenRefused
from shared.observability import count

_CONNECTING = "client error (Connect)"
_TOKEN_OVER = 190
"""Meta, error codes of the Graph API: the access token has expired, or was taken back."""


class ProofRefused(RetryableError):
    """The app's secret is not the one that Meta has: nothing was done, and it passes when that is put right."""


def never_left(error: PyreqwestError) -> bool:
    """Whether the request provably was not written: no connection from the pool, or none could be made.

    The class of the error does not tell: pyreqwest 0.15 also calls a reset while waiting for the answer ConnectError,
    and a timeout of the whole request ConnectTimeoutError. Only the chain of causes does, in the words of the
    HTTP client below (hyper-util, `ErrorKind::Connect`).
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DetailedPyreqwestError) or error.details is None:
        return False
    return any(step["message"] == _CONNECTING for step in error.details["causes"] or ())


def check_download(status: int) -> None:
    if status in (404, 410):
        raise NotFound("the media URL is dead")
    if status in (401, 403):
        raise ProviderRejected("Meta refused the file", provider_code=f"http_{status}")
    if not 200 <= status < 300:
        raise RetryableError(f"Meta answered with status {status}; try again in a minute")


def rejection(error: Mapping[str, Any]) -> ProviderRejected | RetryableError:
    code = error.get("code")
    details = error.get("error_data")
    words = error.get("error_user_msg") or (details or {}).get("details") or error.get("message") or "no reason given"
    if code in (1, 2, 4, 80007, 80008, 130429, 131000, 131016):
        return RetryableError(f"Meta is busy ({code}); try again in a minute")
    if is_proof_refused(error):
        return ProofRefused("Meta does not take this platform's app secret just now; try again in ten minutes")
    refusal = ProviderRejected
    if code == _TOKEN_OVER:
        count("TokenRefused")
        refusal = TokenRefused
    return refusal(f"Meta refused: {words}", provider_code=str(code), subcode=str(error.get("error_subcode") or ""))
