"""Mistakes in what is noted of messages that left, by which an answer finds the campaign that it belongs to."""

from tests.chaos.mutant import one

RESULTS = "functions/campaign_dispatch/lane/results.py"
REPLIES = "functions/webhook_ingest/messages/replies.py"
NOTE = "shared/domain/campaigns/dispatch_note.py"
ITEMS = "shared/store/campaigns/status_block_items.py"
NOTES = "shared/store/campaigns/dispatch_notes.py"
FORM = ("tests/unit/campaigns/test_dispatch_note.py", "tests/unit/campaigns/test_results.py")
ANSWERS = ("tests/integration/webhook_ingest/test_replies.py",)

MUTANTS = (
    one(
        "an answer to what was taken off its number a moment ago lost",
        REPLIES,
        "if _was_taken_off(campaign, work)}",
        "if _was_taken_off(campaign, work) and not work}",
        tests=ANSWERS,
    ),
    one(
        "what left is not noted",
        RESULTS,
        "            change.noted[sent.slot] = DispatchNote.of(",
        "            DispatchNote.of(",
    ),
    one(
        "notes that do not stand in the write of their outcomes",
        ITEMS,
        "sorted(pack_notes(change.noted).items())",
        "sorted(pack_notes({}).items())",
    ),
    one(
        "the note of one message for all of them",
        NOTE,
        "digests << _DIGEST_BITS | notes[slot]",
        "digests << _DIGEST_BITS | notes[run.slots[0]]",
    ),
    one(
        "what was refused is noted as sent",
        RESULTS,
        "if outcome.kind in _LEFT_US:",
        "if outcome is not None:",
        tests=FORM,
    ),
    one("a message noted later than it left", NOTE, "times[0] + min(late)", "times[0] + max(late)", tests=FORM),
    one(
        "a line for messages between which the lane stood still",
        NOTE,
        "and max(late) - min(late) <= SLACK_MS:",
        "and max(late) - min(late) <= 1_000 * SLACK_MS:",
        tests=FORM,
    ),
    one(
        "notes of one moment under one name",
        NOTE,
        "{run.slots[0]:02x}{run.began:x}",
        "{run.slots[0] // 2 * 2:02x}{run.began:x}",
        tests=FORM,
    ),
    one(
        "of two tries of one person the first is noted",
        NOTE,
        "if slot not in found or found[slot].at <= at:",
        "if slot not in found or found[slot].at > at:",
        tests=FORM,
    ),
    one(
        "any message taken for the one that is named",
        NOTE,
        "self.digest == _digest(wamid) if",
        "True if",
        tests=ANSWERS,
    ),
    one(
        "an answer to what was written only later",
        REPLIES,
        "(last.at if last else 0) < written.at <= answer.at:",
        "(last.at if last else 0) < written.at:",
        tests=ANSWERS,
    ),
    one(
        "an answer to the campaign whose message it does not name",
        REPLIES,
        "if named is None and",
        "if not named and",
        tests=ANSWERS,
    ),
    one(
        "when the others of a block left is not looked at",
        REPLIES,
        "min((note.at for note in notes.values()), default=EpochMs(0))",
        "EpochMs(0)",
        tests=ANSWERS,
    ),
    one(
        "notes in their former place not looked for",
        NOTES,
        "return {**self._former(tenant_id, campaign_id, block), **notes}",
        "return notes",
        tests=ANSWERS,
    ),
)
