"""The Contacts table: profiles, aliases, consent events, and the feed of opt-outs that lanes follow.

| access | key | cost |
|---|---|---|
| a contact by id or by any identity | `T#<t>#<shard>` / `C#<id>` | 1 RRU a hop |
| write an imported row (`upsert`) | same | 1 WRU |
| a shard's contacts in order of id (`scan_shard`) | same, range | 0.5 RRU per 4 KB |
| a consent event | `T#<t>#<shard>` / `E#<id>#<ulid>` | 1 WRU |
| a contact's consent events (`consent_events`) | same, range | 0.5 RRU per 4 KB |
| opt-outs since a moment (`consent_feed`) | `T#<t>#OPT` / `<ms>#<id>` | 0.5 RRU |

The id of an identity is the key of its item: the contact itself for the first identity seen, a pointer (`ptr`) for
every later one and for a contact merged into another. So finding someone by phone or BSUID is one read, two at most.

Every profile write is an update of named attributes, so an import never undoes a STOP that arrives at the same time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, cast

from botocore.exceptions import ClientError

from shared.domain.contact import Contact
from shared.domain.identity import SHARDS, IdentityKind, contact_id_for, shard_of
from shared.errors import RetryableError
from shared.store.codec import Item, Value, decode_item, encode, encode_item, maybe_number, number, text, words
from shared.store.database import Database, condition_failed
from shared.store.paging import query_all

_FIELD = "f_"
_HOPS = 3
_READS = 4
MOST_EVENTS = 100
_TAKEN_OVER = ("phone", "bsuid", "region", "name", "book", "profile", "username")
_FEED_TTL_SECONDS = 400 * 24 * 3600
Change = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One entry of the feed: this contact said no (`opted_out`) or yes again, at `at` (epoch ms)."""

    contact_id: str
    opted_out: bool
    at: int


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """A person said no (`opted_out`) or yes, at `at` (epoch ms); `source` says how."""

    event_id: str
    opted_out: bool
    source: str
    at: int


def _partition(tenant_id: str, contact_id: str) -> str:
    return f"T#{tenant_id}#{shard_of(contact_id):x}"


def contact_key(tenant_id: str, contact_id: str) -> Item:
    return {"pk": _partition(tenant_id, contact_id), "sk": f"C#{contact_id}"}


def _contact(item: Item) -> Contact:
    return Contact(
        contact_id=text(item, "sk").removeprefix("C#"),
        phone=text(item, "phone") or None,
        bsuid=text(item, "bsuid") or None,
        name=text(item, "name") or text(item, "book") or text(item, "profile"),
        region=text(item, "region"),
        fields={name.removeprefix(_FIELD): cast("str", v) for name, v in item.items() if name.startswith(_FIELD)},
        tags=words(item, "tags"),
        opted_out_at=maybe_number(item, "out_at"),
        opt_out_source=text(item, "out_by"),
        last_inbound_at=maybe_number(item, "in_at"),
        merged=words(item, "merged"),
        created_at=number(item, "created"),
        updated_at=number(item, "updated"),
        profile_name=text(item, "profile"),
        username=text(item, "username"),
    )


class Contacts:
    """Every method takes the tenant id; no method reads across tenants."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def _read(self, tenant_id: str, contact_id: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._table, Key=encode_item(contact_key(tenant_id, contact_id)), ConsistentRead=True
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get(self, tenant_id: str, contact_id: str) -> Contact | None:
        """The contact, also under the id of one that was merged into it."""
        item = self._read(tenant_id, contact_id)
        for _ in range(_HOPS):
            if item is None or not text(item, "ptr"):
                break
            item = self._read(tenant_id, text(item, "ptr"))
        return None if item is None or text(item, "ptr") else _contact(item)

    def get_many(self, tenant_id: str, contact_ids: Iterable[str]) -> dict[str, Contact]:
        """Those of these (50 at most) that there are, by the id asked for, as `get` finds them. Raises RetryableError.

        One call where one does it: what a pointer leads to is often among them.
        """
        wanted = list(contact_ids)
        items = self._read_many(tenant_id, wanted)
        for _ in range(_HOPS):
            targets = {text(item, "ptr") for item in items.values()} - {"", *items}
            if not targets:
                break
            items |= self._read_many(tenant_id, targets)
        found: dict[str, Contact] = {}
        for contact_id in wanted:
            item = items.get(contact_id)
            for _ in range(_HOPS):
                if item is None or not text(item, "ptr"):
                    break
                item = items.get(text(item, "ptr"))
            if item is not None and not text(item, "ptr"):
                found[contact_id] = _contact(item)
        return found

    def _read_many(self, tenant_id: str, contact_ids: Iterable[str]) -> dict[str, Item]:
        keys = cast("Any", [encode_item(contact_key(tenant_id, contact_id)) for contact_id in contact_ids])
        found: dict[str, Item] = {}
        for _ in range(_READS):
            if not keys:
                return found
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            for raw in answer["Responses"].get(self._table, []):
                item = decode_item(raw)
                found[text(item, "sk").removeprefix("C#")] = item
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {"Keys": []})["Keys"]
        raise RetryableError("the database is too busy to read contacts; try again")

    def find(self, tenant_id: str, kind: IdentityKind, value: str) -> Contact | None:
        return self.get(tenant_id, contact_id_for(tenant_id, kind, value))

    def upsert(
        self,
        tenant_id: str,
        contact_id: str,
        attributes: Mapping[str, str],
        fields: Mapping[str, str],
        tags: frozenset[str],
        now: int,
    ) -> tuple[str, Change]:
        """Create the contact or set these attributes (phone, bsuid, name, profile, region) and custom fields; add these
        tags.

        Blank values leave what is stored. Returns (contact id, what changed); the id differs from the one given when
        that identity is an alias. Consent is never touched.
        """
        for _ in range(_HOPS):
            try:
                before = self._update_profile(tenant_id, contact_id, attributes, fields, tags, now)
            except ClientError as error:
                if not condition_failed(error):
                    raise
                item = self._read(tenant_id, contact_id)
                contact_id = text(item or {}, "ptr") or contact_id
                continue
            return contact_id, _change(before, attributes, fields, tags)
        raise RuntimeError("alias chain does not end")

    def _update_profile(
        self,
        tenant_id: str,
        contact_id: str,
        attributes: Mapping[str, str],
        fields: Mapping[str, str],
        tags: frozenset[str],
        now: int,
    ) -> Item | None:
        settings: dict[str, Value] = {"updated": now}
        settings.update({name: value for name, value in attributes.items() if value})
        settings.update({_FIELD + name: value for name, value in fields.items() if value})
        names = {f"#{i}": name for i, name in enumerate(settings)}
        values: dict[str, Value] = {f":{i}": value for i, value in enumerate(settings.values())}
        expression = "SET created = if_not_exists(created, :now), " + ", ".join(
            f"#{i} = :{i}" for i in range(len(settings))
        )
        values[":now"] = now
        if tags:
            expression += " ADD tags :tags"
            values[":tags"] = tags
        answer = self._client.update_item(
            TableName=self._table,
            Key=encode_item(contact_key(tenant_id, contact_id)),
            UpdateExpression=expression,
            ConditionExpression="attribute_not_exists(ptr)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={k: encode(v) for k, v in values.items()},
            ReturnValues="ALL_OLD",
        )
        return decode_item(answer["Attributes"]) if answer.get("Attributes") else None

    def edit(
        self,
        tenant_id: str,
        contact_id: str,
        *,
        name: str | None,
        fields: Mapping[str, str | None],
        add_tags: frozenset[str],
        remove_tags: frozenset[str],
        now: int,
    ) -> bool:
        """Change a contact on request; a field set to None is removed. False when there is no such contact."""
        sets: dict[str, Value] = {"updated": now}
        if name is not None:
            sets["name"] = name
        sets.update({_FIELD + key: value for key, value in fields.items() if value is not None})
        removed = [_FIELD + key for key, value in fields.items() if value is None]
        names = {f"#s{i}": key for i, key in enumerate(sets)} | {f"#r{i}": key for i, key in enumerate(removed)}
        values: dict[str, Value] = {f":s{i}": value for i, value in enumerate(sets.values())}
        expression = "SET " + ", ".join(f"#s{i} = :s{i}" for i in range(len(sets)))
        if removed:
            expression += " REMOVE " + ", ".join(f"#r{i}" for i in range(len(removed)))
        if add_tags:
            expression += " ADD tags :add"
            values[":add"] = add_tags
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item(contact_key(tenant_id, contact_id)),
                UpdateExpression=expression,
                ConditionExpression="attribute_exists(created) AND attribute_not_exists(ptr)",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={k: encode(v) for k, v in values.items()},
            )
            if remove_tags:
                self._client.update_item(
                    TableName=self._table,
                    Key=encode_item(contact_key(tenant_id, contact_id)),
                    UpdateExpression="DELETE tags :gone",
                    ConditionExpression="attribute_exists(created)",
                    ExpressionAttributeValues={":gone": encode(remove_tags)},
                )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def put_pointer(self, tenant_id: str, alias_id: str, contact_id: str) -> None:
        """Make an identity lead to this contact, unless that identity already leads somewhere."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item({**contact_key(tenant_id, alias_id), "ptr": contact_id}),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def scan_shard(self, tenant_id: str, shard: int, after: str = "") -> Iterator[Contact]:
        """Contacts of one shard in order of contact_id, from the one after `after`; pointers are left out."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk BETWEEN :from AND :to",
            {":pk": f"T#{tenant_id}#{shard:x}", ":from": f"C#{after}~" if after else "C#", ":to": "C#~"},
        )
        for item in found:
            if not text(item, "ptr"):
                yield _contact(item)

    def page(self, tenant_id: str, after: str, limit: int) -> list[Contact]:
        """Up to `limit` contacts after this id, in order of id over all shards."""
        found: list[Contact] = []
        for shard in range(shard_of(after) if after else 0, SHARDS):
            for contact in self.scan_shard(tenant_id, shard, after if after and shard == shard_of(after) else ""):
                found.append(contact)
                if len(found) == limit:
                    return found
        return found

    def set_consent(
        self, tenant_id: str, contact_id: str, *, opted_out: bool, source: str, at: int, event_id: str, now: int
    ) -> None:
        """Record that a person said no, or yes again: the profile, an append-only event, and the feed, at once.

        `at` is when they said it; an older fact never overwrites a newer one in the profile, and of two said at the
        same time the no stays (Meta's times are whole seconds). Repeating a call with the same event id says
        the same in the feed once more and changes nothing else.
        """
        names = [contact_id]
        for _ in range(_HOPS):
            try:
                known = self._write_consent(tenant_id, contact_id, opted_out=opted_out, source=source, at=at, now=now)
            except ClientError as error:
                if not condition_failed(error):
                    raise
                target = text(self._read(tenant_id, contact_id) or {}, "ptr")
                if not target:
                    names = []
                    break
                contact_id = target
                continue
            names = [contact_id, *sorted(words(known, "merged"))]
            break
        # The feed is keyed by when we learned of it, because lanes read it from where they last stopped. A frozen
        # audience may know the person by the id of a contact that has been merged since.
        for name in names:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item(
                    {
                        "pk": f"T#{tenant_id}#OPT",
                        "sk": f"{now:013d}#{name}",
                        "out": opted_out,
                        "ttl": now // 1000 + _FEED_TTL_SECONDS,
                    }
                ),
            )
        self._client.put_item(
            TableName=self._table,
            Item=encode_item(
                {
                    "pk": _partition(tenant_id, contact_id),
                    "sk": f"E#{contact_id}#{event_id}",
                    "out": opted_out,
                    "source": source,
                    "at": at,
                }
            ),
        )

    def _write_consent(
        self, tenant_id: str, contact_id: str, *, opted_out: bool, source: str, at: int, now: int
    ) -> Item:
        profile = "SET consent_at = :at, updated = :now, created = if_not_exists(created, :now)" + (
            ", out_at = :at, out_by = :source" if opted_out else " REMOVE out_at, out_by"
        )
        newer = (
            "consent_at <= :at"
            if opted_out
            else "consent_at < :at OR (consent_at = :at AND attribute_not_exists(out_at))"
        )
        answer = self._client.update_item(
            TableName=self._table,
            Key=encode_item(contact_key(tenant_id, contact_id)),
            UpdateExpression=profile,
            ConditionExpression=f"attribute_not_exists(ptr) AND (attribute_not_exists(consent_at) OR {newer})",
            ExpressionAttributeValues={
                ":at": encode(at),
                ":now": encode(now),
                **({":source": encode(source)} if opted_out else {}),
            },
            ReturnValues="ALL_NEW",
        )
        return decode_item(answer["Attributes"])

    def merge(self, tenant_id: str, keep_id: str, gone: Contact, now: int) -> bool:
        """Two contacts turned out to be one person: `gone` becomes a pointer to the one kept, which takes over what it
        lacks, the tags and the no. False when `gone` was changed since it was read; nothing is lost then, try again.
        """
        kept = self.get(tenant_id, keep_id)
        if kept is None or kept.contact_id == gone.contact_id:
            return False
        has, had = (self._read(tenant_id, one.contact_id) or {} for one in (kept, gone))
        taken = {name: text(had, name) for name in _TAKEN_OVER if text(had, name) and not text(has, name)}
        fields = {name: value for name, value in gone.fields.items() if name not in kept.fields}
        self.upsert(tenant_id, kept.contact_id, taken, fields, gone.tags, now)
        aliases = frozenset({gone.contact_id, *gone.merged})
        self._client.update_item(
            TableName=self._table,
            Key=encode_item(contact_key(tenant_id, kept.contact_id)),
            UpdateExpression="ADD merged :gone",
            ExpressionAttributeValues={":gone": encode(aliases)},
        )
        no = max(
            (c for c in (kept, gone) if c.opted_out_at is not None), key=lambda c: c.opted_out_at or 0, default=None
        )
        if no is not None:
            # Also when the one kept said it: a frozen audience may know the person by the id that goes.
            self.set_consent(
                tenant_id,
                kept.contact_id,
                opted_out=True,
                source=kept.opt_out_source if no is kept else "same_person",
                at=no.opted_out_at or 0,
                event_id=f"{no.opted_out_at or 0:013d}-{no.contact_id}",
                now=now,
            )
        try:
            self._client.put_item(
                TableName=self._table,
                Item=encode_item({**contact_key(tenant_id, gone.contact_id), "ptr": kept.contact_id}),
                ConditionExpression="updated = :seen AND attribute_not_exists(ptr)",
                ExpressionAttributeValues={":seen": encode(gone.updated_at)},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def consent_feed(self, tenant_id: str, since: int) -> list[ConsentChange]:
        """Consent changes learned at or after `since` (epoch ms), oldest first; consistent."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk >= :since",
            {":pk": f"T#{tenant_id}#OPT", ":since": f"{since:013d}"},
            consistent=True,
        )
        changes: list[ConsentChange] = []
        for item in found:
            at, _, contact_id = text(item, "sk").partition("#")
            changes.append(ConsentChange(contact_id, bool(item["out"]), int(at)))
        return changes

    def consent_events(self, tenant_id: str, contact_id: str) -> list[ConsentEvent]:
        """What was recorded under this very id, oldest first; the latest MOST_EVENTS of them."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND begins_with(sk, :events)",
            {":pk": _partition(tenant_id, contact_id), ":events": f"E#{contact_id}#"},
            reverse=True,
            page_size=MOST_EVENTS,
        )
        events = [
            ConsentEvent(
                text(item, "sk").rpartition("#")[2], bool(item["out"]), text(item, "source"), number(item, "at")
            )
            for item in islice(found, MOST_EVENTS)
        ]
        return sorted(events, key=lambda event: (event.at, event.event_id))

    def note_inbound(self, tenant_id: str, contact_id: str, at: int) -> None:
        """Move `last_inbound_at` forward; never back."""
        for _ in range(_HOPS):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=encode_item(contact_key(tenant_id, contact_id)),
                    UpdateExpression="SET in_at = :at",
                    ConditionExpression="attribute_not_exists(ptr) AND (attribute_not_exists(in_at) OR in_at < :at)",
                    ExpressionAttributeValues={":at": encode(at)},
                )
            except ClientError as error:
                if not condition_failed(error):
                    raise
                contact_id = text(self._read(tenant_id, contact_id) or {}, "ptr")
                if contact_id:
                    continue
            return


def _change(
    before: Item | None, attributes: Mapping[str, str], fields: Mapping[str, str], tags: frozenset[str]
) -> Change:
    if before is None or "created" not in before:
        return "created"
    wanted: Sequence[tuple[str, str]] = [
        *attributes.items(),
        *((_FIELD + name, value) for name, value in fields.items()),
    ]
    same = all(not value or before.get(name) == value for name, value in wanted)
    return "unchanged" if same and tags <= words(before, "tags") else "updated"
