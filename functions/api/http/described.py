"""The document itself, for the document."""

from functions.api.http.description import Advice, Description

DESCRIPTION = Description(
    tags={"description": "This API, described."},
    errors={
        "access_ended": Advice(
            "The access by which an operator looked at the tenant was ended, or its time is over.",
            "Open another one, with its reason.",
        ),
        "answer_not_kept": Advice(
            "The request with this Idempotency-Key was carried out, and its answer was too large to be kept.",
            "Read what was made instead of repeating the call.",
        ),
        "conflict": Advice(
            "Something else is being done to the same thing, or its state does not allow this.",
            "Read it again, and decide by what is there now.",
        ),
        "forbidden": Advice(
            "The caller may not do this.",
            "`detail` says what is missing: ask an owner or an admin of the tenant for the role or the scope.",
        ),
        "idempotency_in_progress": Advice(
            "The first request with this Idempotency-Key is still at work.",
            "Repeat it with the same key as Retry-After says: by then it has ended, however it ended.",
        ),
        "idempotency_mismatch": Advice(
            "This Idempotency-Key was used for another request.",
            "Use a new key for each request, and the same one only to repeat it unchanged.",
        ),
        "internal": Advice(
            "Something went wrong on our side.",
            "Try again, POSTs with the same Idempotency-Key; quote `instance` if it stays.",
        ),
        "invalid_input": Advice(
            "Fields of the request are wrong.",
            "`errors` names each field and what is wrong with it: correct them.",
        ),
        "invalid_text": Advice(
            "A text holds half a character (an unpaired surrogate), as where an emoji was cut in two.",
            "Remove it, or send the character whole.",
        ),
        "key_expired": Advice(
            "The API key is past the date that it was made for.",
            "Make another one; a key that is rotated before its date goes on under the same id.",
        ),
        "malformed_json": Advice(
            "The body is not a JSON object.",
            "Send a JSON object in UTF-8, `{}` where there is nothing to say.",
        ),
        "missing_scope": Advice(
            "The credential lacks the scope of this operation.",
            "`detail` names it: use a key that has it, or have one made.",
        ),
        "not_found": Advice(
            "There is no such thing here, or it is not this tenant's.",
            "Check the id, and that the credential is of the tenant who has it.",
        ),
        "not_utf8": Advice(
            "The body is not UTF-8, or holds U+FFFD, which stands for characters that a conversion has lost.",
            "Send the text as UTF-8, from where it is still whole.",
        ),
        "rate_limited": Advice(
            "The caller, or all callers of the tenant together, called more often than the plan lets them.",
            "Wait for `Retry-After`; `RateLimit` on every answer says how many calls are left, so slow down before.",
        ),
        "session_ended": Advice(
            "Somebody has logged out of this session, or of all, or has changed or reset the password.",
            "Log in again.",
        ),
        "temporarily_unavailable": Advice(
            "Something that this needs is out or busy at the moment; what was asked may have been done or not.",
            "Try again after `Retry-After`, waiting longer each time: under one Idempotency-Key a POST is done once; "
            "look first for what had none.",
        ),
        "tenant_suspended": Advice(
            "An operator of the platform has suspended the tenant: nothing is sent or changed until one lifts that.",
            "`GET /v1/tenant` says why and since when; reading and exporting go on. Write to the platform.",
        ),
        "token_expired": Advice(
            "The access token is older than 60 minutes.",
            "Have the session give another one, or log in again.",
        ),
        "token_invalid": Advice(
            "The access token or API key is none of ours, or was revoked.",
            "Log in again, or make another API key.",
        ),
        "token_missing": Advice(
            "The Authorization header has no bearer token.",
            "Send `Authorization: Bearer` with an access token or an API key.",
        ),
        "too_large": Advice(
            "What is sent, or what it would come to together with what is stored, is too large.",
            "Send less of it, or divide it.",
        ),
        "unknown_parameter": Advice(
            "The query has a parameter that this operation does not take.",
            "`field` names it: correct its name, or leave it out.",
        ),
        "unknown_route": Advice(
            "There is no such path and method.",
            "See `GET /v1/openapi.json` for those that there are.",
        ),
        "unsupported_media_type": Advice(
            "The body is of a type that this operation does not take.",
            "Send `Content-Type: application/json`, or `text/csv` where a file is the body.",
        ),
    },
    files={"get_description": "application/json", "list_error_codes": "text/html"},
    examples={"get_description": {"openapi": "3.1.0"}, "list_error_codes": "<!doctype html>…"},
)
