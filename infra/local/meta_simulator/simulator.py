"""The simulator's parts, put together, and how settings reach them."""

import asyncio
import time
from collections import Counter

from infra.local.standstill import watch

from .config import Config, Json, changed
from .faults import Faults
from .inbound import Inbound
from .journal import REQUEST_FIELDS, STANDSTILL_FIELDS, WEBHOOK_FIELDS, Journal
from .life import Life
from .limits import Limits
from .media_store import MediaStore
from .outbox import Outbox
from .people import People
from .refusals import Refusals
from .spoiler import Spoiler
from .timers import Timers
from .windows import Windows
from .world import World


class Simulator:
    """One simulated Meta with all its accounts."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.counters: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.statuses: Counter[str] = Counter()
        self.requests = Journal(REQUEST_FIELDS)
        self.posts = Journal(WEBHOOK_FIELDS)
        self.standstills = Journal(STANDSTILL_FIELDS)
        self.timers = Timers()
        self.world = World(config.seed, config.app_secret)
        self.people = People(config.seed)
        self.faults = Faults(config.seed)
        self.refusals = Refusals()
        self.limits = Limits()
        self.windows = Windows()
        self.media = MediaStore(config.seed)
        self.outbox = Outbox(self.posts, self.timers, self.counters, config.app_secret)
        self.spoiler = Spoiler(self.outbox, self.timers, self.counters, config.seed)
        self.inbound = Inbound(self.world, self.windows, self.spoiler, self.media, self.counters, config.seed)
        self.life = Life(self.people, self.inbound, self.spoiler, self.timers, self.statuses, config.seed)
        self._spread()

    async def start(self) -> None:
        """Begin to send webhooks."""
        self._watch = asyncio.ensure_future(watch(self.standstills.add))
        await self.outbox.start(self.config.webhooks, self.config.webhook_url)

    async def stop(self) -> None:
        """Stop everything that is still to come."""
        self._watch.cancel()
        self.timers.close()
        await self.outbox.stop()

    def configure(self, change: Json) -> None:
        """Change settings while running.

        Raises:
            BadScript: unknown names or wrong types; nothing is changed then.
        """
        self.config = changed(self.config, change, "config")
        self._spread()
        self.outbox.set_rules(self.config.webhooks)
        if "webhook_url" in change:
            self.outbox.set_url(self.config.webhook_url)

    def _spread(self) -> None:
        self.people.rules = self.config.people
        self.life.rules = self.config.statuses
        self.spoiler.rules = self.config.webhooks

    def state(self) -> Json:
        """Counters for GET /_sim/state."""
        timers, updates = self.timers.pending, self.outbox.pending
        return {
            "pending_webhooks": timers + updates,
            "pending": {"timers": timers, "updates": updates, "in_flight": self.outbox.in_flight},
            "counters": dict(self.counters),
            "refused": {str(code): count for code, count in sorted(self.refused.items())},
            "statuses": dict(self.statuses),
            "requests": len(self.requests),
            "webhook_posts": len(self.posts),
            "faults": self.faults.describe(),
            "webhook_url": self.config.webhook_url,
            "wabas": {
                waba.id: {
                    "phone_number_ids": waba.number_ids,
                    "subscribed": waba.subscribed,
                    "templates": {template.id: template.status for template in waba.templates.values()},
                }
                for waba in self.world.wabas.values()
            },
            "wall": time.time(),
            "monotonic": time.monotonic(),
        }
