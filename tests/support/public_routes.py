"""The routes that anybody may call, without an access token or an API key: one more is a decision."""

PUBLIC_ROUTES = frozenset(
    {
        "POST /v1/signup",
        "POST /v1/signup/resend-code",
        "POST /v1/login",
        "POST /v1/login/refresh",
        "POST /v1/session",
        "POST /v1/session/refresh",
        "POST /v1/session/end",
        "POST /v1/password/forgot",
        "POST /v1/password/reset",
        "POST /v1/invitations/accept",
        "GET /v1/openapi.json",
        "GET /v1/errors",
    }
)
