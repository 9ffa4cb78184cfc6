"""The composition root of the authorizer, which stands before every call: it loads nothing else."""

import functools
import os
from dataclasses import dataclass

from functions.api.accounts.user_pool.access_tokens import TokenRules, TokenVerifier
from shared.config import required
from shared.store.accounts.people import People
from shared.store.accounts.tenants import Accounts
from shared.store.engine.database import open_database
from shared.store.engine.directory import Directory


@dataclass(frozen=True, slots=True)
class AuthorizerDeps:
    accounts: Accounts
    people: People
    tokens: TokenVerifier
    directory: Directory


@functools.cache
def authorizer_deps() -> AuthorizerDeps:
    """Raises ConfigError, which names the missing setting."""
    env = os.environ
    rules = TokenRules(
        issuer=required(env, "USER_POOL_ISSUER"),
        user_pool_id=required(env, "USER_POOL_ID"),
        client_id=required(env, "USER_POOL_CLIENT_ID"),
    )
    directory = Directory(open_database(env))
    return AuthorizerDeps(Accounts(directory), People(directory), TokenVerifier(rules), directory)
