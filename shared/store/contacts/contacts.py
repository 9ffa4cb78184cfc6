"""The Contacts table: profiles and aliases. For consent see shared.store.contacts.consent, for two contacts
that are one person shared.store.contacts.mergers.

| access | key | cost |
|---|---|---|
| a contact by id or by any identity | `T#<t>#<shard>` / `C#<id>` | 1 RRU a hop |
| write an imported row (`upsert`) | same | 1 WRU |
| a shard's contacts in order of id (`scan_shard`) | same, range | 0.5 RRU per 4 KB |

The id of an identity is the key of its item: the contact itself for the first identity seen, a pointer (`ptr`) for
every later one and for a contact merged into another. So finding someone by phone or BSUID is one read, and one more
for each pointer on the way (see HOPS).

Every profile write is an update of named attributes, so an import never undoes a STOP that arrives at the same time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact, end_of_second, was_before
from shared.domain.contacts.identity import SHARDS, IdentityKind, contact_id_for, shard_of
from shared.ids import ContactId, TenantId
from shared.store.contacts.consent import Consent
from shared.store.contacts.deletions import ContactDeletions
from shared.store.contacts.edits import ContactEdits
from shared.store.contacts.items import (
    FIELD,
    GONE,
    HOPS,
    LIVING,
    contact_key,
    contact_of,
    read_contact_item,
    read_contact_items,
)
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, decode_item, encode, encode_item, text, words
from shared.store.engine.database import Database, put_if_absent
from shared.store.engine.paging import query_all

Change = Literal["created", "updated", "unchanged"]


class Upserted(NamedTuple):
    """`contact_id` is whom the identity given leads to. `renamed`: who was known or deleted is, or may be, shown under
    another name now."""

    contact_id: ContactId
    change: Change
    renamed: bool


class Contacts:
    """Every method takes the tenant id; no method reads across tenants."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts
        self.consent = Consent(database)
        self.edits = ContactEdits(database)
        self.deletions = ContactDeletions(database)

    def _read(self, tenant_id: TenantId, contact_id: ContactId) -> Item | None:
        return read_contact_item(self._client, self._table, tenant_id, contact_id)

    def get(self, tenant_id: TenantId, contact_id: ContactId, *, deleted: bool = False) -> Contact | None:
        """The contact, also under the id of one that was merged into it; one that was deleted only if asked for."""
        item = self._read(tenant_id, contact_id)
        for _ in range(HOPS):
            if item is None or not text(item, "ptr"):
                break
            item = self._read(tenant_id, _pointer(item))
        return None if item is None or text(item, "ptr") or (GONE in item and not deleted) else contact_of(item)

    def get_many(
        self,
        tenant_id: TenantId,
        contact_ids: Iterable[ContactId],
        read: Mapping[ContactId, Item] | None = None,
        *,
        deleted: bool = False,
    ) -> dict[ContactId, Contact]:
        """Those of these that there are, by the id asked for, as `get` finds them. Raises RetryableError.

        One call where one does it: what a pointer leads to is often among them. `read` are the items of all these ids
        where they have been read already.
        """
        asked_for = list(contact_ids)
        items = dict(read) if read is not None else None
        if items is None:
            items = read_contact_items(self._client, self._table, tenant_id, asked_for)
        read_so_far = set(asked_for)
        for _ in range(HOPS):
            targets = {_pointer(item) for item in items.values()} - {ContactId(""), *read_so_far}
            if not targets:
                break
            items |= read_contact_items(self._client, self._table, tenant_id, targets)
            read_so_far |= targets
        found: dict[ContactId, Contact] = {}
        for contact_id in asked_for:
            item = items.get(contact_id)
            for _ in range(HOPS):
                if item is None or not text(item, "ptr"):
                    break
                item = items.get(_pointer(item))
            if item is not None and not text(item, "ptr") and (deleted or GONE not in item):
                found[contact_id] = contact_of(item)
        return found

    def linked(self, tenant_id: TenantId, contact_ids: Iterable[ContactId]) -> dict[ContactId, str]:
        """To what those of these ids lead that are known, as far as one read tells: another contact's id, or else the
        phone of the contact itself, "" where it has none. Perhaps not what was written just now. Raises RetryableError.
        """
        items = read_contact_items(self._client, self._table, tenant_id, contact_ids, consistent=False)
        return {contact_id: text(item, "ptr") or text(item, "phone") for contact_id, item in items.items()}

    def find(self, tenant_id: TenantId, kind: IdentityKind, value: str, *, deleted: bool = False) -> Contact | None:
        return self.get(tenant_id, contact_id_for(tenant_id, kind, value), deleted=deleted)

    def upsert(
        self,
        tenant_id: TenantId,
        contact_id: ContactId,
        attributes: Mapping[str, str],
        fields: Mapping[str, str],
        tags: frozenset[str],
        now: EpochMs,
        reported_at: EpochMs = EpochMs(0),
    ) -> Upserted:
        """Create the contact or set these attributes (phone, bsuid, name, first, last, profile, region, lang, zone,
        email) and custom fields; add these tags.

        Blank values leave what is stored. The id that comes back differs from the one given when that identity is an
        alias. Consent is never touched: who was deleted is there again, and what they said holds. Who was deleted after
        `reported_at` (epoch ms, to the second; 0 is now) stays deleted, and nothing happens.
        """
        for _ in range(HOPS):
            try:
                before = self._update_profile(tenant_id, contact_id, attributes, fields, tags, now, reported_at)
            except ClientError as error:
                if not condition_failed(error):
                    raise
                item = self._read(tenant_id, contact_id) or {}
                if GONE in item and was_before(reported_at, contact_of(item).deleted_at):
                    return Upserted(contact_id, "unchanged", False)
                contact_id = _pointer(item) or contact_id
                continue
            change = _change(before, attributes, fields, tags)
            return Upserted(contact_id, change, _renamed(before or {}, attributes))
        raise RuntimeError("alias chain does not end")

    def _update_profile(
        self,
        tenant_id: TenantId,
        contact_id: ContactId,
        attributes: Mapping[str, str],
        fields: Mapping[str, str],
        tags: frozenset[str],
        now: EpochMs,
        reported_at: EpochMs,
    ) -> Item | None:
        settings: dict[str, Value] = {"updated": now}
        settings.update({name: value for name, value in attributes.items() if value})
        settings.update({FIELD + name: value for name, value in fields.items() if value})
        names = {f"#{i}": name for i, name in enumerate(settings)}
        values: dict[str, Value] = {f":{i}": value for i, value in enumerate(settings.values())}
        expression = "SET created = if_not_exists(created, :now), " + ", ".join(
            f"#{i} = :{i}" for i in range(len(settings))
        )
        values[":now"] = now
        expression += f" REMOVE {GONE} ADD upserts :one"
        values[":one"] = 1
        if tags:
            expression += ", tags :tags"
            values[":tags"] = tags
        condition = "attribute_not_exists(ptr)"
        if reported_at:
            condition += f" AND (attribute_not_exists({GONE}) OR {GONE} < :reported)"
            values[":reported"] = end_of_second(reported_at)
        answer = self._client.update_item(
            TableName=self._table,
            Key=encode_item(contact_key(tenant_id, contact_id)),
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={k: encode(v) for k, v in values.items()},
            ReturnValues="ALL_OLD",
        )
        return decode_item(answer["Attributes"]) if answer.get("Attributes") else None

    def put_pointer(self, tenant_id: TenantId, alias_id: ContactId, contact_id: ContactId) -> None:
        """Make an identity lead to this contact, unless that identity already leads somewhere."""
        put_if_absent(self._client, self._table, {**contact_key(tenant_id, alias_id), "ptr": contact_id})

    def scan_shard(self, tenant_id: TenantId, shard: int, after: str = "") -> Iterator[Contact]:
        """Contacts of one shard in order of contact_id, from the one after `after`, without pointers and who was
        deleted."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :from AND :to",
            {":pk": f"T#{tenant_id}#{shard:x}", ":from": f"C#{after}~" if after else "C#", ":to": "C#~"},
        )
        for item in found:
            if "ptr" not in item and GONE not in item:
                yield contact_of(item)

    def page(self, tenant_id: TenantId, after: str, limit: int) -> list[Contact]:
        """Up to `limit` contacts after this id, in order of id over all shards."""
        first = shard_of(ContactId(after)) if after else 0
        found: list[Contact] = []
        for shard in range(first, SHARDS):
            for contact in self.scan_shard(tenant_id, shard, after if shard == first else ""):
                found.append(contact)
                if len(found) == limit:
                    return found
        return found

    def note_inbound(self, tenant_id: TenantId, contact_id: ContactId, at: EpochMs) -> None:
        """Move `last_inbound_at` forward; never back."""
        for _ in range(HOPS):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=encode_item(contact_key(tenant_id, contact_id)),
                    UpdateExpression="SET in_at = :at",
                    ConditionExpression=f"{LIVING} AND (attribute_not_exists(in_at) OR in_at < :at)",
                    ExpressionAttributeValues={":at": encode(at)},
                )
            except ClientError as error:
                if not condition_failed(error):
                    raise
                contact_id = _pointer(self._read(tenant_id, contact_id) or {})
                if contact_id:
                    continue
            return


def _pointer(item: Item) -> ContactId:
    """ "" for what is none."""
    return ContactId(text(item, "ptr"))


def _renamed(before: Item, attributes: Mapping[str, str]) -> bool:
    if GONE in before:
        # Conversations still show what they were called before they were deleted.
        return True
    if "created" not in before:
        return False
    after: Item = {**before, **{name: value for name, value in attributes.items() if value}}
    return contact_of(before).shown_name != contact_of(after).shown_name


def _change(
    before: Item | None, attributes: Mapping[str, str], fields: Mapping[str, str], tags: frozenset[str]
) -> Change:
    if before is None or "created" not in before or GONE in before:
        return "created"
    values: Sequence[tuple[str, str]] = [
        *attributes.items(),
        *((FIELD + name, value) for name, value in fields.items()),
    ]
    same = all(not value or before.get(name) == value for name, value in values)
    return "unchanged" if same and tags <= words(before, "tags") else "updated"
