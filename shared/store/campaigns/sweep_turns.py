"""In the Sends table: whose turn at the sweep waits or is taken, and how far the last run of it, of the look
for journals, and of each task of the upkeep came.

| access | key | cost |
|---|---|---|
| keep, begin, end a campaign's turn | `T#<t>#TURN` / campaign | 1 WRU each |
| where a run that had no time for all stopped | `SWEEP#` / `PLACE`, `JOURNALS`, … | 1 RRU, 1 WRU when it changes |
"""

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.ids import CampaignId, TenantId
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, Wire, decode_item, encode, encode_item, text
from shared.store.engine.database import Database

_FORGOTTEN_SECONDS = 3600


class SweepTurns:
    """A turn has a token from when it is kept until it ends. Times are epoch ms. `place` names whose place is kept."""

    def __init__(self, database: Database, place: str = "PLACE") -> None:
        self._client = database.client
        self._table = database.sends
        self._place: Item = {"pk": "SWEEP#", "sk": place}

    def keep(
        self, tenant_id: TenantId, campaign_id: CampaignId, turn: str, *, now: EpochMs, until: EpochMs
    ) -> str | None:
        """The token to queue; None while another's message waits or is worked on.

        One that was kept and has not ended in its time gives its own token again: whichever of its messages comes first
        takes the turn. With a new one, a queue that is behind would hold none that anybody still waits for.
        """
        values: dict[str, Value] = {
            ":until": until,
            ":turn": turn,
            ":now": now,
            ":ttl": until // 1000 + _FORGOTTEN_SECONDS,
        }
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(tenant_id, campaign_id),
                UpdateExpression="SET #u = :until, turn = if_not_exists(turn, :turn), #ttl = :ttl",
                ConditionExpression="attribute_not_exists(pk) OR #u <= :now",
                ExpressionAttributeNames={"#u": "until", "#ttl": "ttl"},
                ExpressionAttributeValues={name: encode(value) for name, value in values.items()},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return None
        return text(decode_item(answer["Attributes"]), "turn")

    def begin(self, tenant_id: TenantId, campaign_id: CampaignId, turn: str, until: EpochMs) -> bool:
        """Keep it for as long as it may be worked on. False when it has ended: an earlier message of it was first."""
        values: dict[str, Value] = {":until": until, ":turn": turn}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(tenant_id, campaign_id),
                UpdateExpression="SET #u = :until",
                ConditionExpression="turn = :turn",
                ExpressionAttributeNames={"#u": "until"},
                ExpressionAttributeValues={name: encode(value) for name, value in values.items()},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def end(self, tenant_id: TenantId, campaign_id: CampaignId, turn: str) -> None:
        """The next run may queue it again. Nothing happens when this turn is over."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=_key(tenant_id, campaign_id),
                ConditionExpression="turn = :turn",
                ExpressionAttributeValues={":turn": encode(turn)},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def place(self) -> str:
        """Where the last run stopped, empty when it came round."""
        answer = self._client.get_item(TableName=self._table, Key=encode_item(self._place), ConsistentRead=True)
        return text(decode_item(answer.get("Item", {})), "at")

    def keep_place(self, before: str, at: str) -> None:
        """Nothing happens when another run has kept one since this one read `before`."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item({**self._place, "at": at}),
                ConditionExpression="attribute_not_exists(pk) OR #at = :before",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":before": encode(before)},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise


def _key(tenant_id: TenantId, campaign_id: CampaignId) -> dict[str, Wire]:
    return encode_item({"pk": f"T#{tenant_id}#TURN", "sk": campaign_id})
