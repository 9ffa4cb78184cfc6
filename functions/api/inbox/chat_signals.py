"""What WhatsApp shows a person of the business's side: that their message was read, that somebody is writing.

Source: Meta, "Mark messages as read" and "Typing indicators": one call does both, for messages of the last 30 days;
it covers all earlier messages, and the sign of writing goes after 25 seconds.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from shared.clients.graph import GraphClient, wait_for
from shared.clock import DAY_MS, EpochMs
from shared.domain.conversations.conversation import Conversation
from shared.errors import ProviderRejected
from shared.failures import failure
from shared.ids import TenantId
from shared.observability import logger
from shared.services.meta_access import MetaAccess

MARK_MS = 30 * DAY_MS
_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Signal:
    """`outcome`: sent; refused, with Meta's `code`; unreachable; or none, because there is nothing to tell."""

    outcome: Literal["sent", "refused", "unreachable", "none"]
    code: str = ""


class ChatSignals:
    """Courtesies: no method raises for what Meta does, or for a number that cannot send. `now` in epoch ms."""

    def __init__(self, access: MetaAccess, graph: GraphClient) -> None:
        self._access = access
        self._graph = graph

    def read(self, tenant_id: TenantId, conversation: Conversation, now: EpochMs) -> Signal:
        """Tell Meta that the person's latest message was read, unless it knows."""
        if conversation.trail.inbound_wamid == conversation.trail.marked_wamid:
            return Signal("none")
        return self._tell(tenant_id, conversation, {}, now)

    def typing(self, tenant_id: TenantId, conversation: Conversation, now: EpochMs) -> Signal:
        """Let WhatsApp show that somebody is writing, and that the latest message was read."""
        return self._tell(tenant_id, conversation, {"typing_indicator": {"type": "text"}}, now)

    def _tell(self, tenant_id: TenantId, conversation: Conversation, more: dict[str, object], now: EpochMs) -> Signal:
        wamid, inbound_at = conversation.trail.inbound_wamid, conversation.last_inbound_at
        if not wamid or inbound_at is None or inbound_at < now - MARK_MS:
            return Signal("none")
        number = conversation.phone_number_id
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid, **more}
        try:
            access = self._access.of_number(tenant_id, number, now)
            call = self._graph.call("POST", f"{number}/messages", access, body=body)
            wait_for(asyncio.wait_for(call, _SECONDS))
        except ProviderRejected as refused:
            return Signal("refused", refused.provider_code)
        except Exception as error:
            # Whatever it is, the conversation itself must not suffer.
            logger.warning("chat signal failed", extra=failure(error))
            return Signal("unreachable")
        return Signal("sent")
