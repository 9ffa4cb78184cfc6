"""Which errors are an outage of AWS's, and which are ours."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, VerboseClientError

from functions.api.http import problems
from functions.api.http.outages import is_outage


def refusal(code: str, status: int = 400, reasons: tuple[str, ...] = ()) -> ClientError:
    answer = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer | {"CancellationReasons": [{"Code": one} for one in reasons]}, "Any")  # type: ignore[arg-type]


def by_pynamodb(error: ClientError) -> TransactWriteError:
    """As its connection raises it: what is wrapped has neither status nor reasons of its own."""
    reasons = [CancellationReason(one["Code"]) for one in error.response["CancellationReasons"]]
    try:
        try:
            raise VerboseClientError({"Error": error.response["Error"]}, "Any", cancellation_reasons=reasons) from error
        except ClientError as verbose:
            raise TransactWriteError("failed", verbose) from verbose
    except TransactWriteError as whole:
        return whole


@pytest.mark.parametrize(
    "error",
    [
        # DynamoDB, SQS, Cognito, Scheduler, S3, KMS, Secrets Manager
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("RequestLimitExceeded"),
        refusal("InternalServerError", 500),
        refusal("TransactionConflictException"),
        refusal("RequestThrottled", 403),
        refusal("KmsThrottled"),
        refusal("TooManyRequestsException"),
        refusal("InternalErrorException", 500),
        refusal("InternalServerException", 500),
        refusal("SlowDown", 503),
        refusal("503", 503),
        refusal("DependencyTimeoutException", 503),
        refusal("InternalServiceError", 500),
        refusal("TransactionCanceledException", reasons=("None", "ThrottlingError", "TransactionConflict")),
        EndpointConnectionError(endpoint_url="https://aws"),
        ConnectTimeoutError(endpoint_url="https://aws"),
        ReadTimeoutError(endpoint_url="https://aws"),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
    ids=lambda error: str(error)[:60],
)
def test_what_passes_is_an_outage(error: Exception) -> None:
    assert is_outage(error)
    assert is_outage(PutError("failed", error))
    if isinstance(error, ClientError):
        assert is_outage(by_pynamodb(error))
    problem = problems.of(error)
    assert (problem.status, problem.code, problem.headers()) == (503, "temporarily_unavailable", {"Retry-After": "5"})


@pytest.mark.parametrize(
    "error",
    [
        refusal("AccessDeniedException"),
        refusal("ValidationException"),
        refusal("ResourceNotFoundException"),
        refusal("ConditionalCheckFailedException"),
        refusal("LimitExceededException"),
        refusal("NoSuchKey", 404),
        refusal("TransactionCanceledException", reasons=("ConditionalCheckFailed", "ThrottlingError")),
        refusal("TransactionCanceledException", reasons=("None", "ValidationError")),
        refusal("TransactionCanceledException"),
        ParamValidationError(report="wrong"),
        NoCredentialsError(),
        BotoCoreError(),
    ],
    ids=lambda error: str(error)[:60],
)
def test_what_we_did_wrong_is_none(error: Exception) -> None:
    assert not is_outage(error)
    assert not is_outage(PutError("failed", error))
    if isinstance(error, ClientError):
        assert not is_outage(by_pynamodb(error))
    assert problems.of(error) is problems.INTERNAL


def test_a_fault_of_ours_in_dealing_with_an_outage_is_ours() -> None:
    fault = KeyError("x")
    fault.__cause__ = fault.__context__ = refusal("ThrottlingException")
    assert not is_outage(fault)
    assert problems.of(fault) is problems.INTERNAL
