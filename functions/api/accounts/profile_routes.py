"""The caller's profile, and the tenant's."""

from functions.api.accounts.models import MemberOut, MeUpdateIn, TenantOut, TenantUpdateIn
from functions.api.accounts.profile import ProfileParts, update_member, update_tenant
from functions.api.http.request import caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, ProfileParts)


@router.patch("/v1/me", **secured(Scope.SELF, "account", "update_caller", summary="Change one's own profile"))
def patch_me(body: MeUpdateIn) -> MemberOut:
    """What is left out stays. With a `revision` that is not the newest it is 409 `changed_meanwhile`."""
    return MemberOut.of(update_member(deps(), caller(router), body.changes(), body.revision))


@router.get("/v1/tenant", **secured(Scope.READ, "account", "get_tenant", summary="The business"))
def get_tenant() -> TenantOut:
    """Its profile and its plan."""
    return TenantOut.of(deps().accounts.tenant(caller(router).tenant_id))


@router.patch("/v1/tenant", **secured(Scope.SETTINGS, "account", "update_tenant", summary="Change the business"))
def patch_tenant(body: TenantUpdateIn) -> TenantOut:
    """What is left out stays. Of two who change it at the same time the second is told: with a `revision` that is not
    the newest it is 409 `changed_meanwhile`."""
    return TenantOut.of(update_tenant(deps(), caller(router), body.changes(), body.revision))
