"""The user pool: who may log in, with which password. Cognito's errors become ours here, and nowhere else."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import Conflict, Forbidden, InvalidInput, RetryableError, Unauthenticated

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef


@dataclass(frozen=True, slots=True)
class Session:
    """`expires_in` is the access token's life in seconds."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int


class EmailUnverified(Forbidden):
    code = "email_unverified"


class UserPool:
    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id

    def sign_up(self, email: str, password: str) -> str:
        """The new person's subject. Raises Conflict (`email_taken`) and InvalidInput, which names the field."""
        errors = self._client.exceptions
        try:
            answer = self._client.sign_up(
                ClientId=self._client_id,
                Username=email,
                Password=password,
                UserAttributes=[{"Name": "email", "Value": email}],
            )
        except errors.UsernameExistsException as exc:
            raise Conflict("this e-mail address already has an account", field="email", code="email_taken") from exc
        except errors.InvalidPasswordException as exc:
            raise InvalidInput(_words(exc, "the password is too weak"), field="password", code="weak_password") from exc
        except errors.InvalidParameterException as exc:
            field = "password" if "password" in str(exc).lower() else "email"
            raise InvalidInput(f"the {field} is not acceptable", field=field) from exc
        except (errors.TooManyRequestsException, errors.LimitExceededException) as exc:
            raise RetryableError("too many sign-ups at this moment; try again in a minute") from exc
        return answer["UserSub"]

    def confirm_without_email(self, email: str) -> None:
        """For local use: the person may log in at once. Harmless when they could already."""
        try:
            self._client.admin_confirm_sign_up(UserPoolId=self._pool_id, Username=email)
        except self._client.exceptions.NotAuthorizedException:
            return  # confirmed before
        self._client.admin_update_user_attributes(
            UserPoolId=self._pool_id, Username=email, UserAttributes=[{"Name": "email_verified", "Value": "true"}]
        )

    def confirm(self, email: str, code: str) -> None:
        """Confirm the address with the code that was mailed. Raises InvalidInput, also after too many wrong codes."""
        errors = self._client.exceptions
        try:
            self._client.confirm_sign_up(ClientId=self._client_id, Username=email, ConfirmationCode=code)
        except errors.NotAuthorizedException:
            return  # confirmed before
        except (
            errors.CodeMismatchException,
            errors.ExpiredCodeException,
            errors.UserNotFoundException,
            errors.InvalidParameterException,
            errors.TooManyFailedAttemptsException,
            errors.LimitExceededException,
        ) as exc:
            raise InvalidInput("the code is wrong or too old", field="confirmation_code", code="wrong_code") from exc
        except errors.TooManyRequestsException as exc:
            raise RetryableError("too many log-ins at this moment; try again in a minute") from exc

    def unconfirmed_subject(self, username: str) -> str:
        """The subject of somebody whose address is not confirmed yet, "" when there is nobody of the kind. `username`
        is an address or a subject."""
        try:
            found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=username)
        except self._client.exceptions.UserNotFoundException:
            return ""
        if found.get("UserStatus") != "UNCONFIRMED":
            return ""
        return next((a.get("Value", "") for a in found.get("UserAttributes", ()) if a["Name"] == "sub"), "")

    def remove_unconfirmed(self, username: str) -> bool:
        """Forget somebody whose address is not confirmed, with password and code. False when there is nobody of the
        kind. It removes by subject, so that one who signs up meanwhile with the same address stays."""
        subject = self.unconfirmed_subject(username)
        if not subject:
            return False
        try:
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=subject)
        except self._client.exceptions.UserNotFoundException:
            return True
        return True

    def log_in(self, email: str, password: str) -> Session:
        """Raises Unauthenticated, the same for a wrong password and for an unknown address, and EmailUnverified
        whatever the password."""
        errors = self._client.exceptions
        try:
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        except (
            errors.NotAuthorizedException,
            errors.UserNotFoundException,
            errors.InvalidParameterException,
        ) as exc:
            raise Unauthenticated("e-mail address or password is wrong") from exc
        except errors.UserNotConfirmedException as exc:
            raise EmailUnverified(
                "the e-mail address is not confirmed; log in with the code we mailed as `confirmation_code`"
            ) from exc
        except errors.PasswordResetRequiredException as exc:
            raise Forbidden("the password must be reset", code="password_reset_required") from exc
        except errors.TooManyRequestsException as exc:
            raise RetryableError("too many log-ins at this moment; try again in a minute") from exc
        result = answer.get("AuthenticationResult")
        if not result:
            raise Forbidden("this account needs a second factor, which this call cannot ask for", code="mfa_required")
        return _session(result)

    def subject(self, session: Session) -> str:
        """The subject of somebody who has just logged in; the token came straight from Cognito."""
        import jwt  # with its cryptography: only who logs in needs it

        return str(jwt.decode(session.access_token, options={"verify_signature": False})["sub"])


def _session(result: "AuthenticationResultTypeTypeDef") -> Session:
    return Session(
        access_token=result.get("AccessToken", ""),
        id_token=result.get("IdToken", ""),
        refresh_token=result.get("RefreshToken", ""),
        expires_in=result.get("ExpiresIn", 0),
    )


def _words(error: Exception, default: str) -> str:
    response = getattr(error, "response", None)
    words = response.get("Error", {}).get("Message") if isinstance(response, dict) else None
    return str(words).partition(": ")[2] or default if words else default
