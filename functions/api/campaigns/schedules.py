"""One-time schedules that start campaigns (EventBridge Scheduler).

They are an optimisation: the sweep also starts what is overdue, so that a schedule that is lost costs a minute.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.clock import EpochMs
from shared.ids import CampaignId
from shared.queue_messages import StartCampaign

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    group: str
    queue_arn: str
    role_arn: str


def schedule_name(campaign_id: CampaignId) -> str:
    return f"c-{campaign_id}"


def at_expression(epoch_ms: EpochMs) -> str:
    """`at(...)` in UTC, rounded up to the second, so that nothing starts early."""
    moment = datetime.fromtimestamp(-(-epoch_ms // 1000), UTC)
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


class Schedules:
    def __init__(self, client: "EventBridgeSchedulerClient", target: ScheduleTarget) -> None:
        self._client = client
        self._target = target

    def start_at(self, message: StartCampaign, at: EpochMs) -> None:
        """Start the campaign at `at` (epoch ms). Repeating the call makes one schedule."""
        try:
            self._client.create_schedule(
                Name=schedule_name(message.campaign_id),
                GroupName=self._target.group,
                ScheduleExpression=at_expression(at),
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                ClientToken=f"{message.campaign_id}-{at}",
                Target={
                    "Arn": self._target.queue_arn,
                    "RoleArn": self._target.role_arn,
                    "Input": message.to_json(),
                },
            )
        except self._client.exceptions.ConflictException:
            return

    def remove(self, campaign_id: CampaignId) -> None:
        """Nothing happens when it has fired or was never made."""
        try:
            self._client.delete_schedule(Name=schedule_name(campaign_id), GroupName=self._target.group)
        except self._client.exceptions.ResourceNotFoundException:
            return
