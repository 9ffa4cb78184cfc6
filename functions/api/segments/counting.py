"""How many contacts a condition holds, who some of them are, and why somebody is one of them or not.

| access | cost |
|---|---|
| `count_people` | 0.5 RRU per 4 KB of contacts, and 2 for 80 people of each campaign that is asked about |
| `why` | 1 RRU, and up to 13 for each campaign |
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from functions.api.segments.parts import SegmentParts
from shared.clock import EpochMs, deadline_passed
from shared.domain.accounts.account import Principal
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.fate import Fate, FateStream, engagement_of
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.identity import SHARDS, shard_of
from shared.domain.expressions.program import Account
from shared.domain.leases import COUNTS
from shared.domain.segments.people import Engaged
from shared.domain.segments.segment import PeopleFilter
from shared.ids import CampaignId, ContactId, TenantId
from shared.store.campaigns.journal_reader import JournalReader
from shared.store.campaigns.people import fate_in, place_in, stream_shard
from shared.store.campaigns.standing import read_standing
from shared.store.engine.cursor import decode_cursor, encode_cursor

COUNT_MS = 6_000
"""How long one call counts: a call of the API may take 29 s, and somebody waits."""
_ENDS_MS = 30_000
"""A call of the API has ended by then (AWS Lambda, timeout of the function)."""
_BETWEEN_LOOKS = 200
_LIST = "segment-count"


@dataclass(slots=True)
class Count:
    """So far; `after` is the last contact that was looked at, "" for none."""

    matched: int = 0
    examined: int = 0
    after: str = ""
    complete: bool = False
    sample: list[Contact] = field(default_factory=list)

    def cursor(self, text: str) -> str | None:
        if self.complete:
            return None
        position = {"id": self.after, "matched": str(self.matched), "looked": str(self.examined), "of": _mark(text)}
        return encode_cursor(_LIST, position)

    @classmethod
    def behind(cls, cursor: str | None, text: str) -> "Count":
        """What to go on with. Raises InvalidInput for a cursor of another condition."""
        forms = {"id": "[0-9a-f]{32}", "matched": r"\d{1,12}", "looked": r"\d{1,12}"}
        position = decode_cursor(_LIST, cursor, of=_mark(text), **forms)
        if position is None:
            return cls()
        return cls(matched=int(position["matched"]), examined=int(position["looked"]), after=position["id"])


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Engagement:
    """What became of contacts in the campaigns that a condition asks about."""

    def __init__(self, parts: SegmentParts, tenant_id: TenantId, campaigns: Sequence[CampaignId]) -> None:
        self._parts = parts
        self._read = partial(read_standing, parts.campaigns, parts.lanes)
        self._tenant_id = tenant_id
        self._campaigns = {one: parts.campaigns.get(tenant_id, one) for one in campaigns}
        self._journals = {
            one: JournalReader(parts.sends, tenant_id, campaign) for one, campaign in self._campaigns.items()
        }

    def of_shard(self, shard: int, after: str) -> Callable[[Contact], Engaged]:
        """To be asked of the shard's contacts in their order, from the one after `after`."""
        streams = {
            one: FateStream(
                stream_shard(
                    self._parts.sends, self._read, self._tenant_id, campaign, self._journals[one], shard, after
                )
            )
            for one, campaign in self._campaigns.items()
        }

        def of(contact: Contact) -> Engaged:
            # Every stream must move on with every contact, also where the condition does not come to ask.
            own = {one: stream.of(contact.contact_id) for one, stream in streams.items()}
            return lambda one: engagement_of(self._of_one_person(one, own[one], contact))

        return of

    def of(self, contact: Contact) -> Engaged:
        """Of anybody, looked up."""
        return lambda one: engagement_of(self._of_one_person(one, self._look_up(one, contact.contact_id), contact))

    def _of_one_person(self, one: CampaignId, own: Fate | None, contact: Contact) -> list[Fate]:
        """Under whatever ids the campaign knew them."""
        found = [own, *(self._look_up(one, contact_id) for contact_id in sorted(contact.merged))]
        return [fate for fate in found if fate is not None]

    def _look_up(self, one: CampaignId, contact_id: ContactId) -> Fate | None:
        campaign: Campaign = self._campaigns[one]
        sends, tenant_id = self._parts.sends, self._tenant_id
        place = place_in(sends.read_block, tenant_id, campaign, contact_id)
        if place is None:
            return None
        waiting = self._journals[one].of_shard(shard_of(contact_id))
        return fate_in(sends, self._read, tenant_id, campaign, place, waiting)[0]


def count_people(
    parts: SegmentParts,
    tenant_id: TenantId,
    people: PeopleFilter,
    found: Count,
    sample: int,
    out_of_time: Callable[[], bool],
) -> Count:
    """`found` gone on with, until all contacts were looked at or time is over: at least 200 contacts further."""
    engagement = Engagement(parts, tenant_id, people.campaigns)
    first = shard_of(ContactId(found.after)) if found.after else 0
    fresh = 0
    for shard in range(first, SHARDS):
        after = found.after if shard == first else ""
        engaged = engagement.of_shard(shard, after)
        for contact in parts.contacts.scan_shard(tenant_id, shard, after):
            found.examined += 1
            found.after = contact.contact_id
            if people.includes(contact, engaged(contact)):
                found.matched += 1
                if len(found.sample) < sample:
                    found.sample.append(contact)
            fresh += 1
            if fresh % _BETWEEN_LOOKS == 0 and out_of_time():
                return found
    found.complete = True
    return found


def count_in_turn(
    parts: SegmentParts,
    principal: Principal,
    operation_id: str,
    people: PeopleFilter,
    found: Count,
    *,
    sample: int,
    now: EpochMs,
) -> Count:
    """`count_people` for COUNT_MS, as one of those that a tenant may make at a time. Raises RateLimited
    (`too_many_counts`)."""
    lease = (principal.tenant_id, COUNTS, operation_id)
    parts.leases.take(*lease, principal.member_id, until=EpochMs(now + _ENDS_MS), now=now)
    try:
        return count_people(parts, principal.tenant_id, people, found, sample, deadline_passed(COUNT_MS))
    finally:
        parts.leases.give_back(*lease)


def why(parts: SegmentParts, tenant_id: TenantId, people: PeopleFilter, contact: Contact) -> Account:
    return people.why(contact, Engagement(parts, tenant_id, people.campaigns).of(contact))
