"""How a claim of a global name is keyed, for all that claim or look, also where PynamoDB is not loaded."""

from typing import cast

from botocore.exceptions import ClientError

from shared.ids import WabaId

OWNER = "OWNER"
"""Sort key of every claim."""
_ACCOUNT = "WABA#"


def cell_claim(waba_id: WabaId) -> str:
    """The partition of a cell's claim of a WhatsApp Business account. It is of a kind of its own: nobody who asks for
    an account's tenant can be given a cell."""
    return f"CELLWABA#{waba_id}"


def account_claim(waba_id: WabaId) -> str:
    """The partition of a tenant's claim of an account."""
    return f"{_ACCOUNT}{waba_id}"


def excluding(name: str) -> str | None:
    """The claim that nobody may hold when this global name is taken; None where there is no such claim."""
    return cell_claim(WabaId(name.removeprefix(_ACCOUNT))) if name.startswith(_ACCOUNT) else None


def condition_failed(error: ClientError) -> bool:
    """Whether this is DynamoDB saying that the condition of a write did not hold."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def reasons_of(error: ClientError) -> list[str]:
    """Why a transaction was cancelled: a code for each of its items. Raises every other error again."""
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        raise error
    reasons = cast("list[dict[str, str]]", error.response.get("CancellationReasons") or [])
    return [reason.get("Code", "") for reason in reasons]
