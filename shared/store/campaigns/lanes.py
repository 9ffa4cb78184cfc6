"""In the Sends table: the lanes of a phone number, and their retry lists. Its campaigns' runs are `runs`.

| access | key | cost |
|---|---|---|
| all of a number's runs, lanes and retry lists (each tick) | `PN#<number>` | 1 RRU per 4 KB, consistent |
| a lane's lease, fence, claim and cursor (each tick) | `PN#<number>` / `LANE#<i>` | 1 WRU |
| a batch of retries: put, then claimed by a conditional delete | `PN#<number>` / `Q#<i>#<due ms>#<id>` | 1 + 1 WRU |

The number belongs to one tenant, and nothing here is reached but through a number that the caller has looked up for its
tenant.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import LaneState, NumberWork, RetryBatch
from shared.ids import CampaignId, PhoneNumberId
from shared.store.campaigns.number_items import lane_state_of, number_key, read_work
from shared.store.campaigns.runs import LeaseLost, Runs
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Value, decode_item, encode, encode_item, number, text
from shared.store.engine.database import Database


class Lanes:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends
        self.runs = Runs(database)

    def work(self, phone_number_id: PhoneNumberId) -> NumberWork:
        return read_work(self._client, self._table, phone_number_id)

    def acquire(
        self, phone_number_id: PhoneNumberId, lane: int, owner: str, handoff: str, now: EpochMs, expires_at: EpochMs
    ) -> LaneState | None:
        """Take the lane when it is free, expired, or kept for whoever holds this token. None when somebody holds it,
        or it is kept for another token.

        The fence grows with every owner: only the newest owner's claims succeed, whatever the clocks say.
        """
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=encode_item(number_key(phone_number_id, f"LANE#{lane}")),
                UpdateExpression=(
                    "SET #owner = :owner, fence = if_not_exists(fence, :zero) + :one, #exp = :exp, "
                    "#cur = if_not_exists(#cur, :cur), clm = if_not_exists(clm, :clm) REMOVE hand"
                ),
                ConditionExpression="attribute_not_exists(#exp) OR #exp < :now OR hand = :hand OR #owner = :owner",
                ExpressionAttributeNames={"#owner": "owner", "#exp": "exp", "#cur": "cur"},
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":zero": {"N": "0"},
                    ":one": {"N": "1"},
                    ":exp": {"N": str(expires_at)},
                    ":now": {"N": str(now)},
                    ":hand": {"S": handoff or "-"},
                    ":cur": {"M": {}},
                    ":clm": {"M": {}},
                },
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return lane_state_of(decode_item(answer["Attributes"]))

    def claim(
        self,
        phone_number_id: PhoneNumberId,
        lane: int,
        fence: int,
        moves: Mapping[CampaignId, tuple[int, int]],
        token: str,
        now: EpochMs,
        expires_at: EpochMs,
        rate: int,
    ) -> None:
        """The one write of a tick: lease renewal, fence, write-ahead claim and cursor together.

        `moves` maps a campaign to (from, to). Raises LeaseLost unless the fence is ours and every cursor stands at
        `from`; then nothing may be sent. A write that was applied although its answer was lost is recognised by
        `token`.
        """
        names = {"#exp": "exp", "#at": "at"}
        values: dict[str, Value] = {
            ":fence": fence,
            ":exp": expires_at,
            ":token": token,
            ":rate": rate,
            ":now": now,
        }
        sets = ["#exp = :exp", "tok = :token", "rate = :rate", "#at = :now"]
        conditions = ["fence = :fence"]
        for i, (campaign_id, (start, stop)) in enumerate(moves.items()):
            names[f"#c{i}"] = campaign_id
            values[f":from{i}"] = start
            values[f":to{i}"] = stop
            values[f":clm{i}"] = [start, stop, now]
            sets.append(f"cur.#c{i} = :to{i}")
            sets.append(f"clm.#c{i} = :clm{i}")
            conditions.append(f"cur.#c{i} = :from{i}")
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(number_key(phone_number_id, f"LANE#{lane}")),
                UpdateExpression="SET " + ", ".join(sets),
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={name: encode(value) for name, value in values.items()},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            if self._last_token(phone_number_id, lane) != (token, fence):
                raise LeaseLost from error

    def _last_token(self, phone_number_id: PhoneNumberId, lane: int) -> tuple[str, int]:
        answer = self._client.get_item(
            TableName=self._table, Key=encode_item(number_key(phone_number_id, f"LANE#{lane}")), ConsistentRead=True
        )
        item = decode_item(answer.get("Item", {}))
        return text(item, "tok"), number(item, "fence")

    def release(self, phone_number_id: PhoneNumberId, lane: int, fence: int) -> None:
        """Give the lane up. Nothing happens when it is lost."""
        self._set_aside(phone_number_id, lane, "", EpochMs(0), "fence = :fence", {":fence": fence})

    def reserve(
        self, phone_number_id: PhoneNumberId, lane: int, fence: int, handoff: str, now: EpochMs, until: EpochMs
    ) -> None:
        """Keep a lane that nobody holds, until then (epoch ms), for whoever was woken with this token. Nothing happens
        when somebody took it since it had this fence (0 for none)."""
        free = "(attribute_not_exists(#exp) OR #exp < :now) AND (attribute_not_exists(fence) OR fence = :fence)"
        self._set_aside(phone_number_id, lane, handoff, until, free, {":fence": fence, ":now": now})

    def _set_aside(
        self,
        phone_number_id: PhoneNumberId,
        lane: int,
        handoff: str,
        until: EpochMs,
        condition: str,
        values: Mapping[str, Value],
    ) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(number_key(phone_number_id, f"LANE#{lane}")),
                UpdateExpression="SET #exp = :until, hand = :hand",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#exp": "exp"},
                ExpressionAttributeValues=encode_item({":until": until, ":hand": handoff, **values}),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def add_retries(
        self,
        phone_number_id: PhoneNumberId,
        lane: int,
        fence: int,
        campaign_id: CampaignId,
        due: EpochMs,
        batch_id: str,
        entries: Sequence[tuple[int, int, int]],
    ) -> None:
        """Put messages on the lane's retry list, due at `due` (epoch ms), if the lane is still ours and the campaign is
        still on it.

        Raises LeaseLost otherwise: nobody would come for the retries of a campaign that was closed meanwhile. The batch
        id is also the transaction's token, so a repeated call cannot bring back a list that was claimed meanwhile
        (DynamoDB remembers tokens for ten minutes).
        """
        item = encode_item(
            {
                **number_key(phone_number_id, f"Q#{lane}#{due:013d}#{batch_id}"),
                "c": campaign_id,
                "due": due,
                "e": [list(entry) for entry in entries],
            }
        )
        try:
            self._client.transact_write_items(
                ClientRequestToken=batch_id,
                TransactItems=[
                    {
                        "ConditionCheck": {
                            "TableName": self._table,
                            "Key": encode_item(number_key(phone_number_id, f"LANE#{lane}")),
                            "ConditionExpression": "fence = :fence AND attribute_exists(cur.#c)",
                            "ExpressionAttributeNames": {"#c": campaign_id},
                            "ExpressionAttributeValues": {":fence": {"N": str(fence)}},
                        }
                    },
                    {"Put": {"TableName": self._table, "Item": item}},
                ],
            )
        except ClientError as error:
            reasons = cast("list[dict[str, str]]", error.response.get("CancellationReasons") or [])
            if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
                raise LeaseLost from error
            raise

    def claim_retries(self, phone_number_id: PhoneNumberId, batch: RetryBatch) -> bool:
        """Take a batch of retries for good: who deletes it sends it. False when somebody else did."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=encode_item(number_key(phone_number_id, batch.key)),
                ConditionExpression="attribute_exists(pk)",
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
