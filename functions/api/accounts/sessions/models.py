"""Log-in, sessions, passwords and second factors."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from functions.api.accounts.field_models import Email, Password
from functions.api.accounts.user_pool.logic.session import Session
from functions.api.http.fields import Input, Moment, Output, open_to

_AS_SHOWN = AfterValidator(lambda code: "".join(code.split()))
"""Authenticators show `123 456`."""
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20), _AS_SHOWN]
NeededCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), _AS_SHOWN]
Token = Annotated[str, StringConstraints(min_length=1, max_length=8_000)]
_SECOND_FACTOR = Field(description="what the authenticator shows, where the account has a second factor")
_RECOVERY = Field(description="one of the recovery codes, where the authenticator is lost; each is good once")


class LoginIn(Input):
    email: Email
    password: Password
    confirmation_code: Code = ""
    second_factor_code: Annotated[Code, _SECOND_FACTOR] = ""
    recovery_code: Annotated[Code, _RECOVERY] = ""


class LoginOut(Output):
    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int = Field(description="seconds")
    token_type: Annotated[str, open_to("Bearer")] = "Bearer"  # noqa: S105 - a scheme

    @classmethod
    def of(cls, session: Session) -> "LoginOut":
        return cls(
            access_token=session.access_token,
            id_token=session.id_token,
            refresh_token=session.refresh_token,
            expires_in=session.expires_in,
        )


class RefreshIn(Input):
    refresh_token: Token


class SessionOut(Output):
    access_token: str = Field(description="to be kept in memory only; another one comes by the cookie")
    expires_in: int = Field(description="seconds")
    token_type: Annotated[str, open_to("Bearer")] = "Bearer"  # noqa: S105 - a scheme

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        return cls(access_token=session.access_token, expires_in=session.expires_in)


class SessionEndIn(Input):
    everywhere: bool = Field(default=False, description="whether all sessions of the person end, and not only this one")


class SessionsEndedOut(Output):
    ended_at: Moment = Field(description="access tokens of before open nothing any more, within a minute")


class EmailIn(Input):
    email: Email


class PasswordResetIn(Input):
    email: Email
    code: Annotated[NeededCode, Field(description="as mailed")]
    password: Password


class PasswordChangeIn(Input):
    current_password: Password
    new_password: Password


class ReproofIn(Input):
    """Proof, once more, of who sits before the screen."""

    password: Password
    second_factor_code: Annotated[Code, _SECOND_FACTOR] = ""
    recovery_code: Annotated[Code, _RECOVERY] = ""


class SecretIn(Input):
    """Proof of who sits before the screen, of somebody without a second factor."""

    password: Password


class EmailChangeIn(ReproofIn):
    email: Annotated[Email, Field(description="the new address")]


class CodeIn(Input):
    code: NeededCode


class SecondFactorOut(Output):
    secret: str = Field(description="base32, to be typed into an authenticator")
    uri: str = Field(description="the same for a QR code (Key URI format)")

    @classmethod
    def of(cls, secret: str, email: str) -> "SecondFactorOut":
        from urllib.parse import quote

        return cls(secret=secret, uri=f"otpauth://totp/wasapbos:{quote(email)}?secret={secret}&issuer=wasapbos")


class RecoveryCodesOut(Output):
    recovery_codes: list[str] = Field(description="shown this once; each is good once")
