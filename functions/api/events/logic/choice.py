"""Which events of the feed a caller asked for: those of some types, those of the conversations on one desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from shared.domain.webhooks.tenant_event import OPT_IN, FeedPart
from shared.ids import ConversationId


class FeedEvent(TypedDict):
    """An event as the feed has it."""

    id: str
    type: str
    timestamp: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Choice:
    """No `types` are all types but those of OPT_IN. `desk` is a member's id, "" nobody's desk, None any or none."""

    types: frozenset[str] = frozenset()
    desk: str | None = None

    @property
    def parts(self) -> frozenset[FeedPart]:
        """Where in the feed something asked for may stand. What a campaign did to people lies on no desk."""
        if not self.types:
            return frozenset({FeedPart.HAPPENINGS})
        found = frozenset(map(FeedPart.of, self.types))
        return found if self.desk is None else found - {FeedPart.PEOPLE}

    def may_include(self, event: FeedEvent) -> bool:
        """Whether its type is asked for, and it tells of a conversation when a desk is."""
        asked_for = event["type"] in self.types if self.types else event["type"] not in OPT_IN
        return asked_for and (self.desk is None or conversation_of(event) != "")

    def includes(self, event: FeedEvent, desks: Mapping[ConversationId, str]) -> bool:
        """Whether it is one that may be, and its conversation lies on the desk; `desks` has on whose each lies.

        What moves a conversation from desk to desk concerns both, and of one that is no longer there nobody can say
        where it lay. Those are always told, so that whoever has it on the screen hears that it has gone.
        """
        if self.desk is None or not self.may_include(event):
            return self.may_include(event)
        changed = event["data"].get("changed")
        moved = isinstance(changed, list) and "assignee" in changed
        return moved or desks.get(conversation_of(event), self.desk) == self.desk


def conversation_of(event: FeedEvent) -> ConversationId:
    """Of which conversation it tells; "" for none."""
    return ConversationId(str(event["data"].get("conversation_id") or ""))
