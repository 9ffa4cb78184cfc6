"""The user pool, as the operators' command changes it."""

from typing import Any

from functions.api.accounts.sessions.entrance import end_sessions
from functions.api.accounts.user_pool.changes import PoolChanges
from functions.api.accounts.user_pool.passwords import nobodys_password
from functions.api.accounts.user_pool.pool import PoolPerson, UserPool
from infra.ops.desk import Desk
from shared.clock import EpochMs
from shared.domain.accounts.operator import GROUP
from shared.domain.accounts.person import second_factor_off
from shared.store.accounts.people import People


class Pool:
    """What the command does there itself; the rest is `UserPool`'s."""

    def __init__(self, desk: Desk) -> None:
        self.client: Any = desk.aws.cognito
        self.pool_id, client_id = desk.stack.outputs["UserPoolId"], desk.stack.outputs["UserPoolClientId"]
        self._users = UserPool(desk.aws.cognito, self.pool_id, client_id)
        self._changes = PoolChanges(desk.aws.cognito, self.pool_id, client_id)

    def find(self, email: str) -> PoolPerson | None:
        return self._users.find(email)

    def complete(self, email: str, known: PoolPerson | None) -> str:
        """The subject of a person with this address. One who is new, or was left without a password by a call that
        broke off, gets one that nobody knows: they have it reset by mail."""
        if known is not None and not known.without_password:
            return known.subject
        if known is None:
            return self._changes.create_confirmed(email, nobodys_password())
        self._changes.set_password(known.subject, nobodys_password())
        return known.subject

    def join(self, subject: str) -> None:
        self.client.admin_add_user_to_group(UserPoolId=self.pool_id, Username=subject, GroupName=GROUP)

    def leave(self, subject: str) -> None:
        """Out of the group."""
        self.client.admin_remove_user_from_group(UserPoolId=self.pool_id, Username=subject, GroupName=GROUP)

    def shut_out(self, people: People, subject: str, now: EpochMs) -> None:
        """Out of every session, and the second factor off: whoever comes back sets one up anew. Repeating it is
        safe."""
        end_sessions(people, self._users, subject, now)
        people.change(subject, second_factor_off)
        self._changes.set_second_factor(subject, on=False)
