"""What files are made of."""

from dataclasses import dataclass

from shared.services.media import MediaService
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class MediaParts:
    media: MediaService
    conversations: Conversations
