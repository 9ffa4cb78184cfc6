"""What can stand in a contact's timeline."""

from dataclasses import dataclass

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.fate import Fate
from shared.domain.contacts.consent_record import ConsentEvent
from shared.domain.conversations.entry import Entry
from shared.domain.conversations.message import Message


@dataclass(frozen=True, slots=True)
class Touch:
    """A campaign wrote to the person; `text` is what they read, as far as the template is still known."""

    campaign: Campaign
    fate: Fate
    replied: bool
    text: str


What = Message | Entry | ConsentEvent | Touch
