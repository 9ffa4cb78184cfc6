"""A user pool that checks what Cognito checks: passwords, codes, and who is confirmed.

As measured at Cognito: an address that is not confirmed is answered so before the password is looked at; a code belongs
to one sign-up and is good once; a password is checked before it is found that an address is taken.
"""

# ruff: noqa: N803 - Cognito names its parameters so.

import base64
import itertools
import secrets
import threading
import time
import uuid
from typing import Any

import jwt
from botocore.exceptions import ClientError

from tests.support.totp import shown

_ERRORS = (
    "AliasExistsException",
    "CodeMismatchException",
    "EnableSoftwareTokenMFAException",
    "ExpiredCodeException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "LimitExceededException",
    "NotAuthorizedException",
    "PasswordResetRequiredException",
    "SoftwareTokenMFANotFoundException",
    "TooManyFailedAttemptsException",
    "TooManyRequestsException",
    "UserNotConfirmedException",
    "UserNotFoundException",
    "UsernameExistsException",
)


class _Exceptions:
    def __init__(self) -> None:
        for name in _ERRORS:
            setattr(self, name, type(name, (ClientError,), {}))


class CheckingPool:
    """The calls of a Cognito client that `UserPool` makes. `mails` are (address, code), in order."""

    def __init__(self) -> None:
        self.exceptions: Any = _Exceptions()
        self.people: dict[str, dict[str, Any]] = {}
        self.mails: list[tuple[str, str]] = []
        self._codes = itertools.count(100_000)
        self._lock = threading.Lock()
        self._sessions: dict[str, tuple[str, str]] = {}

    def sign_up(self, *, Username: str, Password: str, **_: Any) -> dict[str, Any]:
        with self._lock:
            if len(Password) < 12:
                raise self._error("InvalidPasswordException", "sign_up")
            if Username in self.people:
                raise self._error("UsernameExistsException", "sign_up")
            code = str(next(self._codes))
            person = {"sub": str(uuid.uuid4()), "password": Password, "status": "UNCONFIRMED", "code": code}
            self.people[Username] = person
            self.mails.append((Username, code))
            return {"UserSub": person["sub"]}

    def confirm_sign_up(self, *, Username: str, ConfirmationCode: str, **_: Any) -> dict[str, Any]:
        with self._lock:
            person = self.people.get(Username)
            if person is None:
                raise self._error("ExpiredCodeException", "confirm_sign_up")
            if person["status"] == "CONFIRMED":
                raise self._error("NotAuthorizedException", "confirm_sign_up")
            if person["code"] != ConfirmationCode:
                raise self._error("CodeMismatchException", "confirm_sign_up")
            person["status"] = "CONFIRMED"
            return {}

    def admin_confirm_sign_up(self, *, Username: str, **_: Any) -> dict[str, Any]:
        self.people[self._address(Username, "admin_confirm_sign_up")]["status"] = "CONFIRMED"
        return {}

    def initiate_auth(self, *, AuthParameters: dict[str, str], AuthFlow: str, **_: Any) -> dict[str, Any]:
        if AuthFlow != "REFRESH_TOKEN_AUTH":
            raise self._error("InvalidParameterException", "initiate_auth")
        session = self._sessions.get(AuthParameters["REFRESH_TOKEN"])
        if session is None:
            raise self._error("NotAuthorizedException", "initiate_auth")
        return {"AuthenticationResult": self._tokens(session[0], session[1], "")}

    def admin_initiate_auth(self, *, AuthParameters: dict[str, str], **_: Any) -> dict[str, Any]:
        person = self.people.get(AuthParameters["USERNAME"])
        if person is None:
            raise self._error("NotAuthorizedException", "admin_initiate_auth")
        if person["status"] == "UNCONFIRMED":
            raise self._error("UserNotConfirmedException", "admin_initiate_auth")
        if person["password"] != AuthParameters["PASSWORD"]:
            raise self._error("NotAuthorizedException", "admin_initiate_auth")
        if person.get("second_factor"):
            return {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "challenge"}
        return self._logged_in(person)

    def admin_respond_to_auth_challenge(self, *, ChallengeResponses: dict[str, str], **_: Any) -> dict[str, Any]:
        person = self.people[ChallengeResponses["USERNAME"]]
        if not shown(person["secret"], ChallengeResponses["SOFTWARE_TOKEN_MFA_CODE"]):
            raise self._error("CodeMismatchException", "admin_respond_to_auth_challenge")
        return self._logged_in(person)

    def _logged_in(self, person: dict[str, Any]) -> dict[str, Any]:
        refresh, session = secrets.token_hex(16), secrets.token_hex(16)
        self._sessions[refresh] = (person["sub"], session)
        return {"AuthenticationResult": self._tokens(person["sub"], session, refresh)}

    def _tokens(self, subject: str, session: str, refresh: str) -> dict[str, Any]:
        claims: dict[str, Any] = {"sub": subject, "origin_jti": session, "iat": int(time.time())}
        groups = self.people[self._address(subject, "tokens")].get("groups")
        if groups:
            claims["cognito:groups"] = groups
        token = jwt.encode(claims, secrets.token_hex(32), algorithm="HS256")
        return {"AccessToken": token, "IdToken": "i", "RefreshToken": refresh, "ExpiresIn": 3600}

    def revoke_token(self, *, Token: str, **_: Any) -> dict[str, Any]:
        self._sessions.pop(Token, None)
        return {}

    def admin_user_global_sign_out(self, *, Username: str, **_: Any) -> dict[str, Any]:
        subject = self.people[self._address(Username, "admin_user_global_sign_out")]["sub"]
        self._sessions = {token: one for token, one in self._sessions.items() if one[0] != subject}
        return {}

    def resend_confirmation_code(self, *, Username: str, **_: Any) -> dict[str, Any]:
        person = self.people.get(Username)
        if person is not None and person["status"] != "UNCONFIRMED":
            raise self._error("InvalidParameterException", "resend_confirmation_code")
        if person is not None:
            self.mails.append((Username, person["code"]))
        return {}

    def forgot_password(self, *, Username: str, **_: Any) -> dict[str, Any]:
        person = self.people.get(Username)
        if person is not None and person["status"] == "UNCONFIRMED":
            raise self._error("InvalidParameterException", "forgot_password")
        if person is not None:
            person["reset"] = str(next(self._codes))
            self.mails.append((Username, person["reset"]))
        return {}

    def confirm_forgot_password(
        self, *, Username: str, ConfirmationCode: str, Password: str, **_: Any
    ) -> dict[str, Any]:
        person = self.people.get(Username)
        if person is None or person.get("reset") != ConfirmationCode:
            raise self._error("CodeMismatchException", "confirm_forgot_password")
        del person["reset"]
        person["password"] = Password
        return {}

    def change_password(self, *, AccessToken: str, PreviousPassword: str, ProposedPassword: str) -> dict[str, Any]:
        person = self._of_token(AccessToken)
        if person["password"] != PreviousPassword:
            raise self._error("NotAuthorizedException", "change_password")
        person["password"] = ProposedPassword
        return {}

    def associate_software_token(self, *, AccessToken: str) -> dict[str, Any]:
        person = self._of_token(AccessToken)
        person["pending"] = base64.b32encode(secrets.token_bytes(20)).decode()
        return {"SecretCode": person["pending"]}

    def verify_software_token(self, *, AccessToken: str, UserCode: str) -> dict[str, Any]:
        person = self._of_token(AccessToken)
        if "pending" not in person or not shown(person["pending"], UserCode):
            raise self._error("EnableSoftwareTokenMFAException", "verify_software_token")
        person["secret"] = person["pending"]
        return {"Status": "SUCCESS"}

    def admin_set_user_mfa_preference(
        self, *, Username: str, SoftwareTokenMfaSettings: dict[str, bool], **_: Any
    ) -> dict[str, Any]:
        person = self.people[self._address(Username, "admin_set_user_mfa_preference")]
        person["second_factor"] = SoftwareTokenMfaSettings["Enabled"]
        return {}

    def set_user_mfa_preference(self, *, AccessToken: str, SoftwareTokenMfaSettings: dict[str, bool]) -> dict[str, Any]:
        person = self._of_token(AccessToken)
        if "secret" not in person:
            raise self._error("InvalidParameterException", "set_user_mfa_preference")
        person["second_factor"] = SoftwareTokenMfaSettings["Enabled"]
        return {}

    def admin_update_user_attributes(
        self, *, Username: str, UserAttributes: list[dict[str, str]], **_: Any
    ) -> dict[str, Any]:
        with self._lock:
            address = self._address(Username, "admin_update_user_attributes")
            new = next((one["Value"] for one in UserAttributes if one["Name"] == "email"), address)
            if new in self.people and new != address:
                raise self._error("AliasExistsException", "admin_update_user_attributes")
            self.people[new] = self.people.pop(address)
            return {}

    def admin_create_user(self, *, Username: str, **_: Any) -> dict[str, Any]:
        with self._lock:
            if Username in self.people:
                raise self._error("UsernameExistsException", "admin_create_user")
            subject = str(uuid.uuid4())
            self.people[Username] = {"sub": subject, "password": "", "status": "FORCE_CHANGE_PASSWORD"}
            return {"User": {"Username": subject}}

    def admin_set_user_password(self, *, Username: str, Password: str, **_: Any) -> dict[str, Any]:
        person = self.people[self._address(Username, "admin_set_user_password")]
        person |= {"password": Password, "status": "CONFIRMED"}
        return {}

    def admin_add_user_to_group(self, *, Username: str, GroupName: str, **_: Any) -> dict[str, Any]:
        person = self.people[self._address(Username, "admin_add_user_to_group")]
        person["groups"] = sorted({*person.get("groups", ()), GroupName})
        return {}

    def admin_remove_user_from_group(self, *, Username: str, GroupName: str, **_: Any) -> dict[str, Any]:
        person = self.people[self._address(Username, "admin_remove_user_from_group")]
        person["groups"] = sorted({*person.get("groups", ())} - {GroupName})
        return {}

    def list_users_in_group(self, *, GroupName: str, **_: Any) -> dict[str, Any]:
        found = [one["sub"] for one in self.people.values() if GroupName in one.get("groups", ())]
        return {"Users": [{"Attributes": [{"Name": "sub", "Value": subject}]} for subject in found]}

    def _of_token(self, token: str) -> dict[str, Any]:
        subject = jwt.decode(token, options={"verify_signature": False})["sub"]
        return self.people[self._address(subject, "of_token")]

    def admin_get_user(self, *, Username: str, **_: Any) -> dict[str, Any]:
        address = self._address(Username, "admin_get_user")
        person = self.people[address]
        attributes = [{"Name": "sub", "Value": person["sub"]}, {"Name": "email", "Value": address}]
        return {"UserStatus": person["status"], "UserAttributes": attributes}

    def admin_delete_user(self, *, Username: str, **_: Any) -> dict[str, Any]:
        with self._lock:
            del self.people[self._address(Username, "admin_delete_user")]
            return {}

    def _address(self, username: str, action: str) -> str:
        for address, person in self.people.items():
            if username in (address, person["sub"]):
                return address
        raise self._error("UserNotFoundException", action)

    def _error(self, name: str, action: str) -> ClientError:
        error: ClientError = getattr(self.exceptions, name)({"Error": {"Code": name, "Message": name}}, action)
        return error
