"""A message of a person cannot be stored, is given up after five times, and is stored once it is replayed."""

from infra.local.demo.client import Json
from infra.local.drills.business import make_business
from infra.local.drills.stage import Drill, Stage
from infra.local.drills.table_throttled import limit

QUEUE, _TEXT = "Inbound", "Is the table by the window free?"


def play(stage: Stage) -> None:
    business = make_business(stage, people=1)
    number, person = business.tenant.phone_number_id, business.phones[0]
    table = stage.cloud.outputs["ConversationsTableName"]
    limit(stage, {table: {"Read": 0, "Write": 0}})
    try:
        message = {"phone_number_id": number, "from": person.removeprefix("+"), "text": _TEXT}
        stage.meta.script(inbound=message)
        stage.screen.step("somebody writes, and no conversation can be stored", table)
        stage.alarm(f"{QUEUE}DeadLetterAlarm", seconds=300)
        stage.alarm("RecordFailedAlarm")

        queues = stage.ops("letters", "list")["queues"]
        stage.holds("it names the queue", QUEUE in queues, str(queues))
        letters = stage.ops("letters", "read", QUEUE)
        stage.holds("it shows the letter, and nothing personal", _hides(letters, person), f"of number {number}")
        tables = [one["table"] for one in stage.ops("gauges", "list")["tables"]]
        stage.holds("it shows the cause", table in tables, f"throttled: {', '.join(tables)}")
    finally:
        limit(stage, {})
    stage.screen.step("the cause is mended")
    done = stage.act("letters", "replay", QUEUE, "--all")
    stage.holds("the letters went back to their queue", done["replayed"] >= 1, f"{done['replayed']}")

    def stored() -> list[Json]:
        return [one for one in business.api.pages("/v1/conversations", 100) if one["last_message_text"] == _TEXT]

    stage.until("the message is in its conversation", stored)
    stage.holds("once", len(stored()) == 1)
    left = stage.ops("letters", "list")["queues"]
    stage.holds("no letter of it is left", QUEUE not in left)


def _hides(letters: Json, person: str) -> bool:
    shown = str(letters)
    return person.removeprefix("+") not in shown and _TEXT not in shown and "phone_number_id" in shown


DRILL = Drill(
    "dead-letters",
    "work was given up",
    "Dead letters",
    play,
    (f"{QUEUE}DeadLetterAlarm",),
)
