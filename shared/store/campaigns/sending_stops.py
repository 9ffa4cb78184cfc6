"""Whether sending is stopped, in the Directory table: one item for the platform, one for each tenant that is stopped,
and one for each that is suspended (`accounts/suspensions.py`), which a resumed sending does not touch.

| access | key | cost |
|---|---|---|
| whether a tenant may be sent for (`of`) | `STOP#platform`, `T#<t>` / `STOP#sending`, `STOP#suspension` | 1.5 RRU |
| stop | same | 1 WRU |
| go on | same | 1 WRU |

Lanes ask every few seconds, the sweep once a turn, starts and single messages once each. The platform's item is read by
all of them: with a thousand lanes that is 250 RRU a second, of the 3,000 that a partition gives (Amazon DynamoDB,
quotas). Reads are not consistent: a stop is seen within the second.
"""

import json

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.sending_stop import SendingStop
from shared.ids import TenantId
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, decode_item, encode, encode_item, moment, number, text
from shared.store.engine.database import Database
from shared.store.engine.directory import tenant_key

_STOP = "STOP#sending"
SUSPENSION = "STOP#suspension"
"""Sort key of what a suspension leaves here, a document of the Directory (`accounts/suspensions.py`)."""
_CAMPAIGNS, _EVERYTHING = 1, 2
"""What a stop covers; the larger covers more."""


class SendingStops:
    """`tenant_id` None is the platform."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.directory

    def of(self, tenant_id: TenantId) -> SendingStop | None:
        """What stops this tenant's sending: of several that stand at once one that covers everything, and else the
        platform's before the tenant's own; None when it may send."""
        first: SendingStop | None = None
        for found in (self.read(None), self.read(tenant_id), self.suspension(tenant_id)):
            if found is not None and found.everything:
                return found
            first = first or found
        return first

    def suspension(self, tenant_id: TenantId) -> SendingStop | None:
        """The stop that a suspension is: of everything, until it is lifted."""
        key: Item = {"pk": tenant_key(tenant_id), "sk": SUSPENSION}
        item = decode_item(self._client.get_item(TableName=self._table, Key=encode_item(key)).get("Item", {}))
        if not item:
            return None
        said = json.loads(text(item, "doc"))
        return SendingStop(
            reason=f"suspended: {said['reason']}", by=said["by"], at=EpochMs(said["at"]), everything=True
        )

    def read(self, tenant_id: TenantId | None, *, consistent: bool = False) -> SendingStop | None:
        answer = self._client.get_item(
            TableName=self._table, Key=encode_item(_key(tenant_id)), ConsistentRead=consistent
        )
        item = decode_item(answer.get("Item", {}))
        if not item:
            return None
        return SendingStop(
            reason=text(item, "reason"),
            by=text(item, "by"),
            at=moment(item, "at"),
            everything=number(item, "covers") == _EVERYTHING,
            platform=tenant_id is None,
        )

    def stop(self, tenant_id: TenantId | None, stop: SendingStop) -> bool:
        """False when a stop that covers as much stands already, which stays. One that covers more takes its place."""
        covers = _EVERYTHING if stop.everything else _CAMPAIGNS
        item: Item = {**_key(tenant_id), "reason": stop.reason, "by": stop.by, "at": stop.at, "covers": covers}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item(item),
                ConditionExpression="attribute_not_exists(pk) OR covers < :covers",
                ExpressionAttributeValues={":covers": encode(covers)},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def go_on(self, tenant_id: TenantId | None, stopped_at: EpochMs) -> bool:
        """Lift the stop of that moment (epoch ms). False when it is not there any more, or another one is."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=encode_item(_key(tenant_id)),
                ConditionExpression="#at = :at",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":at": encode(stopped_at)},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True


def _key(tenant_id: TenantId | None) -> Item:
    return {"pk": "STOP#platform" if tenant_id is None else tenant_key(tenant_id), "sk": _STOP}
