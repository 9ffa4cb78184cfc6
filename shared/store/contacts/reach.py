"""Where people are reached, as WhatsApp tells it when they change their number or user id, in the Contacts table.

| access | key | cost |
|---|---|---|
| set phone, country and user id | `T#<t>#<shard>` / `C#<id>` | 1 WRU |
"""

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.ids import ContactId, TenantId
from shared.store.contacts.items import LIVING, contact_key
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Value, encode, encode_item
from shared.store.engine.database import Database


class ContactReach:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def set(
        self,
        tenant_id: TenantId,
        contact_id: ContactId,
        *,
        phone: str,
        region: str,
        bsuid: str,
        at: EpochMs,
        now: EpochMs,
    ) -> bool:
        """As it was told at `at` (epoch ms); blank values leave what is stored. False, and nothing happens, without
        such a contact or if something later is known: changes come in any order, and again."""
        known = {"phone": phone, "region": region, "bsuid": bsuid}
        settings: dict[str, Value] = {name: value for name, value in known.items() if value}
        settings |= {"moved_at": at, "updated": now}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(contact_key(tenant_id, contact_id)),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in settings),
                ConditionExpression=(f"{LIVING} AND (attribute_not_exists(moved_at) OR moved_at <= :moved_at)"),
                ExpressionAttributeNames={f"#{name}": name for name in settings},
                ExpressionAttributeValues={f":{name}": encode(value) for name, value in settings.items()},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True
