"""In the Sends table: which campaigns a phone number is sending, its lanes, and their retry lists.

| access | key | cost |
|---|---|---|
| all of a number's runs, lanes and retry lists (each tick) | `PN#<number>` | 1 RRU per 4 KB, consistent |
| a lane's lease, fence, claim and cursor (each tick) | `PN#<number>` / `LANE#<i>` | 1 WRU |
| a campaign's run | `PN#<number>` / `RUN#<campaign>` | 1 WRU per change, 4 to open |
| that a campaign is closed | `PN#<number>#CLOSED` / `<campaign>` | 1 WRU |
| a batch of retries: put, then claimed by a conditional delete | `PN#<number>` / `Q#<i>#<due ms>#<id>` | 1 + 1 WRU |

The number belongs to one tenant; every run names it, and nothing here is reached but through a number that the caller
has looked up for its tenant.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.number_work import OPENING, LaneState, NumberWork, RetryBatch, Run
from shared.ids import CampaignId, PhoneNumberId
from shared.store.campaigns.number_items import lane_state_of, work_of
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, decode_item, encode, encode_item, number, text
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all

_CLOSED_TTL_SECONDS = 400 * 86_400


class LeaseLost(Exception):
    """Another worker holds the lane now, or the cursor is not where this one believes: stop, send nothing."""


def _key(phone_number_id: PhoneNumberId, sk: str) -> Item:
    return {"pk": f"PN#{phone_number_id}", "sk": sk}


def _closed_key(phone_number_id: PhoneNumberId, campaign_id: CampaignId) -> Item:
    """Beside the number's partition, so that a tick does not read what is over."""
    return {"pk": f"PN#{phone_number_id}#CLOSED", "sk": campaign_id}


class Lanes:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def work(self, phone_number_id: PhoneNumberId) -> NumberWork:
        found = query_all(self._client, self._table, "pk = :pk", {":pk": f"PN#{phone_number_id}"}, consistent=True)
        return work_of(phone_number_id, found)

    def open_run(self, run: Run) -> bool:
        """Put the campaign on its number; harmless when it is there already.

        False when the campaign was closed: then nothing is put. A caller may have been held up for so long that the
        campaign was sent and closed meanwhile, and its cursor must never begin at 0 again.
        """
        item: Item = {
            **_key(run.phone_number_id, f"RUN#{run.campaign_id}"),
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
                return False
        return True

    def _open_cursor(self, run: Run, lane: int) -> None:
        key = encode_item(_key(run.phone_number_id, f"LANE#{lane}"))
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

    def begin_run(self, run: Run) -> bool:
        """Let the lanes at a run that is opening. False, and nothing happens, when it is no more: begun before, paused,
        cancelled or closed by now."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(_key(run.phone_number_id, f"RUN#{run.campaign_id}")),
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

    def set_run_state(
        self, phone_number_id: PhoneNumberId, campaign_id: CampaignId, state: str, reason: str = ""
    ) -> bool:
        """Lanes see it at their next tick. False when the campaign has no run (not loaded yet, or closed)."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(_key(phone_number_id, f"RUN#{campaign_id}")),
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

    def close_run(
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
        self.set_run_state(phone_number_id, campaign_id, "cancelled")
        for lane in range(lanes):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=encode_item(_key(phone_number_id, f"LANE#{lane}")),
                    UpdateExpression="REMOVE cur.#c, clm.#c",
                    ConditionExpression=("attribute_exists(pk) AND (attribute_not_exists(cur.#c) OR cur.#c <= :at)"),
                    ExpressionAttributeNames={"#c": campaign_id},
                    ExpressionAttributeValues={":at": {"N": str(cursors.get(lane, 0))}},
                )
            except ClientError as error:
                if not condition_failed(error):
                    raise
                if lane in self.work(phone_number_id).lanes:
                    raise LeaseLost from error
        self._client.delete_item(TableName=self._table, Key=encode_item(_key(phone_number_id, f"RUN#{campaign_id}")))

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
                Key=encode_item(_key(phone_number_id, f"LANE#{lane}")),
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
                Key=encode_item(_key(phone_number_id, f"LANE#{lane}")),
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
            TableName=self._table, Key=encode_item(_key(phone_number_id, f"LANE#{lane}")), ConsistentRead=True
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
                Key=encode_item(_key(phone_number_id, f"LANE#{lane}")),
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
                **_key(phone_number_id, f"Q#{lane}#{due:013d}#{batch_id}"),
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
                            "Key": encode_item(_key(phone_number_id, f"LANE#{lane}")),
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
                Key=encode_item(_key(phone_number_id, batch.key)),
                ConditionExpression="attribute_exists(pk)",
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True
