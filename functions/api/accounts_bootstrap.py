"""What the HTTP API makes for accounts: people, their sessions, keys and teams. Imports stand where things are made, so
that a cold start pays for its own noun only.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from functions.api.common_bootstrap import Common

if TYPE_CHECKING:
    from functions.api.accounts.mailer import Mailer
    from functions.api.accounts.sessions.entrance import Entrance


class AccountNouns(Common):
    def of_accounts(self) -> Iterable[object]:
        from functions.api.accounts.parts import AccountParts

        return [AccountParts(self.accounts, self.entrance, self.mailer, self.settings.verify_email)]

    def of_profiles(self) -> Iterable[object]:
        from functions.api.accounts.profile import ProfileParts
        from shared.store.media.library import MediaLibrary

        return [ProfileParts(self.accounts, MediaLibrary(self.directory))]

    def of_the_audit(self) -> Iterable[object]:
        from functions.api.accounts.audit.parts import AuditParts

        return [AuditParts(self.accounts, self.audit)]

    def of_keys(self) -> Iterable[object]:
        from functions.api.accounts.api_keys.actions import KeyParts, KeyWatch
        from shared.store.accounts.api_keys import ApiKeys

        keys = ApiKeys(self.directory)
        return [KeyParts(self.accounts, keys), KeyWatch(keys)]

    def of_teams(self) -> Iterable[object]:
        from functions.api.accounts.team.parts import TeamParts
        from shared.store.accounts.team import Team

        return [
            TeamParts(
                accounts=self.accounts,
                team=Team(self.directory),
                conversations=self.conversations,
                entrance=self.entrance,
                mailer=self.mailer,
                console_url=f"{self.settings.api_url}/console",
            )
        ]

    def of_operators(self) -> Iterable[object]:
        from functions.api.accounts.operators.parts import OperatorParts, UsageParts
        from functions.api.contacts.imports.job import Imports
        from shared.store.accounts.api_keys import ApiKeys
        from shared.store.accounts.operators import Operators
        from shared.store.accounts.support_access import SupportAccesses
        from shared.store.accounts.suspensions import Suspensions
        from shared.store.accounts.tenant_list import TenantList

        directory = self.directory
        return [
            OperatorParts(
                accounts=self.accounts,
                operators=Operators(directory),
                tenants=TenantList(directory),
                suspensions=Suspensions(directory),
                accesses=SupportAccesses(directory),
                entrance=self.entrance,
            ),
            UsageParts(
                self.accounts, ApiKeys(directory), self.campaigns, self.conversations, Imports(directory, self.files)
            ),
        ]

    @cached_property
    def mailer(self) -> "Mailer":
        from functions.api.accounts.mailer import Mailer

        return Mailer(lambda: self.aws.mail, self.settings.mail_from)

    @cached_property
    def entrance(self) -> "Entrance":
        from functions.api.accounts.attempts import AttemptLimits
        from functions.api.accounts.sessions.entrance import Entrance
        from functions.api.accounts.signup.actions import Doors
        from functions.api.accounts.user_pool.changes import PoolChanges
        from functions.api.accounts.user_pool.pool import UserPool
        from shared.store.accounts.call_buckets import CallBuckets
        from shared.store.accounts.people import People
        from shared.store.accounts.signups import Signups
        from shared.store.audit.trail import AuditTrail

        settings, cognito = self.settings, self.aws.cognito
        pool = settings.user_pool_id, settings.user_pool_client_id
        return Entrance(
            Doors(UserPool(cognito, *pool), self.accounts, Signups(self.directory)),
            PoolChanges(cognito, *pool),
            People(self.directory),
            AttemptLimits(CallBuckets(self.database), settings.call_limit_factor),
            AuditTrail(self.directory),
        )
