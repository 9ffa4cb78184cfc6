"""What the receiver has to do with other cells (`shared/domain/numbers/cells.py`): let them join, and set aside for the
account queue what is theirs. A stack sends on to the cells that it was deployed with, and to nobody if with none.

Nothing goes round: what was sent on is marked, and is not sent on again.
"""

from dataclasses import dataclass

from shared.clock import EpochMs
from shared.domain.numbers.cells import FORWARD, Forward, JoinCell
from shared.errors import Conflict
from shared.ids import WabaId
from shared.queue_messages import AccountEvent
from shared.store.engine.cells import CellDirectory


@dataclass(frozen=True, slots=True)
class Cells:
    """`callbacks` are the URLs of all other cells; with none this is not the control stack."""

    directory: CellDirectory
    callbacks: frozenset[str]

    def join(self, asked: JoinCell) -> int:
        """The status of the answer: 200, 403 (no cell of ours), 409 (connected elsewhere)."""
        if not asked.waba_id or asked.callback not in self.callbacks:
            return 403
        try:
            self.directory.claim(asked.waba_id, asked.callback)
        except Conflict:
            return 409
        return 200

    def elsewhere(self, accounts: set[WabaId]) -> dict[WabaId, str]:
        """Those of these accounts that are another cell's, with its callback URL."""
        if not self.callbacks:
            return {}
        found = {waba_id: self.directory.callback_of(waba_id) for waba_id in sorted(accounts)}
        return {waba_id: callback for waba_id, callback in found.items() if callback}


def to_send_on(away: dict[WabaId, str], body: bytes, signature: str, now: EpochMs) -> list[AccountEvent]:
    """One event for each account, with the whole body as it came: only so is it signed."""
    return [
        AccountEvent(waba_id, FORWARD, Forward(callback, signature, body).to_json(), now)
        for waba_id, callback in away.items()
    ]
