"""The user pool: who may log in, with which password. What its errors become stands in `errors`.

Whoever has a token knows the pool's id and its client's: both stand in it. So passwords are looked at by a call that
only this function's role may make (AdminInitiateAuth; the client allows no other), and nobody tries them at Cognito
itself, past our counting and past the second factor that is kept here.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

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
    name_of,
    passing_over,
    session_ended,
    too_often,
    weak_password,
    wrong_code,
    wrong_log_in,
)
from functions.api.accounts.user_pool.logic.session import Session
from shared.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

    from functions.api.accounts.user_pool.access_tokens import AccessToken


@dataclass(frozen=True, slots=True)
class PoolPerson:
    """`subject` is their id in the pool. One `without_password` was made by a call that broke off."""

    subject: str
    email: str
    confirmed: bool
    without_password: bool


class EmailUnverified(Forbidden):
    """Stays inside: whether an address waits for its code is nobody's business."""

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
        refusals = {
            IS_TAKEN: email_taken(),
            IS_WEAK: weak_password("password"),
            IS_MALFORMED: bad_email(),
            IS_TOO_OFTEN: too_often(),
        }
        with answering(refusals):
            return self._client.sign_up(
                ClientId=self._client_id,
                Username=email,
                Password=password,
                UserAttributes=[{"Name": "email", "Value": email}],
            )["UserSub"]

    def confirm_without_email(self, username: str) -> None:
        """For local use: the person may log in at once. Harmless when they could already."""
        with passing_over({"NotAuthorizedException"}):  # confirmed before
            self._client.admin_confirm_sign_up(UserPoolId=self._pool_id, Username=username)
            self._client.admin_update_user_attributes(
                UserPoolId=self._pool_id,
                Username=username,
                UserAttributes=[{"Name": "email_verified", "Value": "true"}],
            )

    def confirm(self, email: str, code: str) -> None:
        """Confirm the address with the code that was mailed. Raises InvalidInput, also after too many wrong codes."""
        with answering({IS_WRONG_CODE: wrong_code("confirmation_code")}), passing_over({"NotAuthorizedException"}):
            self._client.confirm_sign_up(ClientId=self._client_id, Username=email, ConfirmationCode=code)

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
        self.remove(subject)
        return True

    def remove(self, subject: str) -> None:
        """Forget somebody. Repeating it changes nothing."""
        with passing_over(NOBODY):
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=subject)

    def log_in(self, email: str, password: str) -> Session:
        """Raises Unauthenticated, the same for a wrong password and for an unknown address, and EmailUnverified
        whatever the password."""
        refusals = {
            IS_REFUSED: wrong_log_in(),
            frozenset({"UserNotConfirmedException"}): EmailUnverified("the e-mail address is not confirmed"),
            frozenset({"PasswordResetRequiredException"}): Forbidden(
                "the password must be reset", code="password_reset_required"
            ),
        }
        with answering(refusals):
            answer = self._client.admin_initiate_auth(
                UserPoolId=self._pool_id,
                ClientId=self._client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        result = answer.get("AuthenticationResult")
        if not result and answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
            raise wrong_log_in()
        if not result:
            raise SecondFactorNeeded(answer.get("Session", ""))
        return _session(result)

    def is_password(self, email: str, password: str) -> bool:
        """Whether it is theirs by now; with a second factor as well as without."""
        try:
            self.revoke(self.log_in(email, password).refresh_token)
        except SecondFactorNeeded:
            return True
        except (Unauthenticated, Forbidden):
            return False
        return True

    def answer_challenge(self, email: str, needed: SecondFactorNeeded, code: str) -> Session:
        """The second half of a log-in. Raises InvalidInput (`wrong_code`)."""
        with answering({IS_WRONG_CODE: wrong_code("second_factor_code")}):
            answer = self._client.admin_respond_to_auth_challenge(
                UserPoolId=self._pool_id,
                ClientId=self._client_id,
                ChallengeName="SOFTWARE_TOKEN_MFA",
                Session=needed.challenge,
                ChallengeResponses={"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": code},
            )
        return _session(answer.get("AuthenticationResult") or {})

    def refresh(self, refresh_token: str) -> Session:
        """Another access token; its refresh token is the same. Raises Unauthenticated (`session_ended`)."""
        with answering({IS_REFUSED: session_ended()}):
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
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
        # With its cryptography: only who logs in needs it.
        from functions.api.accounts.user_pool.access_tokens import claimed

        return claimed(session.access_token)

    def find(self, username: str) -> PoolPerson | None:
        """Somebody by their address or subject."""
        try:
            found = self._client.admin_get_user(UserPoolId=self._pool_id, Username=username)
        except ClientError as error:
            if name_of(error) not in NOBODY:
                raise
            return None
        attributes = {one["Name"]: one.get("Value", "") for one in found.get("UserAttributes", ())}
        status = found.get("UserStatus")
        return PoolPerson(
            attributes.get("sub", ""),
            attributes.get("email", ""),
            confirmed=status != "UNCONFIRMED",
            without_password=status == "FORCE_CHANGE_PASSWORD",
        )


def _session(result: "AuthenticationResultTypeTypeDef") -> Session:
    return Session(
        access_token=result.get("AccessToken", ""),
        id_token=result.get("IdToken", ""),
        refresh_token=result.get("RefreshToken", ""),
        expires_in=result.get("ExpiresIn", 0),
    )
