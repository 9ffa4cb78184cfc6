"""Telling Meta, and the control stack, that an account's webhooks are to come to this stack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.numbers.cells import SIGNATURE, JoinCell, meta_signature
from shared.domain.webhooks.delivery import Outcome
from shared.errors import Conflict, RetryableError
from shared.ids import WabaId

Send = Callable[[str, bytes, Mapping[str, str], EpochMs], Outcome]


@dataclass(frozen=True, slots=True)
class Cell:
    """One stack of several: `callback` is its own callback URL, `control` that of the control stack."""

    callback: str
    control: str
    send: Send

    def join(self, waba_id: WabaId, secret: str, now: EpochMs) -> None:
        """Have the control stack send on what Meta tells it of this account. Again changes nothing.

        Raises Conflict when the account is connected in another stack, RetryableError without an answer.
        """
        body = JoinCell(waba_id, self.callback).to_json()
        headers = {"content-type": "application/json", SIGNATURE: meta_signature(body, secret)}
        attempt = self.send(self.control, body, headers, now).attempt
        if attempt.status_code == 409:
            raise Conflict("this account already belongs to another tenant", field="waba_id", code="already_claimed")
        if attempt.status_code != 200:
            raise RetryableError(f"the control stack did not take the account: {attempt.error or attempt.status_code}")

    def override(self, verify_token: str) -> Mapping[str, object]:
        """For POST /{waba_id}/subscribed_apps (Meta, webhook overrides)."""
        return {"override_callback_uri": self.callback, "verify_token": verify_token}
