"""The campaigns of one number and everything that works on them, as processes that take turns in virtual time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from functions.api.campaigns.control import CampaignControl
from functions.webhook_ingest.statuses.compaction import compact
from functions.webhook_ingest.statuses.parts import CompactionParts
from shared.clients.queue import Queue
from shared.domain.campaigns.blocks import block_number
from shared.domain.campaigns.campaign import State
from shared.ids import CampaignId
from shared.queue_messages import CompactJournal
from shared.store.campaigns.books import read_books
from shared.store.campaigns.status_journal import PARTITIONS
from shared.store.engine.database import Database
from tests.chaos.model.machine import LIVES, Machine
from tests.chaos.model.meta import Key, Meta
from tests.chaos.model.process import Process
from tests.chaos.model.promises import Promises
from tests.chaos.model.sweeps import ALL, TURN_MS, Sweeps
from tests.chaos.model.turns import Turns
from tests.chaos.model.webhooks import Webhooks
from tests.chaos.model.workers import Workers
from tests.support.consumers import Deps as Ingest
from tests.support.consumers import build as build_ingest
from tests.support.engine import TABLES, RecordingQueue, World
from tests.support.frozen import frozen_campaign

GRACE_MS = 200_000
"""How long an unknown outcome may settle: like the template's two hours, longer than any worker lives."""
_SWEEP_SECONDS = 61.0
_ROUNDS = 40


class _AnySetting(dict[str, str]):
    """Names of queues and buckets that nothing here reaches."""

    def get(self, key: str, default: Any = None) -> str:
        return super().get(key, "test")


@dataclass(frozen=True, slots=True)
class Ground:
    """What stages share: the database, whose calls go through the turns, and the consumers of webhooks over it."""

    database: Database
    turns: Turns
    ingest: Ingest

    @classmethod
    def of(cls, database: Database, turns: Turns) -> "Ground":
        ingest = build_ingest(database, _AnySetting(TABLES))
        queues = [one.name for one in fields(ingest) if isinstance(getattr(ingest, one.name), Queue)]
        return cls(database, turns, replace(ingest, **{name: cast("Any", RecordingQueue()) for name in queues}))


class Stage:
    """`shards` are where the people are: one lane sends all of them, or four a quarter each."""

    def __init__(
        self,
        ground: Ground,
        *,
        people: int,
        shards: Sequence[int] = (0, 5),
        campaigns: int = 1,
        lanes: int = 1,
        opened: bool = True,
    ) -> None:
        self.people = people
        self.machine = Machine(ground.turns)
        ground.turns.applied = self._applied
        self.meta = Meta()
        self.world = World(ground.database, throughput=80 if lanes == 1 else 1000)
        deps = replace(self.world.deps, unknown_grace_ms=GRACE_MS)
        self.world.deps = deps
        now = self.machine.clock.now()
        self.campaigns = [frozen_campaign(self.world, people, now, shards, opened=opened) for _ in range(campaigns)]
        self._loaded = [self.world.campaign(CampaignId(campaign_id)) for campaign_id in self.campaigns]
        self.promises = Promises(self.machine, self.world, self.meta)
        self.sweeps = Sweeps(self.machine, self.world, ground.database, self.campaigns, self.promises.broken)
        self.contact_of: dict[str, str] = {}
        for key in self.promises.outcomes(self._loaded[0]):
            person = deps.sends.read_block(self.world.tenant_id, CampaignId(key.campaign_id), key.block)[key.slot]
            self.promises.destinations[key.block, key.slot] = person.to
            self.contact_of[person.to] = person.contact_id
        self._recipients = ground.ingest.recipients
        self.workers = Workers(self.machine, self.world, self.meta, self.promises)
        self.webhooks = Webhooks(self.machine, ground.ingest, self.world, self.meta, self.promises, self.contact_of)
        self._control = CampaignControl(
            deps.accounts,
            deps.campaigns,
            deps.fields,
            deps.templates,
            deps.lanes,
            cast("Any", None),
            self.world.start_queue,
            cast("Any", self.world.lane_queue),
            lambda _id, _error: None,
        )
        self.machine.ended = self.workers.pump
        self.workers.pump()

    def advance(self, seconds: float) -> None:
        """Let everything happen that is due within this time."""
        self.machine.loop.advance(seconds)

    def compact(self, index: int) -> Process:
        """What a message of the schedule's does; it may come as often as it likes."""
        parts = CompactionParts(self.world.deps.sends, self._recipients, every_ms=1)
        task = CompactJournal(self.world.tenant_id, CampaignId(self.campaigns[index]), 0, self.people)
        return self.machine.call("compaction", lambda process: compact(parts, task, process.clock.now(), lambda: False))

    def sweep(self, index: int) -> Process:
        """By somebody who asked for no turn: nothing but the work depends on there being one."""
        campaign_id = CampaignId(self.campaigns[index])
        process = self.machine.call("sweep", lambda process: self.world.sweep(campaign_id, process.clock.now()))
        self.sweeps.began_at[process] = self.machine.loop.time()
        return process

    def report(self, index: int) -> Process:
        """Somebody looks at the books of a campaign."""
        campaign_id, deps = CampaignId(self.campaigns[index]), self.world.deps

        def read(process: Process) -> None:
            campaign = self.world.campaign(campaign_id)
            work = deps.lanes.work(self.world.phone_number_id)
            books, _ = read_books(
                deps.sends, self.world.tenant_id, campaign, work, process.clock.now(), lambda: process.dead
            )
            self.promises.shown(books, campaign_id, self.people)

        return self.machine.call("reader", read)

    def load_again(self, index: int) -> Process:
        """The last step of a load, once more, by a worker who read the campaign when it had just been loaded."""
        campaign = self._loaded[index]

        def load(process: Process) -> None:
            self.world.deps.opening.put_before_lanes(self.world.tenant_id, campaign, process.clock.now())

        return self.machine.call("load", load)

    def steer(self, index: int, action: str) -> Process:
        """pause, resume or cancel, as the API does it."""
        campaign_id, tenant_id, control = self.campaigns[index], self.world.tenant_id, self._control
        if action == "resume":
            return self.machine.call(
                "control", lambda process: control.resume(tenant_id, CampaignId(campaign_id), process.clock.now())
            )

        def stopped() -> None:
            if self.world.campaign(CampaignId(campaign_id)).state is not State.SENDING:
                self.promises.noted_stopped(campaign_id)

        do = control.pause if action == "pause" else control.cancel
        return self.machine.call("control", lambda _: do(tenant_id, CampaignId(campaign_id)), stopped)

    def not_yet_written_to(self) -> list[str]:
        """Destinations of whom at least one campaign still waits, in the order of their turn."""
        return [
            to
            for (block, slot), to in self.promises.destinations.items()
            if any(not self.meta.tried(Key(campaign_id, block, slot)) for campaign_id in self.campaigns)
        ]

    def _applied(self, process: Process, call: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        """A call of a process took effect just now."""
        if process.kind == "lane" and call in ("UpdateItem LANE", "TransactWriteItems Q"):
            self.promises.wrote_to_lane(process)
        if process.kind == "sweep" and call == "UpdateItem S":
            self.promises.gave_up(_given_up(parameters), self.sweeps.began_at[process])
        if process.kind in ("due", "sweep"):
            self.sweeps.promises.applied(process, call, parameters, answer)
        if call in ("PutItem CMP", "TransactWriteItems CMP"):
            self._campaign_changed()
        # A no counts from when it is in the feed that lanes follow, or else from when its message is done with. Were it
        # not seen in the feed, people would be skipped who had said nothing.
        item = parameters.get("Item", {})
        if item.get("pk", {}).get("S") == f"T#{self.world.tenant_id}#OPT" and item["out"]["BOOL"]:
            known = item["sk"]["S"].partition("#")[2]
            for to, contact_id in self.contact_of.items():
                if contact_id == known:
                    self.promises.heard_no(to)

    def _campaign_changed(self) -> None:
        for campaign_id in self.campaigns:
            campaign = self.world.campaign(CampaignId(campaign_id))
            if campaign.state is State.SENDING:
                self.promises.stopped.pop(campaign_id, None)
            if campaign.closed:
                self.promises.noted_closed(campaign_id)

    def look(self) -> None:
        """At this moment, whoever stands where."""
        self.promises.look_at_the_books(self.campaigns, self.people)

    def come_to_rest(self, *, silent: int = 0) -> None:
        """Nothing fails any more: what stood still goes on, what waits is taken in, and the sweep comes round until
        every campaign is closed. Meta never tells of every `silent`-th message."""
        self.machine.storm.strikes.clear()
        self.meta.plan.clear()
        self.sweeps.refusals = 0
        self.advance(max(*LIVES.values(), TURN_MS / 1000))
        for _ in range(_ROUNDS):
            self._take_in_all(silent)
            self._compact_all()
            if all(self.world.campaign(CampaignId(campaign_id)).closed for campaign_id in self.campaigns):
                break
            for index, campaign_id in enumerate(self.campaigns):
                if self.world.campaign(CampaignId(campaign_id)).state is State.PAUSED:
                    self.steer(index, "resume")
            self.sweeps.minute(ALL, _SWEEP_SECONDS)
        for _ in range(3):
            self._compact_all()
        self.look()
        self.promises.look_at_the_end(self.campaigns)

    def _compact_all(self) -> None:
        """Every journal of whose pages anything is noted: the schedule knows of no other."""
        journal = self.world.deps.sends.journal
        noted = {one.campaign_id for partition in range(PARTITIONS) for one in journal.opened(partition)}
        for index, campaign_id in enumerate(self.campaigns):
            if campaign_id in noted:
                self.compact(index)
        self.advance(1.0)

    def _take_in_all(self, silent: int) -> None:
        told = [(i, "sent", "") for i in range(len(self.meta.owed)) if not silent or i % silent]
        if told:
            self.webhooks.tell(told)
        self.webhooks.take_statuses()
        self.webhooks.take_inbound()
        self.advance(1.0)


Make = Callable[..., Stage]
"""Makes a stage of so many people, and all else that a stage may be given."""


def _given_up(parameters: dict[str, Any]) -> list[Key]:
    """Whom an update of a status block gives up on."""
    names, values = parameters["ExpressionAttributeNames"], parameters["ExpressionAttributeValues"]
    slots = [int(slot) for alias, name in names.items() if name == "un" for slot in values[f":{alias[1:]}"]["NS"]]
    _, _, _, campaign_id, shard = parameters["Key"]["pk"]["S"].split("#")
    block = block_number(int(shard, 16), int(parameters["Key"]["sk"]["S"].partition("#")[2], 16))
    return [Key(campaign_id, block, slot) for slot in slots]
