"""What members change about the way they get in."""

from functions.api.accounts.models import MemberOut
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions.changes import (
    change_password,
    finish_email_change,
    finish_second_factor,
    replace_recovery_codes,
    start_email_change,
    start_second_factor,
    switch_second_factor_off,
)
from functions.api.accounts.sessions.entrance import log_out_everywhere
from functions.api.accounts.sessions.models import (
    CodeIn,
    EmailChangeIn,
    PasswordChangeIn,
    RecoveryCodesOut,
    ReproofIn,
    SecondFactorOut,
    SessionsEndedOut,
)
from functions.api.accounts.sessions.proof import Caller, read_caller
from functions.api.http.fields import moment
from functions.api.http.request import new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, AccountParts)
_TAG = "account"


def _caller() -> Caller:
    return read_caller(router, deps().accounts)


@router.post(
    "/v1/me/password", **secured(Scope.SELF, _TAG, "set_password", summary="Change one's password", status=204)
)
def post_password(body: PasswordChangeIn) -> None:
    """Every session of the caller is over then, this one as well: log in again."""
    change_password(deps().entrance, _caller(), body.current_password, body.new_password, epoch_ms())


@router.post(
    "/v1/me/sessions/end",
    **secured(Scope.SELF, _TAG, "close_all_sessions", summary="Log out everywhere"),
)
def post_sessions_end() -> SessionsEndedOut:
    """Every session of the caller is over then. Access tokens are refused within a minute."""
    now = epoch_ms()
    log_out_everywhere(deps().entrance, _caller().member.subject, now)
    return SessionsEndedOut(ended_at=moment(now))


@router.post(
    "/v1/me/email", **secured(Scope.SELF, _TAG, "start_email_change", summary="Log in with another address", status=204)
)
def post_email(body: EmailChangeIn) -> None:
    """A code is mailed to the new address, and nothing changes before it comes back (`/v1/me/email/confirm`)."""
    who = _caller()
    start_email_change(deps(), who, who.credentials(body), body.email, epoch_ms())


@router.post(
    "/v1/me/email/confirm",
    **secured(Scope.SELF, _TAG, "complete_email_change", summary="Prove the new address"),
)
def post_email_confirm(body: CodeIn) -> MemberOut:
    """With the code that was mailed to it. The former address is told, but where a call broke off and another one, or a
    log-in, finishes the change."""
    return MemberOut.of(finish_email_change(deps(), _caller(), body.code, epoch_ms()))


@router.post(
    "/v1/me/second-factor",
    **secured(Scope.SELF, _TAG, "start_second_factor", summary="Set an authenticator up"),
)
def post_second_factor(body: ReproofIn) -> SecondFactorOut:
    """A secret for it; nobody is asked for its codes before it has shown one (`/v1/me/second-factor/confirm`)."""
    who = _caller()
    secret = start_second_factor(deps().entrance, who.enrolling, who.credentials(body), epoch_ms())
    return SecondFactorOut.of(secret, who.member.email)


@router.post(
    "/v1/me/second-factor/confirm",
    **secured(Scope.SELF, _TAG, "complete_second_factor", summary="Switch the second factor on"),
)
def post_second_factor_confirm(body: CodeIn) -> RecoveryCodesOut:
    """With a code of the authenticator, in the session that has asked for the secret. The recovery codes are for the
    day on which it is lost, and shown this once. Every session of the caller is over then, this one as well: log in
    again."""
    codes = finish_second_factor(deps().entrance, _caller().enrolling, body.code, epoch_ms())
    return RecoveryCodesOut(recovery_codes=codes)


@router.post(
    "/v1/me/second-factor/recovery-codes",
    **secured(Scope.SELF, _TAG, "create_recovery_codes", summary="Make new recovery codes"),
)
def post_recovery_codes(body: ReproofIn) -> RecoveryCodesOut:
    """Those of before are good for nothing then."""
    who = _caller()
    return RecoveryCodesOut(
        recovery_codes=replace_recovery_codes(deps().entrance, who, who.credentials(body), epoch_ms())
    )


@router.post(
    "/v1/me/second-factor/remove",
    **secured(Scope.SELF, _TAG, "delete_second_factor", summary="Switch the second factor off", status=204),
)
def post_second_factor_remove(body: ReproofIn) -> None:
    """With password and code, or a recovery code: an access token alone does not do."""
    who = _caller()
    switch_second_factor_off(deps().entrance, who, who.credentials(body), epoch_ms())
