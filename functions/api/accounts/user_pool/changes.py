"""What people change about themselves in the user pool: password, address, second factor. What its errors become stands
in `errors`."""

from typing import TYPE_CHECKING

from functions.api.accounts.user_pool.errors import (
    IS_MALFORMED,
    IS_REFUSED,
    IS_TAKEN,
    IS_TOO_OFTEN,
    IS_WEAK,
    IS_WRONG_CODE,
    NOBODY,
    answering,
    bad_email,
    email_taken,
    passing_over,
    session_ended,
    too_often,
    weak_password,
    wrong_code,
)
from shared.errors import InvalidInput, RetryableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef


class PoolChanges:
    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id

    def resend_code(self, email: str) -> None:
        """Another code for one who has signed up; nothing for anybody else, and nobody is told which."""
        with passing_over(NOBODY | IS_MALFORMED | IS_TOO_OFTEN):  # nobody, or confirmed before
            self._client.resend_confirmation_code(ClientId=self._client_id, Username=email)

    def send_reset_code(self, email: str) -> bool:
        """A code for one who has an account; nothing for anybody else, and nobody outside is told which: whether one
        was mailed. Those of before are good for nothing then."""
        with passing_over(IS_REFUSED | IS_TOO_OFTEN):
            self._client.forgot_password(ClientId=self._client_id, Username=email)
            return True
        return False  # an error was passed over

    def reset_password(self, email: str, *, code: str, password: str) -> None:
        """Raises InvalidInput: `wrong_code`, the same for an address without an account, and `weak_password`."""
        with answering({IS_WEAK: weak_password("password"), IS_WRONG_CODE: wrong_code("code")}):
            self._client.confirm_forgot_password(
                ClientId=self._client_id, Username=email, ConfirmationCode=code, Password=password
            )

    def change_password(self, access_token: str, *, current: str, new: str) -> None:
        """Raises InvalidInput (`wrong_password`, `weak_password`)."""
        wrong = InvalidInput("this is not your password", field="current_password", code="wrong_password")
        with answering({IS_WEAK: weak_password("new_password"), IS_REFUSED: wrong, IS_TOO_OFTEN: too_often()}):
            self._client.change_password(AccessToken=access_token, PreviousPassword=current, ProposedPassword=new)

    def start_second_factor(self, access_token: str) -> str:
        """The secret (base32) that an authenticator is to be given; nothing asks for it before it is confirmed."""
        with answering({IS_REFUSED: session_ended()}):
            return self._client.associate_software_token(AccessToken=access_token).get("SecretCode", "")

    def prove_second_factor(self, access_token: str, code: str) -> None:
        """Whether the authenticator has the secret. Raises InvalidInput (`wrong_code`)."""
        with answering({IS_WRONG_CODE: wrong_code("code")}):
            answer = self._client.verify_software_token(AccessToken=access_token, UserCode=code)
        if answer.get("Status") != "SUCCESS":
            raise wrong_code("code")

    def set_second_factor(self, subject: str, *, on: bool) -> None:
        """Whether the pool asks for it. Repeating it changes nothing."""
        self._client.admin_set_user_mfa_preference(
            UserPoolId=self._pool_id,
            Username=subject,
            SoftwareTokenMfaSettings={"Enabled": on, "PreferredMfa": on},
        )

    def change_email(self, subject: str, email: str) -> None:
        """To one that they have proved. Raises Conflict (`email_taken`) and InvalidInput. Repeating it changes
        nothing."""
        with answering({IS_TAKEN: email_taken(), IS_MALFORMED: bad_email()}):
            self._client.admin_update_user_attributes(
                UserPoolId=self._pool_id, Username=subject, UserAttributes=_proved(email)
            )

    def create_confirmed(self, email: str, password: str) -> str:
        """The subject of a new person who has proved the address. Raises Conflict (`account_exists`) and InvalidInput
        (`weak_password`). One whom an earlier call has left without a password has an account too: see
        `set_password`."""
        with answering({IS_TAKEN: email_taken(code="account_exists"), IS_MALFORMED: bad_email()}):
            person = self._client.admin_create_user(
                UserPoolId=self._pool_id, Username=email, UserAttributes=_proved(email), MessageAction="SUPPRESS"
            )["User"]
        subject = person.get("Username", "")
        self.set_password(subject, password)
        return subject

    def set_password(self, subject: str, password: str) -> None:
        """Raises InvalidInput (`weak_password`), and RetryableError for one who is gone: somebody who signed up with
        this address took it from a person without a password."""
        gone = RetryableError("somebody signs up with this address at this moment; try again in a few seconds")
        with answering({IS_WEAK: weak_password("password"), NOBODY: gone}):
            self._client.admin_set_user_password(
                UserPoolId=self._pool_id, Username=subject, Password=password, Permanent=True
            )


def _proved(email: str) -> "Sequence[AttributeTypeTypeDef]":
    return [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
