"""Who is at work in the inbox: members in conversations right now, and whose turn is next. Conversations table.

| access | key | cost |
|---|---|---|
| a member is in a conversation | `T#<t>#V#<conversation>` / `P#<member>` | 1 WRU |
| who is in a conversation | same | 0.5 RRU |
| the next turn | `T#<t>#ROTA` / `TURN` | 1 WRU |
"""

from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.clock import EpochMs
from shared.domain.conversations.presence import PRESENT_MS, Doing, Present
from shared.ids import ConversationId, TenantId
from shared.store.conversations.message_items import conversation_key
from shared.store.engine.database import Database, TableItem

_PREFIX = "P#"


class PresenceItem(TableItem):
    class Meta:
        table_name = ""

    doing = UnicodeAttribute()
    until = NumberAttribute()


class TurnItem(TableItem):
    class Meta:
        table_name = ""

    turns = NumberAttribute(null=True)


class Agents:
    def __init__(self, database: Database) -> None:
        PresenceItem.Meta.table_name = TurnItem.Meta.table_name = database.conversations

    def enter(
        self, tenant_id: TenantId, conversation_id: ConversationId, member_id: str, doing: Doing, now: EpochMs
    ) -> None:
        """A sign of a member: they look at the conversation, or write in it."""
        until = now + PRESENT_MS
        PresenceItem(
            conversation_key(tenant_id, conversation_id),
            _PREFIX + member_id,
            doing=doing,
            until=until,
            ttl=until // 1000 + 1,
        ).save()

    def leave(self, tenant_id: TenantId, conversation_id: ConversationId, member_id: str) -> None:
        PresenceItem(conversation_key(tenant_id, conversation_id), _PREFIX + member_id).delete()

    def present(self, tenant_id: TenantId, conversation_id: ConversationId, now: EpochMs) -> list[Present]:
        """Everybody who gave a sign within PRESENT_MS."""
        found = PresenceItem.query(
            conversation_key(tenant_id, conversation_id), PresenceItem.sk.startswith(_PREFIX), consistent_read=True
        )
        return [
            Present(item.sk.removeprefix(_PREFIX), cast("Doing", item.doing), EpochMs(int(item.until)))
            for item in found
            if item.until > now
        ]

    def next_turn(self, tenant_id: TenantId) -> int:
        """A number that nobody else gets, one higher each time."""
        item = TurnItem(f"T#{tenant_id}#ROTA", "TURN")
        item.update(actions=[TurnItem.turns.set((TurnItem.turns | 0) + 1)])
        return int(item.turns or 0)
