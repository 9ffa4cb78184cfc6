"""Names of contacts that come from WhatsApp, in the Contacts table: each the latest by the time it was told.

| access | key | cost |
|---|---|---|
| set a username, or a name in the tenant's phone book | `T#<t>#<shard>` / `C#<id>` | 1 WRU |
"""

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.ids import ContactId, TenantId
from shared.store.contacts.items import LIVING, contact_key
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Value, encode, encode_item
from shared.store.engine.database import Database


class ContactNames:
    """Times are epoch ms. Nothing happens without such a contact, or if later news is known; False then."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def set_username(self, tenant_id: TenantId, contact_id: ContactId, username: str, at: EpochMs) -> bool:
        """As a message of this time showed it."""
        return self._set(tenant_id, contact_id, "username", username, at)

    def set_profile_name(self, tenant_id: TenantId, contact_id: ContactId, name: str, at: EpochMs) -> bool:
        """As a message of this time showed it."""
        return self._set(tenant_id, contact_id, "profile", name, at)

    def set_book_name(self, tenant_id: TenantId, contact_id: ContactId, name: str, at: EpochMs) -> bool:
        """As the phone book of the tenant's WhatsApp Business app said at that time; blank once it was removed."""
        return self._set(tenant_id, contact_id, "book", name, at)

    def _set(self, tenant_id: TenantId, contact_id: ContactId, attribute: str, value: str, at: EpochMs) -> bool:
        values: dict[str, Value] = {":value": value, ":at": at}
        newer = f"{attribute}_at < :at OR ({attribute}_at = :at AND {attribute} < :value)"
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(contact_key(tenant_id, contact_id)),
                UpdateExpression=f"SET {attribute} = :value, {attribute}_at = :at",
                ConditionExpression=(f"{LIVING} AND (attribute_not_exists({attribute}_at) OR {newer})"),
                ExpressionAttributeValues={name: encode(one) for name, one in values.items()},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True
