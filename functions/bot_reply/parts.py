"""What a bot's turn takes."""

from dataclasses import dataclass

from shared.clients.parking import Parking
from shared.services.single_send import SingleSender
from shared.store.campaigns.catalogue import Catalogue
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class BotParts:
    catalogue: Catalogue
    conversations: Conversations
    sender: SingleSender
    parking: Parking
