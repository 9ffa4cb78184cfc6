"""Two contacts that turn out to be one person: one becomes a pointer to the other.

| access | key | cost |
|---|---|---|
| `merge` | `T#<t>#<shard>` / `C#<id>` of both | 3 RRU, 7 WRU (4 of them a transaction of two items) |
| for a no that either said | see `record` in shared.store.contacts.consent | 3 WRU, 1 for each that was merged |
| for each contact that was merged into who goes | same / `C#<id>` of it | 1 RRU, 2 WRU |

Pointers never lead in a circle: one is written only in a transaction that sees a contact, and no pointer, at its end,
and whoever led to who goes leads to who stays in that same transaction. So a merger is there as a whole or not at all,
and one that was cut off before is done by repeating it.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.contacts.contact import NEVER_BACK, Contact
from shared.domain.contacts.number_plans import canonical_phone
from shared.errors import RetryableError
from shared.ids import ContactId, TenantId
from shared.store.contacts.contacts import Contacts
from shared.store.contacts.items import LIVING, contact_key, contact_of, read_contact_item, read_contact_items
from shared.store.engine.claims import condition_failed, reasons_of
from shared.store.engine.codec import Item, decode_item, encode, encode_item, text
from shared.store.engine.database import Database

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_TAKEN_OVER = (
    *("phone", "bsuid", "region", "name", "first", "last", "book", "profile", "username"),
    *("lang", "zone", "email"),
)
_LED_ALONG = 98
"""Pointers that one merger leads elsewhere at most: a transaction has up to 100 items (Amazon DynamoDB, quotas). Those
beyond are one hop longer."""


class Mergers:
    """Every method takes the tenant id; no method reads across tenants."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts
        self._contacts = Contacts(database)

    def merge(self, tenant_id: TenantId, keep_id: ContactId, gone: Contact, now: EpochMs) -> bool:
        """`gone` becomes a pointer to the contact kept, which takes over what it lacks, the tags and the no.

        False when they are two still: `gone` was changed or merged since it was read, or who is to be kept was merged,
        deleted or is nobody; or when they are one already. Nothing is lost then: read both again and try again. Raises
        RetryableError when the database was too busy, or somebody else was writing one of them.
        """
        kept = self._contacts.get(tenant_id, keep_id)
        if kept is None or kept.contact_id == gone.contact_id:
            return False
        consent = self._contacts.consent
        # First, and also when the rest has to be tried again: a campaign under way may have both.
        consent.note_same_person(tenant_id, gone.contact_id, kept.contact_id, now)
        self._take_over(tenant_id, kept, gone, now)
        # A no of who is kept is seen in what comes back; one that is said later is told of by both ids.
        noted = self._note_merged(tenant_id, kept.contact_id, gone)
        if noted is None:
            return False
        kept = noted
        no = max(
            (c for c in (kept, gone) if c.opted_out_at is not None), key=lambda c: c.opted_out_at or 0, default=None
        )
        if no is not None:
            # Also when the one kept said it: a frozen audience may know the person by the id that goes.
            consent.record(
                tenant_id,
                kept.contact_id,
                opted_out=True,
                source=kept.opt_out_source if no is kept else "same_person",
                at=no.opted_out_at or EpochMs(0),
                event_id=f"{no.opted_out_at or 0:013d}-{no.contact_id}",
                now=now,
            )
        return self._point(tenant_id, gone, kept.contact_id)

    def _take_over(self, tenant_id: TenantId, kept: Contact, gone: Contact, now: EpochMs) -> None:
        has, had = (
            read_contact_item(self._client, self._table, tenant_id, one.contact_id) or {} for one in (kept, gone)
        )
        taken = {name: text(had, name) for name in _TAKEN_OVER if text(had, name) and not text(has, name)}
        if "phone" in taken:
            taken["phone"] = canonical_phone(taken["phone"])
        fields = {name: value for name, value in gone.fields.items() if name not in kept.fields}
        self._contacts.upsert(tenant_id, kept.contact_id, taken, fields, gone.tags, now, NEVER_BACK)

    def _note_merged(self, tenant_id: TenantId, kept_id: ContactId, gone: Contact) -> Contact | None:
        """Whose no is told of by which ids; before the pointer, so that none goes unheard. Who is kept as of then, None
        when they were merged or deleted meanwhile."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=encode_item(contact_key(tenant_id, kept_id)),
                UpdateExpression="ADD merged :gone",
                ConditionExpression=LIVING,
                ExpressionAttributeValues={":gone": encode(frozenset({gone.contact_id, *gone.merged} - {kept_id}))},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return contact_of(decode_item(answer["Attributes"]))

    def _point(self, tenant_id: TenantId, gone: Contact, kept_id: ContactId) -> bool:
        """Make `gone` a pointer, in one transaction with a look at who is kept: were each merged into the other at the
        same time, both would lead nowhere. False when either changed. Raises RetryableError."""
        # Two changes of one millisecond look alike; a no is none that may go unseen. Nor may who was merged into `gone`
        # meanwhile, which changes no time: who is kept would not have them, and no no be told of by their id.
        unsaid = "attribute_not_exists(out_at)" if gone.opted_out_at is None else "out_at = :no"
        alone = "merged = :merged" if gone.merged else "attribute_not_exists(merged)"
        seen: Item = {":seen": gone.updated_at}
        if gone.merged:
            seen[":merged"] = gone.merged
        if gone.opted_out_at is not None:
            seen[":no"] = gone.opted_out_at
        items: list[TransactWriteItemTypeDef] = [
            {
                "ConditionCheck": {
                    "TableName": self._table,
                    "Key": encode_item(contact_key(tenant_id, kept_id)),
                    "ConditionExpression": LIVING,
                }
            },
            {
                "Put": {
                    "TableName": self._table,
                    "Item": encode_item({**contact_key(tenant_id, gone.contact_id), "ptr": kept_id}),
                    "ConditionExpression": f"updated = :seen AND {unsaid} AND {alone} AND attribute_not_exists(ptr)",
                    "ExpressionAttributeValues": encode_item(seen),
                }
            },
        ]
        # Whoever was merged into who goes leads to who stays by themselves: no chain grows with each merger.
        items += [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": encode_item(contact_key(tenant_id, alias)),
                    "UpdateExpression": "SET ptr = :kept",
                    "ConditionExpression": "ptr = :gone",
                    "ExpressionAttributeValues": encode_item({":kept": kept_id, ":gone": gone.contact_id}),
                }
            }
            for alias in self._leading_to(tenant_id, gone)
            if alias != kept_id
        ]
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            if "ConditionalCheckFailed" in reasons_of(error):
                return False
            raise RetryableError("two contacts could not be merged at this moment; try again") from error
        return True

    def _leading_to(self, tenant_id: TenantId, gone: Contact) -> list[ContactId]:
        """Those merged into this contact that lead to it: one that was to be, or that was cut off, leads elsewhere."""
        known = read_contact_items(self._client, self._table, tenant_id, gone.merged)
        return [one for one in sorted(known) if text(known[one], "ptr") == gone.contact_id][:_LED_ALONG]
