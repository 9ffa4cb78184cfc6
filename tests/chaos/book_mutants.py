"""Mistakes in how the sweep's turns are given, and in how books are kept: the journal and the summaries of chunks."""

from tests.chaos.mutant import Mutant, one

COMPACTION = "functions/webhook_ingest/statuses/compaction.py"
BOOKS = "shared/store/campaigns/books.py"
SUMMARIES = "shared/store/campaigns/summaries.py"
CHUNKS = "shared/domain/campaigns/chunks.py"
SWEEP_TURN = "functions/campaign_dispatch/sweep/turn.py"
SWEEP_ENDING = "functions/campaign_dispatch/sweep/logic/ending.py"
PASSES = "shared/services/passes.py"
GIVING_TURNS = "functions/campaign_dispatch/sweep/turns.py"
TURNS = "shared/store/campaigns/sweep_turns.py"
JOURNAL = "shared/store/campaigns/status_journal.py"

MUTANTS = (
    one(
        "a position that was kept hides what was claimed since",
        "shared/domain/campaigns/standing.py",
        "max(kept.get(lane, 0), live.get(lane, 0))",
        "kept.get(lane, live.get(lane, 0))",
        tests=("tests/unit/campaigns/test_standing.py",),
    ),
    one(
        "a campaign believed as it was before it was taken off its number",
        "shared/store/campaigns/standing.py",
        "known if known.closed else campaigns.get(tenant_id, known.campaign_id)",
        "known",
        tests=("tests/integration/store/test_standing.py",),
    ),
    one(
        "who waits in a campaign that was cancelled during a load taken for spared",
        "functions/campaign_dispatch/load/beside.py",
        "campaign if campaign.closed else replace(campaign, state=known.state)",
        "campaign",
        tests=("tests/integration/store/test_standing.py",),
    ),
    Mutant(
        "pages taken out of the journal before their blocks are written",
        COMPACTION,
        (
            (
                "        written = list(",
                "        remove = partial(sends.journal.remove, *campaign, task.part)\n"
                "        list(pool.map(remove, keys))\n"
                "        written = list(",
            ),
        ),
    ),
    one(
        "a journal closed whatever was kept since it was looked at",
        JOURNAL,
        'ConditionExpression="#v = :version",',
        'ConditionExpression="#v >= :version OR #v < :version",',
    ),
    one(
        "the note of a journal that begins anew like the one before",
        JOURNAL,
        'encode(int.from_bytes(unique[:12], "big"))',
        "encode(0)",
    ),
    Mutant(
        "a journal noted before its page is kept",
        JOURNAL,
        (
            (
                "        self.keep(tenant_id, campaign_id, part, page, now=now)\n"
                "        self.note(tenant_id, campaign_id, part, page, people=people, now=now)",
                "        self.note(tenant_id, campaign_id, part, page, people=people, now=now)\n"
                "        self.keep(tenant_id, campaign_id, part, page, now=now)",
            ),
        ),
    ),
    one(
        "a page kept that nobody notes",
        JOURNAL,
        "        self.note(tenant_id, campaign_id, part, page, people=people, now=now)\n\n    def keep",
        "\n    def keep",
    ),
    Mutant(
        "a journal looked at before its note is",
        COMPACTION,
        (
            (
                "    version = journal.claim(",
                "    portions = list(_portions(parts.sends, task))\n    version = journal.claim(",
            ),
            ("in _portions(parts.sends, task):", "in portions:"),
        ),
    ),
    one(
        "the journal left out of the books",
        BOOKS,
        "waiting.over(number, status)",
        "status",
    ),
    Mutant(
        "the journal read after the blocks",
        BOOKS,
        (
            ("        waiting = self._journal.of_shard(shard)\n", ""),
            (
                "        for n, status in blocks:\n",
                "        blocks = iter(list(blocks))\n"
                "        waiting = self._journal.of_shard(shard)\n"
                "        for n, status in blocks:\n",
            ),
        ),
    ),
    one(
        "two compact a journal at a time",
        JOURNAL,
        "attribute_exists(pk) AND #since <= :latest",
        "attribute_exists(pk) AND (#since <= :latest OR #since > :latest)",
        harmless="what is folded into a block, and taken out, twice is so once; it costs its writes again",
    ),
    one(
        "where the lanes of a cancelled campaign stood put back by a late sweep",
        SWEEP_ENDING,
        "tuple(positions(current, work).values())",
        "tuple(positions(replace(current, cursors=()), work).values())",
    ),
    one(
        "a campaign complete where its lanes stood before they sent the rest",
        SWEEP_ENDING,
        "return sum(cursors.values()) == sum(campaign.sizes)",
        "return True",
    ),
    one(
        "whom Meta keeps back forgotten when a campaign ends",
        SWEEP_ENDING,
        "EpochMs(now + HELD_GRACE_MS) if books.held else listens_until",
        "listens_until",
    ),
    one(
        "a turn worked on whether or not it has ended",
        TURNS,
        'UpdateExpression="SET #u = :until",\n                ConditionExpression="turn = :turn",',
        'UpdateExpression="SET #u = :until",\n                '
        'ConditionExpression="turn = :turn OR attribute_not_exists(pk) OR turn <> :turn",',
    ),
    one(
        "a turn ended whosever it is",
        TURNS,
        'Key=_key(tenant_id, campaign_id),\n                ConditionExpression="turn = :turn",',
        'Key=_key(tenant_id, campaign_id),\n                ConditionExpression="turn = :turn OR turn <> :turn",',
    ),
    one(
        "a turn not kept by who begins it",
        TURNS,
        'UpdateExpression="SET #u = :until",',
        'UpdateExpression="SET #u = if_not_exists(#u, :until)",',
    ),
    one(
        "a turn given although one waits",
        TURNS,
        '"attribute_not_exists(pk) OR #u <= :now"',
        '"attribute_not_exists(pk) OR #u <= :now OR #u > :now"',
    ),
    one(
        "a turn whose message was lost never given again",
        TURNS,
        '"attribute_not_exists(pk) OR #u <= :now"',
        '"attribute_not_exists(pk) OR (#u <= :now AND turn = :turn)"',
    ),
    one(
        "a turn given again that its first message no longer takes",
        TURNS,
        "turn = if_not_exists(turn, :turn)",
        "turn = :turn",
    ),
    one(
        "where a run stopped not kept",
        PASSES,
        "places.keep_place(began, behind)",
        "pass",
    ),
    one(
        "a turn kept that the queue did not take",
        GIVING_TURNS,
        "            _let_go(parts, some)\n",
        "",
    ),
    one(
        "a turn that its worker does not end",
        SWEEP_TURN,
        "    parts.turns.end(turn.tenant_id, turn.campaign_id, turn.turn)\n",
        "",
    ),
    Mutant(
        "a turn ended before it is worked on",
        SWEEP_TURN,
        (
            ("    parts.turns.end(turn.tenant_id, turn.campaign_id, turn.turn)\n", ""),
            (
                "    _sweep(parts, turn, now)\n",
                "    parts.turns.end(turn.tenant_id, turn.campaign_id, turn.turn)\n    _sweep(parts, turn, now)\n",
            ),
        ),
    ),
    one(
        "a turn that is never begun",
        SWEEP_TURN,
        "    if not parts.turns.begin(turn.tenant_id, turn.campaign_id, turn.turn, EpochMs(now + parts.turn_ms)):\n"
        '        say(result="the turn has ended")\n'
        "        return\n",
        "",
    ),
    Mutant(
        "a chunk's figures added to those it had",
        BOOKS,
        (
            (
                "        if stored.balanced:\n",
                "        if part.summary:\n            stored.add(part.summary.stored)\n"
                "        if stored.balanced or part.summary:\n",
            ),
        ),
    ),
    one("a chunk summed up that is not all claimed", BOOKS, "if part.whole and not self._exact:", "if True:"),
    one(
        "who waits for another try summed up as waiting",
        BOOKS,
        "tally(stored, status, block.claimed, frozenset(), cancelled=False)",
        "tally(stored, status, block.claimed, block.retrying, cancelled=False)",
    ),
    one(
        "who was never claimed waiting in a cancelled campaign",
        BOOKS,
        "return Books(cancelled=people) if self._cancelled else Books(waiting=people)",
        "return Books(waiting=people)",
    ),
    one(
        "the shard left out of a summary's place",
        SUMMARIES,
        'f"{chunk.shard:x}#{chunk.first:04x}"',
        'f"0#{chunk.first:04x}"',
    ),
    one(
        "an old summary in the place of a newer one",
        SUMMARIES,
        '"attribute_not_exists(pk) OR #at <= :at"',
        '"attribute_not_exists(pk) OR #at <= :at OR #at > :at"',
    ),
    one(
        "who waits for another try settled by a summary",
        CHUNKS,
        "moved = min(retrying, stored.unsettled)",
        "moved = 0",
    ),
    one(
        "a chunk settled although somebody in it is open",
        CHUNKS,
        "unsettled=stored.unsettled - moved",
        "unsettled=0",
    ),
    one(
        "a summary that is never made anew",
        CHUNKS,
        "return now - summary.at >= max(",
        "return now < max(",
    ),
    one(
        "who is given up on, of an old summary",
        BOOKS,
        "yield BlockStanding(number, waiting.over(number, status), claimed,",
        "old = bool(part.summary and part.summary.stored.unsettled)\n"
        "            yield BlockStanding(number, status if old else waiting.over(number, status), claimed,",
    ),
)
