"""A segment: a condition on contacts that a tenant gave a name, and what is frozen of it for a campaign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.clock import EpochMs
from shared.domain.contacts.contact import Contact, ContactField
from shared.domain.expressions.condition import Node, Subject, leaves
from shared.domain.expressions.problems import BadCondition, Fault, Place, Problem
from shared.domain.expressions.program import PLAIN, Account, Filter, Known
from shared.domain.expressions.reader import read_text
from shared.domain.expressions.tree import read_tree
from shared.domain.expressions.vocabulary import Vocabulary
from shared.domain.segments.people import Engaged, known_of, vocabulary_of, zone_of
from shared.ids import CampaignId

MOST_SEGMENTS = 200
"""Of a tenant."""
MOST_CAMPAIGNS = 10
"""That one condition asks about: each is read beside the contacts, 2 RRU for 80 people."""
MOST_IN_AUDIENCE = 5
"""Segments that one campaign names, to write to and to leave out."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`text` is canonical, and what decides; the tree is made from it. `version` counts its changes, from 1. Times are
    epoch milliseconds UTC."""

    segment_id: str
    name: str
    text: str
    version: int = 1
    created_at: EpochMs = EpochMs(0)
    updated_at: EpochMs = EpochMs(0)
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class FrozenSegment:
    """What a campaign went by: the segment's condition as it was when the audience began to be frozen, with what else
    decides: the kinds of the custom fields that it asks about, and the tenant's time zone."""

    segment_id: str
    version: int
    name: str
    text: str
    kinds: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""


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
    """The campaigns that it asks about, each once."""
    keys = (leaf.subject.key for leaf in leaves(node) if leaf.subject.name.startswith("campaign."))
    return tuple(dict.fromkeys(CampaignId(str(key)) for key in keys))


def freeze(segment: Segment, fields: Sequence[ContactField], time_zone: str) -> FrozenSegment:
    """Raises BadCondition when it asks for a custom field that there is no more, or that is of another kind now."""
    node = checked(segment.text, vocabulary_of(fields))
    asked = {leaf.subject.key for leaf in leaves(node) if leaf.subject.name == "fields"}
    kinds = {known.key: known.kind for known in fields if known.key in asked}
    return FrozenSegment(segment.segment_id, segment.version, segment.name, segment.text, kinds, time_zone)


class PeopleFilter:
    """A condition made ready for contacts, as of one moment. Raises BadCondition for a text that is none."""

    def __init__(self, frozen: FrozenSegment, now: EpochMs) -> None:
        fields = [ContactField(key, key, kind) for key, kind in frozen.kinds.items()]
        vocabulary, zone = vocabulary_of(fields), zone_of(frozen.time_zone)
        node = checked(frozen.text, vocabulary)
        self.campaigns = campaigns_of(node)
        self._filter = Filter(node, vocabulary, datetime.fromtimestamp(now / 1000, zone).date())
        self._read = {one.subject: known_of(one.subject, one.kind, now, zone) for one in self._filter.asked}
        asked = enumerate(self._filter.asked)
        self._columns = [(f"v{i}", PLAIN[one.kind], self._read[one.subject]) for i, one in asked]

    def includes(self, contact: Contact, engaged: Engaged) -> bool:
        return self._filter.met_by({name: plain(read(contact, engaged)) for name, plain, read in self._columns})

    def why(self, contact: Contact, engaged: Engaged) -> Account:
        def known(subject: Subject) -> Known:
            return self._read[subject](contact, engaged)

        return self._filter.why(known)
