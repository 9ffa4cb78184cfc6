"""The user pool: who may log in, with which password. Cognito's errors become ours here, and nowhere else."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.api.accounts.logic.session import Session
from shared.errors import Conflict, Forbidden, InvalidInput, RetryableError, Unauthenticated

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

    from functions.api.accounts.access_tokens import AccessToken


@dataclass(frozen=True, slots=True)
class PoolPerson:
    """`subject` is their id in the pool. One `without_password` was made by an invitation that broke off."""

    subject: str
    email: str
    confirmed: bool
    without_password: bool


class EmailUnverified(Forbidden):
    code = "email_unverified"


class SecondFactorNeeded(Forbidden):
    """The password is right; `challenge` is what the pool wants to have repeated with the code."""

    code = "mfa_required"

    def __init__(self, challenge: str = "") -> None:
        super().__init__(
            "this account has a second factor: send the code of the authenticator as `second_factor_code`, or a "
            "`recovery_code`",
            field="second_factor_code",
        )
        self.challenge = challenge


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
            raise wrong_code("confirmation_code") from exc
        except errors.TooManyRequestsException as exc:
            raise RetryableError("too many log-ins at this moment; try again in a minute") from exc

    def unconfirmed_subject(self, username: str) -> str:
        """The subject of somebody whose address is not confirmed yet, "" when there is nobody of the kind. `username`
        is an address or a subject."""
        found = self.find(username)
        return found.subject if found is not None and not found.confirmed else ""

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
        if not result and answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
            raise Unauthenticated("e-mail address or password is wrong")
        if not result:
            raise SecondFactorNeeded(answer.get("Session", ""))
        return _session(result)

    def answer_challenge(self, email: str, needed: SecondFactorNeeded, code: str) -> Session:
        """The second half of a log-in. Raises InvalidInput (`wrong_code`)."""
        errors = self._client.exceptions
        try:
            answer = self._client.respond_to_auth_challenge(
                ClientId=self._client_id,
                ChallengeName="SOFTWARE_TOKEN_MFA",
                Session=needed.challenge,
                ChallengeResponses={"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": code},
            )
        except (
            errors.CodeMismatchException,
            errors.ExpiredCodeException,
            errors.InvalidParameterException,
            errors.NotAuthorizedException,
        ) as exc:
            raise wrong_code("second_factor_code") from exc
        except errors.TooManyRequestsException as exc:
            raise RetryableError("too many log-ins at this moment; try again in a minute") from exc
        return _session(answer.get("AuthenticationResult") or {})

    def refresh(self, refresh_token: str) -> Session:
        """Another access token; its refresh token is the same. Raises Unauthenticated (`session_ended`)."""
        errors = self._client.exceptions
        try:
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        except (
            errors.NotAuthorizedException,
            errors.UserNotFoundException,
            errors.InvalidParameterException,
        ) as exc:
            raise Unauthenticated("this session is over; log in again", code="session_ended") from exc
        except errors.TooManyRequestsException as exc:
            raise RetryableError("too many log-ins at this moment; try again in a minute") from exc
        session = _session(answer.get("AuthenticationResult") or {})
        return replace(session, refresh_token=session.refresh_token or refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """The session gives no more access tokens. Repeating it changes nothing."""
        self._client.revoke_token(ClientId=self._client_id, Token=refresh_token)

    def sign_out(self, subject: str) -> None:
        """No session of theirs gives access tokens any more."""
        self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=subject)

    def subject(self, session: Session) -> str:
        """The subject of somebody who has just logged in; the token came straight from Cognito."""
        return self.claimed(session).subject

    def claimed(self, session: Session) -> "AccessToken":
        from functions.api.accounts.access_tokens import claimed  # with its cryptography: only who logs in needs it

        return claimed(session.access_token)

    def find(self, username: str) -> PoolPerson | None:
        """Somebody by their address or subject."""
        try:
            found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=username)
        except self._client.exceptions.UserNotFoundException:
            return None
        attributes = {one["Name"]: one.get("Value", "") for one in found.get("UserAttributes", ())}
        status = found.get("UserStatus")
        return PoolPerson(
            attributes.get("sub", ""),
            attributes.get("email", ""),
            confirmed=status != "UNCONFIRMED",
            without_password=status == "FORCE_CHANGE_PASSWORD",
        )


def wrong_code(field: str) -> InvalidInput:
    return InvalidInput("the code is wrong or too old", field=field, code="wrong_code")


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
