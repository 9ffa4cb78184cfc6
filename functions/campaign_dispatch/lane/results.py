"""What becomes of the answers to a lane's sends: stored outcomes, another try later, a pause, a suppression."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import Recipient
from shared.domain.campaigns.books import CANCELLED, SKIP_PREFIX, StatusChange
from shared.domain.campaigns.dispatch_note import DispatchNote
from shared.domain.campaigns.number_work import Run
from shared.domain.campaigns.outcome import Action, Kind, Outcome
from shared.domain.campaigns.stop_reasons import SCOPES, Scope
from shared.domain.contacts.consent import SkipReason
from shared.ids import CampaignId, ContactId, PhoneNumberId, TenantId
from shared.store.campaigns.lanes import Lanes
from shared.store.campaigns.runs import LeaseLost
from shared.store.campaigns.sends import Sends
from shared.store.contacts.consent import Consent

MAX_ATTEMPTS = 12
"""After this many refusals for now, a message counts as failed with the last code."""
RETRY_LIST = 25
"""Entries in one retry list at most: a list is claimed whole, so it must fit into a window at a low rate too."""
_LEFT_US = frozenset({Kind.ACCEPTED, Kind.HELD, Kind.UNKNOWN})
BlockKey = tuple[TenantId, CampaignId, int]
"""Tenant, campaign, block."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One claimed recipient and what came of it: an answer, or the reason for which nothing was sent.

    `trip` marks the refusal at which the campaign must stop (see the error-rate trip); `kept` what was claimed and not
    sent, which is no attempt, and waits `wait_ms` or longer. `at` is when it left, epoch ms.
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
    wait_ms: int = 0
    at: EpochMs = EpochMs(0)


@dataclass(slots=True)
class Settled:
    """The writes that a batch of answers asks for. `changes` are by block, `retries` by campaign and due time (epoch
    ms)."""

    changes: dict[BlockKey, StatusChange] = field(default_factory=lambda: defaultdict(StatusChange))
    retries: dict[tuple[CampaignId, EpochMs], list[tuple[int, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    runs: dict[CampaignId, Run] = field(default_factory=dict)
    pauses: dict[str, tuple[Run, Scope, str]] = field(default_factory=dict)
    suppressed: list[tuple[Run, ContactId, str]] = field(default_factory=list)


def retry_delay_ms(outcome: Outcome, attempt: int) -> int:
    """How long to wait before the next attempt. Meta asks for 4^x seconds after a pair limit (131056)."""
    if outcome.action is Action.SPACE_PAIR:
        seconds = min(4**attempt, 3600)
    elif outcome.action in SCOPES or outcome.action is Action.OTHER_ENDPOINT:
        seconds = 0
    else:
        seconds = min(2**attempt, 60)
    return int(max(seconds, outcome.wait_seconds)) * 1000


def sort_out(batch: Sequence[Sent], now: EpochMs) -> Settled:
    """Pure: what to write for these answers. Of an unknown outcome it is only noted when the message left: being below
    the cursor says the rest."""
    settled = Settled()
    for sent in batch:
        key = (sent.run.tenant_id, sent.run.campaign_id, sent.block)
        settled.runs[sent.run.campaign_id] = sent.run
        change = settled.changes[key]
        outcome = sent.outcome
        if sent.kept:
            due = EpochMs((now + sent.wait_ms) // 1000 * 1000)
            settled.retries[sent.run.campaign_id, due].append((sent.block, sent.slot, sent.attempt))
            continue
        if outcome is None:
            change.failed[sent.slot] = f"{SKIP_PREFIX}{sent.skipped}"
            continue
        _note_outcome(settled, change, sent, outcome, now)
        if outcome.kind in _LEFT_US:
            change.noted[sent.slot] = DispatchNote.of(sent.at, outcome.message_id)
        scope = Scope.CAMPAIGN if sent.trip else SCOPES.get(outcome.action)
        known = settled.pauses.get(sent.run.campaign_id)
        if scope is not None and (known is None or scope > known[1]):
            settled.pauses[sent.run.campaign_id] = (sent.run, scope, outcome.code)
        if outcome.action is Action.SUPPRESS_MARKETING:
            settled.suppressed.append((sent.run, sent.recipient.contact_id, outcome.code))
    return settled


def _note_outcome(settled: Settled, change: StatusChange, sent: Sent, outcome: Outcome, now: EpochMs) -> None:
    if outcome.kind is Kind.ACCEPTED:
        change.sent.add(sent.slot)
    elif outcome.kind is Kind.HELD:
        change.held.add(sent.slot)
    elif outcome.kind is Kind.REFUSED:
        change.failed[sent.slot] = outcome.code
    elif outcome.kind in (Kind.THROTTLED, Kind.UNSENT):
        _try_later(settled, change, sent, outcome, now)


def _try_later(settled: Settled, change: StatusChange, sent: Sent, outcome: Outcome, now: EpochMs) -> None:
    if sent.attempt >= MAX_ATTEMPTS:
        change.failed[sent.slot] = outcome.code
        return
    # Stored before the list is, so that no status of an attempt comes that was not admitted.
    change.admitted[sent.slot] = sent.attempt + 1
    # Whole seconds, so that what fails together is claimed together.
    due = EpochMs((now + retry_delay_ms(outcome, sent.attempt)) // 1000 * 1000)
    settled.retries[sent.run.campaign_id, due].append((sent.block, sent.slot, sent.attempt + 1))


class Pause(Protocol):
    def __call__(self, run: Run, scope: Scope, code: str) -> None:
        """Pause the run's campaign, or every campaign of its number or account, because Meta said this code."""


@dataclass(slots=True)
class Results:
    """Writes outcomes, each in an order and under a key that make repeating it harmless.

    A write that fails stays at the head of the line; `blocked` says that a retry list may or may not be stored, and no
    retries may be claimed until that is known. `cancelled` says whether a run's campaign is.
    """

    sends: Sends
    lanes: Lanes
    consent: Consent
    pause: Pause
    cancelled: Callable[[Run], bool]
    new_id: Callable[[], str]
    _line: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """Whether writes are still in line."""
        return bool(self._line)

    @property
    def blocked(self) -> bool:
        return any(kind == "retry" for kind, _ in self._line)

    def settle(
        self, phone_number_id: PhoneNumberId, lane: int, fence: int, batch: Sequence[Sent], now: EpochMs
    ) -> None:
        """Line up the writes for these answers and do what is in line. Raises what the first failing write raises."""
        settled = sort_out(batch, now)
        for (tenant_id, campaign_id, block), change in settled.changes.items():
            self._line.append(("outcome", partial(self.sends.record, tenant_id, campaign_id, block, change)))
        for (campaign_id, due), entries in settled.retries.items():
            run = settled.runs[campaign_id]
            for i in range(0, len(entries), RETRY_LIST):
                put = partial(self._put_retries, run, lane, fence, due, self.new_id(), entries[i : i + RETRY_LIST])
                self._line.append(("retry", put))
        for run, contact_id, code in settled.suppressed:
            self._line.append(("consent", partial(self._suppress, run, contact_id, code, now)))
        for run, scope, code in settled.pauses.values():
            self._line.append(("pause", partial(self.pause, run, scope, code)))
        while self._line:
            self._line[0][1]()
            self._line.pop(0)

    def _put_retries(
        self, run: Run, lane: int, fence: int, due: EpochMs, batch_id: str, entries: list[tuple[int, int, int]]
    ) -> None:
        try:
            self.lanes.add_retries(run.phone_number_id, lane, fence, run.campaign_id, due, batch_id, entries)
        except LeaseLost:
            # The lane has a new owner, or the campaign was cancelled and closed. The list is not stored, and nobody but
            # this worker knows that these messages never left: it must not put them on a list of somebody else's, but
            # for a cancelled campaign nobody will ever send them.
            if not self.cancelled(run):
                return
            for block in sorted({block for block, _, _ in entries}):
                slots = {slot: CANCELLED for of, slot, _ in entries if of == block}
                self.sends.record(run.tenant_id, run.campaign_id, block, StatusChange(failed=slots))

    def _suppress(self, run: Run, contact_id: ContactId, code: str, now: EpochMs) -> None:
        self.consent.record(
            run.tenant_id,
            contact_id,
            opted_out=True,
            source=f"meta_{code}",
            at=now,
            event_id=f"{run.campaign_id}-{code}",
            now=now,
        )
