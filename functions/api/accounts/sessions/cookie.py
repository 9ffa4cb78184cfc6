"""The browser's session: its refresh token lies in a cookie that no script can read and that goes nowhere else.

A cookie is sent by the browser whoever makes it call, so session calls say that they come from our own pages:
`Sec-Fetch-Site`, which no page can set (W3C Fetch Metadata), must be `same-origin`. All other calls carry a bearer
token, which no foreign page has, so nothing else can be called in somebody's name.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from shared.errors import Forbidden

NAME = "wasapbos_session"
PATH = "/v1/session"
DAYS = 30
"""As long as the pool's refresh tokens are good (the template's RefreshTokenValidity)."""


def session_cookie(refresh_token: str) -> Cookie:
    return _cookie(refresh_token, DAYS * 86_400)


def no_cookie() -> Cookie:
    """Has the browser forget it."""
    return _cookie("", 0)


def _cookie(value: str, seconds: int) -> Cookie:
    return Cookie(NAME, value, path=PATH, secure=True, http_only=True, same_site=SameSite.STRICT_MODE, max_age=seconds)


def require_same_origin(event: Mapping[str, Any]) -> None:
    """Raises Forbidden (`cross_site`) for whatever is not a call of one of our own pages."""
    if _headers(event).get("sec-fetch-site") != "same-origin":
        raise Forbidden(
            "session calls are made by a browser, from a page of this origin; programs use POST /v1/login",
            code="cross_site",
        )


def refresh_token_of(event: Mapping[str, Any]) -> str:
    """From the cookie; "" when there is none. API Gateway gives cookies apart, other gateways as a header."""
    pairs = [*(event.get("cookies") or ()), *_headers(event).get("cookie", "").split(";")]
    for pair in pairs:
        name, _, value = str(pair).strip().partition("=")
        if name == NAME and value:
            return value
    return ""


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
