"""What the receiver has to do with other cells (`shared/domain/numbers/cells.py`): let them join and leave, and set
aside for them what is theirs. A stack without other cells looks nothing up.

Nothing goes round: what was sent on is marked, and is not sent on again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from functions.webhook_ingest.receive.oversize import KEPT, QUEUE_BYTES, too_large
from functions.webhook_ingest.receive.routing import Elsewhere
from shared.clients.parking import Parking
from shared.clients.queue import Outgoing
from shared.clock import EpochMs
from shared.domain.numbers.cells import JoinCell, LeaveCell
from shared.domain.webhooks.tenant_event import portions
from shared.errors import Conflict
from shared.ids import WabaId
from shared.queue_messages import ForwardWebhook
from shared.store.numbers.cells import CellDirectory

MOST_ACCOUNTS = 1_000
"""Looked up for one POST: Meta puts no more updates into one. What is told of any more is found to be another cell's by
whoever takes it in."""
_PORTION = QUEUE_BYTES // 2
"""Of entries in a message, where what is quoted may take twice its room."""


@dataclass(frozen=True, slots=True)
class Cells:
    """`urls` are the callback URLs of all other cells, by name; with none this is not the control stack."""

    directory: CellDirectory
    urls: Mapping[str, str]

    def answer(self, asked: JoinCell | LeaveCell) -> int:
        """The status of the answer: 200, 403 (no cell of ours), 409 (connected elsewhere)."""
        cell = next((name for name, url in self.urls.items() if url == asked.callback), "")
        if not cell:
            return 403
        try:
            if isinstance(asked, JoinCell):
                self.directory.claim(asked.waba_id, cell, asked.at)
            else:
                self.directory.release(asked.waba_id, cell, asked.at)
        except Conflict:
            return 409
        return 200

    def elsewhere(self, accounts: set[WabaId]) -> dict[WabaId, str]:
        """Those of these accounts that are another cell's, with its name."""
        if not self.urls:
            return {}
        return self.directory.cells_of(islice(sorted(filter(None, accounts)), MOST_ACCOUNTS))


def to_send_on(found: Iterable[Elsewhere], received_at: EpochMs, parking: Parking) -> list[Outgoing]:
    """For each cell what is its own, and people's choices apart and first. What no queue holds is kept."""
    places: dict[tuple[bool, str], list[str]] = {}
    for one in found:
        entry = json.dumps(one.entry, ensure_ascii=False, separators=(",", ":"))
        places.setdefault((not one.consent, one.cell), []).append(entry)
    messages = [
        ForwardWebhook(cell, entries, received_at, consent=not other, due_at=received_at)
        for (other, cell), changes in sorted(places.items())
        for entries in portions(changes, _PORTION)
    ]
    return [Outgoing(message, message.group) for message in (_held(one, parking) for one in messages)]


def _held(message: ForwardWebhook, parking: Parking) -> ForwardWebhook:
    """As the queue takes it."""
    if not too_large(message):
        return message
    return replace(message, entries=[], stored=parking.keep(KEPT, message.entries))
