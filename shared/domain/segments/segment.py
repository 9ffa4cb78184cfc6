"""A segment: a condition on contacts that a tenant gave a name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.expressions.condition import Node, Subject, leaves
from shared.domain.expressions.problems import BadCondition, Fault, Place, Problem
from shared.domain.expressions.program import PLAIN, Account, Filter, Known
from shared.domain.expressions.reader import read_text
from shared.domain.expressions.tree import read_tree
from shared.domain.expressions.vocabulary import KeyCheck, Vocabulary
from shared.domain.segments.frozen import FrozenSegment
from shared.domain.segments.people import Engaged, any_campaign, known_of, vocabulary_of, zone_of
from shared.errors import Conflict
from shared.ids import CampaignId

MOST_SEGMENTS = 200
"""Of a tenant."""
MOST_CAMPAIGNS = 10
"""That one condition names: each is read beside the contacts, 2 RRU for 80 people."""
MOST_RECENT = 40
"""Campaigns of the days that one condition asks about."""
Recent = Callable[[int], Sequence[CampaignId]]
"""Days → the campaigns that began within them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`text` is canonical, and what decides; `tree` says the same, for forms. `revision` counts the changes, from 1.
    Times are epoch milliseconds UTC."""

    segment_id: str
    name: str
    text: str
    tree: Mapping[str, object] = field(default_factory=dict)
    revision: int = 1
    created_at: EpochMs = EpochMs(0)
    updated_at: EpochMs = EpochMs(0)
    created_by: str = ""


def require_own_name(segment: Segment, others: Iterable[Segment]) -> None:
    """Raises Conflict (`segment_exists`) when another has its name, however it is written."""
    name = segment.name.casefold()
    if any(other.name.casefold() == name and other.segment_id != segment.segment_id for other in others):
        raise Conflict("there is a segment with this name; choose another", field="name", code="segment_exists")


def checked(condition: str | Mapping[str, object], vocabulary: Vocabulary) -> Node:
    """The condition that a text or a tree says. Raises BadCondition."""
    node = read_text(condition, vocabulary) if isinstance(condition, str) else read_tree(condition, vocabulary)
    named = len(campaigns_of(node))
    if named > MOST_CAMPAIGNS:
        message = f"it asks about {named} campaigns, and {MOST_CAMPAIGNS} is the most there can be; split the segment"
        place = Place(1, 1) if isinstance(condition, str) else Place()
        raise BadCondition([Problem(Fault.TOO_MANY_CAMPAIGNS, message, place)])
    return node


def campaigns_of(node: Node) -> tuple[CampaignId, ...]:
    """The campaigns that it names, each once."""
    keys = (leaf.subject.key for leaf in leaves(node) if leaf.subject.name.startswith("campaign."))
    return tuple(dict.fromkeys(CampaignId(str(key)) for key in keys))


def days_of(node: Node) -> tuple[int, ...]:
    """The numbers of days whose campaigns it asks about, each once."""
    keys = (leaf.subject.key for leaf in leaves(node) if leaf.subject.name.startswith("campaigns_in_days."))
    return tuple(dict.fromkeys(int(key) for key in keys))


def no_campaigns(_days: int) -> Sequence[CampaignId]:
    return ()


def freeze(
    segment: Segment,
    fields: Sequence[ContactField],
    time_zone: str,
    check_campaign: KeyCheck = any_campaign,
    recent: Recent = no_campaigns,
) -> FrozenSegment:
    """Raises BadCondition when it asks for a custom field that there is no more, or that is of another kind now, and
    when more campaigns began within its days than can be read beside each other."""
    node = checked(segment.text, vocabulary_of(fields, check_campaign))
    began = {days: tuple(recent(days)) for days in days_of(node)}
    last = {one for campaigns in began.values() for one in campaigns}
    if len(last) > MOST_RECENT:
        message = f"{len(last)} campaigns began in these days, and {MOST_RECENT} is the most that can be asked about"
        raise BadCondition([Problem(Fault.TOO_MANY_CAMPAIGNS, f"{message}; ask about fewer days", Place(1, 1))])
    asked = {leaf.subject.key for leaf in leaves(node) if leaf.subject.name == "fields"}
    kinds = {known.key: known.kind for known in fields if known.key in asked}
    return FrozenSegment(
        segment_id=segment.segment_id,
        revision=segment.revision,
        name=segment.name,
        text=segment.text,
        kinds=kinds,
        campaigns=tuple(dict.fromkeys((*campaigns_of(node), *sorted(last)))),
        time_zone=time_zone,
        recent=began,
    )


class PeopleFilter:
    """A condition made ready for contacts, as of one moment. Raises BadCondition for a text that is none."""

    def __init__(self, frozen: FrozenSegment, now: EpochMs) -> None:
        fields = [ContactField(key, key, kind) for key, kind in frozen.kinds.items()]
        vocabulary, zone = vocabulary_of(fields), zone_of(frozen.time_zone)
        node = checked(frozen.text, vocabulary)
        self.text = frozen.text
        self.campaigns = frozen.campaigns
        self._filter = Filter(node, vocabulary, datetime.fromtimestamp(now / 1000, zone).date())
        self._read = {
            one.subject: known_of(one.subject, one.kind, now, zone, frozen.recent) for one in self._filter.asked
        }
        asked = enumerate(self._filter.asked)
        self._columns = [(f"v{i}", PLAIN[one.kind], self._read[one.subject]) for i, one in asked]

    def includes(self, contact: Contact, engaged: Engaged) -> bool:
        return self._filter.met_by({name: plain(read(contact, engaged)) for name, plain, read in self._columns})

    def why(self, contact: Contact, engaged: Engaged) -> Account:
        def known(subject: Subject) -> Known:
            return self._read[subject](contact, engaged)

        return self._filter.why(known)
