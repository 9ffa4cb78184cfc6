"""A user pool that checks what Cognito checks: passwords, codes, and who is confirmed.

As measured at Cognito: an address that is not confirmed is answered so before the password is looked at; a code belongs
to one sign-up and is good once; a password is checked before it is found that an address is taken.
"""

# ruff: noqa: N803 - Cognito names its parameters so.

import itertools
import secrets
import threading
import uuid
from typing import Any

import jwt
from botocore.exceptions import ClientError

_ERRORS = (
    "CodeMismatchException",
    "ExpiredCodeException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "LimitExceededException",
    "NotAuthorizedException",
    "PasswordResetRequiredException",
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

    def initiate_auth(self, *, AuthParameters: dict[str, str], **_: Any) -> dict[str, Any]:
        person = self.people.get(AuthParameters["USERNAME"])
        if person is None:
            raise self._error("NotAuthorizedException", "initiate_auth")
        if person["status"] == "UNCONFIRMED":
            raise self._error("UserNotConfirmedException", "initiate_auth")
        if person["password"] != AuthParameters["PASSWORD"]:
            raise self._error("NotAuthorizedException", "initiate_auth")
        token = jwt.encode({"sub": person["sub"]}, secrets.token_hex(32), algorithm="HS256")
        return {"AuthenticationResult": {"AccessToken": token, "IdToken": "i", "RefreshToken": "r", "ExpiresIn": 3600}}

    def admin_get_user(self, *, Username: str, **_: Any) -> dict[str, Any]:
        address = self._address(Username, "admin_get_user")
        person = self.people[address]
        return {"UserStatus": person["status"], "UserAttributes": [{"Name": "sub", "Value": person["sub"]}]}

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
