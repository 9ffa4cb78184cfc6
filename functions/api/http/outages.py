"""Which errors of AWS's clients say that a service is out or busy: trying again helps, and nothing of ours is to be
mended. What a service refuses for good (a right that is missing, a request that is malformed) is no outage.

Sources: botocore, retry modes (what `standard` tries again); Amazon DynamoDB, error handling and TransactWriteItems;
Amazon SQS, AWS KMS, Amazon Cognito, EventBridge Scheduler, Secrets Manager and Amazon S3, their lists of errors.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

_NOT_REACHED = (ConnectionError, HTTPClientError, IncompleteReadError)
"""No connection, none in time, no answer in time, or half of one."""
# fmt: off
_BUSY = frozenset({
    "KMS.ThrottlingException", "KmsThrottled", "PriorRequestNotComplete", "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "RequestTimeout", "RequestTimeoutException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingError",
    "ThrottlingException", "TooManyRequestsException",
    # A transaction is at the same item.
    "TransactionConflict", "TransactionConflictException", "TransactionInProgressException",
})
# fmt: on
"""Codes that come below status 500: of an error, and of why a transaction was cancelled."""
_CANCELLED = "TransactionCanceledException"
_NO_REASON = frozenset({"", "None"})


def is_outage(error: BaseException) -> bool:
    """Of the error itself, or of the one that PynamoDB wrapped: what else it came from had been dealt with."""
    first = _unwrapped(error)
    if isinstance(first, ClientError):
        return _is_busy(first.response)
    return isinstance(first, _NOT_REACHED)


def _unwrapped(error: BaseException) -> BaseException:
    """PynamoDB has an error of its own around one of botocore's, which stands for the service's with less in it."""
    cause = getattr(error, "cause", None)
    if not isinstance(cause, BaseException):
        return error
    return cause.__cause__ if isinstance(cause.__cause__, ClientError) else cause


def _is_busy(answer: Mapping[str, Any]) -> bool:
    code = answer.get("Error", {}).get("Code", "")
    if code == _CANCELLED:
        reasons = {reason.get("Code", "") for reason in answer.get("CancellationReasons", ())} - _NO_REASON
        return bool(reasons) and reasons <= _BUSY
    return code in _BUSY or answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
