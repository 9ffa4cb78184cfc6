"""What a message tells of who wrote it, in the Contacts table: one write where nobody else writes the same contact.

| access | key | cost |
|---|---|---|
| somebody whom nobody knew | `T#<t>#<shard>` / `C#<id>` | 1 WRU |
| news of somebody known | same | 1 WRU, none without news |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact
from shared.ids import ContactId, TenantId
from shared.store.contacts.items import LIVING, contact_key
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, encode, encode_item
from shared.store.engine.database import Database


@dataclass(frozen=True, slots=True)
class Sender:
    """What is news of them: attributes (phone, region, bsuid, profile) and how they called themselves, blank where that
    is none. They wrote at `at` (epoch ms)."""

    at: EpochMs
    attributes: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    username: str = ""


class Senders:
    """Both say False, and nothing happens, where the contact is another one than was read: each thing is to be written
    by itself then, for some of it may be older than what is known."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def add(self, tenant_id: TenantId, contact_id: ContactId, sender: Sender, now: EpochMs) -> bool:
        """Somebody whom nobody knew."""
        named = _named(sender)
        item: Item = {**contact_key(tenant_id, contact_id), "created": now, "updated": now, "in_at": sender.at}
        item |= {name: value for name, value in sender.attributes.items() if value} | named
        item |= {f"{name}_at": sender.at for name in named}
        return self._written(
            lambda: self._client.put_item(
                TableName=self._table, Item=encode_item(item), ConditionExpression="attribute_not_exists(pk)"
            )
        )

    def update(self, tenant_id: TenantId, known: Contact, sender: Sender, now: EpochMs) -> bool:
        """News of somebody, as they were read a moment ago."""
        named = _named(sender)
        sets: dict[str, Value] = {name: value for name, value in sender.attributes.items() if value}
        if sets:
            sets["updated"] = now
        conditions = [LIVING]
        if sender.at > (known.last_inbound_at or 0):
            sets["in_at"] = sender.at
            conditions.append("(attribute_not_exists(in_at) OR in_at < :in_at)")
        for name, value in named.items():
            sets |= {name: value, f"{name}_at": sender.at}
            newer = f"{name}_at < :{name}_at OR ({name}_at = :{name}_at AND {name} < :{name})"
            conditions.append(f"(attribute_not_exists({name}_at) OR {newer})")
        if not sets:
            return True
        return self._written(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=encode_item(contact_key(tenant_id, known.contact_id)),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in sets),
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames={f"#{name}": name for name in sets},
                ExpressionAttributeValues={f":{name}": encode(value) for name, value in sets.items()},
            )
        )

    def _written(self, write: Callable[[], object]) -> bool:
        try:
            write()
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True


def _named(sender: Sender) -> dict[str, str]:
    return {name: value for name, value in (("profile", sender.profile), ("username", sender.username)) if value}
