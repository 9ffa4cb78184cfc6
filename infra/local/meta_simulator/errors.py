"""Meta's error codes with their HTTP status and title, and the two shapes in which errors appear.

Source: Meta, "Error codes" of the Cloud API (HTTP status as listed there in December 2025).
"""

from .config import Json

_TABLE: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (500, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    2500: (400, "Unknown path components"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Account has been locked"),
    131037: (400, "WhatsApp provided number needs display name approval before message can be sent"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped user ID recipients are not supported for this message"),
    131063: (400, "Marketing templates are disabled on Cloud API for this account"),
    131064: (400, "Messaging limit reached because of template classification violations"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Template parameter value is not valid"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "There's an issue with the parameters in your template"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133005: (400, "Two step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too many two step verification PIN guesses"),
    133009: (400, "Two step verification PIN guessed too fast"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133010: (400, "Phone number not registered"),
    133016: (400, "Account register deregister rate limit exceeded"),
    134101: (400, "Template is still syncing"),
    134102: (500, "Template unavailable for use"),
    135000: (400, "Generic user error"),
    2593107: (400, "Synchronisation was requested already"),
    2593108: (400, "Synchronisation was requested too late"),
    2593109: (400, "History sync is turned off by the business"),
}


class GraphError(Exception):
    """One refusal in Meta's terms: `code` and `details` are what callers should build on."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        message: str = "",
        subcode: int = 0,
        user_title: str = "",
        http_status: int = 0,
    ) -> None:
        super().__init__(details)
        listed_status, title = _TABLE.get(code, (400, "Unknown error"))
        self.code = code
        self.details = details or title
        self.message = message or f"(#{code}) {title}"
        self.subcode = subcode
        self.user_title = user_title
        self.http_status = http_status or listed_status

    def body(self, trace: str) -> Json:
        """The answer's JSON."""
        error: Json = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": trace,
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.user_title:
            error |= {"is_transient": False, "error_user_title": self.user_title, "error_user_msg": self.details}
        return {"error": error}


def missing_object(object_id: str) -> GraphError:
    """What Graph says of an id that does not exist or that the caller may not see."""
    return GraphError(
        100,
        f"Object with ID '{object_id}' does not exist",
        message=f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation.",
        subcode=33,
    )


def required(name: str) -> GraphError:
    """A top-level parameter is not there."""
    return GraphError(100, f"The parameter {name} is required.", message=f"(#100) The parameter {name} is required.")


def refused(subcode: int, title: str, details: str) -> GraphError:
    """A refusal as the template endpoints answer it."""
    return GraphError(100, details, message="Invalid parameter", subcode=subcode, user_title=title)


def webhook_error(code: int, details: str = "") -> Json:
    """An error as it stands in `statuses[].errors`."""
    title = _TABLE.get(code, (400, "Unknown error"))[1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or title},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }
