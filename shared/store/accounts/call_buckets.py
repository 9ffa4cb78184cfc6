"""Buckets of calls, in the Sends table, which nothing listens to: `T#<t>#CALLS` / the caller, or `ALL` for the tenant;
`ATTEMPTS#<kind>#<hash>` / `account` or `network` for those who are not let in yet.

Calls are written down by one addition on condition that there is room: 1 WRU, and another one where the bucket was not
as full, or as empty, as its worker thought. A refusal is 1 WRU, and nothing while the worker remembers it.
"""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.accounts.call_limits import Known, Quota
from shared.errors import RetryableError
from shared.ids import TenantId
from shared.store.engine.codec import Item, decode_item, encode, encode_item, number
from shared.store.engine.database import Database, standing_item

OF_TENANT = "ALL"
"""The bucket of all callers."""
_ATTEMPTS = 3
_KEEP_SECONDS = 3600
"""A bucket that is full is as good as none."""
_FULL = "attribute_not_exists(full_at) OR full_at <= :now"
_IN_USE = "full_at > :now AND full_at <= :latest"


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether there was room for the call, and from when on the bucket is full now (epoch µs)."""

    room: bool
    full_at_us: int


class CallBuckets:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends

    def take(self, tenant_id: TenantId, bucket: str, quota: Quota, known: Known | None, now: EpochMs) -> Taken:
        """Write one more call down, and what is owed of earlier ones. Without room for all of it, nothing is written.

        Raises ClientError or BotoCoreError when the table does not answer, RetryableError when it never says the same.
        """
        return self._take({"pk": f"T#{tenant_id}#CALLS", "sk": bucket}, quota, known, now)

    def take_attempt(self, kind: str, bucket: str, quota: Quota, now: EpochMs) -> Taken:
        """Write one more attempt down of somebody who is no tenant yet. Raises as `take`."""
        return self._take({"pk": f"ATTEMPTS#{kind}#{bucket}", "sk": quota.name}, quota, None, now)

    def _take(self, key: Item, quota: Quota, known: Known | None, now: EpochMs) -> Taken:
        owed_us = known.owed * quota.call_us if known else 0
        now_us, latest_us, time_us = now * 1000, quota.latest_us(now) - owed_us, owed_us + quota.call_us
        keep_seconds = max(_KEEP_SECONDS, 2 * quota.window_ms // 1000)
        full = known is None or known.full_at_us <= now_us
        for _ in range(_ATTEMPTS):
            values = {":now": now_us, ":after": now_us + time_us} if full else {":now": now_us, ":more": time_us}
            values |= {":ttl": now // 1000 + keep_seconds} | ({} if full else {":latest": latest_us})
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=encode_item(key),
                    UpdateExpression=f"SET full_at = {':after' if full else 'full_at + :more'}, #ttl = :ttl",
                    ConditionExpression=_FULL if full else _IN_USE,
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={name: encode(value) for name, value in values.items()},
                    ReturnValues="UPDATED_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                found = number(standing_item(error), "full_at")
                if found > latest_us:
                    return Taken(False, found)
                full = found <= now_us
                continue
            return Taken(True, number(decode_item(answer["Attributes"]), "full_at"))
        raise RetryableError("a bucket of calls is full and in use by turns")
