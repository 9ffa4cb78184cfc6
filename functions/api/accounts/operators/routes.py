"""An operator of the platform, and their second factor."""

from functions.api.accounts.operators import enrolment
from functions.api.accounts.operators.models import OperatorOut
from functions.api.accounts.operators.parts import OperatorParts
from functions.api.accounts.sessions.entrance import log_out_everywhere
from functions.api.accounts.sessions.models import (
    CodeIn,
    RecoveryCodesOut,
    SecondFactorOut,
    SecretIn,
    SessionsEndedOut,
)
from functions.api.http.fields import moment
from functions.api.http.request import bearer_of, caller, network_address, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, OperatorParts)
_TAG = "operators"


@router.get("/v1/operator", **secured(Scope.ENROLMENT, _TAG, "get_operator", summary="The operator who calls"))
def get_operator() -> OperatorOut:
    """Whether they have a second factor, and at which tenant they look."""
    operator_id = caller(router).member_id
    operator = deps().operators.get(operator_id)
    person = deps().entrance.people.find(operator.subject)
    acting = deps().accesses.acting(operator_id)
    return OperatorOut.of(operator, acting, epoch_ms(), second_factor=person.second_factor)


@router.post(
    "/v1/operator/second-factor",
    **secured(Scope.ENROLMENT, _TAG, "start_operator_enrolment", summary="Set an operator's authenticator up"),
)
def post_second_factor(body: SecretIn) -> SecondFactorOut:
    """With the password once more. Nothing asks for its codes before it has shown one
    (`/v1/operator/second-factor/confirm`)."""
    operator, token = deps().operators.get(caller(router).member_id), bearer_of(router)
    address, now = network_address(router), epoch_ms()
    secret = enrolment.start(deps(), operator, token=token, password=body.password, address=address, now=now)
    return SecondFactorOut.of(secret, operator.email)


@router.post(
    "/v1/operator/second-factor/confirm",
    **secured(Scope.ENROLMENT, _TAG, "complete_operator_enrolment", summary="Switch an operator's second factor on"),
)
def post_second_factor_confirm(body: CodeIn) -> RecoveryCodesOut:
    """With a code of the authenticator. Every session of the operator is over then: log in again, with a code. The
    recovery codes are shown this once. Whoever has neither is removed and added anew."""
    operator, token = deps().operators.get(caller(router).member_id), bearer_of(router)
    address, now = network_address(router), epoch_ms()
    codes = enrolment.finish(deps(), operator, token=token, code=body.code, address=address, now=now)
    return RecoveryCodesOut(recovery_codes=codes)


@router.post(
    "/v1/operator/sessions/end",
    **secured(Scope.ENROLMENT, _TAG, "close_operator_sessions", summary="Log an operator out everywhere"),
)
def post_sessions_end() -> SessionsEndedOut:
    """Access tokens are refused within a minute, and so is a token with which the operator looks at a tenant."""
    now = epoch_ms()
    log_out_everywhere(deps().entrance, deps().operators.get(caller(router).member_id).subject, now)
    return SessionsEndedOut(ended_at=moment(now))
