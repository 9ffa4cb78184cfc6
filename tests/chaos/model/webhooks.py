"""What Meta tells and people write in the model, and the consumers that take it in: at least once, in any order."""

from collections.abc import Sequence
from typing import Any, cast

from functions.webhook_ingest.messages.take import take_message
from functions.webhook_ingest.statuses.record import record_statuses
from shared.clock import EpochMs
from shared.domain.campaigns.callback import encode_slot
from shared.domain.campaigns.outcome import OPTED_OUT_CODE
from shared.domain.contacts.consent_words import consent_word
from shared.domain.contacts.identity import contact_id_for
from shared.ids import ContactId
from shared.queue_messages import InboundMessage, StatusUpdates
from tests.chaos.model.machine import Machine
from tests.chaos.model.meta import Key, Meta, slot_of
from tests.chaos.model.process import Process
from tests.chaos.model.promises import Promises
from tests.support.consumers import Deps
from tests.support.engine import World


class Webhooks:
    """`contact_of` maps a destination to the contact that the campaigns know it by."""

    def __init__(
        self, machine: Machine, ingest: Deps, world: World, meta: Meta, promises: Promises, contact_of: dict[str, str]
    ) -> None:
        self._machine = machine
        self._ingest = ingest
        self._world = world
        self._meta = meta
        self._promises = promises
        self._contact_of = contact_of
        self._statuses: list[StatusUpdates] = []
        self._inbound: list[InboundMessage] = []
        self._introduced: set[str] = set()

    def tell(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Meta tells statuses: (which of the messages it accepted, status, error code)."""
        now = self._machine.clock.now() // 1000
        updates: list[list[object]] = [
            [status, now, encode_slot(self._meta.owed[i]), code, status == "delivered", "wamid"]
            for i, status, code in rows
        ]
        self._statuses.append(StatusUpdates(self._world.phone_number_id, cast("list[list[Any]]", updates)))

    def take_statuses(self) -> Process:
        """The consumer gets all that wait, and what it does not finish waits again."""
        batch = list(self._statuses)
        records = [{"messageId": str(i), "body": message.to_json()} for i, message in enumerate(batch)]
        failed: set[str] = set()

        def take(process: Process) -> None:
            failed.update(record_statuses(self._ingest.for_statuses(), records, process.clock.now(), lambda: 60_000))

        def taken() -> None:
            for i, message in enumerate(batch):
                if str(i) in failed or message not in self._statuses:
                    continue
                self._statuses.remove(message)
                for _status, _at, callback, code, *_ in message.updates:
                    slot = slot_of({"biz_opaque_callback_data": callback})
                    self._meta.told.setdefault(Key(slot.campaign_id, slot.block, slot.slot), self._machine.loop.time())
                    if code == OPTED_OUT_CODE:
                        self._promises.heard_no(self._promises.destinations[slot.block, slot.slot])

        return self._machine.call("statuses", take, taken)

    def says(self, to: str, words: str) -> None:
        """A person writes to the number."""
        if to not in self._introduced:
            self._introduce(to)
        now = self._machine.clock.now()
        message = {
            "from": to.removeprefix("+"),
            "id": f"in-{to}-{len(self._inbound)}-{now}",
            "timestamp": str(now // 1000),
            "type": "text",
            "text": {"body": words},
        }
        self._inbound.append(InboundMessage(self._world.phone_number_id, message, {}, now))
        self._take(self._inbound[-1])

    def _introduce(self, to: str) -> None:
        """The contact behind a recipient, known by a user id first and by the phone since."""
        tenant_id, contact_id, contacts = self._world.tenant_id, self._contact_of[to], self._world.deps.contacts
        contacts.upsert(
            tenant_id, ContactId(contact_id), {"phone": to, "region": "BR"}, {}, frozenset({"all"}), EpochMs(1)
        )
        contacts.put_pointer(tenant_id, contact_id_for(tenant_id, "phone", to), ContactId(contact_id))
        self._introduced.add(to)

    def take_inbound(self) -> None:
        """What was not finished comes again, every message in a process of its own."""
        for message in list(self._inbound):
            self._take(message)

    def _take(self, message: InboundMessage) -> None:
        def taken() -> None:
            if message in self._inbound:
                self._inbound.remove(message)
            if consent_word(message.message["text"]["body"]) == "stop":
                self._promises.heard_no(f"+{message.message['from']}")

        self._machine.call(
            "inbound", lambda process: take_message(self._ingest.for_messages(), message, process.clock.now()), taken
        )
