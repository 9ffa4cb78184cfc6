"""What must hold at every moment of the model, and what must have become of everybody at its end."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from functions.campaign_dispatch.lane.lane import TICK_SECONDS
from functions.campaign_dispatch.lane.sender import STOP_AFTER_SECONDS
from shared.clock import EpochMs
from shared.domain.campaigns.books import Books, StatusBlock
from shared.domain.campaigns.campaign import Campaign, State
from shared.domain.campaigns.chunks import FOR_REPORTS, FOR_SWEEP, ChunkId, Reading
from shared.domain.campaigns.dispatch_note import unpack_notes
from shared.ids import CampaignId
from shared.store.campaigns.books import CampaignBooks
from shared.store.campaigns.sends import Sends
from tests.chaos.model.machine import Machine
from tests.chaos.model.meta import Attempt, Key, Meta
from tests.chaos.model.process import Process
from tests.support.engine import World
from tests.support.exact_books import contradictions, exact_books, standings, unkept

SLACK_SECONDS = 0.5
"""For the database calls between two looks at the feed."""
WITHIN_A_TICK = TICK_SECONDS + SLACK_SECONDS
"""How long after a no, a pause or a cancellation was stored a worker that nothing befell may still decide to write."""
IN_CHUNKS = {"chunk_blocks": 1, "exact_blocks": 0}
"""The campaigns here are small: the books of all would be read from their blocks."""
REPORTS_IN_CHUNKS = replace(FOR_REPORTS, **IN_CHUNKS)
SWEEP_IN_CHUNKS = replace(FOR_SWEEP, **IN_CHUNKS)
AS_KEPT = Reading(floor_ms=10**12, share=0.0, **IN_CHUNKS)
"""No summary is too old for it."""
HOUR_MS = 3_600_000
AT_THE_LATEST = STOP_AFTER_SECONDS + SLACK_SECONDS
"""For a worker that stood still or was held up: older knowledge than this it does not act on."""


@dataclass
class Promises:
    """`broken` says what did not hold. Times are the loop's; `destinations` are of (block, slot)."""

    machine: Machine
    world: World
    meta: Meta
    broken: list[str] = field(default_factory=list)
    destinations: dict[tuple[int, int], str] = field(default_factory=dict)
    said_no: dict[str, float] = field(default_factory=dict)
    """When the no of a destination was stored."""
    stopped: dict[str, float] = field(default_factory=dict)
    """When the pause or cancellation of a campaign was stored for its lanes."""
    closed: dict[str, float] = field(default_factory=dict)
    lane_of: dict[Process, int] = field(default_factory=dict)
    owners: dict[int, tuple[int, Process]] = field(default_factory=dict)
    """The fence of each lane, and the worker who made it."""
    leading: dict[int, tuple[Process, float]] = field(default_factory=dict)
    """The worker of each lane that began to send last, and when it did."""
    followed: set[Process] = field(default_factory=set)
    summed_up: dict[tuple[str, ChunkId], int] = field(default_factory=dict)
    """When each chunk was read of which a summary was seen (epoch ms)."""
    one_clock: bool = True
    """All workers agree about the time."""

    def heard_no(self, to: str) -> None:
        """The no of this destination is stored."""
        self.said_no.setdefault(to, self.machine.loop.time())

    def noted_stopped(self, campaign_id: str) -> None:
        self.stopped.setdefault(campaign_id, self.machine.loop.time())

    def noted_closed(self, campaign_id: str) -> None:
        self.closed.setdefault(campaign_id, self.machine.loop.time())

    def decided(self, lane: int, process: Process, at: float) -> None:
        """A worker makes up its mind to send. One worker at a time sends for a lane, or its pace is doubled."""
        if process in self.followed and self.one_clock:
            self.broken.append(f"lane {lane}: a worker sends at {at:.3f} although another has begun")
        elif lane not in self.leading or self.leading[lane][0] is not process:
            if lane in self.leading:
                self.followed.add(self.leading[lane][0])
            self.leading[lane] = process, at

    def wrote_to_lane(self, process: Process) -> None:
        """A worker's write to its lane took effect just now. Who lost a lane to another changes nothing there."""
        lane = self.lane_of[process]
        fence = self.world.deps.lanes.work(self.world.phone_number_id).lanes[lane].fence
        before, owner = self.owners.get(lane, (0, process))
        if fence > before:
            self.owners[lane] = fence, process
        elif owner is not process:
            self.broken.append(f"lane {lane}: a worker who lost it wrote to it")

    def left(self, attempt: Attempt) -> None:
        """A message is about to reach Meta."""
        slot = attempt.slot
        key = Key(slot.campaign_id, slot.block, slot.slot)
        if any(not earlier.again for earlier in self.meta.tried(key)):
            self.broken.append(f"{key} was written to again, and not because Meta had refused it for now")
        self._in_time(attempt, self.said_no.get(attempt.to), WITHIN_A_TICK, f"{key} had said no")
        self._in_time(attempt, self.stopped.get(slot.campaign_id), WITHIN_A_TICK, f"{key}: the campaign was stopped")
        if self.one_clock and attempt.decided > self.closed.get(slot.campaign_id, attempt.decided):
            self.broken.append(f"{key} was written to in a closed campaign")

    def _in_time(self, attempt: Attempt, since: float | None, bound: float, what: str) -> None:
        bound = AT_THE_LATEST if attempt.process.disturbed else bound
        if since is not None and attempt.decided > since + bound:
            self.broken.append(f"{what} {attempt.decided - since:.3f} s before the decision to send")

    def look_at_the_books(self, campaign_ids: Iterable[str], people: int) -> None:
        """As stored right now: they balance, and whom Meta accepted is neither waiting nor cancelled nor skipped."""
        self.broken += self.machine.unexpected
        for campaign_id in campaign_ids:
            campaign = self.world.campaign(CampaignId(campaign_id))
            books = exact_books(self.world.deps.sends, self.world.deps.lanes, self.world.tenant_id, campaign)
            if not books.balanced or books.planned != people:
                self.broken.append(f"{campaign_id}: the books do not balance: {books}")
            self._look_at_the_summaries(campaign, books)
            for key, outcome in self.outcomes(campaign).items():
                if self.meta.accepted(key) and outcome in ("waiting", "skipped", "cancelled"):
                    self.broken.append(f"{key} is {outcome} although Meta accepted")

    def _look_at_the_summaries(self, campaign: Campaign, exact: Books) -> None:
        """Of all that was summed up, however long ago, and of what was not yet. Nothing is kept of this look."""
        kept = self.world.deps.sends.summaries.of(self.world.tenant_id, campaign.campaign_id)
        for chunk, summary in kept.items():
            place = campaign.campaign_id, chunk
            if summary.at < self.summed_up.get(place, 0):
                self.broken.append(f"{place}: an older summary took the place of a newer one")
            self.summed_up[place] = summary.at
        books = self._summed_up(unkept(self.world.deps.sends), campaign, AS_KEPT, self.machine.clock.now()).books
        self.broken += [f"{campaign.campaign_id}: {one}: {books}, {exact}" for one in contradictions(books, exact)]

    def _summed_up(self, sends: Sends, campaign: Campaign, reading: Reading, now: EpochMs) -> CampaignBooks:
        work = self.world.deps.lanes.work(campaign.phone_number_id)
        books = CampaignBooks(sends, self.world.tenant_id, campaign, work, now, reading, lambda: False)
        books.look()
        return books

    def shown(self, books: Books, campaign_id: str, people: int) -> None:
        """Somebody was shown these."""
        if not books.balanced or books.planned != people:
            self.broken.append(f"{campaign_id}: books that do not balance were shown: {books}")

    def _look_at_the_last_summaries(self, campaign: Campaign) -> None:
        """An hour later what is summed up is what the blocks say, and stays so."""
        sends, later = self.world.deps.sends, EpochMs(self.machine.clock.now() + HOUR_MS)
        exact = exact_books(sends, self.world.deps.lanes, self.world.tenant_id, campaign)
        self._summed_up(sends, campaign, REPORTS_IN_CHUNKS, later).catch_up()
        if exact.held and campaign.state is State.COMPLETED and campaign.held_until is None:
            self.broken.append(f"{campaign.campaign_id} is not come back to for those whom Meta keeps back")
        if (books := self._summed_up(sends, campaign, AS_KEPT, EpochMs(later + 1)).books) != exact:
            self.broken.append(f"{campaign.campaign_id}: the summaries say {books}, the blocks {exact}")

    def outcomes(self, campaign: Campaign) -> dict[Key, str]:
        """What is known of everybody in the campaign."""
        work = self.world.deps.lanes.work(campaign.phone_number_id)
        found: dict[Key, str] = {}
        for block in standings(self.world.deps.sends, self.world.tenant_id, campaign, work):
            for slot in range(block.status.size):
                waits = slot >= block.claimed or slot in block.retrying
                found[Key(campaign.campaign_id, block.number, slot)] = _outcome(
                    block.status, slot, campaign, waits=waits
                )
        return found

    def gave_up(self, keys: Iterable[Key], since: float) -> None:
        """A sweep that began at `since` has just given up on these."""
        for key in keys:
            if self.meta.told.get(key, since) < since:
                self.broken.append(f"{key} was given up on although a status had told what became of it")

    def look_at_the_end(self, campaign_ids: Iterable[str]) -> None:
        """Everything has come to rest: everybody has the one outcome that agrees with what Meta did."""
        for campaign_id in campaign_ids:
            campaign = self.world.campaign(CampaignId(campaign_id))
            if not campaign.closed:
                self.broken.append(f"{campaign_id} is {campaign.state} and was never closed")
            self._look_at_its_reach(campaign)
            self._look_at_its_notes(campaign)
            for key, outcome in self.outcomes(campaign).items():
                if outcome not in self._possible(key, campaign):
                    tried = [(a.accepted, a.final, a.again, a.told, a.process.finished) for a in self.meta.tried(key)]
                    self.broken.append(f"{key} is {outcome}; (accepted, final, again, told, finished): {tried}")
            if list(self.world.deps.sends.journal.pages(self.world.tenant_id, campaign.campaign_id, 0)):
                self.broken.append(f"{campaign_id}: statuses are forgotten in the journal")
            self._look_at_the_last_summaries(campaign)
        work = self.world.deps.lanes.work(self.world.phone_number_id)
        # A load task that stood still may open a cursor once more; it stays at 0 and nobody looks at it.
        cursors = {campaign_id: at for lane in work.lanes.values() for campaign_id, at in lane.cursors.items() if at}
        if work.runs or work.retries or cursors:
            self.broken.append(f"left on the number: {[r.campaign_id for r in work.runs]}, {work.retries}, {cursors}")
        self.broken += [f"incident: {one}" for one in self.world.deps.campaigns.incidents(self.world.tenant_id)]

    def _look_at_its_reach(self, campaign: Campaign) -> None:
        """A status is believed of what lies below the cursors that a campaign kept: everybody who was written to."""
        work = self.world.deps.lanes.work(campaign.phone_number_id)
        for block in standings(self.world.deps.sends, self.world.tenant_id, campaign, work):
            for slot in range(block.claimed, block.status.size):
                if self.meta.tried(key := Key(campaign.campaign_id, block.number, slot)):
                    self.broken.append(f"{key} was written to, and its campaign says that nobody was there")

    def _look_at_its_notes(self, campaign: Campaign) -> None:
        """Of whoever is stored as sent, which no status told, it is known which message it was; and of nobody that it
        was another's."""
        work = self.world.deps.lanes.work(campaign.phone_number_id)
        for block in standings(self.world.deps.sends, self.world.tenant_id, campaign, work):
            notes = unpack_notes(block.status.noted)
            for slot in range(block.status.size):
                key, note = Key(campaign.campaign_id, block.number, slot), notes.get(slot)
                known = note is not None and note.digest != 0
                if known and note is not None and not any(note.is_of(one.wamid) for one in self.meta.tried(key)):
                    self.broken.append(f"{key} is noted with the id of another message")
                if not known and slot in block.status.sent | block.status.held and key not in self.meta.told:
                    self.broken.append(f"{key} is stored as sent, and nobody noted by which message")

    def _possible(self, key: Key, campaign: Campaign) -> set[str]:
        tried = self.meta.tried(key)
        possible: set[str] = set()
        stored = key in self.meta.told or any(a.told and a.process.finished for a in tried)
        if not stored and (not self.machine.calm or any(not a.again for a in tried)):
            possible.add("unknown")
        if self.meta.accepted(key):
            return possible | {"read", "delivered", "sent", "failed"}
        if tried:
            possible.add("failed")
        if self.destinations[key.block, key.slot] in self.said_no:
            possible.add("skipped")
        if campaign.state is State.CANCELLED and not any(attempt.final for attempt in tried):
            possible.add("cancelled")
        return possible


def _outcome(block: StatusBlock, slot: int, campaign: Campaign, *, waits: bool) -> str:
    stored = block.outcome(slot)
    if stored is not None:
        return stored
    if waits:
        return "cancelled" if campaign.state is State.CANCELLED else "waiting"
    return "unknown"
