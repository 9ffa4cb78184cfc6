"""Logging in, renewing, logging out, and a forgotten password: what is called without an access token."""

from aws_lambda_powertools.event_handler import Response

from functions.api.accounts.parts import AccountParts
from functions.api.accounts.sessions.changes import Reset, forgot_password, resend_code, reset_password
from functions.api.accounts.sessions.cookie import no_cookie, refresh_token_of, require_same_origin, session_cookie
from functions.api.accounts.sessions.log_in import Credentials, log_in, log_out, refresh
from functions.api.accounts.sessions.models import (
    EmailIn,
    LoginIn,
    LoginOut,
    PasswordResetIn,
    RefreshIn,
    SessionEndIn,
    SessionOut,
)
from functions.api.http.request import network_address, new_router
from functions.api.http.routing import public
from functions.api.http.wiring import part_of, parts_for
from shared.clock import epoch_ms
from shared.errors import Unauthenticated
from shared.store.audit.trail import AuditTrail

router = new_router()
deps = parts_for(router, AccountParts)
_TAG = "sessions"
_JSON = "application/json"


def _credentials(body: LoginIn) -> Credentials:
    return Credentials(**body.model_dump())


@router.post("/v1/login", **public(_TAG, "log_in", summary="Log in, for programs"))
def post_login(body: LoginIn) -> LoginOut:
    """An access token for 60 minutes of calls, and a refresh token. The first log-in after a sign-up takes the mailed
    code as `confirmation_code`. With a second factor it is 403 `mfa_required` until its code comes along.
    """
    return LoginOut.of(log_in(deps().entrance, _credentials(body), network_address(router), epoch_ms()))


@router.post("/v1/login/refresh", **public(_TAG, "refresh_login", summary="Another access token, for programs"))
def post_login_refresh(body: RefreshIn) -> LoginOut:
    """The refresh token stays the same, and is good for 30 days from the log-in."""
    return LoginOut.of(refresh(deps().entrance, body.refresh_token, network_address(router), epoch_ms()))


@router.post("/v1/session", **public(_TAG, "open_session", summary="Log in, for a browser"))
def post_session(body: LoginIn) -> Response[SessionOut]:
    """The access token in the body, the refresh token in a cookie that goes to `/v1/session` only and that no script
    can read. As `POST /v1/login` otherwise; only for pages of this origin (`Sec-Fetch-Site: same-origin`)."""
    require_same_origin(router.current_event.raw_event)
    session = log_in(deps().entrance, _credentials(body), network_address(router), epoch_ms())
    return Response(200, _JSON, SessionOut.of(session), cookies=[session_cookie(session.refresh_token)])


@router.post("/v1/session/refresh", **public(_TAG, "refresh_session", summary="Another access token, for a browser"))
def post_session_refresh() -> SessionOut:
    """By the cookie. After a reload, and before the access token is 60 minutes old."""
    event = router.current_event.raw_event
    require_same_origin(event)
    token = refresh_token_of(event)
    if not token:
        raise Unauthenticated("there is no session; log in", code="session_ended")
    return SessionOut.of(refresh(deps().entrance, token, network_address(router), epoch_ms()))


@router.post("/v1/session/end", **public(_TAG, "close_session", summary="Log out, here or everywhere", status=204))
def post_session_end(body: SessionEndIn) -> Response[None]:
    """By the cookie, which is gone afterwards. Access tokens of the session are refused within a minute. Without a
    session nothing happens."""
    event = router.current_event.raw_event
    require_same_origin(event)
    token = refresh_token_of(event)
    if token:
        log_out(deps().entrance, token, everywhere=body.everywhere, now=epoch_ms())
    return Response(204, cookies=[no_cookie()])


@router.post(
    "/v1/signup/resend-code",
    **public(_TAG, "resend_code", summary="Have the code of a sign-up mailed again", status=204),
)
def post_resend_code(body: EmailIn) -> None:
    """The answer is the same whether or not anybody waits for one."""
    resend_code(deps().entrance, body.email, network_address(router), epoch_ms())


@router.post("/v1/password/forgot", **public(_TAG, "send_reset_code", summary="Have a code mailed", status=204))
def post_password_forgot(body: EmailIn) -> None:
    """For setting another password without knowing the one of before. The answer is the same whether or not the address
    has an account."""
    forgot_password(deps().entrance, body.email, network_address(router), epoch_ms())


@router.post("/v1/password/reset", **public(_TAG, "reset_password", summary="Set another password", status=204))
def post_password_reset(body: PasswordResetIn) -> None:
    """With the mailed code. Every session of the person is over then; a second factor stays."""
    owner = reset_password(deps().entrance, Reset(**body.model_dump()), network_address(router), epoch_ms())
    if owner is not None:
        part_of(router, AuditTrail).enter(owner.tenant_id, owner.details["member_id"])
