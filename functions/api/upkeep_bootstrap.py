"""The composition root of the function that does what nobody calls for: it ends sign-ups, clears desks, and tells
of tokens in good time."""

import functools
import os
from dataclasses import dataclass

from functions.api.accounts.signup.endings import SignupEndings
from functions.api.accounts.team.desks import DeskClearingParts
from functions.api.accounts.user_pool.pool import UserPool
from functions.api.numbers.token_warnings import WarningParts
from shared.clients.aws import AwsClients
from shared.config import required
from shared.store.accounts.signups import Signups
from shared.store.accounts.team import Team
from shared.store.accounts.tenants import Accounts
from shared.store.campaigns.sweep_turns import SweepTurns
from shared.store.conversations.conversations import Conversations
from shared.store.engine.database import open_database
from shared.store.engine.directory import Directory
from shared.store.numbers.notices import Notices
from shared.store.numbers.token_watches import TokenWatches


@dataclass(frozen=True, slots=True)
class UpkeepParts:
    signups: SignupEndings
    desks: DeskClearingParts
    warnings: WarningParts


@functools.cache
def deps() -> UpkeepParts:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    database = open_database(env)
    directory, cognito = Directory(database), AwsClients(database.session).cognito
    users = UserPool(cognito, required(env, "USER_POOL_ID"), required(env, "USER_POOL_CLIENT_ID"))
    return UpkeepParts(
        SignupEndings(users, Signups(directory), SweepTurns(database, "SIGNUPS")),
        DeskClearingParts(Team(directory), Conversations(database), SweepTurns(database, "DESKS")),
        WarningParts(Accounts(directory), TokenWatches(directory), Notices(directory), SweepTurns(database, "TOKENS")),
    )
