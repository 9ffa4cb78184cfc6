"""The user pool, as the operators' command changes it."""

import secrets
import string
from typing import Any

from functions.api.accounts.user_pool.pool import PoolPerson, UserPool
from infra.ops.desk import Desk
from shared.domain.accounts.operator import GROUP

_PASSWORD_CHARACTERS = 48


class Pool:
    """What the command does there itself; the rest is `UserPool`'s."""

    def __init__(self, desk: Desk) -> None:
        self.client: Any = desk.aws.cognito
        self.pool_id = desk.stack.outputs["UserPoolId"]
        self._users = UserPool(desk.aws.cognito, self.pool_id, desk.stack.outputs["UserPoolClientId"])

    def find(self, email: str) -> PoolPerson | None:
        return self._users.find(email)

    def make(self, email: str) -> str:
        """The subject of a new person, whose password nobody knows: they have it reset by mail."""
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        made = self.client.admin_create_user(
            UserPoolId=self.pool_id, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
        )
        subject = str(made["User"]["Username"])
        letters = string.ascii_letters + string.digits
        password = "Aa1" + "".join(secrets.choice(letters) for _ in range(_PASSWORD_CHARACTERS))
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=subject, Password=password, Permanent=True
        )
        return subject

    def join(self, subject: str) -> None:
        self.client.admin_add_user_to_group(UserPoolId=self.pool_id, Username=subject, GroupName=GROUP)

    def leave(self, subject: str) -> None:
        """Out of the group."""
        self.client.admin_remove_user_from_group(UserPoolId=self.pool_id, Username=subject, GroupName=GROUP)

    def shut_out(self, subject: str) -> None:
        """Out of every session. Whoever comes back sets up a second factor anew."""
        who = {"UserPoolId": self.pool_id, "Username": subject}
        self.client.admin_user_global_sign_out(**who)
        off = {"Enabled": False, "PreferredMfa": False}
        self.client.admin_set_user_mfa_preference(**who, SoftwareTokenMfaSettings=off)
