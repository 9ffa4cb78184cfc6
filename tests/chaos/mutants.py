"""Small mistakes that somebody could make in the send engine. Each must make the model fail, or the tests it names."""

from tests.chaos import book_mutants, bound_mutants, note_mutants
from tests.chaos.mutant import Mutant, one

LANE = "functions/campaign_dispatch/lane/lane.py"
SENDER = "functions/campaign_dispatch/lane/sender.py"
CLAIMS = "functions/campaign_dispatch/lane/logic/claims.py"
RESULTS = "functions/campaign_dispatch/lane/results.py"
SWEEP = "functions/campaign_dispatch/sweep/campaign.py"
SWEEP_LEFTOVERS = "functions/campaign_dispatch/sweep/leftovers.py"
SWEEP_STEP = "functions/campaign_dispatch/sweep/logic/step.py"
SWEEP_BOOKS = "functions/campaign_dispatch/sweep/logic/books.py"
OPENING = "functions/campaign_dispatch/load/opening.py"
RESUMPTION = "shared/services/campaign_resumption.py"
STATUSES = "functions/webhook_ingest/statuses/record.py"
LANES = "shared/store/campaigns/lanes.py"
RUNS = "shared/store/campaigns/runs.py"
CONSENT = "shared/store/contacts/consent.py"

MUTANTS = (
    one(
        "no look at who said no before a send",
        SENDER,
        "if not self.opted_out[job.run.campaign_id].isdisjoint(contacts):",
        "if False:",
    ),
    one("a claim without the fence", LANES, 'conditions = ["fence = :fence"]', 'conditions = ["fence >= :fence"]'),
    one(
        "a claim without the cursor",
        LANES,
        'conditions.append(f"cur.#c{i} = :from{i}")',
        'conditions.append(f"(cur.#c{i} >= :from{i} OR cur.#c{i} < :from{i} OR attribute_not_exists(cur.#c{i}))")',
    ),
    Mutant(
        "a claim after its messages are in line",
        LANE,
        (
            (
                "        await self.blocking(\n            lambda: self.lanes.claim(",
                "        await self._line_up(jobs, work)\n"
                "        await self.blocking(\n            lambda: self.lanes.claim(",
            ),
            ("looked_at = looked_at\n        await self._line_up(jobs, work)\n", "looked_at = looked_at\n"),
        ),
    ),
    one(
        "retries claimed whether or not they are still there",
        LANES,
        'batch.key)),\n                ConditionExpression="attribute_exists(pk)",',
        "batch.key)),",
    ),
    one(
        "an unknown outcome tried again",
        RESULTS,
        "elif outcome.kind in (Kind.THROTTLED, Kind.UNSENT):",
        "elif outcome.kind in (Kind.THROTTLED, Kind.UNSENT, Kind.UNKNOWN):",
    ),
    one(
        "retries stored by a worker who lost the lane",
        LANES,
        '"fence = :fence AND attribute_exists(cur.#c)"',
        '"fence >= :fence AND attribute_exists(cur.#c)"',
    ),
    one(
        "retries stored for a campaign that is closed",
        LANES,
        '"fence = :fence AND attribute_exists(cur.#c)"',
        '"fence = :fence AND (attribute_exists(cur.#c) OR attribute_not_exists(cur.#c))"',
    ),
    one(
        "a run opened again after its campaign was closed",
        RUNS,
        "_closed_key(run.phone_number_id, run.campaign_id)),\n"
        '                            "ConditionExpression": "attribute_not_exists(pk)",',
        "_closed_key(run.phone_number_id, run.campaign_id)),\n"
        '                            "ConditionExpression": "attribute_not_exists(pk) OR attribute_exists(pk)",',
    ),
    one(
        "a cursor of somebody who claimed taken back by an opener that came too late",
        RUNS,
        'ConditionExpression="cur.#c = :zero",',
        'ConditionExpression="cur.#c >= :zero",',
        tests=("tests/integration/store/test_lanes.py",),
    ),
    Mutant(
        "a run before its cursors",
        RUNS,
        (
            ("        for lane in range(run.lanes):\n            self._open_cursor(run, lane)\n", ""),
            (
                "        return True\n\n    def _open_cursor",
                "        for lane in range(run.lanes):\n            self._open_cursor(run, lane)\n"
                "        return True\n\n    def _open_cursor",
            ),
        ),
    ),
    one("no stop when the lease may be over", SENDER, "> STOP_AFTER_SECONDS:", "> 1e9:"),
    one(
        "an old look made young by a claim",
        LANE,
        "self._sender.looked_at = looked_at\n",
        "self._sender.looked_at = self.clock.monotonic()\n",
    ),
    one(
        "unknown outcomes given up without the grace",
        SWEEP_BOOKS,
        "last_claim + grace_ms < now",
        "last_claim < now",
    ),
    Mutant(
        "unknown outcomes given up while lanes run",
        SWEEP_BOOKS,
        (
            ("if books.unsettled and books.waiting == 0 and", "if books.unsettled and"),
            ("last_claim + grace_ms < now", "last_claim < now"),
        ),
    ),
    one(
        "a lane released by who lost it",
        LANES,
        'EpochMs(0), "fence = :fence", {',
        'EpochMs(0), "fence >= :fence", {',
    ),
    one(
        "a lane kept for somebody although another took it meanwhile",
        LANES,
        " AND (attribute_not_exists(fence) OR fence = :fence)",
        " AND (attribute_not_exists(fence) OR fence <= :fence)",
        harmless="the fence still says whose the lane is; it may stand idle for minutes",
    ),
    one(
        "a lane kept although somebody holds it",
        LANES,
        '"(attribute_not_exists(#exp) OR #exp < :now) AND',
        '"(attribute_not_exists(#exp) OR #exp <> :now) AND',
        harmless="the fence still says whose the lane is; it may stand idle for minutes",
    ),
    one(
        "a lane taken although somebody holds it",
        LANES,
        "OR hand = :hand OR #owner = :owner",
        "OR hand = :hand OR #owner <> :owner",
    ),
    one(
        "a lane taken without a new fence",
        LANES,
        "fence = if_not_exists(fence, :zero) + :one",
        "fence = if_not_exists(fence, :one) + :zero",
    ),
    one(
        "a yes lifts a no within the campaign",
        LANE,
        "said.update(change.contact_id for change in changes if change.opted_out)",
        "said.update(c.contact_id for c in changes if c.opted_out)\n"
        "            said.difference_update(c.contact_id for c in changes if not c.opted_out)",
    ),
    one("a no that never reaches the feed", CONSENT, "for name in names:", "for name in []:"),
    one("a no that WhatsApp tells of left out", STATUSES, "(_opt_outs(parts, folded, now), ", "("),
    one(
        "a lane that sends paused campaigns",
        CLAIMS,
        'if run.state == "running" and state.lane < run.lanes}',
        'if run.state != "opening" and state.lane < run.lanes}',
    ),
    one("a pause undone by a late sweep", RESUMPTION, "if current.state in _STOPPED:", "if False:"),
    one(
        "a cancelled campaign closed while a lane sends it",
        SWEEP_STEP,
        "return any(lane.expires_at > now and _claimed_lately",
        "return any(lane.expires_at < 0 and _claimed_lately",
    ),
    one(
        "a cancelled campaign closed with people left on a retry list",
        SWEEP_LEFTOVERS,
        "if batch.campaign_id != campaign.campaign_id:",
        "if batch.campaign_id == campaign.campaign_id:",
    ),
    one(
        "a run closed wherever its lanes stand",
        RUNS,
        "OR cur.#c <= :at)",
        "OR cur.#c >= :at OR cur.#c < :at)",
    ),
    one(
        "lanes let at a run whatever became of its campaign",
        OPENING,
        "if self._may_begin(tenant_id, campaign.campaign_id, now) and",
        "if",
    ),
    Mutant(
        "retries claimed while a list may be half stored",
        LANE,
        (("if self.results.blocked:", "if False:"),),
        "a list that is put again bears the token of the first time, which DynamoDB remembers for ten minutes; no "
        "worker lives that long",
    ),
    one(
        "a result forgotten when it could not be stored",
        RESULTS,
        "            self._line[0][1]()\n            self._line.pop(0)",
        "            self._line.pop(0)[1]()",
    ),
    one(
        "statuses acknowledged that were not stored",
        STATUSES,
        "            return sources\n        return set()",
        "        return set()",
    ),
    *book_mutants.MUTANTS,
    *note_mutants.MUTANTS,
    *bound_mutants.MUTANTS,
)
