"""Cognito's errors become ours by their names, and what says that Cognito is out stays what it is."""

import botocore.session
import pytest
from botocore.exceptions import ClientError

from functions.api.accounts.user_pool import errors as pool_errors
from functions.api.accounts.user_pool.errors import (
    IS_REFUSED,
    IS_TAKEN,
    IS_WRONG_CODE,
    NOBODY,
    answering,
    email_taken,
    passing_over,
    session_ended,
    wrong_code,
)
from functions.api.http.outages import is_outage
from shared.errors import Conflict, InvalidInput, Unauthenticated

GROUPS = [value for name, value in vars(pool_errors).items() if name.isupper() and isinstance(value, frozenset)]


def error(name: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": name}, "ResponseMetadata": {"HTTPStatusCode": status}}, "AnyCall")  # type: ignore[typeddict-item]


def test_each_name_is_one_of_cognitos() -> None:
    known = set(botocore.session.get_session().get_service_model("cognito-idp").shape_names)
    assert len(GROUPS) >= 6
    assert sorted({name for group in GROUPS for name in group} - known) == []


@pytest.mark.parametrize("name", sorted(IS_WRONG_CODE))
def test_whatever_is_wrong_with_a_code_is_said_in_the_same_words(name: str) -> None:
    with pytest.raises(InvalidInput) as raised, answering({IS_TAKEN: email_taken(), IS_WRONG_CODE: wrong_code("code")}):
        raise error(name)
    assert (raised.value.code, raised.value.message) == ("wrong_code", wrong_code("code").message)


def test_the_first_that_has_a_name_counts() -> None:
    with pytest.raises(Unauthenticated), answering({IS_REFUSED: session_ended(), IS_WRONG_CODE: wrong_code("code")}):
        raise error("NotAuthorizedException")
    with pytest.raises(Conflict), answering({IS_TAKEN: email_taken(code="account_exists")}):
        raise error("UsernameExistsException")


@pytest.mark.parametrize(("name", "status"), [("TooManyRequestsException", 400), ("InternalErrorException", 500)])
def test_an_outage_stays_one(name: str, status: int) -> None:
    every_group = dict.fromkeys(GROUPS, email_taken())
    with pytest.raises(ClientError) as raised, answering(every_group), passing_over(frozenset().union(*GROUPS)):
        raise error(name, status)
    assert is_outage(raised.value)


def test_what_is_passed_over_ends_the_block_and_no_more() -> None:
    done = []
    with passing_over(NOBODY):
        done.append("before")
        raise error("UserNotFoundException")
    assert done == ["before"]
