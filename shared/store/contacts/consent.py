"""What people consent to, in the Contacts table: the profile, an append-only record, and the feed that lanes follow.

| access | key | cost |
|---|---|---|
| record a no or a yes | `T#<t>#<shard>` / `C#<id>`, `E#<id>#<event>`; `T#<t>#OPT` / `<ms>#<id>` | 3 WRU |
| whether an event is recorded | same | 1 RRU |
| a contact's events | `T#<t>#<shard>` / `E#<id>#<event>` | 0.5 RRU per 4 KB |
| that two contacts are one person | `T#<t>#OPT` / `<ms>#<id>#<other id>` | 1 WRU |
| that a contact is deleted | `T#<t>#OPT` / `<ms>#<id>` | 1 WRU, 1 for each that was merged |
| what was learned since a moment | `T#<t>#OPT` / `<ms>#<id>…` | 1 RRU per 4 KB |
"""

from collections.abc import Iterable
from itertools import islice

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.contacts.consent_record import ConsentChange, ConsentEvent
from shared.ids import ContactId, TenantId
from shared.store.contacts.items import HOPS, contact_key, contact_partition, read_contact_item
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, decode_item, encode, encode_item, moment, text, words
from shared.store.engine.database import Database, put_if_absent
from shared.store.engine.paging import query_all

MOST_EVENTS = 100
_FEED_TTL_SECONDS = 400 * 24 * 3600


class Consent:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.contacts

    def record(
        self,
        tenant_id: TenantId,
        contact_id: ContactId,
        *,
        opted_out: bool,
        source: str,
        at: EpochMs,
        event_id: str,
        now: EpochMs,
    ) -> None:
        """Record that a person said no, or yes again: the profile, an append-only event, and the feed, at once.

        `at` is when they said it; an older fact never overwrites a newer one in the profile, and of two said at the
        same time the no stays. What has a whole second was said at any time within it: Meta's times have no
        milliseconds, those of our API do. Repeating a call with the same event id says
        the same in the feed once more and changes nothing else.
        """
        names = [contact_id]
        for _ in range(HOPS):
            try:
                known = self._write(tenant_id, contact_id, opted_out=opted_out, source=source, at=at, now=now)
            except ClientError as error:
                if not condition_failed(error):
                    raise
                target = text(read_contact_item(self._client, self._table, tenant_id, contact_id) or {}, "ptr")
                if not target:
                    names = []
                    break
                contact_id = ContactId(target)
                continue
            names = [contact_id, *map(ContactId, sorted(words(known, "merged")))]
            break
        else:
            raise RuntimeError("alias chain does not end")
        # The feed is keyed by when we learned of it, because lanes read it from where they last stopped. A frozen
        # audience may know the person by the id of a contact that has been merged since.
        for name in names:
            self._put_in_feed(tenant_id, f"{now:013d}#{name}", now, opted_out=opted_out)
        self._client.put_item(
            TableName=self._table,
            Item=encode_item(
                {
                    "pk": contact_partition(tenant_id, contact_id),
                    "sk": f"E#{contact_id}#{event_id}",
                    "out": opted_out,
                    "source": source,
                    "at": at,
                }
            ),
        )

    def is_recorded(self, tenant_id: TenantId, contact_id: ContactId, event_id: str) -> bool:
        """Whether `record` has been through with this event; consistent."""
        key = {"pk": contact_partition(tenant_id, contact_id), "sk": f"E#{contact_id}#{event_id}"}
        answer = self._client.get_item(
            TableName=self._table, Key=encode_item(key), ConsistentRead=True, ProjectionExpression="sk"
        )
        return "Item" in answer

    def note_same_person(self, tenant_id: TenantId, contact_id: ContactId, same_as: ContactId, now: EpochMs) -> None:
        """Tell the lanes that two contacts are one person; harmless to repeat."""
        # A key of its own: what either said at the same moment stands beside it.
        self._put_in_feed(tenant_id, f"{now:013d}#{contact_id}#{same_as}", now, opted_out=False)

    def note_deleted(self, tenant_id: TenantId, contact_ids: Iterable[ContactId], now: EpochMs) -> None:
        """Have campaigns that are under way write to these no more; harmless to repeat."""
        for one in contact_ids:
            self._put_in_feed(tenant_id, f"{now:013d}#{one}", now, opted_out=True, deleted=True)

    def _put_in_feed(
        self, tenant_id: TenantId, sk: str, now: EpochMs, *, opted_out: bool, deleted: bool = False
    ) -> None:
        """A yes takes the place of nothing: a no of the same person may have been learned in the same millisecond."""
        item: Item = {"pk": f"T#{tenant_id}#OPT", "sk": sk, "out": opted_out, "ttl": now // 1000 + _FEED_TTL_SECONDS}
        if deleted:
            item["gone"] = True
        if opted_out:
            self._client.put_item(TableName=self._table, Item=encode_item(item))
        else:
            put_if_absent(self._client, self._table, item)

    def _write(
        self, tenant_id: TenantId, contact_id: ContactId, *, opted_out: bool, source: str, at: EpochMs, now: EpochMs
    ) -> Item:
        profile = "SET consent_at = :at, updated = :now, created = if_not_exists(created, :now)" + (
            ", out_at = :at, out_by = :source" if opted_out else " REMOVE out_at, out_by"
        )
        newer, bounds = _newer(at, opted_out=opted_out)
        answer = self._client.update_item(
            TableName=self._table,
            Key=encode_item(contact_key(tenant_id, contact_id)),
            UpdateExpression=profile,
            ConditionExpression=f"attribute_not_exists(ptr) AND (attribute_not_exists(consent_at) OR {newer})",
            ExpressionAttributeValues={
                ":at": encode(at),
                ":now": encode(now),
                **{name: encode(bound) for name, bound in bounds.items()},
                **({":source": encode(source)} if opted_out else {}),
            },
            ReturnValues="ALL_NEW",
        )
        return decode_item(answer["Attributes"])

    def feed(self, tenant_id: TenantId, since: EpochMs) -> list[ConsentChange]:
        """What was learned at or after `since` (epoch ms), oldest first; consistent."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND sk >= :since",
            {":pk": f"T#{tenant_id}#OPT", ":since": f"{since:013d}"},
            consistent=True,
        )
        changes: list[ConsentChange] = []
        for item in found:
            at, contact_id, same_as = [*text(item, "sk").split("#"), ""][:3]
            known = (ContactId(contact_id), bool(item["out"]), EpochMs(int(at)), ContactId(same_as))
            changes.append(ConsentChange(*known, deleted="gone" in item))
        return changes

    def events(self, tenant_id: TenantId, contact_id: ContactId) -> list[ConsentEvent]:
        """What was recorded under this very id, oldest first; the latest MOST_EVENTS of them."""
        found = query_all(
            self._client,
            self._table,
            "pk = :pk AND begins_with(sk, :events)",
            {":pk": contact_partition(tenant_id, contact_id), ":events": f"E#{contact_id}#"},
            reverse=True,
            page_size=MOST_EVENTS,
        )
        events = [
            ConsentEvent(
                text(item, "sk").rpartition("#")[2], bool(item["out"]), text(item, "source"), moment(item, "at")
            )
            for item in islice(found, MOST_EVENTS)
        ]
        return sorted(events, key=lambda event: (event.at, event.event_id))


def _newer(at: EpochMs, *, opted_out: bool) -> tuple[str, dict[str, int]]:
    """The condition under which what was said at `at` (epoch ms) stands above what is stored, and its values."""
    second = at // 1000 * 1000
    if opted_out:
        return "consent_at <= :last", {":last": at + 999 if at == second else at}
    condition = "consent_at < :second OR (consent_at <= :at AND attribute_not_exists(out_at))"
    if at - 1 <= second:
        return condition, {":second": second}
    between = {":after": second + 1, ":before": at - 1}
    return f"{condition} OR consent_at BETWEEN :after AND :before", {":second": second, **between}
