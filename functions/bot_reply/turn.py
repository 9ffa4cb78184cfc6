"""One turn of a bot: read the message, decide, send."""

from functions.bot_reply.logic import answer_to
from functions.bot_reply.parts import BotParts
from shared.clock import EpochMs
from shared.errors import Conflict, InvalidInput, NotFound, SendRefused
from shared.observability import concerns, count, logger
from shared.queue_messages import BotTurn
from shared.services.single_send import Draft


def take_turn(parts: BotParts, turn: BotTurn, now: EpochMs) -> None:
    """Running it twice sends once: the answer is stored under a key that the message determines, then sent.

    Raises InvalidInput when the message is not there, RetryableError while an earlier run may be sending the answer.
    """
    concerns(turn.tenant_id)
    message = parts.conversations.messages.get(turn.tenant_id, turn.conversation_id, turn.message_id)
    if message is None:
        raise InvalidInput("the message to answer is not there")
    answer = answer_to(parts.bots.all(turn.tenant_id), turn.phone_number_id, message, now)
    if answer is None:
        count("BotSilent")
        return
    draft = Draft(
        key=answer.key,
        at=answer.at,
        author="bot",
        author_id=answer.bot_id,
        kind="text",
        text=answer.text,
        content={"body": answer.text, "preview_url": False},
    )
    try:
        sent = parts.sender.send(turn.tenant_id, turn.conversation_id, draft, now)
    except (SendRefused, Conflict, NotFound) as refused:
        # The gate, the closed window, a number that cannot send, a person who is gone: the outcome is no answer.
        logger.info(
            "bot not allowed to answer",
            extra={"tenant_id": turn.tenant_id, "message_id": turn.message_id, "code": refused.code},
        )
        count("BotRefused")
        return
    count(f"BotReply{sent.status.capitalize()}" if sent.status else "BotReplyRepeated")
