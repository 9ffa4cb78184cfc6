"""What starting a campaign takes."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.clients.queue import Queue
from shared.services.audience_segments import AudienceSegments
from shared.services.media import MediaService
from shared.store.campaigns.campaigns import Campaigns
from shared.store.campaigns.sending_stops import SendingStops
from shared.store.contacts.fields import ContactFields
from shared.store.templates.templates import Templates


@dataclass(frozen=True, slots=True)
class StartParts:
    """`media` is made when a campaign names a file; most do not."""

    campaigns: Campaigns
    fields: ContactFields
    templates: Templates
    segments: AudienceSegments
    media: Callable[[], MediaService]
    load_queue: Queue
    stops: SendingStops
