"""Proof, once more, of who sits before the screen: an access token alone changes nothing about how somebody gets in."""

from dataclasses import dataclass, field

from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.api.accounts.sessions.entrance import Entrance
from functions.api.accounts.sessions.log_in import Credentials, prove
from functions.api.accounts.sessions.models import ReproofIn
from functions.api.accounts.user_pool.errors import wrong_log_in
from functions.api.http.request import bearer_of, caller, network_address
from shared.clock import EpochMs
from shared.domain.accounts.account import Member
from shared.ids import TenantId
from shared.store.accounts.tenants import Accounts


@dataclass(frozen=True, slots=True)
class Enrolling:
    """Whoever sets up a second factor, member or operator: with which access token, and from where."""

    subject: str
    email: str
    access_token: str = field(repr=False)
    address: str

    @property
    def session(self) -> str:
        """Which the authorizer has let in."""
        # With its cryptography: only who enrols needs it.
        from functions.api.accounts.user_pool.access_tokens import claimed

        return claimed(self.access_token).session


@dataclass(frozen=True, slots=True)
class Caller:
    """A member who calls: with which access token, and from where."""

    tenant_id: TenantId
    member: Member
    access_token: str = field(repr=False)
    address: str

    @property
    def enrolling(self) -> Enrolling:
        return Enrolling(self.member.subject, self.member.email, self.access_token, self.address)

    def credentials(self, proof: ReproofIn) -> Credentials:
        return Credentials(
            self.member.email,
            proof.password,
            second_factor_code=proof.second_factor_code,
            recovery_code=proof.recovery_code,
        )


def read_caller(router: Router, accounts: Accounts) -> Caller:
    """Raises NotFound for whoever is no member any more."""
    principal = caller(router)
    member = accounts.member(principal.tenant_id, principal.member_id)
    return Caller(principal.tenant_id, member, bearer_of(router), network_address(router))


def prove_caller(entrance: Entrance, caller: Caller, who: Credentials, now: EpochMs) -> None:
    """Raises as `prove_to_be`."""
    prove_to_be(entrance, caller.enrolling, who, now)


def prove_to_be(entrance: Entrance, caller: Enrolling, who: Credentials, now: EpochMs) -> None:
    """Raises as `prove`, and Unauthenticated where it proves somebody else: an address that went over to another
    person is no proof of the one who had it."""
    if prove(entrance, who, caller.address, now) != caller.subject:
        raise wrong_log_in()
