"""What a bot's turn takes."""

from dataclasses import dataclass

from shared.clients.parking import Parking
from shared.services.single_send import SingleSender
from shared.store.bots.bots import Bots
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class BotParts:
    bots: Bots
    conversations: Conversations
    sender: SingleSender
    parking: Parking
