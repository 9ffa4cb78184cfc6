"""In the Sends table: statuses that wait to be folded into their blocks, and which campaigns have any.

| access | key | cost |
|---|---|---|
| keep a batch's statuses of a campaign | `T#<t>#C#<c>#J<part>` / `J#<ms>#<hash>` | 1 WRU per KB: 250 people |
| note that there are some | `JOURNAL#<0..15>` / `OPEN#<t>#<c>#<part>` | 1 WRU |
| read a part of the journal | `T#<t>#C#<c>#J<part>` | 0.5 RRU per 4 KB |
| queue a part, begin and end to compact it | `JOURNAL#<0..15>` / `OPEN#<t>#<c>#<part>` | 1 WRU each |
| take out what was folded | same / `J#<ms>#<hash>` | as keeping it |
| all journals that are open | `JOURNAL#<0..15>` | 0.5 RRU per 4 KB |

**Nothing in a journal is forgotten.** A page is kept first; then the note of its campaign is made, or counted on; only
then its batch counts as taken in. Compaction reads the note, and after that the pages. So when it has folded all that
it found, whatever it did not find has yet to count the note on: the note is removed only if it stands where it stood.
One that is made anew begins at a number that no earlier one came to. Pages are taken out by their whole key, which
names their content, so that one which comes once more is folded once more, which changes nothing.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from botocore.exceptions import ClientError

from shared.clock import EpochMs
from shared.domain.campaigns.blocks import RETENTION_DAYS
from shared.domain.campaigns.status_journal import MUCH_BYTES, JournalPage
from shared.ids import CampaignId, TenantId
from shared.store.campaigns.recent_folds import RecentFolds
from shared.store.engine.claims import condition_failed
from shared.store.engine.codec import Item, Value, decode_item, encode, encode_item, moment, number, text
from shared.store.engine.database import Database
from shared.store.engine.paging import query_all

PARTITIONS = 16
_DUE = "#size >= :much OR (attribute_exists(pk) AND #since <= :latest)"
"""Of a note: its part is to be compacted."""
_RETENTION_SECONDS = RETENTION_DAYS * 24 * 3600


@dataclass(frozen=True, slots=True)
class OpenJournal:
    """Part of a campaign's journal that may hold something: since when (epoch ms), some `size` bytes of it that came
    after it was compacted last, of a campaign of so many people. A message of it waits until `queued_until` (epoch ms,
    0 when none does). A run goes on behind `place`."""

    tenant_id: TenantId
    campaign_id: CampaignId
    part: int
    since: EpochMs
    people: int
    size: int
    queued_until: EpochMs
    place: str


class StatusJournal:
    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._table = database.sends
        self.recent = RecentFolds()

    def append(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        part: int,
        page: JournalPage,
        *,
        people: int,
        now: EpochMs,
    ) -> None:
        """Keep a page, `now` in epoch ms; `people` is how many the campaign has. Repeating it changes nothing."""
        self.keep(tenant_id, campaign_id, part, page, now=now)
        self.note(tenant_id, campaign_id, part, page, people=people, now=now)

    def keep(self, tenant_id: TenantId, campaign_id: CampaignId, part: int, page: JournalPage, *, now: EpochMs) -> None:
        """The first half of `append`."""
        item: Item = {
            "pk": _pages_of(tenant_id, campaign_id, part),
            "sk": f"J#{now:013d}#{_digest(page)}",
            "w": page.words,
            "p": page.price,
            "f": dict(page.failed),
            "b": dict(page.priced),
            "ttl": now // 1000 + _RETENTION_SECONDS,
        }
        self._client.put_item(TableName=self._table, Item=encode_item(item))

    def note(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        part: int,
        page: JournalPage,
        *,
        people: int,
        now: EpochMs,
    ) -> None:
        """The second half: from now on the page is found."""
        name = _name(tenant_id, campaign_id, part)
        unique = hashlib.sha256(f"{name}#{now}#{_digest(page)}".encode()).digest()
        self._client.update_item(
            TableName=self._table,
            Key=encode_item(_note_key(name)),
            UpdateExpression="SET #v = if_not_exists(#v, :first) + :one, #since = if_not_exists(#since, :now), "
            "#people = :people, #ttl = :ttl ADD #size :size",
            ExpressionAttributeNames={f"#{one}": one for one in ("v", "since", "people", "ttl", "size")},
            ExpressionAttributeValues={
                ":first": encode(int.from_bytes(unique[:12], "big")),
                ":one": encode(1),
                ":now": encode(now),
                ":people": encode(people),
                ":size": encode(page.size),
                ":ttl": encode(now // 1000 + _RETENTION_SECONDS),
            },
        )

    def pages(self, tenant_id: TenantId, campaign_id: CampaignId, part: int) -> Iterator[tuple[str, JournalPage]]:
        """(key, page), the oldest first; consistent."""
        for item in query_all(
            self._client,
            self._table,
            "pk = :pk",
            {":pk": _pages_of(tenant_id, campaign_id, part)},
            consistent=True,
        ):
            yield (
                text(item, "sk"),
                JournalPage(
                    cast("bytes", item["w"]),
                    text(item, "p"),
                    cast("dict[str, bytes]", item["f"]),
                    cast("dict[str, bytes]", item["b"]),
                ),
            )

    def remove(self, tenant_id: TenantId, campaign_id: CampaignId, part: int, key: str) -> None:
        """Take out a page that is folded into its blocks."""
        self._client.delete_item(
            TableName=self._table,
            Key=encode_item({"pk": _pages_of(tenant_id, campaign_id, part), "sk": key}),
        )

    def opened(self, partition: int) -> Iterator[OpenJournal]:
        """All that one of the partitions knows of."""
        return self._opened(partition, "OPEN#", "OPEN#~")

    def opened_behind(self, place: str) -> Iterator[OpenJournal]:
        """All that is known of, read as it is asked for, from behind a place ("" is the beginning) round to it."""
        first, _, name = place.partition("/")
        began = int(first or 0)
        yield from self._opened(began, f"{name or 'OPEN#'}!", "OPEN#~")
        for partition in range(began + 1, began + PARTITIONS):
            yield from self.opened(partition % PARTITIONS)
        if name:
            yield from self._opened(began, "OPEN#", name)

    def _opened(self, partition: int, begin: str, end: str) -> Iterator[OpenJournal]:
        values: dict[str, Value] = {":pk": f"JOURNAL#{partition}", ":begin": begin, ":end": end}
        for item in query_all(self._client, self._table, "pk = :pk AND sk BETWEEN :begin AND :end", values):
            name = text(item, "sk")
            _, tenant_id, campaign_id, part = name.split("#")
            yield OpenJournal(
                TenantId(tenant_id),
                CampaignId(campaign_id),
                int(part),
                moment(item, "since"),
                number(item, "people"),
                number(item, "size") if "size" in item else 0,
                moment(item, "queued") if "queued" in item else EpochMs(0),
                f"{partition}/{name}",
            )

    def queue(
        self, tenant_id: TenantId, campaign_id: CampaignId, part: int, *, latest: EpochMs, now: EpochMs, until: EpochMs
    ) -> bool:
        """Note that a message for a part waits; not when it is not due (as `claim` says), or another's waits. That
        counts as lost after `until` (epoch ms)."""
        values: dict[str, Value] = {":latest": latest, ":much": MUCH_BYTES, ":now": now, ":until": until}
        changed = self._change(
            tenant_id,
            campaign_id,
            part,
            "SET #queued = :until",
            f"({_DUE}) AND (attribute_not_exists(#queued) OR #queued <= :now)",
            ("since", "size", "queued"),
            values,
        )
        return changed is not None

    def let_go(self, tenant_id: TenantId, campaign_id: CampaignId, part: int, until: EpochMs) -> None:
        """The message was not sent: the next run may queue it."""
        here = tenant_id, campaign_id, part
        self._change(*here, "REMOVE #queued", "#queued = :until", ("queued",), {":until": until})

    def claim(
        self, tenant_id: TenantId, campaign_id: CampaignId, part: int, *, latest: EpochMs, now: EpochMs
    ) -> int | None:
        """Take it upon oneself to compact a part, unless it is closed, or somebody has done so after `latest` (epoch
        ms) and fewer than MUCH_BYTES have come since. Returns what `close` asks for; to be read before pages are."""
        found = self._change(
            tenant_id,
            campaign_id,
            part,
            "SET #since = :now, #size = :none REMOVE #queued",
            _DUE,
            ("since", "size", "queued"),
            {":latest": latest, ":much": MUCH_BYTES, ":now": now, ":none": 0},
        )
        return None if found is None else number(found, "v")

    def give_back(self, tenant_id: TenantId, campaign_id: CampaignId, part: int) -> None:
        """Something was left for which there was no time: it is due at once."""
        here = tenant_id, campaign_id, part
        self._change(*here, "SET #since = :zero", "attribute_exists(pk)", ("since",), {":zero": 0})

    def _change(
        self,
        tenant_id: TenantId,
        campaign_id: CampaignId,
        part: int,
        update: str,
        condition: str,
        names: Sequence[str],
        values: dict[str, Value],
    ) -> Item | None:
        """The note as it stands then; None, and nothing has changed, where it does not meet the condition."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=encode_item(_note_key(_name(tenant_id, campaign_id, part))),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{one}": one for one in names},
                ExpressionAttributeValues={one: encode(value) for one, value in values.items()},
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if condition_failed(error):
                return None
            raise
        return decode_item(answer["Attributes"])

    def close(self, tenant_id: TenantId, campaign_id: CampaignId, part: int, version: int) -> bool:
        """Forget a part whose pages, as read after `version` was, are all folded; False when there are more by now."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=encode_item(_note_key(_name(tenant_id, campaign_id, part))),
                ConditionExpression="#v = :version",
                ExpressionAttributeNames={"#v": "v"},
                ExpressionAttributeValues={":version": encode(version)},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True


def kept_at(key: str) -> EpochMs:
    """When the page of this key was kept (epoch ms)."""
    return EpochMs(int(key.split("#")[1]))


def _digest(page: JournalPage) -> str:
    rare = [{name: data.hex() for name, data in one.items()} for one in (page.failed, page.priced)]
    said = json.dumps([page.price, *rare], sort_keys=True).encode()
    return hashlib.sha256(page.words + said).hexdigest()[:16]


def _pages_of(tenant_id: TenantId, campaign_id: CampaignId, part: int) -> str:
    return f"T#{tenant_id}#C#{campaign_id}#J{part:x}"


def _name(tenant_id: TenantId, campaign_id: CampaignId, part: int) -> str:
    return f"OPEN#{tenant_id}#{campaign_id}#{part}"


def _note_key(name: str) -> Item:
    partition = hashlib.sha256(name.encode()).digest()[0] % PARTITIONS
    return {"pk": f"JOURNAL#{partition}", "sk": name}
