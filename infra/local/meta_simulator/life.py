"""What becomes of an accepted message: its statuses, and what the person who got it does."""

import time
from collections import Counter
from dataclasses import dataclass
from functools import partial

from . import chance
from .config import Json, StatusRules
from .errors import webhook_error
from .inbound import Inbound, metadata_of
from .outbox import STATUS, Update
from .people import People, Person
from .spoiler import Spoiler
from .timers import Timers
from .world import Number, Waba


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted message. `buttons` are payload and label of its quick replies; `held` for quality assessment."""

    wamid: str
    waba: Waba
    number: Number
    person: Person
    by_user_id: bool
    kind: str
    callback: str
    pricing: Json
    buttons: list[tuple[str, str]]
    held: bool
    broken_link: bool


class Life:
    """Plans the statuses of accepted messages."""

    def __init__(
        self,
        people: People,
        inbound: Inbound,
        spoiler: Spoiler,
        timers: Timers,
        counts: Counter[str],
        seed: str,
    ) -> None:
        self._people = people
        self._inbound = inbound
        self._spoiler = spoiler
        self._timers = timers
        self._counts = counts
        self._seed = seed
        self.rules = StatusRules()

    def begin(self, message: Accepted) -> None:
        """Plan the first step of an accepted message."""
        rules = self.rules
        delay = self._between(rules.sent_delay, "sent", message)
        if message.held:
            delay += self._between(rules.held_delay, "held", message)
            if self._draw("held drop", message) < rules.held_drop_share:
                self._timers.later(delay, partial(self._fail, message, 132015))
                return
        code = 131053 if message.broken_link else chance.first_hit(rules.failed, self._draw("fail", message))
        if code is not None:
            self._timers.later(delay, partial(self._fail, message, code))
        else:
            self._timers.later(delay, partial(self._sent, message))

    def _sent(self, message: Accepted) -> None:
        rules = self.rules
        self._tell(message, "sent", pricing=True)
        # Meta: a reaction only ever triggers `sent`.
        if message.kind == "reaction" or self._draw("deliver", message) >= rules.delivered_share:
            return
        delay = self._between(rules.delivered_delay, "delivered", message)
        act = self._people.reaction(message.person) if message.kind == "template" else ""
        reads = bool(act) or self._draw("read", message) < rules.read_share
        skips = reads and self._draw("skip", message) < rules.skip_delivered_share
        if not skips:
            self._timers.later(delay, partial(self._tell, message, "delivered", pricing=True))
        if reads:
            delay += self._between(rules.read_delay, "read", message)
            self._timers.later(delay, partial(self._read, message, act, priced=skips))

    def _read(self, message: Accepted, act: str, *, priced: bool) -> None:
        self._tell(message, "read", pricing=priced)
        if act:
            delay = self._between(self._people.rules.delay, "act", message)
            self._timers.later(delay, partial(self._act, message, act))

    def _act(self, message: Accepted, act: str) -> None:
        business = message.number.digits
        content = self._people.message(act, message.person, message.wamid, message.buttons, business)
        self._inbound.send(message.number, message.person, content)

    def _fail(self, message: Accepted, code: int) -> None:
        self._counts[f"failed_{code}"] += 1
        self._tell(message, "failed", errors=[webhook_error(code)])

    def _tell(self, message: Accepted, status: str, *, pricing: bool = False, errors: list[Json] | None = None) -> None:
        self._counts[status] += 1
        if not message.waba.subscribed:
            self._counts["not_subscribed"] += 1
            return
        person = message.person
        body: Json = {"id": message.wamid, "status": status, "timestamp": str(int(time.time()))}
        if person.digits and not (person.hidden or message.by_user_id):
            body["recipient_id"] = person.digits
        body["recipient_user_id"] = person.user_id
        if message.callback:
            body["biz_opaque_callback_data"] = message.callback
        if pricing:
            body["pricing"] = message.pricing
        if errors:
            body["errors"] = errors
        contact = None if status == "failed" else person.contact()
        override = message.number.override_url or message.waba.override_url
        update = Update(STATUS, message.waba.id, body, metadata_of(message.number), contact, override)
        self._spoiler.send(update, status, person.key, message.callback)

    def _draw(self, what: str, message: Accepted) -> float:
        return chance.fraction(self._seed, what, message.person.key)

    def _between(self, bounds: tuple[float, float], what: str, message: Accepted) -> float:
        return chance.between(bounds, self._seed, what, message.person.key)
