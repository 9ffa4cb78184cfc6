"""The composition root of the function that ends what is over: sign-ups, memberships and, in good time, tokens."""

import functools
import os
from dataclasses import dataclass

from functions.api.accounts.user_pool import UserPool
from shared.clients.aws import AwsClients
from shared.config import required
from shared.store.accounts.notices import Notices
from shared.store.accounts.signups import Signups
from shared.store.accounts.team import Team
from shared.store.accounts.tenants import Accounts
from shared.store.accounts.token_watches import TokenWatches
from shared.store.conversations.conversations import Conversations
from shared.store.engine.database import open_database
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class SignupsParts:
    users: UserPool
    signups: Signups
    accounts: Accounts
    notices: Notices
    watches: TokenWatches
    team: Team
    conversations: Conversations


@functools.cache
def deps() -> SignupsParts:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    database = open_database(env)
    users = UserPool(
        AwsClients(database.session).cognito, required(env, "USER_POOL_ID"), required(env, "USER_POOL_CLIENT_ID")
    )
    directory = Directory(database)
    return SignupsParts(
        users,
        Signups(directory),
        Accounts(directory),
        Notices(directory),
        TokenWatches(directory),
        Team(directory),
        Conversations(database),
    )
