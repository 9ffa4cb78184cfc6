"""Sessions, passwords and second factors, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

TRIED = {429: ("too_many_requests",)}
_LOG_IN = {
    401: ("unauthenticated",),
    403: ("mfa_required", "password_reset_required"),
    409: ("signup_incomplete",),
    422: ("wrong_code",),
    **TRIED,
}
PROOF = {
    401: ("unauthenticated",),
    403: ("mfa_required", "password_reset_required"),
    422: ("wrong_code",),
    **TRIED,
}
"""Of what takes the password once more."""
_MEMBER = {404: ("not_found",)}
_PASSWORD = "Correct-horse-9-battery"  # noqa: S105 - an example
_EMAIL = "ana@aurora.example"
_REPROOF = {"password": _PASSWORD, "second_factor_code": "123456"}

DESCRIPTION = Description(
    tags={"sessions": "Logging in and out, and a forgotten password."},
    problems={
        "log_in": _LOG_IN,
        "refresh_login": {401: ("session_ended",), **TRIED},
        "open_session": {**_LOG_IN, 403: (*_LOG_IN[403], "cross_site")},
        "refresh_session": {401: ("session_ended",), 403: ("cross_site",), **TRIED},
        "close_session": {403: ("cross_site",)},
        "resend_code": TRIED,
        "send_reset_code": TRIED,
        "reset_password": {422: ("weak_password", "wrong_code"), **TRIED},
        "set_password": {**_MEMBER, 422: ("weak_password", "wrong_password"), **TRIED},
        "close_all_sessions": _MEMBER,
        "start_email_change": {**_MEMBER, **PROOF, 503: ("mail_not_sent",)},
        "complete_email_change": {**_MEMBER, 409: ("email_taken",), 422: ("wrong_code",), **TRIED},
        "start_second_factor": {**_MEMBER, **PROOF, 409: ("second_factor_on",)},
        "complete_second_factor": {**_MEMBER, 409: ("second_factor_on",), 422: ("wrong_code",), **TRIED},
        "create_recovery_codes": {**_MEMBER, **PROOF, 409: ("second_factor_off",)},
        "delete_second_factor": {**_MEMBER, **PROOF},
    },
    errors={
        "cross_site": Advice(
            "The call does not come from a page of this origin.",
            "Session calls are for our own pages; programs use `POST /v1/login`.",
        ),
        "mail_not_sent": Advice(
            "The mail could not be sent.",
            "Try again in a few minutes; `mail_error` of an invitation says more.",
        ),
        "mfa_required": Advice(
            "The password is right, and the account has a second factor.",
            "Repeat the call with `second_factor_code`, or with a `recovery_code`; who has lost both asks the "
            "operators of the platform.",
        ),
        "second_factor_off": Advice("The caller has no second factor.", "Set one up first."),
        "second_factor_on": Advice(
            "The caller has a second factor already.",
            "Switch it off before another authenticator is set up; where only the answer with the recovery codes was "
            "lost, make new ones (`create_recovery_codes`).",
        ),
        "wrong_password": Advice("The current password is wrong.", "Check it, or have it reset."),
    },
    examples={
        "LoginIn": {"email": _EMAIL, "password": _PASSWORD},
        "LoginOut": {
            "access_token": "eyJraWQiOi…",
            "id_token": "eyJraWQiOi…",
            "refresh_token": "eyJjdHkiOi…",
            "expires_in": 3600,
            "token_type": "Bearer",
        },
        "RefreshIn": {"refresh_token": "eyJjdHkiOi…"},
        "SessionOut": {"access_token": "eyJraWQiOi…", "expires_in": 3600, "token_type": "Bearer"},
        "SessionEndIn": {"everywhere": False},
        "SessionsEndedOut": {"ended_at": "2026-11-30T09:00:00Z"},
        "EmailIn": {"email": _EMAIL},
        "PasswordResetIn": {"email": _EMAIL, "code": "123456", "password": _PASSWORD},
        "PasswordChangeIn": {"current_password": _PASSWORD, "new_password": "Another-horse-9-battery"},
        "ReproofIn": _REPROOF,
        "EmailChangeIn": {**_REPROOF, "email": "ana@new.example"},
        "CodeIn": {"code": "123456"},
        "SecondFactorOut": {
            "secret": "JBSWY3DPEHPK3PXP",
            "uri": "otpauth://totp/wasapbos:ana%40aurora.example?secret=JBSWY3DPEHPK3PXP&issuer=wasapbos",
        },
        "RecoveryCodesOut": {"recovery_codes": ["k7mq-2xvn-h4pd", "w9rt-6bcy-j3sf"]},
    },
)
