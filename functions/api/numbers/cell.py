"""Telling Meta, and the control stack, that an account's webhooks are to come to this stack."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.clients.queue import Queue
from shared.clock import EpochMs
from shared.domain.numbers.cells import SIGNATURE, JoinCell, meta_signature
from shared.domain.webhooks.delivery import Send
from shared.errors import Conflict, PermanentError, RetryableError
from shared.ids import WabaId
from shared.observability import count
from shared.queue_messages import LeaveControl


class ControlRefused(PermanentError):
    """The stacks were not set up for each other; their operators mend it, and are told by an alarm."""

    status = 502


_REFUSALS = {
    401: (
        "cell_not_trusted",
        "the control stack has another app secret than this one: its operators have to give both the same",
    ),
    403: (
        "cell_unknown",
        "the control stack does not know this one: its operators have to name this one's callback URL in CellUrls",
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One stack of several: `callback` is its own callback URL, `control` that of the control stack; `forwards` is the
    queue of what other stacks are told."""

    callback: str
    control: str
    send: Send
    forwards: Queue

    def join(self, waba_id: WabaId, secret: str, now: EpochMs) -> None:
        """Have the control stack send on what Meta tells it of this account. Again changes nothing.

        Raises Conflict when the account is connected in another stack, ControlRefused (`cell_not_trusted`,
        `cell_unknown`), and RetryableError without an answer.
        """
        body = JoinCell(waba_id, self.callback, now).to_json()
        headers = {"content-type": "application/json", SIGNATURE: meta_signature(body, secret)}
        attempt = self.send(self.control, body, headers, now).attempt
        if attempt.status_code == 409:
            raise Conflict("this account already belongs to another tenant", field="waba_id", code="already_claimed")
        if attempt.status_code in _REFUSALS:
            count("CellRefused")
            code, words = _REFUSALS[attempt.status_code]
            raise ControlRefused(words, code=code)
        if attempt.status_code != 200:
            raise RetryableError(f"the control stack did not take the account: {attempt.error or attempt.status_code}")

    def leave(self, waba_id: WabaId, at: EpochMs) -> None:
        """Have the control stack told, for as long as it takes, that the account is not connected here, unless it is
        joined after `at`."""
        leaving = LeaveControl(waba_id, at, due_at=at)
        self.forwards.send(leaving, group=leaving.group)

    def override(self, verify_token: str) -> Mapping[str, object]:
        """For POST /{waba_id}/subscribed_apps (Meta, webhook overrides)."""
        return {"override_callback_uri": self.callback, "verify_token": verify_token}
