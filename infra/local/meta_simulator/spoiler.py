"""Between what happened and the outbox: loses, doubles, delays and reorders updates as configured."""

from collections import Counter
from functools import partial

from . import chance
from .config import WebhookRules
from .outbox import STATUS, Outbox, Update
from .timers import Timers


class Spoiler:
    """Passes updates on. Draws depend on the update's own key, not on when it happens."""

    def __init__(self, outbox: Outbox, timers: Timers, counters: Counter[str], seed: str) -> None:
        self._outbox = outbox
        self._timers = timers
        self._counters = counters
        self._seed = seed
        self.rules = WebhookRules()

    def send(self, update: Update, *key: str) -> None:
        """Send an update, spoiled or not. Only statuses are lost or reordered; anything may be late or doubled."""
        rules = self.rules
        self._counters[f"updates_{update.kind}"] += 1
        if update.kind == STATUS and self._draw("lose", key) < rules.lose_share:
            self._counters["updates_lost"] += 1
            return
        delay = 0.0
        if self._draw("late", key) < rules.extra_delay_share:
            delay += chance.between(rules.extra_delay, self._seed, "late by", *key)
            self._counters["updates_delayed"] += 1
        if update.kind == STATUS and self._draw("reorder", key) < rules.reorder_share:
            delay += chance.between(rules.reorder_delay, self._seed, "reorder by", *key)
            self._counters["updates_reordered"] += 1
        self._pass_on(update, delay)
        if self._draw("double", key) < rules.duplicate_share:
            self._counters["updates_doubled"] += 1
            self._pass_on(update, delay + chance.between(rules.duplicate_delay, self._seed, "double by", *key))

    def _pass_on(self, update: Update, delay: float) -> None:
        if delay > 0:
            self._timers.later(delay, partial(self._outbox.add, update))
        else:
            self._outbox.add(update)

    def _draw(self, what: str, key: tuple[str, ...]) -> float:
        return chance.fraction(self._seed, what, *key)
