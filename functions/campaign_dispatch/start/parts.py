"""What starting a campaign takes."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.clients.queue import Queue
from shared.services.media import MediaService
from shared.store.campaigns.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class StartParts:
    """`media` is made when a campaign names a file; most do not."""

    catalogue: Catalogue
    media: Callable[[], MediaService]
    load_queue: Queue
