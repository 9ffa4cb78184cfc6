"""DynamoDB throttles a table while a campaign sends: the tenant is stopped until there is room, then goes on."""

import json
import urllib.request
from collections.abc import Mapping

from infra.local.drills.business import ends_well, make_business
from infra.local.drills.stage import Drill, Stage
from infra.local.throttling import PATH

TABLE = "Sends"
_ROOM = 1
"""Calls a second: far fewer than a campaign makes."""


def play(stage: Stage) -> None:
    business = make_business(stage, people=6)
    number, table = business.tenant.phone_number_id, stage.cloud.outputs[f"{TABLE}TableName"]
    limit(stage, {table: {"Write": _ROOM}})
    stage.screen.step("DynamoDB takes few writes", f"{_ROOM} a second of {table}")
    try:
        campaign_id = business.launch("While a table is throttled")
        stage.alarm(f"{TABLE}WriteThrottleAlarm")
        tables = stage.ops("gauges", "list")["tables"]
        shown = [one for one in tables if one["table"] == table]
        stage.holds("it names the table", shown, str(shown))
        stage.act("sending", "stop", "--tenant", number, "--reason", "throttled")
    finally:
        limit(stage, {})
    stage.screen.step("DynamoDB has made room")
    stage.act("sending", "resume", "--tenant", number, "--reason", "there is room again")
    ends_well(stage, business, campaign_id)


def limit(stage: Stage, limits: Mapping[str, Mapping[str, int]]) -> None:
    """Calls a second by table and kind; none for no limits."""
    request = urllib.request.Request(f"{stage.cloud.endpoint}{PATH}", json.dumps(limits).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


DRILL = Drill(
    "table-throttled",
    "DynamoDB throttles a table",
    "A table is throttled",
    play,
    (f"{TABLE}WriteThrottleAlarm",),
)
