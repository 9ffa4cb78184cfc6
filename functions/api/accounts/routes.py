"""Sign-up, and who calls."""

from functions.api.accounts.models import (
    MeOut,
    SignupIn,
    SignupOut,
)
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.signup.actions import Application, sign_up
from functions.api.accounts.signup.policy import check_policy
from functions.api.http.request import caller, network_address, new_router
from functions.api.http.routing import public, secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.accounts.attempts import Attempt

router = new_router()
deps = parts_for(router, AccountParts)


@router.post("/v1/signup", **public("account", "sign_up", summary="Make an account for a business", status=201))
def post_signup(body: SignupIn) -> SignupOut:
    """The answer is the same for an address that has an account. A new sign-up for one that was not confirmed takes the
    place of the former, and has another code mailed. The first log-in makes the tenant."""
    check_policy(body.policy_version)
    application = Application(**body.model_dump())
    deps().entrance.limits.take(Attempt.SIGN_UP, body.email, network_address(router), epoch_ms())
    verify_email = deps().verify_email
    sign_up(deps().entrance.doors, application, epoch_ms(), verify_email=verify_email)
    return SignupOut(email_verification="required" if verify_email else "skipped")


@router.get(
    "/v1/me", **secured(Scope.READ, "account", "get_caller", summary="The caller, the tenant and what its plan allows")
)
def get_me() -> MeOut:
    """For an API key `member` is null, and the scopes are those of the key."""
    principal = caller(router)
    accounts, people = deps().accounts, deps().entrance.people
    member = None if principal.is_key else accounts.find_member(principal.tenant_id, principal.member_id)
    person = people.find(member.subject) if member is not None else None
    return MeOut.of(principal, accounts.tenant(principal.tenant_id), member, person)
