"""In the Sends table: which campaigns a phone number is sending.

| access | key | cost |
|---|---|---|
| a campaign's run | `PN#<number>` / `RUN#<campaign>` | 1 WRU per change, 4 to open |
| where its lanes stand: put at 0, taken away | `PN#<number>` / `LANE#<i>` | 1 WRU each |
| that a campaign is closed | `PN#<number>#CLOSED` / `<campaign>` | 1 WRU |

The number belongs to one tenant; every run names it, and nothing here is reached but through a number that the caller
has looked up for its tenant.
"""

from collections.abc import Mapping
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import OPENING, Run
from shared.ids import CampaignId, PhoneNumberId
from shared.store.campaigns.number_items import number_key, read_work
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, encode_item
from shared.store.engine.database import Database

_CLOSED_TTL_SECONDS = 400 * 86_400


class LeaseLost(Exception):
    """Another worker holds the lane now, or the cursor is not where this one believes: stop, send nothing."""


class Runs:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def open(self, run: Run) -> bool:
        """Put the campaign on its number; harmless when it is there already.

        False when the campaign was closed: then nothing is left of this. A caller may have been held up for so long
        that the campaign was sent and closed meanwhile, and its cursor must never begin at 0 again.
        """
        item: Item = {
            **number_key(run.phone_number_id, f"RUN#{run.campaign_id}"),
            "t": run.tenant_id,
            "state": run.state,
            "sizes": list(run.sizes),
            "lanes": run.lanes,
            "frozen": run.frozen_at,
            "category": run.category,
            "plan": run.plan,
            "weight": run.weight,
        }
        # First, so that a run never lacks its cursors: nobody would come back for them once it has left `opening`.
        for lane in range(run.lanes):
            self._open_cursor(run, lane)
        try:
            self._client.transact_write_items(
                TransactItems=[
                    {
                        "ConditionCheck": {
                            "TableName": self._table,
                            "Key": encode_item(_closed_key(run.phone_number_id, run.campaign_id)),
                            "ConditionExpression": "attribute_not_exists(pk)",
                        }
                    },
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": encode_item(item),
                            "ConditionExpression": "attribute_not_exists(pk)",
                        }
                    },
                ]
            )
        except ClientError as error:
            reasons = cast("list[dict[str, str]]", error.response.get("CancellationReasons") or [])
            codes = [reason.get("Code") for reason in reasons]
            if "ConditionalCheckFailed" not in codes:
                raise
            if codes[0] == "ConditionalCheckFailed":
                for lane in range(run.lanes):
                    self._take_back_cursor(run, lane)
                return False
        return True

    def _open_cursor(self, run: Run, lane: int) -> None:
        key = encode_item(number_key(run.phone_number_id, f"LANE#{lane}"))
        self._client.update_item(
            TableName=self._table,
            Key=key,
            # Two empty maps: ministack would make one map of both attributes.
            UpdateExpression="SET #cur = if_not_exists(#cur, :cur), clm = if_not_exists(clm, :clm)",
            ExpressionAttributeNames={"#cur": "cur"},
            ExpressionAttributeValues={":cur": {"M": {}}, ":clm": {"M": {}}},
        )
        self._client.update_item(
            TableName=self._table,
            Key=key,
            UpdateExpression="SET cur.#c = if_not_exists(cur.#c, :zero)",
            ExpressionAttributeNames={"#c": run.campaign_id},
            ExpressionAttributeValues={":zero": {"N": "0"}},
        )

    def _take_back_cursor(self, run: Run, lane: int) -> None:
        """Of a run that is closed, or being closed: nobody else would. Who stands at 0 has claimed nobody, so nothing
        is lost where a closing has not come to this lane yet."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(number_key(run.phone_number_id, f"LANE#{lane}")),
                UpdateExpression="REMOVE cur.#c",
                ConditionExpression="cur.#c = :zero",
                ExpressionAttributeNames={"#c": run.campaign_id},
                ExpressionAttributeValues={":zero": {"N": "0"}},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def begin(self, run: Run) -> bool:
        """Let the lanes at a run that is opening. False, and nothing happens, when it is no more: begun before, paused,
        cancelled or closed by now."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(number_key(run.phone_number_id, f"RUN#{run.campaign_id}")),
                UpdateExpression="SET #state = :running",
                ConditionExpression="#state = :opening",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":running": {"S": "running"}, ":opening": {"S": OPENING}},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def set_state(self, phone_number_id: PhoneNumberId, campaign_id: CampaignId, state: str, reason: str = "") -> bool:
        """Lanes see it at their next tick. False when the campaign has no run (not loaded yet, or closed)."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(number_key(phone_number_id, f"RUN#{campaign_id}")),
                UpdateExpression="SET #state = :state, reason = :reason",
                ConditionExpression="attribute_exists(pk) AND #state <> :cancelled",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":state": {"S": state},
                    ":reason": {"S": reason},
                    ":cancelled": {"S": "cancelled"},
                },
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def close(
        self,
        phone_number_id: PhoneNumberId,
        campaign_id: CampaignId,
        lanes: int,
        cursors: Mapping[int, int],
        now: EpochMs,
    ) -> None:
        """Take a finished or cancelled campaign off its number for good. Its lanes stand at `cursors`, which the caller
        has kept. Raises LeaseLost when a lane moved meanwhile: read the cursors again. A lane that stands lower was
        put back at 0 by an opener that had been held up, and nobody was claimed from there.
        """
        closed = {**_closed_key(phone_number_id, campaign_id), "ttl": now // 1000 + _CLOSED_TTL_SECONDS}
        self._client.put_item(TableName=self._table, Item=encode_item(closed))
        # Who opened it just before may put a cursor back at 0 after this: no lane may look at the run any more.
        self.set_state(phone_number_id, campaign_id, "cancelled")
        for lane in range(lanes):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=encode_item(number_key(phone_number_id, f"LANE#{lane}")),
                    UpdateExpression="REMOVE cur.#c, clm.#c",
                    ConditionExpression=("attribute_exists(pk) AND (attribute_not_exists(cur.#c) OR cur.#c <= :at)"),
                    ExpressionAttributeNames={"#c": campaign_id},
                    ExpressionAttributeValues={":at": {"N": str(cursors.get(lane, 0))}},
                )
            except ClientError as error:
                if not condition_failed(error):
                    raise
                if lane in read_work(self._client, self._table, phone_number_id).lanes:
                    raise LeaseLost from error
        self._client.delete_item(
            TableName=self._table, Key=encode_item(number_key(phone_number_id, f"RUN#{campaign_id}"))
        )


def _closed_key(phone_number_id: PhoneNumberId, campaign_id: CampaignId) -> Item:
    """Beside the number's partition, so that a tick does not read what is over."""
    return {"pk": f"PN#{phone_number_id}#CLOSED", "sk": campaign_id}
