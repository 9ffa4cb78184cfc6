"""The error families. A handler maps them once: to an HTTP problem, to a redelivery, or to a stored outcome."""

from collections.abc import Mapping


class AppError(Exception):
    """Base of everything this project raises on purpose.

    `code` is stable and machine readable (the `code` of an HTTP problem); `status` is the HTTP status an API caller
    gets; `retryable` says whether the same call may succeed later. The message is written for the caller: it names
    the field and the remedy and holds no secret, phone number or message text. `extensions` are further members of
    the HTTP problem (RFC 9457, extension members), as JSON.
    """

    code = "internal"
    status = 500
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        code: str | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.extensions = dict(extensions or {})
        if code is not None:
            self.code = code


class RetryableError(AppError):
    """A dependency failed in a way that passes: the queue redelivers, an HTTP caller gets 503."""

    code = "temporarily_unavailable"
    status = 503
    retryable = True


class NotYet(RetryableError):
    """Nothing failed: it is too early, or somebody else is at it. The queue brings it again, and no alarm is raised."""

    code = "not_yet"


class RateLimited(RetryableError):
    """Too many at a time, or in a time; in `wait_ms` it is worth another try, which is told in seconds, at least one
    (RFC 6585, 4)."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, *, wait_ms: int, field: str | None = None, code: str | None = None) -> None:
        super().__init__(
            message, field=field, code=code, extensions={"retry_after_seconds": max(1, -(-wait_ms // 1000))}
        )


class PermanentError(AppError):
    """Repeating the call cannot help. A queue consumer stores the outcome and acknowledges."""

    code = "rejected"
    status = 400


class InvalidInput(PermanentError):
    """The caller sent something wrong; `field` names it."""

    code = "invalid_input"
    status = 422


class Unauthenticated(PermanentError):
    code = "unauthenticated"
    status = 401


class Forbidden(PermanentError):
    code = "forbidden"
    status = 403


class NotFound(PermanentError):
    """Missing, or another tenant's: the two look the same on purpose."""

    code = "not_found"
    status = 404


class Conflict(PermanentError):
    """The thing is in a state that does not allow the call, or somebody else changed it first."""

    code = "conflict"
    status = 409


class LimitExceeded(PermanentError):
    """The tenant's plan does not allow it."""

    code = "plan_limit"
    status = 402


class TooMany(PermanentError):
    """There are as many of these as the platform keeps for one tenant, on whatever plan; `code` says of what."""

    code = "too_many"
    status = 422


class ProviderRejected(PermanentError):
    """Meta or Stripe refused the call for good; `provider_code` is their code, and `subcode` Meta's more exact one,
    blank where it gives none (Meta, Graph API error handling: `error_subcode`)."""

    code = "provider_rejected"
    status = 502

    def __init__(self, message: str, *, provider_code: str, subcode: str = "", field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.provider_code = provider_code
        self.subcode = subcode

    def says(self, code: str) -> bool:
        """Whether it is refused with this code. What Meta lists as a code may come as the subcode of 100."""
        return code in (self.provider_code, self.subcode)


class TokenRefused(ProviderRejected):
    """Meta does not take the tenant's access any more: nothing but another sign-up helps."""

    code = "token_refused"


class SendRefused(PermanentError):
    """The consent gate or the 24-hour window does not allow this message."""

    code = "send_refused"
    status = 409


class ConfigError(AppError):
    """A setting is missing or malformed; raised at cold start."""

    code = "misconfigured"
