"""What people change about themselves in the user pool: password, address, second factor. Cognito's errors become ours
here, and nowhere else (but for logging in: `user_pool`)."""

from typing import TYPE_CHECKING

from functions.api.accounts.user_pool import wrong_code
from shared.errors import Conflict, InvalidInput, RetryableError, Unauthenticated

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
        errors = self._client.exceptions
        try:
            self._client.resend_confirmation_code(ClientId=self._client_id, Username=email)
        except (errors.UserNotFoundException, errors.InvalidParameterException, errors.LimitExceededException):
            return  # nobody, or confirmed before
        except errors.TooManyRequestsException as exc:
            raise _busy() from exc

    def send_reset_code(self, email: str) -> None:
        """A code for one who has an account; nothing for anybody else, and nobody is told which."""
        errors = self._client.exceptions
        try:
            self._client.forgot_password(ClientId=self._client_id, Username=email)
        except (
            errors.UserNotFoundException,
            errors.InvalidParameterException,
            errors.NotAuthorizedException,
            errors.LimitExceededException,
        ):
            return
        except errors.TooManyRequestsException as exc:
            raise _busy() from exc

    def reset_password(self, email: str, *, code: str, password: str) -> None:
        """Raises InvalidInput: `wrong_code`, the same for an address without an account, and `weak_password`."""
        errors = self._client.exceptions
        try:
            self._client.confirm_forgot_password(
                ClientId=self._client_id, Username=email, ConfirmationCode=code, Password=password
            )
        except errors.InvalidPasswordException as exc:
            raise _weak("password") from exc
        except (
            errors.CodeMismatchException,
            errors.ExpiredCodeException,
            errors.UserNotFoundException,
            errors.UserNotConfirmedException,
            errors.InvalidParameterException,
            errors.NotAuthorizedException,
            errors.TooManyFailedAttemptsException,
            errors.LimitExceededException,
        ) as exc:
            raise wrong_code("code") from exc
        except errors.TooManyRequestsException as exc:
            raise _busy() from exc

    def change_password(self, access_token: str, *, current: str, new: str) -> None:
        """Raises InvalidInput (`wrong_password`, `weak_password`)."""
        errors = self._client.exceptions
        try:
            self._client.change_password(AccessToken=access_token, PreviousPassword=current, ProposedPassword=new)
        except errors.InvalidPasswordException as exc:
            raise _weak("new_password") from exc
        except (errors.NotAuthorizedException, errors.InvalidParameterException) as exc:
            raise InvalidInput("this is not your password", field="current_password", code="wrong_password") from exc
        except (errors.TooManyRequestsException, errors.LimitExceededException) as exc:
            raise _busy() from exc

    def start_second_factor(self, access_token: str) -> str:
        """The secret (base32) that an authenticator is to be given; nothing asks for it before it is confirmed."""
        try:
            return self._client.associate_software_token(AccessToken=access_token).get("SecretCode", "")
        except self._client.exceptions.NotAuthorizedException as exc:
            raise Unauthenticated("this session is over; log in again", code="session_ended") from exc

    def prove_second_factor(self, access_token: str, code: str) -> None:
        """Whether the authenticator has the secret. Raises InvalidInput (`wrong_code`)."""
        errors = self._client.exceptions
        try:
            answer = self._client.verify_software_token(AccessToken=access_token, UserCode=code)
        except (
            errors.EnableSoftwareTokenMFAException,
            errors.CodeMismatchException,
            errors.InvalidParameterException,
            errors.NotAuthorizedException,
            errors.SoftwareTokenMFANotFoundException,
        ) as exc:
            raise wrong_code("code") from exc
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
        """To one that they have proved. Raises Conflict (`email_taken`). Repeating it changes nothing."""
        errors = self._client.exceptions
        try:
            self._client.admin_update_user_attributes(
                UserPoolId=self._pool_id, Username=subject, UserAttributes=_proved(email)
            )
        except (errors.AliasExistsException, errors.UsernameExistsException) as exc:
            raise Conflict("this e-mail address already has an account", field="email", code="email_taken") from exc

    def create_confirmed(self, email: str, password: str) -> str:
        """The subject of a new person who has proved the address. Raises Conflict (`account_exists`) and InvalidInput
        (`weak_password`). One whom an earlier call has left without a password gets this one."""
        errors = self._client.exceptions
        try:
            person = self._client.admin_create_user(
                UserPoolId=self._pool_id, Username=email, UserAttributes=_proved(email), MessageAction="SUPPRESS"
            )["User"]
        except errors.UsernameExistsException as exc:
            raise Conflict("this e-mail address already has an account", field="email", code="account_exists") from exc
        except errors.TooManyRequestsException as exc:
            raise _busy() from exc
        subject = person.get("Username", "")
        self.set_password(subject, password)
        return subject

    def set_password(self, subject: str, password: str) -> None:
        """Raises InvalidInput (`weak_password`)."""
        try:
            self._client.admin_set_user_password(
                UserPoolId=self._pool_id, Username=subject, Password=password, Permanent=True
            )
        except self._client.exceptions.InvalidPasswordException as exc:
            raise _weak("password") from exc


def _proved(email: str) -> "Sequence[AttributeTypeTypeDef]":
    return [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]


def _busy() -> RetryableError:
    return RetryableError("too many calls at this moment; try again in a minute")


def _weak(field: str) -> InvalidInput:
    return InvalidInput("the password is too easily guessed; choose another one", field=field, code="weak_password")
