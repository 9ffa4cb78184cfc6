"""Who is in a conversation, and the signs they give of it."""

from functions.api.inbox.chat_signals import Signal
from functions.api.inbox.logic.typing_signs import typing_signs
from functions.api.inbox.parts import DeskParts
from shared.clock import EpochMs
from shared.domain.accounts.account import Principal
from shared.domain.conversations.conversation import Conversation, marked
from shared.domain.conversations.presence import Doing
from shared.errors import InvalidInput


def say_presence(
    deps: DeskParts, principal: Principal, conversation: Conversation, doing: Doing | None, now: EpochMs
) -> None:
    """`doing` None: gone. Raises InvalidInput for an API key."""
    tenant_id, me, conversation_id = principal.tenant_id, principal.member_id, conversation.conversation_id
    if principal.is_key:
        raise InvalidInput("an API key is nobody; log in as a member", field="status")
    if doing is None:
        deps.agents.leave(tenant_id, conversation_id, me)
    else:
        deps.agents.enter(tenant_id, conversation_id, me, doing, now)


def say_typing(deps: DeskParts, principal: Principal, conversation: Conversation, now: EpochMs) -> Signal:
    """Returns what became of telling the person."""
    tenant_id, conversation_id = principal.tenant_id, conversation.conversation_id
    signs = typing_signs(conversation, deps.agents.present(tenant_id, conversation_id, now), principal, now)
    signal = deps.signals.typing(tenant_id, conversation, now) if signs.person else Signal("none")
    if signal.outcome == "sent":
        wamid = conversation.trail.inbound_wamid
        deps.conversations.change(tenant_id, conversation_id, lambda found: marked(found, wamid))
    if signs.team:
        deps.agents.enter(tenant_id, conversation_id, principal.member_id, "typing", now)
    return signal
