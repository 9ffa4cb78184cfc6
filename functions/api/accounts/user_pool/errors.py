"""Cognito's errors become ours here, and nowhere else. What says that Cognito is out or busy stays what it is: every
route answers that with 503 (`http/outages.py`).

Source: the errors of each call in the Amazon Cognito user pools API reference.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import ClientError

from shared.errors import AppError, Conflict, InvalidInput, RetryableError, Unauthenticated

NOBODY = frozenset({"UserNotFoundException"})
IS_TAKEN = frozenset({"AliasExistsException", "UsernameExistsException"})
IS_WEAK = frozenset({"InvalidPasswordException"})
IS_MALFORMED = frozenset({"InvalidParameterException"})
IS_TOO_OFTEN = frozenset({"LimitExceededException"})
"""One person's attempts at one thing; Cognito lets them try again after some minutes."""
IS_REFUSED = NOBODY | IS_MALFORMED | {"NotAuthorizedException"}
"""A password or token that opens nothing."""
IS_WRONG_CODE = (
    IS_REFUSED
    | IS_TOO_OFTEN
    | {
        "CodeMismatchException",
        "EnableSoftwareTokenMFAException",
        "ExpiredCodeException",
        "SoftwareTokenMFANotFoundException",
        "TooManyFailedAttemptsException",
        "UserNotConfirmedException",
    }
)
"""Whatever is wrong with a code or with whose it is: nobody is told which."""


@contextmanager
def answering(ours: Mapping[frozenset[str], AppError]) -> Iterator[None]:
    """Raises ours in the place of Cognito's error of one of these names; the first that has it counts."""
    try:
        yield
    except ClientError as error:
        name = name_of(error)
        for names, answer in ours.items():
            if name in names:
                raise answer from error
        raise


@contextmanager
def passing_over(names: Collection[str]) -> Iterator[None]:
    """Ends the block at an error of one of these names, as if nothing were left to do."""
    try:
        yield
    except ClientError as error:
        if name_of(error) not in names:
            raise


def name_of(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))


def wrong_code(field: str) -> InvalidInput:
    return InvalidInput("the code is wrong or too old", field=field, code="wrong_code")


def weak_password(field: str) -> InvalidInput:
    return InvalidInput("the password is too easily guessed; choose another one", field=field, code="weak_password")


def email_taken(*, code: str = "email_taken") -> Conflict:
    return Conflict("this e-mail address already has an account", field="email", code=code)


def bad_email() -> InvalidInput:
    return InvalidInput("the email is not acceptable", field="email")


def wrong_log_in() -> Unauthenticated:
    return Unauthenticated("e-mail address or password is wrong")


def session_ended() -> Unauthenticated:
    return Unauthenticated("this session is over; log in again", code="session_ended")


def too_often() -> RetryableError:
    return RetryableError("too many attempts at this moment; try again in some minutes")
