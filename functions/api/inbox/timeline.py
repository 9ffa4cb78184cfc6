"""All that happened with a person, newest first: what was said, by whom, what the team did, campaigns, consent.

Nothing is kept for it: it is read from where each thing is stored, and merged. A page costs, for each conversation of
the person, two queries of 0.5 RRU per 4 KB; for campaigns the headers of those made within the last fifteen months
(MOST_CAMPAIGNS at most, some 40 RRU) and for each with people of the person's shard a binary search of a few RRU. A
page ends early rather than search more than MOST_SEARCHES campaigns.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from functions.api.contacts.actions import conversations_of
from functions.api.inbox.logic.happenings import Touch, What
from functions.api.inbox.lookup_parts import TimelineParts
from shared.clock import DAY_MS, EpochMs
from shared.domain.campaigns.blocks import RETENTION_DAYS
from shared.domain.campaigns.campaign import LATEST_START_MS, Campaign, State
from shared.domain.campaigns.fate import WRITTEN_TO
from shared.domain.contacts.contact import Contact
from shared.domain.conversations.entry import Entry
from shared.domain.conversations.message import Message
from shared.domain.templates.compiler import SendPlan, render_text
from shared.errors import NotFound
from shared.ids import ContactId, ConversationId, TenantId
from shared.store.campaigns.people import fate_in, place_in
from shared.store.campaigns.standing import read_standing
from shared.store.engine.cursor import Page, PageBytes, decode_cursor, encode_cursor
from shared.store.engine.documents import from_document

MOST_CAMPAIGNS = 200
MOST_SEARCHES = 25
_SHOWN = WRITTEN_TO | {"failed"}
_BEGUN = frozenset({State.SENDING, State.PAUSED, State.COMPLETED, State.CANCELLED})
_LIST = "timeline"
_LAST_TIME = EpochMs(9_999_999_999_999)


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where something stands: by time, then by kind and id."""

    at: EpochMs
    name: str

    def cursor(self) -> str:
        return encode_cursor(_LIST, {"at": f"{self.at:013d}", "name": self.name})


@dataclass(frozen=True, slots=True)
class _Stop:
    """The page ends here, because going on would cost too much."""


_Found = tuple[_Place, What | _Stop]
_FIRST = _Place(_LAST_TIME, "~")


def of_conversation(
    deps: TimelineParts, tenant_id: TenantId, conversation_id: ConversationId, limit: int, cursor: str | None
) -> Page[What]:
    """Messages and entries of one conversation, newest first."""
    before = _before(cursor)
    return _page(_said(deps, tenant_id, conversation_id, before, limit), before, limit)


def of_contact(
    deps: TimelineParts, tenant_id: TenantId, contact: Contact, limit: int, cursor: str | None, now: EpochMs
) -> Page[What]:
    """Everything, newest first, over all numbers. `now` in epoch ms."""
    before = _before(cursor)
    ids = (contact.contact_id, *sorted(contact.merged))
    sources: list[Iterator[_Found]] = []
    for conversation in conversations_of(deps.accounts, deps.conversations, tenant_id, contact):
        sources += _said(deps, tenant_id, conversation.conversation_id, before, limit)
    sources += [_consents(deps, tenant_id, contact_id) for contact_id in ids]
    sources.append(_Campaigns(deps, tenant_id, ids, before.at, now).touches())
    return _page(sources, before, limit)


def _before(cursor: str | None) -> _Place:
    given = decode_cursor(_LIST, cursor, at="[0-9]{13}", name="[ -~]{1,200}")
    return _Place(EpochMs(int(given["at"])), given["name"]) if given is not None else _FIRST


def _page(sources: Sequence[Iterator[_Found]], before: _Place, limit: int) -> Page[What]:
    found: list[What] = []
    room, last = PageBytes(), before
    for place, what in heapq.merge(*sources, key=lambda pair: pair[0], reverse=True):
        if place >= before:
            continue
        if isinstance(what, _Stop) or len(found) == limit or not room.takes(_size(what)):
            # A stop stands just above what it stops before.
            return Page(found, (place if isinstance(what, _Stop) else last).cursor())
        found.append(what)
        last = place
    return Page(found, None)


def _size(what: What) -> int:
    """About how many bytes it is in an answer."""
    if isinstance(what, Message):
        return what.size
    return 1_000 + 4 * len(what.text) if isinstance(what, Entry | Touch) else 500


def _said(
    deps: TimelineParts, tenant_id: TenantId, conversation_id: ConversationId, before: _Place, page_size: int
) -> list[Iterator[_Found]]:
    conversations = deps.conversations
    messages = conversations.messages.newest_first(tenant_id, conversation_id, before.at, page_size + 1)
    entries = conversations.entries.newest_first(tenant_id, conversation_id, before.at, page_size + 1)
    return [
        ((_Place(m.at, f"message#{m.message_id}#{conversation_id}"), m) for m in messages),
        ((_Place(e.at, f"note#{e.entry_id}#{conversation_id}"), e) for e in entries),
    ]


def _consents(deps: TimelineParts, tenant_id: TenantId, contact_id: ContactId) -> Iterator[_Found]:
    for event in reversed(deps.contacts.consent.events(tenant_id, contact_id)):
        yield _Place(event.at, f"consent#{event.event_id}#{contact_id}"), event


class _Campaigns:
    """Campaigns that wrote to a person known by any of these ids, by when they began."""

    def __init__(
        self, deps: TimelineParts, tenant_id: TenantId, ids: Sequence[ContactId], before: EpochMs, now: EpochMs
    ) -> None:
        self._deps = deps
        self._tenant_id = tenant_id
        self._ids = ids
        self._before = before
        self._oldest = now - RETENTION_DAYS * DAY_MS

    def touches(self) -> Iterator[_Found]:
        searches = 0
        for place, campaign in sorted(((_place(c), c) for c in self._begun()), key=lambda pair: pair[0], reverse=True):
            for contact_id in self._ids:
                if not campaign.sizes[int(contact_id[0], 16)]:
                    continue
                if searches == MOST_SEARCHES:
                    yield _Place(place.at, place.name + "~"), _Stop()
                    return
                searches += 1
                touch = self._touch(campaign, contact_id)
                if touch is not None:
                    yield place, touch
                    break

    def _begun(self) -> Iterator[Campaign]:
        """Those whose blocks are still kept and that had begun by then, newest made first."""
        cursor: str | None = self._deps.campaigns.cursor_from(self._before)
        looked_at = 0
        while cursor is not None and looked_at < MOST_CAMPAIGNS:
            page = self._deps.campaigns.page(self._tenant_id, 100, cursor)
            looked_at += len(page.items)
            for campaign in page.items:
                if campaign.state in _BEGUN and campaign.sizes and self._oldest < _began(campaign) <= self._before:
                    yield campaign
            done = not page.items or page.items[-1].created_at < self._oldest - LATEST_START_MS
            cursor = None if done else page.cursor

    def _touch(self, campaign: Campaign, contact_id: ContactId) -> Touch | None:
        deps, tenant_id = self._deps, self._tenant_id
        place = place_in(deps.sends.read_block, tenant_id, campaign, contact_id)
        if place is None:
            return None
        read = partial(read_standing, deps.campaigns, deps.lanes)
        fate, replied = fate_in(deps.sends, read, tenant_id, campaign, place)
        if fate.outcome not in _SHOWN:
            return None
        return Touch(campaign, fate, replied, _read(deps, tenant_id, campaign, place.recipient.values))


def _place(campaign: Campaign) -> _Place:
    return _Place(_began(campaign), f"campaign#{campaign.campaign_id}")


def _began(campaign: Campaign) -> EpochMs:
    return campaign.started_at or campaign.frozen_at


def _read(deps: TimelineParts, tenant_id: TenantId, campaign: Campaign, values: Sequence[str]) -> str:
    try:
        template = deps.templates.get(tenant_id, campaign.template_id)
        return render_text(template, from_document(SendPlan, campaign.plan), values)
    except (NotFound, ValueError):
        # The template is gone, or is another one by now.
        return ""
