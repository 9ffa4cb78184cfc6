"""A campaign stands still: its lanes are woken and nobody takes them, because no concurrency is left for them."""

from infra.local.cloud import STACK
from infra.local.drills.business import ends_well, make_business
from infra.local.drills.stage import Drill, Stage

_FUNCTION = f"{STACK}-CampaignLane"
_STUCK_SECONDS = 720
"""Five minutes until it counts as stuck, three in which it is counted, and the sweep's minute before and after."""


def play(stage: Stage) -> None:
    business = make_business(stage, people=6)
    number, functions = business.tenant.phone_number_id, stage.cloud.client("lambda")
    before = functions.get_function_concurrency(FunctionName=_FUNCTION).get("ReservedConcurrentExecutions")
    functions.put_function_concurrency(FunctionName=_FUNCTION, ReservedConcurrentExecutions=0)
    try:
        stage.screen.step("no lane can run", f"{_FUNCTION} has no concurrency")
        campaign_id = business.launch("That stands still")
        stage.until("it says that it is sending", lambda: business.status(campaign_id) == "sending")
        stage.screen.step("waiting", "a campaign counts as stuck after five minutes; the alarm wants three more")
        stage.alarm("CampaignStuckAlarm", seconds=_STUCK_SECONDS)

        status = stage.ops("campaign", "status", number, campaign_id)
        why = status["why_not_sending"][0]
        names = why["code"] in ("no_worker", "waits_for_worker") and "concurrency" in why["remedy"]
        stage.holds("it says what is in the way", names, f"{why['what']}; {why['remedy']}")
        untouched = not any(lane["at"] for lane in status["lanes"])
        stage.holds("nobody was written to", untouched, f"{status['books']['waiting']} wait")
    finally:
        if before is None:
            functions.delete_function_concurrency(FunctionName=_FUNCTION)
        else:
            functions.put_function_concurrency(FunctionName=_FUNCTION, ReservedConcurrentExecutions=before)
    stage.screen.step("the lanes may run again")
    if "Lane" in stage.ops("letters", "list")["queues"]:
        stage.act("letters", "replay", "Lane", "--all")
    ends_well(stage, business, campaign_id)


DRILL = Drill(
    "stuck-campaign",
    "a campaign stands still",
    "CampaignStuck",
    play,
    ("CampaignStuckAlarm",),
)
