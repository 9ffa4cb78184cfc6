"""What becomes of the answers to a lane's sends: stored outcomes, another try later, a pause, a suppression."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.books import SKIP_PREFIX, StatusChange
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.campaigns.stop_reasons import SCOPES, Scope
from shared.domain.contacts.consent import SkipReason
from shared.store.campaigns.lanes import Lanes, LeaseLost
from shared.store.campaigns.sends import Sends
from shared.store.contacts.consent import Consent

MAX_ATTEMPTS = 12
"""After this many refusals for now, a message counts as failed with the last code."""
RETRY_LIST = 25
"""Entries in one retry list at most: a list is claimed whole, so it must fit into a window at a low rate too."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One claimed recipient and what came of it: an answer, or the reason for which nothing was sent.

    `trip` marks the refusal at which the campaign must stop (see the error-rate trip); `kept` what was claimed and not
    sent, which is no attempt.
    """

    run: Run
    block: int
    slot: int
    attempt: int
    recipient: Recipient
    outcome: Outcome | None
    skipped: SkipReason | None = None
    trip: bool = False
    kept: bool = False


@dataclass(slots=True)
class Settled:
    """The writes that a batch of answers asks for. `retries` are grouped by campaign and due time (epoch ms)."""

    changes: dict[tuple[str, str, int], StatusChange] = field(default_factory=lambda: defaultdict(StatusChange))
    retries: dict[tuple[str, int], list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    pauses: dict[str, tuple[Run, Scope, str]] = field(default_factory=dict)
    suppressed: list[tuple[Run, str, str]] = field(default_factory=list)


def retry_delay_ms(outcome: Outcome, attempt: int) -> int:
    """How long to wait before the next attempt. Meta asks for 4^x seconds after a pair limit (131056)."""
    if outcome.action is Action.SPACE_PAIR:
        seconds = min(4**attempt, 3600)
    elif outcome.action in SCOPES or outcome.action is Action.OTHER_ENDPOINT:
        seconds = 0
    else:
        seconds = min(2**attempt, 60)
    return int(max(seconds, outcome.wait_seconds)) * 1000


def sort_out(batch: Sequence[Sent], now: int) -> Settled:
    """Pure: what to write for these answers. An unknown outcome writes nothing: being below the cursor says it."""
    settled = Settled()
    for sent in batch:
        change = settled.changes[sent.run.tenant_id, sent.run.campaign_id, sent.block]
        outcome = sent.outcome
        if sent.kept:
            settled.retries[sent.run.campaign_id, now // 1000 * 1000].append((sent.block, sent.slot, sent.attempt))
            continue
        if outcome is None:
            change.failed[sent.slot] = f"{SKIP_PREFIX}{sent.skipped}"
            continue
        if outcome.kind is Kind.ACCEPTED:
            change.sent.add(sent.slot)
        elif outcome.kind is Kind.HELD:
            change.held.add(sent.slot)
        elif outcome.kind is Kind.REFUSED:
            change.failed[sent.slot] = outcome.code
        elif outcome.kind in (Kind.THROTTLED, Kind.UNSENT):
            _try_later(settled, change, sent, outcome, now)
        scope = Scope.CAMPAIGN if sent.trip else SCOPES.get(outcome.action)
        known = settled.pauses.get(sent.run.campaign_id)
        if scope is not None and (known is None or scope > known[1]):
            settled.pauses[sent.run.campaign_id] = (sent.run, scope, outcome.code)
        if outcome.action is Action.SUPPRESS_MARKETING:
            settled.suppressed.append((sent.run, sent.recipient.contact_id, outcome.code))
    return settled


def _try_later(settled: Settled, change: StatusChange, sent: Sent, outcome: Outcome, now: int) -> None:
    if sent.attempt >= MAX_ATTEMPTS:
        change.failed[sent.slot] = outcome.code
        return
    # Whole seconds, so that what fails together is claimed together.
    due = (now + retry_delay_ms(outcome, sent.attempt)) // 1000 * 1000
    settled.retries[sent.run.campaign_id, due].append((sent.block, sent.slot, sent.attempt + 1))


class Pause(Protocol):
    def __call__(self, run: Run, scope: Scope, code: str) -> None:
        """Pause the run's campaign, or every campaign of its number or account, because Meta said this code."""


@dataclass(slots=True)
class Results:
    """Writes outcomes, each in an order and under a key that make repeating it harmless.

    A write that fails stays at the head of the line; `blocked` says that a retry list may or may not be stored, and no
    retries may be claimed until that is known.
    """

    sends: Sends
    lanes: Lanes
    consent: Consent
    pause: Pause
    new_id: Callable[[], str]
    _line: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """Whether writes are still in line."""
        return bool(self._line)

    @property
    def blocked(self) -> bool:
        return any(kind == "retry" for kind, _ in self._line)

    def settle(self, phone_number_id: str, lane: int, fence: int, batch: Sequence[Sent], now: int) -> None:
        """Line up the writes for these answers and do what is in line. Raises what the first failing write raises."""
        settled = sort_out(batch, now)
        for (tenant_id, campaign_id, block), change in settled.changes.items():
            self._line.append(("outcome", partial(self.sends.record, tenant_id, campaign_id, block, change)))
        for (campaign_id, due), entries in settled.retries.items():
            for i in range(0, len(entries), RETRY_LIST):
                part = entries[i : i + RETRY_LIST]
                put = partial(self._put_retries, phone_number_id, lane, fence, campaign_id, due, self.new_id(), part)
                self._line.append(("retry", put))
        for run, contact_id, code in settled.suppressed:
            self._line.append(("consent", partial(self._suppress, run, contact_id, code, now)))
        for run, scope, code in settled.pauses.values():
            self._line.append(("pause", partial(self.pause, run, scope, code)))
        while self._line:
            self._line[0][1]()
            self._line.pop(0)

    def _put_retries(
        self,
        phone_number_id: str,
        lane: int,
        fence: int,
        campaign_id: str,
        due: int,
        batch_id: str,
        entries: list[tuple[int, int, int]],
    ) -> None:
        try:
            self.lanes.add_retries(phone_number_id, lane, fence, campaign_id, due, batch_id, entries)
        except LeaseLost:
            # The lane has a new owner, who might already have sent from this list: better unknown than twice. Or the
            # campaign was cancelled and closed.
            return

    def _suppress(self, run: Run, contact_id: str, code: str, now: int) -> None:
        self.consent.record(
            run.tenant_id,
            contact_id,
            opted_out=True,
            source=f"meta_{code}",
            at=now,
            event_id=f"{run.campaign_id}-{code}",
            now=now,
        )
